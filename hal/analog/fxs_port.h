// SPDX-License-Identifier: GPL-2.0-or-later
// A port that faces a telephone: the exchange's side of a line. Rings and tells who calls, gives dial tone and takes
// digits, says by the country's signals that the other side has gone. What it does is in tables.h.
#pragma once
#include "port.h"
#include "tables.h"
#include <callbox/hal/dtmf.h>

namespace callbox::hal::analog {

class FxsPort final : public Port {
public:
    FxsPort(Bank& bank, AnalogLine line);

    [[nodiscard]] ChannelState state() const override;
    [[nodiscard]] std::string_view stateName() const override { return name(state_); }
    [[nodiscard]] bool dead() const override { return state_ == FxsState::dead; }
    Result<std::unique_ptr<Call>> place(const CallSetup&) override;
    Result<std::unique_ptr<Call>> placeBlind(const CallSetup&) override
    {
        return Error{Errc::invalid, "the line faces a telephone: what it plays is ours"};
    }
    void onLine(const LineEvent&) override;
    void onBank(bool usable) override;
    void forgetLine() override { hookOff_ = false; }
    Result<void> alerting() override;
    Result<void> answer() override;
    void hangup(Cause cause) override { apply(FxsInput::hangUp, cause); }

private:
    void onPortAudio(Octets rx) override;
    void onCallAudio(const AudioBlock&) override {}

    void apply(FxsInput, Cause = Cause::normalClearing);
    void act(FxsAction, Cause, FxsState before);
    void ring();
    void tellCaller();
    void ringStep(std::size_t step);
    void stopRinging();
    void normalPolarity();
    void takeDigit(char);
    [[nodiscard]] bool complete() const;
    void offerCall();
    void park(Cause, FxsState before);
    void signalRelease();

    FxsState state_ = FxsState::dead;
    bool hookOff_ = false, bankUp_ = false;
    bool bell_ = false, told_ = false; // it rings; the caller's number was told
    bool reversed_ = false;
    DtmfDetector detector_;
    std::string digits_;
    Timer ringTimer_, tellTimer_, limit_;
};

} // namespace callbox::hal::analog
