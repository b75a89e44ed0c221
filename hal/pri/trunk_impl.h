// SPDX-License-Identifier: GPL-2.0-or-later
// A PRI trunk: calls and channels on one controller. A Record is what the trunk knows of a call; it lives until libpri
// has cleared the call, the Call's leg may go before or after it.
#pragma once
#include "answers.h"
#include "controller.h"
#include "ledger.h"
#include "referral.h"
#include "sequence.h"
#include "vet.h"
#include <callbox/hal/channel_reserve.h>
#include <callbox/hal/overlap_sending.h>
#include <deque>
#include <set>

namespace callbox::hal::pri {

class PriTrunk;

constexpr unsigned flagBit = 0x8000; // the call reference flag, above the 15 bits of the value

struct Record : std::enable_shared_from_this<Record> {
    std::string id;
    unsigned reference = 0;
    bool incoming = true;
    bool fromDestination = false; // the flag of our messages of this call
    q931_call* call = nullptr;    // null once libpri has forgotten it
    std::optional<Timeslot> slot; // empty: not agreed yet
    CallSetup setup;
    bool responded = false; // outgoing: the far side has said something; incoming: we have
    bool clearing = false;  // DISCONNECT or RELEASE went or came
    TimePoint clearingSince{};
    bool told = false; // onReleased was given
    bool bearerGiven = false;
    std::optional<Cause> ended; // why we have hung up
    bool agreed = false;        // the far side has cleared it too
    bool answered = false;      // CONNECT went out
    // What libpri's next INFORMATIONs of this call go out as: digits in an INFORMATION, a Facility element in a
    // FACILITY, or, empty, a STATUS ENQUIRY. libpri sends the two last for nobody.
    std::deque<OctetBuffer> informations;
    struct Asked { // of the network, in a FACILITY of this call
        Operation operation;
        int invokeId;
        std::weak_ptr<Record> other;
    };
    std::optional<Asked> asked;
    std::optional<int> rltCallId;             // the network's number for it
    bool linkGiven = false, rltAsked = false; // as a network: its number was, or is to be, told
    std::string identity;                     // QSIG: what we have told the far side to call it by
    std::weak_ptr<Record> joinedTo;           // QSIG: transferred to each other by join
    struct Proposed {                         // of a new path, by the other one's far end: passed on to this one's
        int invokeId;
        std::weak_ptr<Record> by;
    };
    std::optional<Proposed> proposed;
    bool collecting = false;         // its called number is not whole, and nobody has been offered it
    std::optional<Duration> between; // overlap sending: from digit to digit
    std::string toDial;              // what of the called number has not gone out
    bool releaseDue = false;         // DISCONNECT came before we had answered: RELEASE is the answer (5.3.4)
    std::optional<Timer> limit;      // T310, T301, T302, T304, until the next digit
    LegEvents* events = nullptr;
    PriTrunk* trunk = nullptr; // null once the trunk is gone

