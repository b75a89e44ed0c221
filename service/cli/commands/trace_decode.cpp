// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/frames.h"
#include <callbox/base/whole_file.h>
#include <ostream>

namespace callbox::cli {

namespace {

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    const std::string path = absolutePath(v.text("FILE"));
    const std::string file = co_await readToEnd(path);
    Result<hal::Capture> read = hal::readCapture(asOctets(file));
    if (!read)
        co_await Result<void>(read.error().because(path));
    json frames = json::array();
    for (hal::CapturedFrame& f : read->frames) {
        if (v.flag("messages") && !carriesMessage(f))
            continue;
        if (!v.flag("with-numbers"))
            hal::maskNumbers(f.traced.frame);
        if (c.json())
            frames.push_back(frameJson(f));
        else
            tellFrame(c.out(), f);
    }
    if (c.json())
        c.print({{"file", path},
                 {"frames", std::move(frames)},
                 {"other_packets", read->others},
                 {"damage", read->damage.empty() ? json(nullptr) : json(read->damage)}});
    if (read->others)
        c.say("callbox: " + path + ": " + std::to_string(read->others) +
              " packets are no D channel frames and are left out");
    if (!read->damage.empty())
        c.say("callbox: " + path + ": " + read->damage + "; what came before is shown");
    co_return read->damage.empty() ? Exit::ok : Exit::problem;
}

} // namespace

Command traceDecode()
{
    return {.path = {"trace", "decode"},
            .summary = "a captured D channel in words",
            .arguments = {{"FILE", "pcap, link type LINUX_LAPD, as trace dchannel writes it", true, Completes::file}},
            .options = {{.name = "messages", .help = "without frames that are layer 2's alone"},
                        {.name = "with-numbers", .help = "telephone numbers whole, if the file has them"}},
            .more = "> was sent by the end that captured, < was received. Words are those of Q.921 and EN 300 403-1.\n"
                    "Exit 1: the file ends in the middle of a packet; what came before is shown.",
            .run = run};
}

} // namespace callbox::cli
