// SPDX-License-Identifier: GPL-2.0-or-later
// A port that faces an exchange: the side a box is on. What it does is in tables.h; this carries it out.
#pragma once
#include "caller_id.h"
#include "port.h"
#include "supervision.h"
#include "tables.h"

namespace callbox::hal::analog {

class FxoPort final : public Port {
public:
    FxoPort(Bank& bank, AnalogLine line);

    [[nodiscard]] ChannelState state() const override;
    [[nodiscard]] std::string_view stateName() const override { return name(state_); }
    [[nodiscard]] bool dead() const override;
    Result<std::unique_ptr<Call>> place(const CallSetup&) override;
    Result<std::unique_ptr<Call>> placeBlind(const CallSetup&) override;
    void onLine(const LineEvent&) override;
    void onBank(bool usable) override;
    void forgetLine() override;
    Result<void> alerting() override { return {}; } // the exchange rings, not we
    Result<void> answer() override;
    void hangup(Cause cause) override { apply(FxoInput::hangUp, cause); }

private:
    void onPortAudio(Octets rx) override;
    void onCallAudio(const AudioBlock& block) override;

    void apply(FxoInput, Cause = Cause::normalClearing);
    void act(FxoAction, Cause);
    void batteryLost();
    [[nodiscard]] bool refusesCalls() const { return !inService_ && state_ == FxoState::idle; } // it rings unheard
    void ringBegin();
    void ringEnd(Duration burst);
    void validRing();
    void knowCaller(const CallerId&);
    void forgetCaller();
    void offerCall();
    void seize();
    void dial();
    void awaitAnswer();
    void hearProgress(Octets rx);
    void connect();
    void clear(Cause);
    void limit(Duration, Cause);

    FxoState state_ = FxoState::dead;
    bool battery_ = false, bankUp_ = false;
    CallerIdReceiver callerIds_;
    std::optional<CallerId> caller_;
    TimePoint callerAt_{}, ringEnded_{};
    bool rang_ = false;                 // long enough to be a ring
    std::string number_;                // to be dialled
    bool blind_ = false;                // and nothing heard meanwhile counts
    std::optional<ToneListener> tones_; // of the exchange, while a call of ours is set up
    std::optional<DtmfDetector> keys_;  // who has answered may press one before saying anything
    bool ringback_ = false;
    Duration sinceRingback_{};
    std::optional<Supervision> supervision_;
    TimePoint connectedAt_{}, deadSince_{};
    Timer ringTimer_, offerTimer_, ringsOver_, limit_, guard_, drop_;
};

} // namespace callbox::hal::analog
