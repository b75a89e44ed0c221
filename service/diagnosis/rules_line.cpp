// SPDX-License-Identifier: GPL-2.0-or-later
// Spans by their alarms (G.775, G.704, G.732), whose clock they follow, D channels, calls. A span with an alarm says
// nothing of its clock and its D channel: the alarm explains them.
#include "diagnosis/rules.h"
#include <fmt/format.h>

namespace callbox::diagnosis {

namespace {

using Findings = std::vector<Finding>;

std::string called(const SpanFacts& s)
{
    return "span " + s.name + " of " + s.daemon;
}

bool isVirtual(const SpanFacts& s)
{
    return s.backend == "virtual";
}

bool carries(const SpanFacts& s)
{
    return s.state != "gone" && !s.has("LOS") && !s.has("LOF") && !s.has("LOMF") && !s.has("AIS") && s.framesMoving &&
           s.loop.empty();
}

void gone(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans)
        if (s.state == "gone")
            out.push_back({.subject = called(s),
                           .what = "its card has gone",
                           .evidence = "state gone",
                           .cause = isVirtual(s) ? "the program at the other end has ended"
                                                 : "the card was pulled or its driver was unloaded",
                           .action = "put it back: the span returns by itself; then look at dmesg"});
}

void noSignal(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans)
        if (s.state != "gone" && s.has("LOS"))
            out.push_back(
                {.subject = called(s),
                 .what = "no signal arrives (LOS)",
                 .evidence = "alarm LOS",
                 .cause = isVirtual(s) ? "the process at the other end does not run or its line is faulted"
                                       : "the cable is out, broken or in another port, or the far end is off",
                 .action = isVirtual(s) ? "start the other end; callbox lab fault --what span-ok ends an injected fault"
                                        : "plug in a loop plug: LOS that stays is this card or port, LOS that goes is "
                                          "the cable or the far end"});
}

void noFraming(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans)
        if (s.state != "gone" && !s.has("LOS") && !s.has("AIS") && s.has("LOF"))
            out.push_back({.subject = called(s),
                           .what = "a signal arrives, but no frames (LOF)",
                           .evidence = "alarm LOF without LOS; type = " + s.type,
                           .cause = s.type == "e1"
                                        ? "CRC-4 is on at one end only, or the line is a T1"
                                        : "framing or line code differ (ESF/D4, B8ZS/AMI), or the line is an E1",
                           .action = s.type == "e1" ? "try crc4 = no, and ask the carrier which it is"
                                                    : "ask the carrier for framing and line code"});
}

void noMultiframe(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans)
        if (s.state != "gone" && s.has("LOMF") && !s.has("LOS") && !s.has("AIS") && !s.has("LOF"))
            out.push_back({.subject = called(s),
                           .what = "frames arrive, but no CRC-4 multiframes (LOMF)",
                           .evidence = "alarm LOMF without LOF",
                           .cause = "CRC-4 is on at this end only",
                           .action = "set crc4 = no, or ask the carrier to switch it on"});
}

void ais(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans)
        if (s.state != "gone" && !s.has("LOS") && s.has("AIS"))
            out.push_back({.subject = called(s),
                           .what = "the far equipment sends all ones (AIS)",
                           .evidence = "alarm AIS",
                           .cause = "something behind it has failed, or it was blocked there",
                           .action = "call the carrier: this side and the cable to the next equipment are well"});
}

void rai(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans)
        if (s.state != "gone" && s.has("RAI") && !s.has("LOS") && !s.has("LOF") && !s.has("AIS"))
            out.push_back({.subject = called(s),
                           .what = "we hear the far end, it does not hear us (RAI)",
                           .evidence = "alarm RAI alone",
                           .cause = s.type == "e1" ? "the transmit pair is broken, or CRC-4 is on here and off there"
                                                   : "the transmit pair is broken, or the line build-out is wrong",
                           .action = "check the transmit pair with a loop plug" +
                                     std::string(s.type == "e1" ? "; then try crc4 = no" : "")});
}

