// SPDX-License-Identifier: GPL-2.0-or-later
// How long a caller who hangs up waits until the message would survive a power cut: from commit() to its answer, for
// one caller and for 120 who hang up at the same moment, on a real disk.
//
//     bench_store [--dir DIR] [--rounds N] [--callers N] [--sync-ms MS] [--serial] [--quick]
//
// --dir: a folder on the disk to be measured (default: the system's temporary one). --sync-ms: each sync takes so long
// more, for a disk slower than the one that is there. --serial: audio synced one after another, for comparison.
#include "messages/store.h"
#include <algorithm>
#include <callbox/base/executor.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

using namespace callbox;

namespace {

struct Options {
    std::string folder = std::filesystem::temp_directory_path().string();
    int rounds = 30;
    std::vector<int> callers{1, 120};
    Duration more{}; // each sync takes it
    bool serial = false;
};

class SlowFile final : public File {
public:
    SlowFile(std::unique_ptr<File> below, Duration more) : below_(std::move(below)), more_(more) {}
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override
    {
        return below_->read(offset, out);
    }
    Result<void> write(std::uint64_t offset, std::span<const std::uint8_t> data) override
    {
        return below_->write(offset, data);
    }
    Result<void> truncate(std::uint64_t size) override { return below_->truncate(size); }
    Result<std::uint64_t> size() override { return below_->size(); }
    Result<void> sync() override
    {
        std::this_thread::sleep_for(more_);
        return below_->sync();
    }
    [[nodiscard]] File* below() const { return below_.get(); }

private:
    std::unique_ptr<File> below_;
    Duration more_;
};

class SlowFiles final : public Files {
public:
    SlowFiles(Files& below, const Options& o) : below_(below), more_(o.more), serial_(o.serial) {}
    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override
    {
        auto file = below_.open(path, mode);
        if (!file)
            return file.error();
        return std::unique_ptr<File>(std::make_unique<SlowFile>(std::move(*file), more_));
    }
    Result<void> rename(const std::string& from, const std::string& to) override { return below_.rename(from, to); }
    Result<void> remove(const std::string& path) override { return below_.remove(path); }
    Result<void> makeDirectories(const std::string& path) override { return below_.makeDirectories(path); }
    Result<void> syncDirectory(const std::string& path) override
    {
        std::this_thread::sleep_for(more_);
        return below_.syncDirectory(path);
    }
    Result<std::vector<std::string>> list(const std::string& path) override { return below_.list(path); }
    Result<bool> exists(const std::string& path) override { return below_.exists(path); }
    Result<std::uint64_t> freeBytes(const std::string& path) override { return below_.freeBytes(path); }
    std::vector<Result<void>> syncAll(const std::vector<File*>& files) override
    {
        if (serial_)
            return Files::syncAll(files);
        std::this_thread::sleep_for(more_);
        std::vector<File*> below;
        for (const File* f : files)
            below.push_back(static_cast<const SlowFile&>(*f).below());
        return below_.syncAll(below);
    }

private:
    Files& below_;
    Duration more_;
    bool serial_;
};

PhoneNumber number(const std::string& e164)
{
    return *PhoneNumber::parse(e164);
}

Task<> speak(messages::Store& store, int caller, std::unique_ptr<messages::Draft>& draft)
{
    messages::NewMessage m;
    m.from = number("+12125550199");
    m.recipients.push_back(number("+1212555" + std::to_string(1000 + caller)));
    m.recipientSource = "redirecting";
    m.protocol = "sms";
    draft = co_await store.begin(m);
    const OctetBuffer block(160, std::uint8_t(caller));
    for (int k = 0; k < 260; ++k) // 5.2 s: something is left to write and sync at the end
        draft->append(block, 0);
}

Task<> hangUp(messages::Store& store, Loop& loop, std::unique_ptr<messages::Draft> draft, std::vector<double>& waits)
{
    const TimePoint start = loop.now();
    (void)co_await store.commit(std::move(draft), false);
    waits.push_back(std::chrono::duration<double, std::milli>(loop.now() - start).count());
}

// Runs all to their end; the first error, if any.
Result<void> runAll(RealLoop& loop, std::vector<Task<>> all)
{
    TaskGroup tasks(loop);
    Result<void> outcome;
    std::size_t left = all.size();
    loop.post([&] {
        for (Task<>& t : all)
            tasks.start(std::move(t), [&](const Result<void>& r) {
                if (!r && outcome)
                    outcome = r;
                if (--left == 0)
                    loop.stop();
            });
    });
    loop.run();
    return outcome;
}

Result<void> measure(const Options& o, int callers, std::vector<double>& waits, std::vector<double>& lasts)
{
    std::string pattern = o.folder + "/callbox bench XXXXXX";
    if (!mkdtemp(pattern.data()))
        return systemError(errno, "making a folder in " + o.folder);
    const std::string folder = pattern;
    auto random = makeSystemRandom();
    auto system = makeSystemFiles();
    SlowFiles files(*system, o);
    Result<void> outcome;
    for (int round = -1; round < o.rounds && outcome; ++round) { // the first warms up
        RealLoop loop;
        auto disk = makeThreadExecutor(loop, "disk");
        const Edges edges{loop, *random, files, *disk, Log()};
        messages::StoreConfig config;
        config.folder = folder;
        config.poolFirst = number("+12125559001");
        config.poolLast = number("+12125559999");
        auto store = messages::Store::open(edges, config);
        if (!store) {
            outcome = store.error();
            break;
        }
        std::vector<std::unique_ptr<messages::Draft>> drafts(static_cast<std::size_t>(callers));
        std::vector<Task<>> speaking, hanging;
        for (int i = 0; i < callers; ++i)
            speaking.push_back(speak(**store, i, drafts[std::size_t(i)]));
        outcome = runAll(loop, std::move(speaking));
        if (!outcome)
            break;
        std::vector<Task<>> settling; // what was said is written: a caller who goes on speaking would have waited
        settling.push_back((*store)->close());
        outcome = runAll(loop, std::move(settling));
        std::vector<double> now;
        for (auto& draft : drafts)
            hanging.push_back(hangUp(**store, loop, std::move(draft), now));
        if (outcome)
            outcome = runAll(loop, std::move(hanging));
        if (round < 0 || now.empty())
            continue;
        lasts.push_back(*std::max_element(now.begin(), now.end()));
        waits.insert(waits.end(), now.begin(), now.end());
    }
    std::filesystem::remove_all(folder);
    return outcome;
}

double at(std::vector<double> v, double part)
{
    std::sort(v.begin(), v.end());
    return v.empty() ? 0 : v[std::min(v.size() - 1, std::size_t(double(v.size()) * part))];
}

Options readOptions(int argc, char** argv)
{
    Options o;
    for (int i = 1; i < argc; ++i) {
        const std::string key = argv[i];
        const auto value = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
        if (key == "--quick")
            o.rounds = 1, o.callers = {1, 8};
        else if (key == "--serial")
            o.serial = true;
        else if (key == "--dir")
            o.folder = value();
        else if (key == "--rounds")
            o.rounds = std::atoi(value().c_str());
        else if (key == "--callers")
            o.callers = {std::atoi(value().c_str())};
        else if (key == "--sync-ms")
            o.more = std::chrono::milliseconds(std::atoi(value().c_str()));
        else
            std::fprintf(stderr, "bench_store: %s: not known\n", key.c_str()), std::exit(2);
    }
    return o;
}

} // namespace

int main(int argc, char** argv)
{
    const Options o = readOptions(argc, argv);
    std::printf("From hang-up to durable, in ms. Disk: %s; %lld ms added to each sync%s; %d rounds\n", o.folder.c_str(),
                static_cast<long long>(toMs(o.more)), o.serial ? "; audio one after another" : "", o.rounds);
    std::printf("%8s %10s %10s %10s %14s %14s\n", "callers", "p50", "p95", "max", "last of all", "worst last");
    for (const int callers : o.callers) {
        std::vector<double> waits, lasts;
        if (const auto r = measure(o, callers, waits, lasts); !r) {
            std::fprintf(stderr, "bench_store: %s\n", r.error().what.c_str());
            return 1;
        }
        std::printf("%8d %10.2f %10.2f %10.2f %14.2f %14.2f\n", callers, at(waits, 0.5), at(waits, 0.95), at(waits, 1),
                    at(lasts, 0.5), at(lasts, 1));
    }
    return 0;
}
