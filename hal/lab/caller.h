// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the folder: a caller on one test call, from SETUP to its release.
#pragma once
#include "speech.h"
#include <callbox/base/edges.h>
#include <callbox/lab/call_order.h>

namespace callbox::lab {

class Caller {
public:
    // The call has been placed at `start`; it and the order outlive the caller.
    Caller(Edges edges, const CallOrder& order, hal::Call& call, TimePoint start);
    ~Caller();
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    Task<CallReport> run();

private:
    void onStage(hal::CallStage);
    void onBeep(std::uint64_t end);
    void onReleased();
    void tell(std::string_view what, Duration later = {});
    void hangUp(hal::Cause);
    Task<std::uint64_t> whenToSpeak();
    Task<> speak();
    Task<> stay();
    [[nodiscard]] Duration sinceConnect() const { return edges_.loop.now() - connectedAt_; }

    Edges edges_;
    const CallOrder& order_;
    hal::Call& call_;
    TimePoint start_;
    TimePoint connectedAt_{};
    bool clearing_ = false; // we have hung up
    CallReport report_;
    Ear ear_;
    Event<bool> answered_;                     // connected, or released before
    Event<std::optional<std::uint64_t>> beep_; // empty: released first
    Event<bool> released_;
};

} // namespace callbox::lab