    // Under which number the party at our end of it is called: QSIG's rerouteing number.
    [[nodiscard]] const PartyNumber& ourEnd() const { return incoming ? setup.called : setup.calling; }
    void clear(TimePoint now)
    {
        if (!std::exchange(clearing, true))
            clearingSince = now;
    }
};

class Leg final : public LegIo, private LegReferral {
public:
    explicit Leg(std::shared_ptr<Record> record) : record_(std::move(record)) {}
    ~Leg() override;
    void setEvents(LegEvents& e) override { record_->events = &e; }
    Result<void> proceeding() override;
    Result<void> alerting() override;
    Result<void> progress() override;
    Result<void> answer() override;
    void hangup(Cause) override;
    LegReferral* referral() override { return this; }

private:
    Result<void> deflect(const PartyNumber& to, DiversionReason) override;
    Result<void> transfer(LegIo& other) override;
    Result<void> live() const;
    std::shared_ptr<Record> record_;
};

class PriTrunk final : public Trunk,
                       public ChannelReserve,
                       public OverlapSending,
                       private ReferralPoint,
                       private FrameSink,
                       private ControllerEvents {
public:
    PriTrunk(const Edges&, Span&, const PriConfig&);
    ~PriTrunk() override;
    Result<void> begin();

    const std::string& name() const override { return span_.name(); }
    Span& span() override { return span_; }
    TrunkStatus status() const override;
    std::vector<ChannelRow> channels() const override { return ledger_.rows(); }
    void setIncoming(Incoming taker) override { incoming_ = std::move(taker); }
    void setNumberComplete(NumberComplete complete) override { complete_ = std::move(complete); }
    Result<std::unique_ptr<Call>> place(const CallSetup&) override;
    Result<std::unique_ptr<Call>> placeDigitByDigit(const CallSetup&, Duration between) override;
    Result<void> restart(Timeslot) override;
    Result<void> setInService(Timeslot, bool) override;
    Result<void> setReserved(Timeslot, bool) override;
    void onChange(std::function<void()> cb) override { changed_ = std::move(cb); }
    ReferralPoint* referrals() override { return this; }

    // -- for legs
    Controller& controller() { return *controller_; }
    Result<void> openBearer(Record&);
    void later(const std::shared_ptr<Record>&, CallStage);
    void hangup(Record&, Cause);
    void answered(Record&);
    Result<void> deflect(Record&, const PartyNumber& to, DiversionReason);
    Result<void> transfer(Record&, Record& other);

private:
    void setReferrals(std::function<void(ReferralRequest)> taker) override { referrals_ = std::move(taker); }
    void onFrame(Octets) override;
    void onSpanState(bool usable) override;
    void onEvent(const Event&) override;
    void onOutgoing(Octets frame, std::optional<OctetBuffer>& instead) override;

    [[nodiscard]] Record* recordOf(const Message&, bool ours) const;
    void beforeMessage(const Message&, Octets frame);
    void afterMessage(const Message&, Octets frame);
    void sayWrong(std::string_view what);
    [[nodiscard]] bool isOurOwn(Octets frame) const;
    void changeOutgoing(const Message&, Octets frame, Record*, std::optional<OctetBuffer>& instead);
    void onConnectTimeout(Record&);
    void limitWait(Record&, const Event&);
    void onLimit(Record&, Cause);
    [[nodiscard]] Duration timerOf(const char* name, Duration usual) const;
    [[nodiscard]] Duration clearingTakes() const; // at most
    // trunk_referral.cpp
    [[nodiscard]] FacilityDialect dialect() const;
    [[nodiscard]] bool equals() const { return config_.switchType == PriSwitchType::qsig; } // both sides may ask
    int nextInvokeId();
    void sendComponent(Record&, const Component&);
    void sayAsked(Record&);
    void onAnswer(Record&, const Component&);
    void onAsked(Record&, const Component&);
    static void answerReferral(const std::weak_ptr<Record>&, const Component& asked, bool accept);
    Record* meant(const Component&);
    void tellRltCallId(Record&);
    bool onFacility(Record&, const Message&, Octets frame);
    bool onComponent(Record&, const Component&, const Element&);
    // trunk_join_transfer.cpp
    void transferByJoin(Record&, Record& other);
    void tellIdentity(Record&, const Component& asked);
    void proposePath(Record&);
    std::string nextIdentity();
    bool passOn(Record&, const Component&, const Element&);

    Result<std::unique_ptr<Call>> place(const CallSetup&, std::optional<Duration> between);
    void onRing(const Event&);
    // trunk_overlap.cpp
    bool takeDigits(Record&, const ReadDigits&);
    void collect(Record&);
    void onInformation(const Event&);
    void onDigitsEnd(Record&);
    void offer(Record&);
    void onSetupAcknowledge(const Event&);
    void dialNext(Record&);
    Cause chooseChannel(const Event&, Record&);
    Cause admit(const Event&, Record&);
    void yieldChannel(Timeslot);
    void onFarStage(const Event&, CallStage);
    void takeChannel(Record&, int channel);
    bool haveChannel(Record&, int channel);
    void onHangup(const Event&);
    void tellReleased(Record&, Cause);
    void forget(Record&);
    void onDChannel(bool up);
    void endUnanswered();
    void dropClearing();
    void enquire();
    void doubt(const Record&);
    void restartDoubtful();
    void onRestart(int channel);
    void onRestartAck(int channel);
    void nextRestart();
    void beginRestart(Timeslot);
    void restartLost();
    void channelRefused(Timeslot);
    void audit();
    void notify();
    std::unique_ptr<Call> makeCall(const std::shared_ptr<Record>&);
    [[nodiscard]] Record* find(q931_call*) const;
    // A copy: what is done to one may end others.
    [[nodiscard]] std::vector<std::shared_ptr<Record>> those(const std::function<bool(const Record&)>& of) const;
    [[nodiscard]] std::string idOf(unsigned reference, bool originatedByNetwork) const;

    Edges edges_;
    Span& span_;
    PriConfig config_;
    Ledger ledger_;
    std::unique_ptr<Controller> controller_;
    bool up_ = false;
    bool everUp_ = false;
    std::optional<DChannelLoss> loss_;
    Incoming incoming_;
    NumberComplete complete_;
    std::function<void()> changed_;
    std::function<void(ReferralRequest)> referrals_;
    int invokeId_ = 0;
    unsigned identities_ = 0;
    std::map<q931_call*, std::shared_ptr<Record>> records_;
    std::map<unsigned, Record*> byReference_; // our call reference flag in bit 15
    Answers answers_;
    ReceiveSequence sequence_;
    std::optional<ReadSetup> arrived_; // the SETUP in the frame at hand
    std::optional<ReadDigits> digits_; // of the INFORMATION in the frame at hand
    Message arrivedHeader_{};
    bool causeMissing_ = false; // in the RELEASE at hand
    std::vector<Timeslot> toRestart_;
    std::optional<Timeslot> restarting_;
    std::map<Timeslot, Timer> pauses_; // before a channel that is refused again and again is restarted again
    std::set<Timeslot> doubtful_;      // the far side may still hold a call on them
    Timer restartLimit_, restartAgain_, auditTimer_, doubtTimer_;
    TimePoint restartSent_{};
    QuirkSet accepted_;
    QuirkCounts quirks_;
    std::uint64_t malformed_ = 0, reclaimed_ = 0, restartsUnanswered_ = 0;
    bool restartTrouble_ = false;
    TimePoint lastWrong_{};
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace callbox::hal::pri
