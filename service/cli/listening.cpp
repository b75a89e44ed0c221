// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/listening.h"
#include "cli/progress.h"
#include "cli/wav_file.h"
#include "cli/who.h"
#include <algorithm>
#include <callbox/base/async.h>
#include <charconv>
#include <ostream>

namespace callbox::cli {

namespace {

constexpr int nothingMore = 204; // HTTP

std::int16_t sampleAt(std::string_view octets, std::size_t at)
{
    const auto low = static_cast<unsigned char>(octets[at]);
    const auto high = static_cast<unsigned char>(octets[at + 1]);
    return static_cast<std::int16_t>(static_cast<std::uint16_t>(low | high << 8));
}

// Gets what was heard until there is no more, or enough. False: nobody reads it.
Task<bool> pump(Context& c, Daemon daemon, std::string id, ListenOptions o, WavFile* file, const bool& enough)
{
    Progress progress(c, "listening to " + o.span + ":" + std::to_string(o.slot));
    std::size_t octets = 0;
    while (!enough) {
        control::Request request{"GET", "/v1/listen/" + control::percentEncode(id)};
        const control::Response r = co_await askRaw(c, daemon, std::move(request));
        if (r.status == nothingMore)
            co_return true;
        octets += r.body.size();
        if (file && !file->created() && !r.body.empty()) // till now what was there before has been kept
            co_await file->create();
        if (file && file->created())
            co_await file->add(r.body);
        else if (!file && !(c.out() << oneSide(r.body, o.side) << std::flush))
            co_return false;
        progress.set(std::to_string(octets / 32000) + " s"); // 8000 samples a second, two octets, two directions
    }
    co_return true;
}

std::string channelName(const ListenOptions& o)
{
    return "channel " + o.span + ":" + std::to_string(o.slot);
}

std::string lengthOf(const WavFile& file)
{
    return minutes(std::int64_t(file.samples()) / 8);
}

void tell(Context& c, const WavFile& file, const ListenOptions& o, json over)
{
    over["file"] = file.created() ? json(file.path()) : json(nullptr);
    over["samples"] = file.samples(); // what came last and was not fetched is not in it
    if (c.json())
        c.print(std::move(over));
    else
        c.out() << (file.created() ? file.path() : "no file") << ": " << lengthOf(file) << " of " << channelName(o)
                << ", left what came, right what went; samples lost: " << cell(fieldOf(over, "lost_samples")) << " ("
                << textOf(over, "end") << ")\n";
    if (file.samples() == 0)
        c.say("callbox: nothing was heard on " + channelName(o) + ": no call came; " + file.path() + " is not written");
}

} // namespace

Result<std::pair<std::string, std::int64_t>> channelOf(const std::string& text)
{
    const std::size_t colon = text.rfind(':');
    std::int64_t slot = 0;
    if (colon != std::string::npos && colon > 0) {
        const char* end = text.data() + text.size();
        const auto [stop, ec] = std::from_chars(text.data() + colon + 1, end, slot);
        if (ec == std::errc() && stop == end && slot >= 1 && slot <= 255)
            return std::pair(text.substr(0, colon), slot);
    }
    return Error{Errc::invalid, "--channel " + text + ": SPAN:N, as trunk1:7"};
}

std::string oneSide(std::string_view both, std::string_view side)
{
    std::string out;
    out.reserve(both.size() / 2);
    for (std::size_t at = 0; at + 4 <= both.size(); at += 4) {
        const int rx = sampleAt(both, at);
        const int tx = sampleAt(both, at + 2);
        const int v = side == "rx" ? rx : side == "tx" ? tx : std::clamp(rx + tx, -32768, 32767);
        const auto bits = static_cast<std::uint16_t>(v);
        out += static_cast<char>(bits & 0xff);
        out += static_cast<char>(bits >> 8);
    }
    return out;
}

Task<Exit> listenTo(Context& c, Daemon daemon, ListenOptions o)
{
    std::optional<WavFile> file;
    if (!o.file.empty()) { // before anything is asked for
        file.emplace(absolutePath(o.file));
        co_await file->check();
    }
    const json body{{"span", o.span}, {"slot", o.slot}, {"seconds", o.seconds}, {"by", who()}};
    control::Request begin{"POST", "/v1/listen", {}, body.dump()};
    const json begun = co_await ask(c, daemon, std::move(begin));
    const std::string id = textOf(begun, "id");
    bool enough = false;
    c.onInterrupt = [&enough] { enough = true; };
    const Result<bool> read = co_await check(pump(c, daemon, id, o, file ? &*file : nullptr, enough));
    control::Request end{"DELETE", "/v1/listen/" + control::percentEncode(id)};
    Result<json> over = co_await check(ask(c, daemon, std::move(end)));
    c.onInterrupt = {};
    if (file && file->created() && (!read || !over))
        c.say("callbox: " + file->path() + " has " + lengthOf(*file) + " of " + channelName(o) + ", up to here");
    co_await Result<void>(read ? Result<void>() : Result<void>(read.error())); // why it ended goes first
    json last = co_await std::move(over);
    if (!file)
        co_return Exit::ok;
    if (!daemon.box.empty())
        last["box"] = daemon.box;
    tell(c, *file, o, std::move(last));
    co_return file->samples() > 0 ? Exit::ok : Exit::problem;
}

} // namespace callbox::cli
