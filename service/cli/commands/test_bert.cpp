// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/line_test.h"
#include "cli/table.h"
#include <charconv>
#include <fmt/format.h>
#include <ostream>

namespace callbox::cli {

namespace {

// --insert N or a rate below one ("1e-5"). False: neither.
bool takeInsert(const std::string& text, json& body)
{
    double n = 0;
    const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (ec != std::errc() || stop != text.data() + text.size() || !(n > 0))
        return false;
    body[n < 1 ? "insert_rate" : "insert"] = n;
    return true;
}

std::string ratio(const json& r)
{
    return r.is_number() ? fmt::format("{:.1e}", r.get<double>()) : "-";
}

void tell(Context& c, const json& r)
{
    Table channels({{"SLOT", true},
                    {"SYNC"},
                    {"BITS", true},
                    {"ERRORS", true},
                    {"RATIO", true},
                    {"INSERTED", true},
                    {"SYNC LOST", true},
                    {"SLIPS", true},
                    {"ES", true},
                    {"SES", true},
                    {"UAS", true}});
    for (const json& ch : listOf(r, "channels"))
        channels.add({cell(fieldOf(ch, "slot")),
                      flagOf(ch, "in_sync")        ? "yes"
                      : flagOf(ch, "ever_in_sync") ? "lost"
                                                   : "never",
                      cell(fieldOf(ch, "bits")), cell(fieldOf(ch, "errors")), ratio(fieldOf(ch, "error_ratio")),
                      cell(fieldOf(ch, "inserted")), cell(fieldOf(ch, "sync_losses")), cell(fieldOf(ch, "slips")),
                      cell(fieldOf(ch, "errored_seconds")), cell(fieldOf(ch, "severely_errored_seconds")),
                      cell(fieldOf(ch, "unavailable_seconds"))});
    channels.print(c.out(), c.terminal.width);
    Table minutes({{"MINUTE", true}, {"BITS", true}, {"ERRORS", true}, {"SLIPS", true}, {"ES", true}, {"SES", true}});
    for (const json& m : listOf(r, "minutes"))
        minutes.add({cell(fieldOf(m, "minute")), cell(fieldOf(m, "bits")), cell(fieldOf(m, "errors")),
                     cell(fieldOf(m, "slips")), cell(fieldOf(m, "errored_seconds")),
                     cell(fieldOf(m, "severely_errored_seconds"))});
    if (!minutes.empty()) {
        c.out() << '\n';
        minutes.print(c.out(), c.terminal.width);
    }
    c.out() << '\n'
            << (flagOf(r, "ok") ? "Good: " : "NOT GOOD: ") << cell(fieldOf(r, "errors")) << " errors, "
            << cell(fieldOf(r, "inserted")) << " of them inserted, in " << cell(fieldOf(r, "bits")) << " bits.\n";
    if (textOf(r, "counted_by") == "card")
        c.out() << "Sent and counted by the card itself.\n";
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    const std::string span = v.text("SPAN");
    if (v.has("slot") && v.flag("all"))
        co_return c.usage("test bert: --slot and --all do not go together");
    if (v.flag("all") && !v.flag("yes"))
        co_return c.usage("test bert: --all: no call gets an idle channel of " + span +
                          " until it is over. If that is "
                          "meant, add --yes.");
    json body{
        {"span", span}, {"pattern", v.text("pattern")}, {"all", v.flag("all")}, {"seconds", v.decimal("minutes") * 60}};
    if (v.has("slot"))
        body["slot"] = v.number("slot");
    if (v.has("insert") && !takeInsert(v.text("insert"), body))
        co_return c.usage("test bert: --insert " + v.text("insert") + ": a number of bits, or a rate below 1, as 1e-5");
    const Daemon daemon = co_await whoHasSpan(c, span);
    const json r = co_await runTest(c, daemon, "/v1/test/bert", body);
    co_return toldResult(c, r, flagOf(r, "ok"), tell);
}

} // namespace

Command testBert()
{
    return {
        .path = {"test", "bert"},
        .summary = "bit errors of idle channels: send a pattern, check what comes back",
        .arguments = {{"SPAN", "its name, as span status shows it"}},
        .options = {{.name = "slot", .value = "N", .help = "this timeslot; else an idle one", .range = {{1, 31}}},
                    {.name = "all", .help = "every idle channel at once; wants --yes"},
                    {.name = "yes", .help = "yes, do it, though no call gets a channel meanwhile"},
                    {.name = "pattern",
                     .value = "P",
                     .help = "ITU-T O.150: 2^11-1, 2^15-1, QRSS (2^20-1), 2^23-1; or a word over and over",
                     .preset = "prbs15",
                     .choices = {"prbs11", "prbs15", "qrss", "prbs23", "ones", "1:1", "3-in-24"}},
                    {.name = "minutes", .value = "M", .help = "how long", .preset = "1", .decimal = {{0.05, 1440}}},
                    {.name = "insert", .value = "N|RATE", .help = "send so many wrong bits, or one in 1/RATE"}},
        .address = Address::boxesOrSwitch,
        .more =
            "A test that nobody waits for any more ends after two minutes. The far end loops (test loop there, or the "
            "telco's loop), or sends the same pattern. ES, SES, UAS: "
            "errored,\n"
            "severely errored, unavailable seconds (G.821). Exit code 0: no error but those inserted, no loss of\n"
            "synchronism, no slip.",
        .run = run};
}

} // namespace callbox::cli
