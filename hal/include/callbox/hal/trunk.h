// SPDX-License-Identifier: GPL-2.0-or-later
// A trunk: what makes calls out of a span. Towards the exchange or as a tie, user or network side, PRI today, analog
// lines later. Loop thread only.
#pragma once
#include <callbox/hal/call.h>
#include <callbox/hal/trunk_profile.h>

namespace callbox::hal {

enum class ChannelState { idle, inUse, restarting, outOfService };
std::string_view name(ChannelState);

struct ChannelRow { // the channel ledger
    Timeslot slot;
    ChannelState state;
    std::string call; // id, empty when idle
    Duration age{};   // so long it has been in this state
};

struct DChannelLoss {
    WallTime at;
    std::uint64_t framesIn = 0, framesBad = 0; // the span's counts at that time
};

struct TrunkStatus {
    std::string name;
    bool dChannelUp = false;
    bool usable = false; // span without alarm, frames moving, D channel up
    unsigned channels = 0;
    unsigned idle = 0;
    unsigned outOfService = 0;
    // Since start.
    std::uint64_t malformed = 0;          // frames that broke the rules, ignored or answered as EN 300 403-1 5.8 says
    QuirkCounts quirks;                   // known deviations put up with, by name
    std::uint64_t reclaimed = 0;          // channels found taken without a call
    std::uint64_t restartsUnanswered = 0; // RESTARTs given up after T316 and N316
    // Now: the far side does not acknowledge RESTART, or refuses a channel that is idle here (cause 44) again and
    // again. Calls go on.
    bool restartTrouble = false;
    std::optional<DChannelLoss> dChannelLoss; // the last one; none: it has not gone down since the start
};

class Trunk {
public:
    virtual ~Trunk() = default; // ends all calls; destroy Calls first
    [[nodiscard]] virtual const std::string& name() const = 0;
    virtual Span& span() = 0;
    [[nodiscard]] virtual TrunkStatus status() const = 0;
    [[nodiscard]] virtual std::vector<ChannelRow> channels() const = 0;

    // Who gets new calls (stage offered). Refuse with hangup(cause). Without a taker calls are refused with cause 41.
    using Incoming = std::function<void(std::unique_ptr<Call>)>;
    virtual void setIncoming(Incoming) = 0;
    // Overlap receiving (PriConfig::overlap): whether the called number is whole, asked of a SETUP and after every
    // INFORMATION. Without it a number is whole when the far side says so, or when T302 has run out.
    using NumberComplete = std::function<bool(const CallSetup&)>;
    virtual void setNumberComplete(NumberComplete) {}
    // Errc::no_space: no idle channel; Errc::gone: the D channel is down; Errc::invalid: numbers too long.
    virtual Result<std::unique_ptr<Call>> place(const CallSetup&) = 0;

    // RESTART of one channel (Q.931 5.5); its call, if any, ends.
    virtual Result<void> restart(Timeslot) = 0;
    // Takes a channel in or out of service towards the far side where the protocol can say so (NI2 SERVICE), and for
    // our own calls in any case.
    virtual Result<void> setInService(Timeslot, bool) = 0;
    virtual void onChange(std::function<void()>) = 0; // D channel up or down, channels in or out of service
    // Who answers requests to take calls back, on a network's side; null where nobody can ask.
    virtual ReferralPoint* referrals() { return nullptr; }
};

enum class PriRole { user, network };

struct PriConfig {
    PriRole role = PriRole::user;
    PriSwitchType switchType = PriSwitchType::euroIsdn;
    const TrunkProfile* profile = nullptr;            // null: that of the switch type
    QuirkSet accept;                                  // beyond those of the profile
    RedirectingForm form = RedirectingForm::facility; // how diversions are sent, unless the setup says otherwise
    bool overlap = false;             // the far side may send the called number piece by piece (EN 300 403-1 5.2.4)
    bool proceedingFirst = false;     // send CALL PROCEEDING at once; false: CONNECT alone, half the set-up time
    bool highestChannelFirst = false; // which end of the channels we seize from, against glare
    // RESTART each channel when the D channel first comes up. Only the user side does: libpri has one global call
    // reference for RESTARTs of both directions, and two that cross cost each other T316.
    bool restartAtStart = true;
    // Analog lines stand behind the far side (a switch that has them, a channel bank, a gateway): the tones by which
    // their exchange says that somebody has hung up end our calls. Empty: the far side's DISCONNECT tells.
    std::optional<CountryProfile> analogBehind;
    // Timers by name in milliseconds, libpri's names (T200, T203, T301, T303, T305, T308, T309, T310, T313, T316, N200
    // ...).
    std::map<std::string, int> timers;
};

// The span is running or will be started; it outlives the trunk.
Result<std::unique_ptr<Trunk>> makePriTrunk(const Edges&, Span&, const PriConfig&);

} // namespace callbox::hal
