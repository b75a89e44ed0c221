// SPDX-License-Identifier: GPL-2.0-or-later
#include "cases.h"

namespace callbox::tests {

namespace {

void startsInLos(SpanPair& pair, Findings& f)
{
    Listener near, far;
    f.expect(pair.near().start(pair.config(), near).has_value(), "does not start");
    pair.pass(60ms);
    f.expect(pair.far().start(pair.config(), far).has_value(), "the far end does not start");
    pair.until([&] { return !near.ticks.empty(); }, 5s);
    f.expect(!near.tickBeforeAlarms, "a tick came before the first alarm state");
    f.expect(!near.alarms.empty() && near.alarms.front().los, "the first alarm state is not LOS");
}

void alarmsClear(SpanPair& pair, Findings& f)
{
    Listener near, far;
    f.expect(bringUp(pair, near, far), "no ticks");
    f.expect(pair.until([&] { return !near.alarms.empty() && !near.alarms.back().any(); }, 2s),
             "alarms never cleared although samples move");
}

void clockCounts(SpanPair& pair, Findings& f)
{
    Listener near, far;
    f.expect(bringUp(pair, near, far), "no ticks");
    pair.slipAtNear();
    const std::size_t now = near.ticks.size();
    pair.until([&] { return near.ticks.size() > now + 20; }, 5s);
    for (std::size_t i = 1; i < near.ticks.size(); ++i) {
        const auto& [clock, samples, lost] = near.ticks[i - 1];
        const std::uint64_t due = clock + samples + near.ticks[i].lost;
        if (!f.expect(near.ticks[i].clock == due, "tick " + std::to_string(i) + " is at sample " +
                                                      std::to_string(near.ticks[i].clock) + ", not " +
                                                      std::to_string(due)))
            return;
    }
}

void blockSizeStays(SpanPair& pair, Findings& f)
{
    Listener near, far;
    f.expect(bringUp(pair, near, far), "no ticks");
    pair.until([&] { return near.ticks.size() > 30; }, 5s);
    for (const Listener::Tick& t : near.ticks)
        if (!f.expect(t.samples == near.ticks.front().samples, "a block of " + std::to_string(t.samples)))
            return;
}

void nothingAfterStop(SpanPair& pair, Findings& f)
{
    Listener near, far;
    f.expect(bringUp(pair, near, far), "no ticks");
    pair.near().stop();
    const std::uint64_t events = near.events;
    const std::uint8_t frame[] = {2, 1, 127};
    (void)pair.far().sendFrame(frame);
    pair.pass(200ms);
    f.expect(near.events == events, std::to_string(near.events - events) + " events after stop()");
}

void startsAgain(SpanPair& pair, Findings& f)
{
    Listener near, far;
    f.expect(bringUp(pair, near, far), "no ticks");
    pair.near().stop();
    pair.pass(100ms);
    const std::size_t ticks = near.ticks.size();
    f.expect(pair.near().start(pair.config(), near).has_value(), "does not start again");
    f.expect(pair.until([&] { return near.ticks.size() > ticks + 5; }, 5s), "no ticks after the second start");
    pair.near().stop();
}

void cableOut(SpanPair& pair, Findings& f)
{
    Listener near, far;
    f.expect(bringUp(pair, near, far), "no ticks");
    pair.cable(false);
    f.expect(pair.until([&] { return near.alarms.back().los; }, 3s), "cable out, no LOS");
    pair.cable(true);
    const std::size_t ticks = near.ticks.size();
    f.expect(pair.until([&] { return near.ticks.size() > ticks + 5; }, 5s), "no samples after the cable came back");
}

std::uint64_t toldAsLost(const Listener& l)
{
    std::uint64_t all = 0;
    for (const Listener::Tick& t : l.ticks)
        all += t.lost;
    return all;
}

void lossIsTold(SpanPair& pair, Findings& f)
{
    Listener near, far;
    f.expect(bringUp(pair, near, far), "no ticks");
    f.expect(pair.near().openSlot(Timeslot{1}) && pair.far().openSlot(Timeslot{1}), "does not open a slot");
    pair.pass(120ms);
    const std::uint64_t before = toldAsLost(near);
    const SpanPair::Loss lost = pair.loseAtNear(near.ticks.front().samples);
    pair.pass(200ms);
    const std::uint64_t told = toldAsLost(near) - before;
    f.expect(told >= lost.least && told <= lost.most, "of " + std::to_string(lost.least) + " to " +
                                                          std::to_string(lost.most) + " samples lost were told " +
                                                          std::to_string(told));
}

void slipIsCounted(SpanPair& pair, Findings& f)
{
    Listener near, far;
    f.expect(bringUp(pair, near, far), "no ticks");
    pair.pass(40ms);
    const unsigned slips = near.slips;
    pair.slipAtNear();
    pair.pass(200ms);
    f.expect(near.slips == slips + 1, "slips counted: " + std::to_string(near.slips - slips));
}

} // namespace

std::vector<Case<SpanPair>> spanCases()
{
    return {
        {"StartsInLos", "the first event is LOS, until samples have moved (N5)", "green from the start", startsInLos},
        {"AlarmsClear", "alarms clear once samples move", "LOS that sticks (N8)", alarmsClear},
        {"ClockCounts", "the clock goes on by exactly the samples given and lost", "an unseen gap", clockCounts},
        {"BlockSizeStays", "all ticks of a start have one size", "short reads handed on", blockSizeStays},
        {"NothingAfterStop", "no event comes after stop() returns", "a posted event that outlives it",
         nothingAfterStop},
        {"StartsAgain", "start() works again after stop()", "a device kept open", startsAgain},
        {"CableOut", "LOS when nothing comes, and samples again afterwards", "green without data (N4)", cableOut},
        {"LossIsTold", "samples that nobody gets are told", "silent loss (N6)", lossIsTold},
        {"SlipIsCounted", "a slip is counted", "a clock that runs apart unseen (N6)", slipIsCounted},
    };
}

std::vector<Case<SpanPair>> allCases()
{
    std::vector<Case<SpanPair>> all = spanCases();
    for (auto more : {channelCases(), dChannelCases()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

} // namespace callbox::tests