// It explains whatever else the span says of itself.
void looped(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans)
        if (!s.loop.empty())
            out.push_back(
                {.severity = Severity::warning,
                 .subject = called(s),
                 .what = "is looped for a test: no call comes or goes",
                 .evidence = s.loop + " loop until " + s.loopUntil,
                 .cause = "callbox test loop",
                 .action = "callbox test loop " + s.name + " --kind none ends it; it ends by itself as well"});
}

void takenOut(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans)
        if (!s.inService)
            out.push_back({.severity = Severity::warning,
                           .subject = called(s),
                           .what = "is out of service: no call comes or goes",
                           .evidence = "in_service no",
                           .cause = "callbox span set --service out",
                           .action = "callbox span set " + s.name + " --service in"});
}

// Green and dead: a driver without interrupts.
void nothingMoves(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans)
        if (s.state != "gone" && !s.framesMoving && s.alarms.empty())
            out.push_back(
                {.subject = called(s),
                 .what = "no alarm, and nothing moves",
                 .evidence = "frames_moving no, no alarm stands",
                 .cause = isVirtual(s) ? "the process at the other end hangs" : "the card's interrupts do not arrive",
                 .action = isVirtual(s) ? "look at the other process"
                                        : "watch -n1 cat /proc/interrupts: its line must count 1000 a second; "
                                          "if not, another slot, or pci=noapic"});
}

void cameAndWent(const Facts& f, Findings& out)
{
    constexpr std::int64_t many = 20;
    for (const SpanFacts& s : f.spans)
        if (carries(s) && s.alarmChanges >= many)
            out.push_back({.severity = Severity::warning,
                           .subject = called(s),
                           .what = "alarms come and go",
                           .evidence = fmt::format("{} changes since the daemon's start", s.alarmChanges),
                           .cause = "a plug or cable with a bad contact, or too weak a signal",
                           .action = "callbox alarm list tells when; move the cable, then another one"});
}

void slips(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans) {
        if (!carries(s) || s.slips <= 0)
            continue;
        Finding found{.severity = Severity::warning,
                      .subject = called(s),
                      .what = "frames slip: its two ends run on different clocks",
                      .evidence = fmt::format("{} slips since the daemon's start", s.slips),
                      .cause = s.use == "tie" ? "the tie is not clocked from the trunk"
                                              : "both ends lead the clock, or the card takes it from another span",
                      .action = "take the clock from the carrier's span first; one clock master per system"};
        if (s.use == "trunk" && s.clockSet == "card") {
            found.evidence += ", and clock = card";
            found.cause = "it sends by its card's own clock, and a network sends by the network's";
            found.action = "towards a network: callbox span set " + s.name +
                           " --clock line --yes, and clock = line in its section; a PBX is to follow us";
        }
        out.push_back(std::move(found));
    }
}

// Each end of a cable takes what it sends by from what comes in: the two drift away from every other clock together,
// and neither counts a slip (G.822 counts them where they meet a third). Seen where both daemons of a tie were asked.
void clockLoop(const Facts& f, Findings& out)
{
    for (auto a = f.spans.begin(); a != f.spans.end(); ++a)
        for (auto b = std::next(a); b != f.spans.end(); ++b)
            if (a->name == b->name && a->daemon != b->daemon && a->use == "tie" && b->use == "tie" && carries(*a) &&
                carries(*b) && a->clockFrom == "line" && b->clockFrom == "line")
                out.push_back({.subject = called(*a),
                               .what = "its two ends follow each other's clock, and nobody leads",
                               .evidence = a->daemon + " and " + b->daemon + " both send by what comes in",
                               .cause = "clock = line at both ends of the cable",
                               .action = "the switch's end of a tie leads: callbox span set " + a->name +
                                         " --switch --clock card --yes, and clock = card in its section"});
}

