// SPDX-License-Identifier: GPL-2.0-or-later
// The claims of hal/line_io.h, as cases.
#include "line_pair.h"

namespace callbox::tests {

std::string LineListener::told(unsigned port) const
{
    std::string out;
    for (const LineEvent& e : events)
        if (index(e.port) == port)
            out += (out.empty() ? "" : " ") +
                   (e.kind == LineEvent::Kind::pulseDigit ? std::string(1, e.digit) : std::string(name(e.kind)));
    return out;
}

namespace {

constexpr Timeslot first{1}, second{2};

SpanConfig bank(PortKind kind)
{
    SpanConfig c{.name = "bank", .type = SpanType::analog, .dChannel = Timeslot{0}};
    for (unsigned i = 1; i <= linePorts; ++i)
        c.ports.push_back({Timeslot{static_cast<std::uint8_t>(i)}, kind, LineStart::kewl});
    return c;
}

} // namespace

UpLines::UpLines(LinePair& p, Findings& f) : pair(p)
{
    pair.fxoLine().setLineEvents(&fxo);
    pair.fxsLine().setLineEvents(&fxs);
    f.expect(pair.fxs().start(bank(PortKind::fxs), fxs).has_value(), "the exchange's end does not start");
    f.expect(pair.fxo().start(bank(PortKind::fxo), fxo).has_value(), "does not start");
    pair.until([&] { return fxo.events.size() >= linePorts; }, 3s);
    pair.pass(100ms);
    fxo.events.clear();
    fxs.events.clear();
}

UpLines::~UpLines()
{
    pair.fxo().stop();
    pair.fxs().stop();
    pair.fxoLine().setLineEvents(nullptr);
    pair.fxsLine().setLineEvents(nullptr);
}

namespace {

void batteryIsTold(LinePair& pair, Findings& f)
{
    LineListener fxo, fxs;
    pair.fxoLine().setLineEvents(&fxo);
    pair.fxsLine().setLineEvents(&fxs);
    f.expect(pair.fxo().start(bank(PortKind::fxo), fxo).has_value(), "does not start");
    pair.pass(500ms);
    f.expect(fxo.events.empty(), "something is told of lines that are connected to nothing");
    f.expect(pair.fxs().start(bank(PortKind::fxs), fxs).has_value(), "the exchange's end does not start");
    pair.pass(1s);
    for (unsigned i = 1; i <= linePorts; ++i)
        f.expect(fxo.told(i) == "battery-back", "line " + std::to_string(i) + " was told \"" + fxo.told(i) + "\"");
    pair.fxo().stop();
    pair.fxs().stop();
    pair.fxoLine().setLineEvents(nullptr);
    pair.fxsLine().setLineEvents(nullptr);
}

void ringsAreTold(LinePair& pair, Findings& f)
{
    UpLines up(pair, f);
    f.expect(pair.fxsLine().ring(first, true).has_value(), "does not ring");
    pair.pass(400ms);
    f.expect(pair.fxsLine().ring(first, false).has_value(), "does not stop ringing");
    pair.pass(200ms);
    f.expect(up.fxo.told(1) == "ring-begin ring-end", "told \"" + up.fxo.told(1) + "\"");
    for (const LineEvent& e : up.fxo.events)
        if (e.kind == LineEvent::Kind::ringEnd)
            f.expect(e.burst > 300ms && e.burst < 600ms,
                     "a ring of 400 ms is said to be of " + std::to_string(toMs(e.burst)) + " ms");
}

void hookIsTold(LinePair& pair, Findings& f)
{
    UpLines up(pair, f);
    f.expect(pair.fxoLine().setHook(first, true).has_value(), "does not go off hook");
    pair.pass(500ms);
    f.expect(pair.fxoLine().setHook(first, false).has_value(), "does not go on hook");
    pair.until([&] { return up.fxs.events.size() >= 2; }, 3s);
    f.expect(up.fxs.told(1) == "off-hook on-hook", "told \"" + up.fxs.told(1) + "\"");
}

void openLoopIsTold(LinePair& pair, Findings& f)
{
    UpLines up(pair, f);
    f.expect(pair.fxsLine().openLoop(first, 500ms).has_value(), "does not open the loop");
    pair.pass(1s);
    f.expect(up.fxo.told(1) == "battery-lost battery-back", "told \"" + up.fxo.told(1) + "\"");
}

void shortGapsAreNone(LinePair& pair, Findings& f)
{
    UpLines up(pair, f);
    std::string told;
    for (int i = 0; i < 3; ++i) { // where time is real, a stalled machine makes a gap longer than was asked for
        f.expect(pair.fxsLine().openLoop(first, 20ms).has_value(), "does not open the loop");
        pair.pass(500ms);
        const std::string before = std::exchange(told, up.fxo.told(1));
        if (told == before)
            return;
    }
    f.expect(false, "gaps of 20 ms were told: \"" + told + "\"");
}

void polarityIsTold(LinePair& pair, Findings& f)
{
    UpLines up(pair, f);
    for (const bool reversed : {true, true, false}) {
        f.expect(pair.fxsLine().setReversed(first, reversed).has_value(), "does not reverse");
        pair.pass(300ms);
    }
    f.expect(up.fxo.told(1) == "reversed normal", "told \"" + up.fxo.told(1) + "\"");
}

void pulsesAreDigits(LinePair& pair, Findings& f)
{
    UpLines up(pair, f);
    f.expect(pair.fxoLine().setHook(first, true).has_value(), "does not go off hook");
    pair.pass(300ms);
    f.expect(pair.fxoLine().dialPulses(first, "103").has_value(), "does not dial");
    const bool dialled = pair.until([&] { return up.fxo.told(1) == "dialled"; }, 10s);
    f.expect(dialled, "the end of the digits is not told: \"" + up.fxo.told(1) + "\"");
    pair.pass(300ms);
    f.expect(up.fxs.told(1) == "off-hook 1 0 3", "103 arrives as \"" + up.fxs.told(1) + "\"");
    f.expect(!pair.fxoLine().dialPulses(first, "1#").has_value(), "dials a # with pulses");
}

void flashIsNoHangup(LinePair& pair, Findings& f)
{
    UpLines up(pair, f);
    f.expect(pair.fxoLine().setHook(first, true).has_value(), "does not go off hook");
    pair.pass(300ms);
    f.expect(pair.fxoLine().flash(first).has_value(), "does not flash");
    pair.pass(2s);
    f.expect(up.fxs.told(1) == "off-hook flash", "told \"" + up.fxs.told(1) + "\"");
}

void portsAreApart(LinePair& pair, Findings& f)
{
    UpLines up(pair, f);
    f.expect(pair.fxsLine().ring(second, true).has_value(), "does not ring");
    pair.pass(100ms);
    f.expect(up.fxo.told(2) == "ring-begin", "line 2, which rings, was told \"" + up.fxo.told(2) + "\"");
    f.expect(up.fxo.told(1).empty() && up.fxo.told(3).empty(), "lines 1 and 3 were told of it");
    (void)pair.fxsLine().ring(second, false);
}

void wrongOrdersAreRefused(LinePair& pair, Findings& f)
{
    UpLines up(pair, f);
    f.expect(!pair.fxoLine().ring(first, true).has_value(), "rings towards an exchange");
    f.expect(!pair.fxsLine().setHook(first, true).has_value(), "goes off hook towards a telephone");
    f.expect(!pair.fxoLine().setHook(Timeslot{9}, true).has_value(), "has a port that nobody configured");
}

void silentAfterStop(LinePair& pair, Findings& f)
{
    UpLines up(pair, f);
    pair.fxo().stop();
    up.fxo.events.clear();
    (void)pair.fxsLine().ring(first, true);
    pair.pass(500ms);
    f.expect(up.fxo.events.empty(), "told after stop(): \"" + up.fxo.told(1) + "\"");
}

void ordersAfterStopAreGone(LinePair& pair, Findings& f)
{
    UpLines up(pair, f);
    pair.fxo().stop();
    const auto hook = pair.fxoLine().setHook(first, true);
    f.expect(!hook && hook.error().code == Errc::gone, "goes off hook, or says something else than that it is gone");
    pair.fxs().stop();
    const auto ring = pair.fxsLine().ring(first, true);
    f.expect(!ring && ring.error().code == Errc::gone, "rings, or says something else than that it is gone");
}

} // namespace

std::vector<Case<LinePair>> lineCases()
{
    return {
        {"battery-is-told", "no line has battery before it is told, and each is told once", "a green light by default",
         batteryIsTold},
        {"rings-are-told", "a ring begins, ends, and has its length", "rings of unknown length", ringsAreTold},
        {"hook-is-told", "the exchange hears both hooks, in order", "a hang-up that is lost", hookIsTold},
        {"open-loop-is-told", "a loop that is opened is told, and that it is closed", "a line that stays dead",
         openLoopIsTold},
        {"short-gaps-are-none", "a gap of 20 ms is no hang-up", "calls cut off by a spike", shortGapsAreNone},
        {"polarity-is-told", "polarity is told when it changes", "repeated events", polarityIsTold},
        {"pulses-are-digits", "digits dialled with pulses arrive, and their end is told", "a lost pulse",
         pulsesAreDigits},
        {"flash-is-no-hangup", "a flash is told as one", "a flash that ends the call", flashIsNoHangup},
        {"ports-are-apart", "what happens on one line is told of that line", "ports mixed up", portsAreApart},
        {"wrong-orders-are-refused", "orders to a port of the other kind are errors", "orders ignored in silence",
         wrongOrdersAreRefused},
        {"silent-after-stop", "nothing is told after stop()", "events into what is gone", silentAfterStop},
        {"orders-after-stop-are-gone", "who orders something of a bank that does not run hears that it is gone",
         "an error that blames who asked", ordersAfterStopAreGone},
    };
}

} // namespace callbox::tests
