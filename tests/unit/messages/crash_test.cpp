// SPDX-License-Identifier: GPL-2.0-or-later
// A deposit cut by a power failure, or by a full disk, after every single step on the disk in turn. Whatever the step:
// a message whose caller heard "saved" is there, rows are whole, no pair is given twice.
#include "world.h"
#include <set>

using namespace callbox;
using namespace callbox::tests;

namespace {

// Counts the steps of a disk and stops it at one of them.
class CountingFiles final : public Files {
public:
    explicit CountingFiles(SimFiles& disk) : disk_(disk) {}
    std::uint64_t steps = 0;
    std::uint64_t stopAt = UINT64_MAX;
    enum class Stop { powerCut, fullForEver } how = Stop::powerCut;

    Result<void> step()
    {
        if (++steps != stopAt)
            return {};
        if (how == Stop::powerCut)
            disk_.powerCut([this](std::uint64_t unsynced) { return unsynced * (steps % 3) / 2; });
        else
            disk_.setFull(true);
        return {};
    }
    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
    Result<void> rename(const std::string& from, const std::string& to) override
    {
        (void)step();
        return disk_.rename(from, to);
    }
    Result<void> remove(const std::string& path) override
    {
        (void)step();
        return disk_.remove(path);
    }
    Result<void> makeDirectories(const std::string& path) override
    {
        (void)step();
        return disk_.makeDirectories(path);
    }
    Result<void> syncDirectory(const std::string& path) override
    {
        (void)step();
        return disk_.syncDirectory(path);
    }
    Result<std::vector<std::string>> list(const std::string& path) override { return disk_.list(path); }
    Result<bool> exists(const std::string& path) override { return disk_.exists(path); }
    Result<std::uint64_t> freeBytes(const std::string& path) override { return disk_.freeBytes(path); }

private:
    SimFiles& disk_;
};

class CountingFile final : public File {
public:
    CountingFile(CountingFiles& files, std::unique_ptr<File> file) : files_(files), file_(std::move(file)) {}
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override
    {
        return file_->read(offset, out);
    }
    Result<void> write(std::uint64_t offset, std::span<const std::uint8_t> data) override
    {
        (void)files_.step();
        return file_->write(offset, data);
    }
    Result<void> truncate(std::uint64_t size) override
    {
        (void)files_.step();
        return file_->truncate(size);
    }
    Result<std::uint64_t> size() override { return file_->size(); }
    Result<void> sync() override
    {
        (void)files_.step();
        return file_->sync();
    }

private:
    CountingFiles& files_;
    std::unique_ptr<File> file_;
};

Result<std::unique_ptr<File>> CountingFiles::open(const std::string& path, OpenMode mode)
{
    if (mode != OpenMode::read)
        (void)step();
    auto file = disk_.open(path, mode);
    if (!file)
        return file.error();
    return std::unique_ptr<File>(std::make_unique<CountingFile>(*this, std::move(*file)));
}

struct Outcome {
    bool opened = false;
    std::vector<MessageId> saved; // the caller heard "saved"
    std::uint64_t steps = 0;
};

// Odd, so that RIFF pads it.
constexpr std::size_t said = 24001;

// Two deposits, one heard and erased, with the disk stopped at step `stopAt`.
Outcome live(StoreWorld& w, CountingFiles& counting)
{
    Edges edges{w.loop, *w.random, counting, *w.disk, Log()};
    Outcome out;
    auto opened = Store::open(edges, w.config);
    out.opened = opened.has_value();
    if (!opened) {
        out.steps = counting.steps;
        return out;
    }
    w.store = std::move(*opened);
    for (const char* recipient : {"+12125550123", "+12125550124"}) {
        const auto done = w.deposit(w.to({recipient}), StoreWorld::speech(said));
        if (done)
            out.saved.push_back(done->message);
    }
    if (out.saved.size() == 2) {
        const auto taken = w.run(w.store->take("sms", 1));
        if (taken && !taken->empty()) {
            Store::NotificationChange sent;
            sent.id = (*taken)[0].id;
            sent.state = NotificationState::sent;
            (void)w.run(w.store->update(sent));
        }
    }
    w.store.reset();
    w.loop.runFor(1s);
    out.steps = counting.steps;
    return out;
}

void expectWhole(StoreWorld& w, const Outcome& before, std::uint64_t step)
{
    ASSERT_TRUE(w.open()) << "after step " << step;
    const auto rows = w.run(w.store->list({}));
    ASSERT_TRUE(rows) << rows.error().what;
    std::set<std::string> pairs;
    std::set<MessageId> there;
    for (const MessageRow& m : *rows) {
        if (m.state == MessageState::deleted)
            continue;
        EXPECT_EQ(m.state, MessageState::stored) << "after step " << step;
        there.insert(m.id);
        const auto sound = w.run(w.store->audio(m.id));
        ASSERT_TRUE(sound) << "after step " << step << ": " << sound.error().what;
        const OctetBuffer spoken = StoreWorld::speech(said);
        ASSERT_LE((*sound)->samples.size(), spoken.size()) << "more than was said, step " << step;
        EXPECT_TRUE(std::equal((*sound)->samples.begin(), (*sound)->samples.end(), spoken.begin())) << step;
        EXPECT_TRUE(m.cutShort || (*sound)->samples.size() == spoken.size()) << step;
        for (const RecipientRow& r : m.recipients) {
            EXPECT_FALSE(r.linkNumber.empty()) << step;
            EXPECT_TRUE(pairs.insert(r.linkNumber.e164() + r.number.e164()).second) << step;
            EXPECT_EQ(r.notifications.size(), 1u) << "told twice or never, step " << step;
        }
    }
    for (const MessageId id : before.saved)
        EXPECT_TRUE(there.count(id)) << "a saved message is lost, step " << step;
}

TEST(Crash, APowerFailureAfterAnyStepLosesNoSavedMessage)
{
    std::uint64_t steps = 0;
    {
        StoreWorld w;
        CountingFiles counting(w.files);
        steps = live(w, counting).steps;
    }
    ASSERT_GT(steps, 50u);
    for (std::uint64_t at = 1; at <= steps; ++at) {
        StoreWorld w;
        CountingFiles counting(w.files);
        counting.stopAt = at;
        const Outcome before = live(w, counting);
        expectWhole(w, before, at);
        if (testing::Test::HasFatalFailure())
            return;
    }
}

TEST(Crash, AFullDiskAtAnyStepLosesNoSavedMessage)
{
    std::uint64_t steps = 0;
    {
        StoreWorld w;
        CountingFiles counting(w.files);
        steps = live(w, counting).steps;
    }
    for (std::uint64_t at = 1; at <= steps; ++at) {
        StoreWorld w;
        CountingFiles counting(w.files);
        counting.how = CountingFiles::Stop::fullForEver;
        counting.stopAt = at;
        const Outcome before = live(w, counting);
        w.files.setFull(false);
        expectWhole(w, before, at);
        if (testing::Test::HasFatalFailure())
            return;
    }
}

} // namespace
