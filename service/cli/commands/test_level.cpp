// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/line_test.h"
#include <ostream>

namespace callbox::cli {

namespace {

void tell(Context& c, const json& r)
{
    const json& heard = fieldOf(r, "heard");
    c.out() << "Slot " << cell(fieldOf(r, "slot")) << ": rms " << decimals(fieldOf(heard, "rms_dbm0"), 1)
            << " dBm0, peak " << decimals(fieldOf(heard, "peak_dbm0"), 1) << " dBm0, DC "
            << decimals(fieldOf(heard, "dc"), 4) << " of full scale, samples lost "
            << cell(fieldOf(heard, "lost_samples")) << '\n';
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    const std::string span = v.text("SPAN");
    json body{{"span", span}, {"seconds", v.decimal("seconds")}};
    if (v.has("slot"))
        body["slot"] = v.number("slot");
    const Daemon daemon = co_await whoHasSpan(c, span);
    const json r = co_await runTest(c, daemon, "/v1/test/audio", body);
    co_return toldResult(c, r, true, tell);
}

} // namespace

Command testLevel()
{
    return {
        .path = {"test", "level"},
        .summary = "level, peak and DC of what comes on an idle channel",
        .arguments = {{"SPAN", "its name, as span status shows it"}},
        .options = {{.name = "slot", .value = "N", .help = "this timeslot; else an idle one", .range = {{1, 31}}},
                    {.name = "seconds", .value = "S", .help = "measured for", .preset = "2", .decimal = {{0.2, 60}}}},
        .address = Address::boxesOrSwitch,
        .more = "Quiet is sent meanwhile. rms is without DC; the peak is that of a sine which just reaches it.",
        .run = run};
}

} // namespace callbox::cli
