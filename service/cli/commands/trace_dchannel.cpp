// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/frames.h"
#include "cli/pcap_file.h"
#include "cli/progress.h"
#include "lab/small_file.h"
#include <callbox/base/async.h>
#include <fstream>
#include <ostream>
#include <sys/stat.h>

namespace callbox::cli {

namespace {

constexpr Duration lookEvery = 200ms;

control::Request question(const Context& c, std::int64_t sinceMs)
{
    control::Request r{"GET", "/v1/trace/dchannel/" + control::percentEncode(c.values.text("SPAN"))};
    if (sinceMs > 0)
        r.query["since_ms"] = std::to_string(sinceMs);
    if (c.values.flag("with-numbers"))
        r.query["numbers"] = "1";
    return r;
}

// Where the frames go.
class Output {
public:
    virtual ~Output() = default;
    // pcap octets: a file's header and what it has the first time, then only packets. Errc::gone: nobody reads.
    virtual Result<void> take(const std::string& fresh) = 0;
    virtual void end(const std::string&, std::size_t) {} // seen by whom, how many frames
};

bool isPlainFile(const std::string& path)
{
    struct stat about {};
    return ::stat(path.c_str(), &about) != 0 || S_ISREG(about.st_mode);
}

class ToFile final : public Output {
public:
    ToFile(Context& c, std::string path) : c_(c), path_(std::move(path)) {}
    Result<void> take(const std::string& fresh) override
    {
        // A reader of a file sees the old trace or the new one; a pipe is written into.
        if (!out_.is_open() && isPlainFile(path_)) {
            if (auto r = lab::replaceFile(path_, fresh); !r)
                return r;
            out_.open(path_, std::ios::binary | std::ios::app);
            return {};
        }
        if (!out_.is_open())
            out_.open(path_, std::ios::binary);
        out_ << fresh << std::flush;
        return out_ ? Result<void>() : systemError(errno, "writing " + path_);
    }
    void end(const std::string& who, std::size_t frames) override
    {
        const std::string span = c_.values.text("SPAN");
        if (c_.json())
            c_.print({{"span", span}, {"seen_by", who}, {"pcap", path_}, {"frames", frames}});
        else
            c_.out() << path_ << ": " << frames << " frames of " << span << ", as " << who << " saw them\n";
    }

private:
    Context& c_;
    std::string path_;
    std::ofstream out_;
};

class ToStandardOutput final : public Output {
public:
    explicit ToStandardOutput(Context& c) : c_(c) {}
    Result<void> take(const std::string& fresh) override
    {
        c_.out() << fresh << std::flush;
        return c_.out() ? Result<void>() : Error{Errc::gone, "nobody reads"};
    }

private:
    Context& c_;
};

// People get each frame's lines; programs one document, or with --follow one a frame, each a line.
class InWords final : public Output {
public:
    explicit InWords(Context& c) : c_(c) {}
    Result<void> take(const std::string& fresh) override
    {
        if (header_.empty())
            header_ = fresh.substr(0, pcapHeaderSize);
        const std::string file = fresh.starts_with(header_) ? fresh : header_ + fresh;
        const auto read = hal::readCapture(asOctets(file));
        if (!read)
            return read.error();
        for (const hal::CapturedFrame& f : read->frames)
            if (!c_.values.flag("messages") || carriesMessage(f))
                take(f);
        c_.out() << std::flush;
        return c_.out() ? Result<void>() : Error{Errc::gone, "nobody reads"};
    }
    void end(const std::string& who, std::size_t) override
    {
        if (c_.json())
            c_.print({{"span", c_.values.text("SPAN")}, {"seen_by", who}, {"frames", std::move(frames_)}});
    }

private:
    void take(const hal::CapturedFrame& f)
    {
        if (!c_.json())
            return tellFrame(c_.out(), f);
        json one = frameJson(f);
        if (!c_.values.flag("follow")) {
            frames_.push_back(std::move(one));
            return;
        }
        one["version"] = 1;
        c_.out() << one.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
    }
    Context& c_;
    std::string header_;
    json frames_ = json::array();
};

std::unique_ptr<Output> outputOf(Context& c)
{
    const std::string pcap = c.values.text("pcap");
    if (pcap.empty())
        return std::make_unique<InWords>(c);
    if (pcap == "-")
        return std::make_unique<ToStandardOutput>(c);
    return std::make_unique<ToFile>(c, absolutePath(pcap));
}

// Until it is interrupted or nobody reads any more.
Task<> follow(Context& c, Daemon daemon, PcapFollower& follower, Output& output)
{
    std::optional<Progress> progress;
    if (c.values.has("pcap"))
        progress.emplace(c, "tracing");
    while (true) {
        if (progress)
            progress->set(std::to_string(follower.frames()) + " frames");
        co_await sleepFor(c.loop, lookEvery);
        control::Request request = question(c, follower.lastMs());
        const control::Response r = co_await askRaw(c, daemon, std::move(request));
        const std::string fresh = co_await follower.take(r.body);
        if (fresh.empty())
            continue;
        const Result<void> taken = output.take(fresh);
        if (!taken && taken.error().code == Errc::gone)
            co_return;
        co_await Result<void>(taken);
    }
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    if (v.has("last") && v.flag("follow"))
        co_return c.usage("trace dchannel: --last or --follow, not both");
    if (v.has("pcap") && v.text("pcap").empty())
        co_return c.usage("trace dchannel: --pcap wants the name of a file, or - for standard output");
    if (v.text("pcap") == "-" && c.json())
        co_return c.usage("trace dchannel: --pcap - and --json both want standard output");
    if (v.has("pcap") && v.flag("messages"))
        co_return c.usage("trace dchannel: --messages is of what is shown in words; a pcap file has every frame");
    const std::vector<Daemon> daemons = co_await everywhere(v);
    std::int64_t since = 0;
    if (v.has("last"))
        since = (c.loop.wallNow() - std::chrono::minutes(v.number("last"))).time_since_epoch().count();
    control::Request request = question(c, since);
    const Found found = co_await findAmong(c, daemons, std::move(request), 60s);
    PcapFollower follower;
    const std::string begun = co_await follower.take(found.response.body);
    const std::unique_ptr<Output> output = outputOf(c);
    const Result<void> taken = output->take(begun);
    if (!taken && taken.error().code == Errc::gone)
        co_return Exit::ok; // `callbox ... | head`
    co_await Result<void>(taken);
    if (v.flag("follow"))
        co_await follow(c, found.daemon, follower, *output);
    else
        output->end(found.daemon.who, follower.frames());
    co_return Exit::ok;
}

} // namespace

Command traceDchannel()
{
    return {.path = {"trace", "dchannel"},
            .summary = "a span's D channel in words, or as a pcap file for Wireshark",
            .arguments = {{"SPAN", "its name, as span status shows it"}},
            .options = {{.name = "pcap",
                         .value = "F",
                         .help = "write link type LAPD instead of words; - is standard output",
                         .completes = Completes::file},
                        {.name = "last", .value = "MINUTES", .help = "only the last minutes", .range = {{1, 1000000}}},
                        {.name = "follow", .help = "go on, frame by frame as they come, until interrupted"},
                        {.name = "messages", .help = "in words: without frames that are layer 2's alone"},
                        {.name = "with-numbers", .help = "telephone numbers whole; masked otherwise"}},
            .address = Address::boxesOrSwitch,
            .more =
                "The trace is always on: what is shown has happened already. In a lab the switch is asked first,\n"
                "then the boxes, then the exchange; --box or --switch says whose end of a tie is meant. > was sent\n"
                "by that end, < was received.\n\n"
                "Live in Wireshark: callbox trace dchannel SPAN --follow --pcap - | wireshark -k -i -\n"
                "It takes Facility elements for QSIG's; for EuroISDN: -o \"q932.facility_encoding:Dissect facility as "
                "ETSI\"",
            .endless = [](const Values& v) { return v.flag("follow"); },
            .run = run};
}

} // namespace callbox::cli
