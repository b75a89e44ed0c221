// SPDX-License-Identifier: GPL-2.0-or-later
// A trunk: what makes calls out of a span. Towards the exchange or as a tie, user or network side, PRI today, analog
// lines later. Loop thread only.
#pragma once
#include <callbox/hal/call.h>

namespace callbox::hal {

enum class ChannelState { idle, inUse, restarting, outOfService };
std::string_view name(ChannelState);

struct ChannelRow { // the channel ledger
    Timeslot slot;
    ChannelState state;
    std::string call; // id, empty when idle
};

struct TrunkStatus {
    std::string name;
    bool dChannelUp = false;
    bool usable = false; // span without alarm, frames moving, D channel up
    unsigned channels = 0;
    unsigned idle = 0;
    unsigned outOfService = 0;
    // Since start.
    std::uint64_t malformed = 0; // frames that broke the rules, ignored or answered as EN 300 403-1 5.8 says
    std::uint64_t quirks = 0;    // known deviations put up with
    std::uint64_t reclaimed = 0; // channels found taken without a call
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
    // Errc::no_space: no idle channel; Errc::gone: the D channel is down; Errc::invalid: numbers too long.
    virtual Result<std::unique_ptr<Call>> place(const CallSetup&) = 0;

    // RESTART of one channel (Q.931 5.5); its call, if any, ends.
    virtual Result<void> restart(Timeslot) = 0;
    // Takes a channel in or out of service towards the far side where the protocol can say so (NI2 SERVICE), and for
    // our own calls in any case.
    virtual Result<void> setInService(Timeslot, bool) = 0;
    virtual void onChange(std::function<void()>) = 0; // D channel up or down, channels in or out of service
};

enum class PriRole { user, network };
enum class PriSwitchType { euroIsdn, ni2 };

struct PriConfig {
    PriRole role = PriRole::user;
    PriSwitchType switchType = PriSwitchType::euroIsdn;
    RedirectingForm form = RedirectingForm::facility; // how diversions are sent, unless the setup says otherwise
    bool proceedingFirst = false;     // send CALL PROCEEDING at once; false: CONNECT alone, half the set-up time
    bool highestChannelFirst = false; // which end of the channels we seize from, against glare
    // RESTART each channel when the D channel first comes up. Only the user side does: libpri has one global call
    // reference for RESTARTs of both directions, and two that cross cost each other T316.
    bool restartAtStart = true;
    // Timers by name in milliseconds, libpri's names (T200, T203, T301, T303, T305, T308, T309, T310, T313, T316, N200
    // ...).
    std::map<std::string, int> timers;
};

// The span is running or will be started; it outlives the trunk.
Result<std::unique_ptr<Trunk>> makePriTrunk(const Edges&, Span&, const PriConfig&);

} // namespace callbox::hal