void lostSamples(const Facts& f, Findings& out)
{
    constexpr std::int64_t rate = 8000, oneIn = 10'000, minute = 60, hour = 3600;
    const auto much = [](const Lost& l, std::int64_t atLeast) {
        return l.seconds >= atLeast && l.samples > l.seconds * rate / oneIn;
    };
    for (const SpanFacts& s : f.spans) {
        const bool now = much(s.quarter, minute);
        if (!carries(s) || (!now && !much(s.day, hour)))
            continue;
        const Lost& l = now ? s.quarter : s.day;
        out.push_back(
            {.severity = Severity::warning,
             .subject = called(s),
             .what = "samples are lost",
             .evidence = fmt::format("{} of {} in the last {} min", l.samples, l.seconds * rate, l.seconds / minute),
             .cause = "the machine is too busy to be there in time",
             .action = "look for what else runs (top), and at power saving of CPU and PCI"});
    }
}

// Nobody says which ports of a bank have a line: where one lives, the others may be meant to be empty.
void linesDead(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans)
        if (s.analog() && s.state != "gone" && s.loop.empty() && s.inService && s.channels.outOfService)
            out.push_back(
                {.severity = s.channels.outOfService == s.channels.all ? Severity::problem : Severity::warning,
                 .subject = called(s),
                 .what = "analog lines are dead",
                 .evidence = fmt::format("no battery on {} of {} lines", s.channels.outOfService, s.channels.all),
                 .cause = "nothing is plugged in, a wire is broken, or the exchange has cut the line off",
                 .action = "callbox line list tells which; a telephone in that socket must have a dial tone"});
}

// How one end was set up keeps the link down: it has not been up since the start, or the far end was changed.
void setUpWrong(const SpanFacts& s, Finding& d)
{
    const std::string trace = "callbox trace dchannel " + s.name;
    if (s.framesIn == 0 && s.framesBad == 0) {
        d.cause = "the far end sends nothing there: not activated, or the D channel is in another timeslot";
        d.action = "ask the carrier whether the D channel is activated, and in which timeslot";
    } else if (s.framesIn == 0) {
        d.cause = "only broken frames arrive: bit errors, or no HDLC in that timeslot";
        d.action = "ask the carrier which timeslot the D channel is in; then a bit error test";
    } else if (s.sameSide == false) {
        d.cause = "the far end sends SABME and takes none of our answers: what we send does not reach it";
        d.action = trace + ": SABME that comes again and again; check the transmit pair with a loop plug, then "
                           "ask the carrier what arrives there";
    } else {
        d.cause = "both ends play the same side: layer 2 answers nothing it does not expect";
        d.action = trace + ": SABME both ways without UA means role = user here and user there; change one";
    }
}

// A link that was up has the right settings.
void lost(const SpanFacts& s, Finding& d)
{
    const std::int64_t in = s.framesIn - s.framesInAtLoss, bad = s.framesBad - s.framesBadAtLoss;
    d.evidence = fmt::format("no alarm; up until {}, since then {} frames received, {} bad", s.dChannelLostAt, in, bad);
    if (in == 0 && bad > 0) {
        d.cause = "only broken frames arrive since then: bit errors on the line";
        d.action = "a bit error test, with the carrier if it is his line";
        return;
    }
    const bool tie = s.use == "tie";
    d.cause = tie ? "the D channel of the other end of the tie is away" : "the exchange's D channel is away";
    d.cause += in > 0 ? ": frames come, no link is set up" : ": nothing comes on it any more";
    d.action = "change no setting: it was up with these, and comes back by itself; if it does not, " +
               std::string(tie ? "look at the daemon at the other end" : "ask the carrier for an outage or work there");
}

