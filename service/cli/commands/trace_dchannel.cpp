// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/pcap_file.h"
#include "cli/progress.h"
#include "lab/small_file.h"
#include <callbox/base/async.h>
#include <fstream>
#include <ostream>

namespace callbox::cli {

namespace {

constexpr Duration lookEvery = 500ms;

control::Request question(const Context& c, std::int64_t sinceMs)
{
    control::Request r{"GET", "/v1/trace/dchannel/" + control::percentEncode(c.values.text("SPAN"))};
    if (sinceMs > 0)
        r.query["since_ms"] = std::to_string(sinceMs);
    if (c.values.flag("with-numbers"))
        r.query["numbers"] = "1";
    return r;
}

Task<> follow(Context& c, Daemon daemon, PcapFollower& follower, std::string path)
{
    std::ofstream out(path, std::ios::binary | std::ios::app);
    Progress progress(c, "tracing");
    while (true) {
        progress.set(std::to_string(follower.frames()) + " frames");
        co_await sleepFor(c.loop, lookEvery);
        control::Request request = question(c, follower.lastMs());
        const control::Response r = co_await askRaw(c, daemon, std::move(request));
        const std::string fresh = co_await follower.take(r.body);
        out << fresh << std::flush;
        if (!out)
            co_await Result<void>(systemError(errno, "writing " + path));
    }
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    if (v.has("last") && v.flag("follow"))
        co_return c.usage("trace dchannel: --last or --follow, not both");
    const std::string path = absolutePath(v.text("pcap"));
    const std::vector<Daemon> daemons = co_await everywhere(v);
    std::int64_t since = 0;
    if (v.has("last"))
        since = (c.loop.wallNow() - std::chrono::minutes(v.number("last"))).time_since_epoch().count();
    control::Request request = question(c, since);
    const Found found = co_await findAmong(c, daemons, std::move(request), 60s);
    PcapFollower follower;
    const std::string begun = co_await follower.take(found.response.body);
    co_await lab::replaceFile(path, begun);
    if (v.flag("follow"))
        co_await follow(c, found.daemon, follower, path);
    if (c.json())
        c.print(
            {{"span", v.text("SPAN")}, {"seen_by", found.daemon.who}, {"pcap", path}, {"frames", follower.frames()}});
    else
        c.out() << path << ": " << follower.frames() << " frames of " << v.text("SPAN") << ", as " << found.daemon.who
                << " saw them\n";
    co_return Exit::ok;
}

} // namespace

Command traceDchannel()
{
    return {.path = {"trace", "dchannel"},
            .summary = "a span's D channel as a pcap file for Wireshark",
            .arguments = {{"SPAN", "its name, as span status shows it"}},
            .options = {{.name = "pcap",
                         .value = "F",
                         .help = "the file to write, link type LAPD",
                         .required = true,
                         .completes = Completes::file},
                        {.name = "last", .value = "MINUTES", .help = "only the last minutes", .range = {{1, 1000000}}},
                        {.name = "follow", .help = "go on writing until interrupted"},
                        {.name = "with-numbers", .help = "telephone numbers whole; masked otherwise"}},
            .address = Address::boxesOrSwitch,
            .more =
                "The trace is always on: what is written has happened already. In a lab the switch is asked first,\n"
                "then the boxes, then the exchange; --box or --switch says whose end of a tie is meant.",
            .run = run};
}

} // namespace callbox::cli
