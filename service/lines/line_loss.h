// SPDX-License-Identifier: GPL-2.0-or-later
// A line in alarm, or whose samples stand still, for some seconds takes its calls with it: nobody talks to a dead
// span, and what a box plays into one reaches nobody (design 9.4). Both ends of a tie hold to it, so that neither
// keeps a call the other has given up. A D channel that is away is none of its business: that is the trunk's T309
// (N23). Loop thread only.
#pragma once
#include "lines/lines.h"

namespace callbox::lines {

// Its limit in a daemon's own section: line_lost_ms.
ini::Key lineLostKey(Duration& limit);

class LineLoss {
public:
    using Lost = std::function<void(Line&)>; // from a timer; again as long as the outage lasts
    LineLoss(Loop& loop, Duration limit, Lost lost);
    ~LineLoss();
    LineLoss(const LineLoss&) = delete;
    LineLoss& operator=(const LineLoss&) = delete;

    void watch(Line& line); // the line outlives this
    void look();            // a span does not tell by itself that its samples stand still: ask now and then

private:
    struct Watched {
        explicit Watched(Loop& loop) : outage(loop) {}
        Line* line = nullptr;
        int handle = 0;
        Timer outage; // runs while the line is out of use
    };
    void look(Watched&);
    Loop& loop_;
    Duration limit_;
    Lost lost_;
    std::vector<std::unique_ptr<Watched>> watched_;
};

} // namespace callbox::lines
