// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/line_loss.h"

namespace callbox::lines {

ini::Key lineLostKey(Duration& limit)
{
    return ini::milliseconds("line_lost_ms", limit, 500ms, 60s, 3s,
                             "a line in alarm, or without samples, so long ends its calls (a D channel alone: T309)");
}

namespace {

// Layer 1 only: active calls outlive their data link until T309 has run out, and that is the trunk's (Q.931 5.8.9,
// N23).
bool isLost(const Line& line)
{
    return !line.span().alarms().usable() || !line.span().framesMoving();
}

} // namespace

LineLoss::LineLoss(Loop& loop, Duration limit, Lost lost) : loop_(loop), limit_(limit), lost_(std::move(lost)) {}

LineLoss::~LineLoss()
{
    for (const auto& w : watched_)
        w->line->span().removeChange(w->handle);
}

void LineLoss::watch(Line& line)
{
    auto w = std::make_unique<Watched>(loop_);
    w->line = &line;
    w->handle = line.span().onChange([this, watched = w.get()] { look(*watched); });
    watched_.push_back(std::move(w));
}

void LineLoss::look()
{
    for (const auto& w : watched_)
        look(*w);
}

void LineLoss::look(Watched& w)
{
    if (!isLost(*w.line))
        w.outage.cancel();
    else if (!w.outage.armed())
        w.outage.after(limit_, [this, &w] {
            if (isLost(*w.line))
                lost_(*w.line);
        });
}

} // namespace callbox::lines
