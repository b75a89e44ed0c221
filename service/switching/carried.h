// SPDX-License-Identifier: GPL-2.0-or-later
// Two calls on their way to each other: what happens to either is one queue that the switch's script reads, their
// audio is joined from the start, and a hang-up of one ends the other once its last words are through.
#pragma once
#include "lines/call_table.h"
#include "lines/lines.h"
#include <callbox/hal/join.h>

namespace callbox::switching {

struct Happening {
    enum class Side { from, to };
    Side side;
    hal::CallStage stage;
    unsigned attempt; // of the `to` call it happened to
};

class Carried {
public:
    Carried(Loop& loop, std::unique_ptr<hal::Call> from);
    ~Carried();
    Carried(const Carried&) = delete;
    Carried& operator=(const Carried&) = delete;

    hal::Call& from() { return *from_; }
    hal::Call* to() { return to_.get(); }
    // The call that is tried now, and what is held as long as it is; joins it.
    void setTo(std::unique_ptr<hal::Call> to, lines::CallTable::Entry entry, std::shared_ptr<const void> held = {});
    // Clears it with `cause`; what still comes of it is not told any more.
    void dropTo(hal::Cause cause);

    // What happened next, of the calls at hand; empty: nothing within `limit`.
    Task<std::optional<Happening>> next(Duration limit);
    [[nodiscard]] bool fromGone() const { return gone(*from_); }
    // A line that carries one of them is out of use: both end.
    void lineLost(const std::string& span);
    [[nodiscard]] bool onLine(const std::string& span) const;
    [[nodiscard]] const hal::JoinCounters* joinCounters() const { return join_ ? &join_->counters() : nullptr; }

    // Until one of them ends; then ends the other with the same cause, after what was said before has gone out.
    Task<hal::Cause> untilEnd();
    // Until both are released; given up after some seconds.
    Task<> untilReleased();

private:
    static bool gone(const hal::Call& c) { return c.released() || c.stage() == hal::CallStage::releasing; }
    void observe(hal::Call& call, Happening::Side side);
    Task<> lastWords(hal::Call& towards);

    Loop& loop_;
    Queue<Happening> happenings_;
    unsigned attempt_ = 0;
    std::unique_ptr<hal::Call> from_;
    std::unique_ptr<hal::Call> to_;
    lines::CallTable::Entry toEntry_;
    std::shared_ptr<const void> held_;
    std::unique_ptr<hal::Join> join_;
    // Dropped attempts until the far side has let go of their channels.
    struct Dropped {
        std::unique_ptr<hal::Call> call;
        lines::CallTable::Entry entry;
    };
    std::vector<Dropped> dropped_;
};

} // namespace callbox::switching
