// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/context.h"
#include "cli/generated_config.h"
#include "cli/port_kinds.h"
#include "lab/small_file.h"
#include <algorithm>
#include <callbox/base/number_range.h>
#include <filesystem>
#include <ostream>

namespace callbox::cli {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> serialDevices()
{
    std::vector<std::string> out;
    std::error_code ec;
    for (fs::directory_iterator it("/dev/serial/by-id", ec), end; !ec && it != end; it.increment(ec))
        out.push_back(it->path().string());
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<hal::SpanInfo> probed(const Context& c)
{
    std::vector<hal::SpanInfo> out;
    for (const hal::Backend* b : hal::allBackends()) {
        auto found = b->probe();
        if (!found) {
            c.say("callbox: looking for cards of " + std::string(b->name) + ": " + found.error().what);
            continue;
        }
        out.insert(out.end(), found->begin(), found->end());
    }
    return out;
}

// What is wrong with the numbers given; "" when nothing is.
std::string trouble(const Values& v, GeneratedFrom& from)
{
    from.id = v.text("id");
    from.state = absolutePath(v.text("state"));
    from.virtualSocket = absolutePath(v.text("virtual"));
    if (from.id.empty() ||
        from.id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") !=
            std::string::npos)
        return "--id " + from.id + ": letters, digits, '-', '_' and '.'";
    for (const std::string& path : {from.state, from.virtualSocket})
        if (!path.empty() && !canBeWritten(path))
            return path + ": a path with a line end or a comment mark in it cannot be written in a configuration";
    from.access = v.text("access");
    from.allow = v.text("allow");
    if (!from.access.empty() && !PhoneNumber::parse(from.access))
        return "--access " + from.access + ": a number in E.164, as +12125559000";
    if (!from.allow.empty() && !parseRange(from.allow))
        return "--allow " + from.allow + ": a range, as +12125550000-+12125550999";
    if (v.text("pool").empty())
        return "";
    const auto pool = parseRange(v.text("pool"));
    if (!pool)
        return "--pool " + v.text("pool") + ": a range, as +12125559001-+12125559099";
    from.poolFirst = pool->first.e164();
    from.poolLast = pool->last.e164();
    return "";
}

Task<Exit> run(Context& c)
{
    GeneratedFrom from;
    if (const std::string wrong = trouble(c.values, from); !wrong.empty())
        co_return c.usage("config generate: " + wrong);
    from.spans = probed(c);
    const bool banks = std::any_of(from.spans.begin(), from.spans.end(),
                                   [](const hal::SpanInfo& s) { return s.type == hal::SpanType::analog; });
    if (const auto cards = banks ? hal::machineCards(c.loop) : Error{Errc::not_found, "not looked for"})
        co_await askPortKinds(**cards, from.spans);
    from.serialDevices = serialDevices();
    if (from.spans.empty() && from.virtualSocket.empty())
        co_await fail(Errc::not_found, "no card with a span was found: is its driver loaded? lspci or lsusb shows it, "
                                       "dmesg what its driver says. --virtual PATH makes a span without a card");
    const std::string text = generatedConfig(from);
    const std::string out = absolutePath(c.values.text("out"));
    std::error_code ec;
    if (!out.empty() && fs::exists(out, ec))
        co_await fail(Errc::busy, out + " is there already; it is not written over");
    if (!out.empty())
        co_await lab::replaceFile(out, text);
    const std::size_t spans = from.spans.size() + (from.virtualSocket.empty() ? 0 : 1);
    if (c.json())
        c.print({{"spans", spans}, {"out", out.empty() ? json(nullptr) : json(out)}, {"config", text}});
    else if (out.empty())
        c.out() << text;
    else
        c.out() << out << ": " << spans << (spans == 1 ? " span" : " spans")
                << "; fill in what is marked, then callbox config check " << out << '\n';
    co_return Exit::ok;
}

} // namespace

Command configGenerate()
{
    return {.path = {"config", "generate"},
            .summary = "a box's first configuration, from the cards that are there",
            .options = {{.name = "id", .value = "ID", .help = "the box's name", .preset = "box1"},
                        {.name = "state",
                         .value = "DIR",
                         .help = "where it keeps its messages",
                         .preset = "/var/lib/callbox",
                         .completes = Completes::folder},
                        {.name = "access", .value = "N", .help = "the number that leaves messages without diversion"},
                        {.name = "pool", .value = "FIRST-LAST", .help = "its link numbers"},
                        {.name = "allow", .value = "FIRST-LAST", .help = "whom messages may be left for"},
                        {.name = "virtual",
                         .value = "PATH",
                         .help = "one more span, without a card: the other end's socket",
                         .completes = Completes::file},
                        {.name = "out", .value = "F", .help = "the file to write", .completes = Completes::file}},
            .more = "What only you and the carrier know is marked FILL IN, with example numbers where none was given.\n"
                    "Serial devices that may be modems come as comments. Nothing is opened, nothing is written over.",
            .run = run};
}

} // namespace callbox::cli
