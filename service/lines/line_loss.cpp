// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/line_loss.h"

namespace callbox::lines {

ini::Key lineLostKey(Duration& limit)
{
    return ini::milliseconds("line_lost_ms", limit, 500ms, 60s, 3s, "a line out of use so long ends its calls");
}

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
    if (w.line->trunk().status().usable)
        w.outage.cancel();
    else if (!w.outage.armed())
        w.outage.after(limit_, [this, &w] {
            if (!w.line->trunk().status().usable)
                lost_(*w.line);
        });
}

} // namespace callbox::lines
