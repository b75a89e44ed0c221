// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/numbers.h"
#include "cli/progress.h"
#include "cli/table.h"
#include <algorithm>
#include <callbox/base/async.h>
#include <callbox/hal/media.h>
#include <charconv>
#include <ostream>
#include <unistd.h>

namespace callbox::cli {

namespace {

constexpr Duration longestCall = 2h; // beyond --hold: nobody's announcement lasts longer

bool isMilliseconds(const std::string& text)
{
    unsigned ms = 0;
    const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), ms);
    return ec == std::errc() && stop == text.data() + text.size();
}

// What is wrong with the options as a whole; nothing when they are fine.
std::string usageTrouble(const Values& v)
{
    for (const char* name : {"from", "to", "redirecting", "redirecting-original"})
        if (const std::string why = numberTrouble(v, name); !why.empty())
            return why;
    const std::string at = v.text("play-at");
    if (at != "beep" && at != "connect" && !isMilliseconds(at))
        return "--play-at " + at + ": beep, connect, or milliseconds after connect";
    if (v.text("digits").find_first_not_of("0123456789*#ABCDp") != std::string::npos)
        return "--digits " + v.text("digits") + ": 0 to 9, *, #, A to D, and p for a pause of 1 s";
    if (v.has("redirecting-original") && !v.has("redirecting"))
        return "--redirecting-original: needs --redirecting, the number that diverted last";
    return "";
}

json bodyFrom(const Values& v)
{
    json body = json::object();
    const std::pair<const char*, const char*> texts[] = {{"from", "from"},
                                                         {"to", "to"},
                                                         {"redirecting", "redirecting"},
                                                         {"redirecting-original", "redirecting_original"},
                                                         {"redirecting-form", "redirecting_form"},
                                                         {"screening", "screening"},
                                                         {"digits", "digits"},
                                                         {"play-at", "play_at"}};
    for (const auto& [option, key] : texts)
        if (!v.text(option).empty())
            body[key] = v.text(option);
    for (const char* option : {"play", "record"})
        if (v.has(option))
            body[option] = absolutePath(v.text(option));
    for (const char* option : {"withhold", "overlap"})
        if (v.flag(option))
            body[option] = true;
    if (v.has("hold"))
        body["hold_s"] = v.decimal("hold");
    return body;
}

// Which box took the call: the switch knows; a standalone lab has one.
Task<json> boxOf(Context& c, const json lab, const json result)
{
    if (!fieldOf(result, "box").is_null() || !flagOf(result, "connected"))
        co_return fieldOf(result, "box");
    const auto switching = labSwitch(lab);
    if (!switching) {
        const std::vector<Daemon> boxes = labBoxes(lab);
        co_return boxes.size() == 1 ? json(boxes.front().box) : json(nullptr);
    }
    const std::string call = textOf(result, "call");
    control::Request request{"GET", "/v1/explain/" + control::percentEncode(call)};
    Result<json> explained = co_await check(ask(c, *switching, std::move(request)));
    co_return explained ? fieldOf(fieldOf(*explained, "decision"), "chosen") : json(nullptr);
}

// Of a caller who is told to stop: the call is told as always.
Task<> hangUp(Context& c, const Daemon exchange, const std::string tag)
{
    control::Request request{"DELETE", "/v1/call/" + control::percentEncode(tag)};
    co_await ask(c, exchange, std::move(request));
}

void tell(Context& c, const json& r)
{
    if (flagOf(r, "connected"))
        c.out() << "Connected after " << cell(fieldOf(r, "setup_ms")) << " ms to " << cell(fieldOf(r, "box"))
                << ", ended after " << cell(fieldOf(r, "duration_ms")) << " ms";
    else
        c.out() << "Not connected";
    c.out() << ", cause " << cell(fieldOf(r, "cause")) << ". Call " << printable(textOf(r, "call")) << ".\n";
    Table table({{"MS", true}, {"EVENT"}});
    for (const json& e : listOf(r, "events"))
        table.add({cell(fieldOf(e, "at_ms")), textOf(e, "event")});
    if (!table.empty())
        table.print(c.out(), c.terminal.width);
    if (!textOf(r, "recorded").empty())
        c.out() << "Heard: " << printable(textOf(r, "recorded")) << '\n';
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    if (const std::string why = usageTrouble(v); !why.empty())
        co_return c.usage("lab call: " + why);
    const json lab = co_await labDescription(v.text("dir"));
    if (v.has("play"))
        co_await hal::loadWav(absolutePath(v.text("play")),
                              textOf(lab, "country") == "us" ? hal::Law::mulaw : hal::Law::alaw);
    const Daemon exchange = co_await labExchange(lab);
    json body = bodyFrom(v);
    const std::string tag = std::to_string(getpid()) + "-" + std::to_string(toMs(c.loop.now().time_since_epoch()));
    body["tag"] = tag;
    control::Request request{"POST", "/v1/call", {}, body.dump()};
    const auto hold = std::chrono::milliseconds(static_cast<std::int64_t>(v.decimal("hold") * 1000));
    TaskGroup hangups(c.loop);
    c.onInterrupt = [&] { hangups.start(hangUp(c, exchange, tag)); };
    json result;
    {
        Progress progress(c, "calling " + v.text("to"));
        result = co_await ask(c, exchange, std::move(request), longestCall + hold);
    }
    c.onInterrupt = {};
    result["box"] = co_await boxOf(c, lab, result);
    if (c.json())
        c.print(result);
    else
        tell(c, result);
    co_return flagOf(result, "connected") ? Exit::ok : Exit::problem;
}

} // namespace

Command labCall()
{
    return {
        .path = {"lab", "call"},
        .summary = "place one call from the exchange",
        .options =
            {{.name = "from", .value = "NUMBER", .help = "the caller, E.164", .required = true},
             {.name = "to", .value = "NUMBER", .help = "the number called, E.164", .required = true},
             {.name = "redirecting", .value = "NUMBER", .help = "who diverted the call"},
             {.name = "redirecting-original", .value = "NUMBER", .help = "who was called first, of several diversions"},
             {.name = "redirecting-form",
              .value = "FORM",
              .help = "how a diversion is signalled; by country: facility in eu, ie in us",
              .choices = {"ie", "facility", "both"}},
             {.name = "withhold", .help = "the caller's number is not to be shown"},
             {.name = "screening",
              .value = "HOW",
              .help = "of the caller's number",
              .preset = "network",
              .choices = {"network", "passed", "failed", "none"}},
             {.name = "overlap", .help = "the called number goes out digit by digit (overlap sending); eu only"},
             {.name = "play", .value = "F.wav", .help = "what the caller says", .completes = Completes::file},
             {.name = "play-at", .value = "WHEN", .help = "beep, connect, or ms after connect", .preset = "beep"},
             {.name = "digits", .value = "DIGITS", .help = "keys pressed then; p is a pause of 1 s"},
             {.name = "hold", .value = "S", .help = "hang up S seconds after connect", .decimal = {{0, 86400}}},
             {.name = "record",
              .value = "F.wav",
              .help = "all that was heard from connect",
              .completes = Completes::file}},
        .address = Address::lab,
        .more = "Without --play, --digits and --hold the caller stays until the far end hangs up. Interrupted, he "
                "hangs up.\n"
                "Exit code 0: connected.",
        .run = run};
}

} // namespace callbox::cli