void dChannelDown(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans) {
        if (!carries(s) || s.dChannelUp || s.analog())
            continue;
        Finding d{.subject = called(s),
                  .what = "the D channel is down: no call comes or goes",
                  .evidence = fmt::format("no alarm, {} frames received, {} sent, {} bad", s.framesIn, s.framesOut,
                                          s.framesBad)};
        if (s.dChannelLostAt.empty() || s.sameSide == true)
            setUpWrong(s, d);
        else
            lost(s, d);
        out.push_back(std::move(d));
    }
}

void badFrames(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans)
        if (carries(s) && s.dChannelUp && s.framesBad > 10 && s.framesBad * 1000 > s.framesIn)
            out.push_back({.severity = Severity::warning,
                           .subject = called(s),
                           .what = "D channel frames arrive broken",
                           .evidence = fmt::format("{} bad of {}", s.framesBad, s.framesIn + s.framesBad),
                           .cause = "bit errors on the line",
                           .action = "a bit error test, with the carrier if it is his line"});
}

void outOfService(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans)
        if (s.dChannelUp && !s.analog() && s.loop.empty() && s.inService &&
            (s.channels.outOfService || s.channels.restarting))
            out.push_back(
                {.severity = s.channels.outOfService ? Severity::problem : Severity::warning,
                 .subject = called(s),
                 .what = "channels cannot be used",
                 .evidence = fmt::format("{} out of service, {} restarting, of {}", s.channels.outOfService,
                                         s.channels.restarting, s.channels.all),
                 .cause = "the far end did not answer RESTART, or has taken them out of service",
                 .action = "callbox trace dchannel " + s.name + " --messages: look for RESTART and its answer"});
}

void noneIdle(const Facts& f, Findings& out)
{
    for (const SpanFacts& s : f.spans)
        if (s.dChannelUp && s.channels.all && s.channels.inUse == s.channels.all)
            out.push_back({.severity = Severity::warning,
                           .subject = called(s),
                           .what = "every channel is in use: the next caller is refused",
                           .evidence = fmt::format("{} of {} in use", s.channels.inUse, s.channels.all),
                           .cause = "more calls than the span has room for",
                           .action = "callbox call list; if they are all real, another span"});
}

void oldCalls(const Facts& f, Findings& out)
{
    constexpr std::int64_t hours = 3600;
    for (const CallFacts& c : f.calls)
        if (c.seconds > 2 * hours)
            out.push_back(
                {.severity = Severity::warning,
                 .subject = "call " + c.id + " of " + c.daemon,
                 .what = "stands for hours",
                 .evidence = fmt::format("{} h {} min, {}", c.seconds / hours, c.seconds % hours / 60, c.kind),
                 .cause = "a hang-up was lost, or somebody talks that long",
                 .action = "callbox call hangup " + c.id + " --yes"});
}

constexpr Rule rules[] = {
    {Layer::span, "span-gone", gone},
    {Layer::span, "span-no-signal", noSignal},
    {Layer::span, "span-no-framing", noFraming},
    {Layer::span, "span-no-multiframe", noMultiframe},
    {Layer::span, "span-all-ones", ais},
    {Layer::span, "span-not-heard", rai},
    {Layer::span, "span-nothing-moves", nothingMoves},
    {Layer::span, "span-looped", looped},
    {Layer::span, "span-out-of-service", takenOut},
    {Layer::span, "span-alarms-come-and-go", cameAndWent},
    {Layer::span, "lines-dead", linesDead},
    {Layer::clock, "clock-slips", slips},
    {Layer::clock, "clock-loop", clockLoop},
    {Layer::clock, "clock-samples-lost", lostSamples},
    {Layer::dChannel, "d-channel-down", dChannelDown},
    {Layer::dChannel, "d-channel-errors", badFrames},
    {Layer::dChannel, "channels-out-of-service", outOfService},
    {Layer::call, "channels-all-in-use", noneIdle},
    {Layer::call, "call-stands-for-hours", oldCalls},
};

} // namespace

std::span<const Rule> lineRules()
{
    return rules;
}

} // namespace callbox::diagnosis
