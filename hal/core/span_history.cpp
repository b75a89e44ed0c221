// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/hal/span_history.h>

namespace callbox::hal {

namespace {

constexpr Duration longestGap = std::chrono::hours(24); // a process that slept longer: what was before is of no use

// A card that was taken out, or a driver that was loaded again, begins at zero.
std::uint64_t since(std::uint64_t before, std::uint64_t now)
{
    return now >= before ? now - before : now;
}

LineErrors since(const LineErrors& before, const LineErrors& now)
{
    return {since(before.crc, now.crc),
            since(before.farEnd, now.farEnd),
            since(before.bipolar, now.bipolar),
            since(before.framing, now.framing),
            since(before.irqMisses, now.irqMisses),
            since(before.underruns, now.underruns),
            since(before.overruns, now.overruns)};
}

} // namespace

SpanHistory::SpanHistory(Loop& loop, Span& span)
    : loop_(loop), span_(span), performance_(span.config().type, span.config().crc4), timer_(loop)
{
    changeHandle_ = span_.onChange([this] { defect_ = defect_ || defect(); });
}

SpanHistory::~SpanHistory()
{
    span_.removeChange(changeHandle_);
}

bool SpanHistory::countsErrors() const
{
    return dynamic_cast<const LineErrorCounts*>(&span_.io()) != nullptr;
}

bool SpanHistory::defect() const
{
    return span_.state() != Span::State::running || !span_.alarms().usable() || !span_.framesMoving();
}

void SpanHistory::start()
{
    if (timer_.armed())
        return;
    defect_ = defect();
    lastSecond(); // what was before is nobody's
    due_ = loop_.now();
    next();
}

void SpanHistory::stop()
{
    timer_.cancel();
}

void SpanHistory::next()
{
    due_ += 1s;
    timer_.at(due_, [this] { look(); });
}

LineSecond SpanHistory::lastSecond()
{
    LineSecond s;
    s.defect = std::exchange(defect_, defect()) || defect();
    const SpanCounters& now = span_.counters();
    s.slips = now.slips - counters_.slips;
    if (!s.defect) { // the defect explains what is lost in it: nobody was too late
        s.lostSamples = now.lostSamples - counters_.lostSamples;
        s.lateMs = now.lateMs - counters_.lateMs;
    }
    counters_ = now;
    if (const auto* counts = dynamic_cast<const LineErrorCounts*>(&span_.io())) {
        s.superframe = counts->superframe();
        if (const auto e = counts->lineErrors()) {
            s.errors = errors_ ? since(*errors_, *e) : LineErrors();
            errors_ = *e;
        }
    }
    return s;
}

// After a stall each second that passed counts; what came in them is put into the first one.
void SpanHistory::look()
{
    if (loop_.now() - due_ > longestGap)
        due_ = loop_.now();
    LineSecond s = lastSecond();
    const WallTime wall = loop_.wallNow();
    const bool stands = defect();
    while (true) {
        const auto late = std::chrono::duration_cast<std::chrono::seconds>(loop_.now() - due_);
        performance_.second(s, wall - late);
        if (late < 1s)
            break;
        s = LineSecond{.defect = stands};
        due_ += 1s;
    }
    next();
}

} // namespace callbox::hal
