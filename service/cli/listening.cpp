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

// Gets what was heard until there is no more. False: nobody reads it.
Task<bool> pump(Context& c, Daemon daemon, std::string id, ListenOptions o, WavFile* file)
{
    Progress progress(c, "listening to " + o.span + ":" + std::to_string(o.slot));
    std::size_t octets = 0;
    while (true) {
        control::Request request{"GET", "/v1/listen/" + control::percentEncode(id)};
        const control::Response r = co_await askRaw(c, daemon, std::move(request));
        if (r.status == nothingMore)
            co_return true;
        octets += r.body.size();
        if (file)
            co_await file->add(r.body);
        else if (!(c.out() << oneSide(r.body, o.side) << std::flush))
            co_return false;
        progress.set(std::to_string(octets / 32000) + " s"); // 8000 samples a second, two octets, two directions
    }
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
        co_await file->create();
    }
    const json body{{"span", o.span}, {"slot", o.slot}, {"seconds", o.seconds}, {"by", who()}};
    control::Request begin{"POST", "/v1/listen", {}, body.dump()};
    const json begun = co_await ask(c, daemon, std::move(begin));
    const std::string id = textOf(begun, "id");
    Result<bool> read = co_await check(pump(c, daemon, id, o, file ? &*file : nullptr));
    control::Request end{"DELETE", "/v1/listen/" + control::percentEncode(id)};
    json over = co_await ask(c, daemon, std::move(end));
    co_await Result<void>(read ? Result<void>() : Result<void>(read.error()));
    if (!file)
        co_return Exit::ok;
    const std::int64_t samples = numberOf(over, "samples");
    over["file"] = file->path();
    if (!daemon.box.empty())
        over["box"] = daemon.box;
    if (c.json())
        c.print(std::move(over));
    else
        c.out() << file->path() << ": " << minutes(samples / 8) << " of channel " << o.span << ':' << o.slot
                << ", left what came, right what went; samples lost: " << cell(fieldOf(over, "lost_samples")) << " ("
                << textOf(over, "end") << ")\n";
    if (samples == 0)
        c.say("callbox: nothing was heard on channel " + o.span + ":" + std::to_string(o.slot) +
              ": no call came, or it is joined in the kernel");
    co_return samples > 0 ? Exit::ok : Exit::problem;
}

} // namespace callbox::cli
