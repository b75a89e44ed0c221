// SPDX-License-Identifier: GPL-2.0-or-later
// Takes the calls of all lines and runs a script for each; places the calls that tell recipients. Knows every call
// that lives. Loop thread only.
#pragma once
#include "box/expected_calls.h"
#include "box/mode.h"
#include "box/own_call.h"
#include "box/scripts.h"
#include "lines/call_table.h"
#include "lines/line_loss.h"
#include "lines/lines.h"

namespace callbox::box {

struct ReceptionCounters {
    std::uint64_t deposits = 0, retrievals = 0, notices = 0, refused = 0;
};

class Reception final : public notify::NoticeCaller {
public:
    // What is handed in outlives it. Takes no call before open().
    Reception(Desk desk, const ModeKeeper& mode, lines::Lines& lines);
    ~Reception() override;

    void open();
    // Refuses new calls, hangs up all others and waits until their scripts have ended: what was being recorded is
    // committed. At most `limit`, then they are dropped (the store repairs at the next start).
    Task<> close(Duration limit);
    void look(); // now and then: whether lines are lost, and their calls with them

    [[nodiscard]] bool canCall() const override;
    Task<notify::NoticeCallResult> call(messages::Notice notice) override;

    lines::CallTable& calls() { return calls_; }
    // A switch announces a call that will come over the network to `number`. Errc::io: the box could not take it
    // now, and why; Errc::busy: the number stands for another call.
    Result<void> expect(const PhoneNumber& number, fleet::ExpectedCall call);
    OwnCall& ownCall() { return ownCall_; } // taken whatever the mode is
    [[nodiscard]] bool isOpen() const { return open_; }
    [[nodiscard]] const lines::CallTable& calls() const { return calls_; }
    [[nodiscard]] const ReceptionCounters& counters() const { return counters_; }

private:
    void take(std::unique_ptr<hal::Call> call, const lines::SpanSettings& from);
    [[nodiscard]] Readiness ready() const;
    Task<> refuse(std::unique_ptr<hal::Call> call, hal::DialPlan plan, hal::Cause cause);
    Task<> serve(std::unique_ptr<hal::Call> call, Incoming in);
    Task<> tell(hal::Call& call, messages::Notice notice, notify::NoticeCallResult& result);
    [[nodiscard]] lines::Line* lineForCalling() const;

    Desk desk_;
    const ModeKeeper& mode_;
    lines::Lines& lines_;
    lines::CallTable calls_;
    lines::LineLoss lineLoss_;
    ReceptionCounters counters_;
    ExpectedCalls expected_;
    OwnCall ownCall_;
    bool open_ = false;
    TaskGroup scripts_; // the last member: its scripts use all of the above
};

} // namespace callbox::box
