// SPDX-License-Identifier: GPL-2.0-or-later
// One libpri controller over one D channel: frames in and out, timers on the loop, events as values. Loop thread only.
// libpri's own memory for an event is overwritten by its next call, so an Event is a copy of what is needed of it.
#pragma once
#include "frame.h"
#include <callbox/hal/trunk.h>

extern "C" {
struct pri;
struct q931_call;
}

namespace callbox::hal::pri {

struct Event {
    enum class Kind {
        dChannelUp,
        dChannelDown,
        ring,
        proceeding,
        progress,
        alerting,
        answer,
        connectAck,
        setupAcknowledge, // more digits are awaited
        information,      // digits, or that there are no more
        hangupRequest,    // DISCONNECT came: answer with hangup()
        hangup,           // RELEASE or RELEASE COMPLETE came, or a timer gave up: answer with hangup()
        hangupDone,       // the call is gone in libpri already
        restart,
        restartAck,
        service,
    };
    Kind kind;
    q931_call* call = nullptr;
    int channel = -1; // timeslot, -1 = not said or the whole span
    bool flexible = true;
    bool complete = true;
    bool inBand = false; // progress indicator 1 or 8
    bool inService = true;
    Cause cause = Cause::none;
    std::string name = {};
};

class ControllerEvents {
public:
    virtual void onEvent(const Event&) = 0;
    // Looks at, and may replace, a frame about to be sent.
    virtual void onOutgoing(Octets frame, std::optional<OctetBuffer>& instead) = 0;

protected:
    ~ControllerEvents() = default;
};

class Controller {
public:
    // Errc::invalid names a timer that libpri does not know; Errc::unsupported: libpri does not take its time from us.
    static Result<std::unique_ptr<Controller>> make(const Edges&, Span&, const PriConfig&, ControllerEvents&);
    ~Controller();

    void receive(Octets frame);

    struct Placed {
        q931_call* call;
        unsigned reference;
    };
    // `prepare` is called before the SETUP goes out, with the reference that it will carry.
    Result<Placed> setup(const CallSetup&, Timeslot channel, const std::function<void(const Placed&)>& prepare);
    void setupAcknowledge(q931_call*, Timeslot);
    void proceeding(q931_call*, Timeslot);
    void alerting(q931_call*, Timeslot);
    void progress(q931_call*, Timeslot);
    void answer(q931_call*, Timeslot);
    void acknowledgeConnect(q931_call*);
    void hangup(q931_call*, Cause);
    void information(q931_call*); // an INFORMATION with one digit: what our own messages are made of
    void abandon(q931_call*);     // forgets it without a word to the far side (RESTART)
    [[nodiscard]] bool knows(q931_call*) const;
    void restart(Timeslot);
    void service(Timeslot, bool inService);

    [[nodiscard]] std::uint64_t complaints() const
    {
        return complaints_;
    } // how often libpri found fault with a message

private:
    Controller(const Edges&, Span&, const PriConfig&, ControllerEvents&);
    Result<void> setTimers();
    Result<void> checkClock();
    void arm();
    void runTimers();
    void dispatch(void* event);
    static int readFrame(::pri*, void* buffer, int size);
    static int writeFrame(::pri*, void* buffer, int size);
    static void complain(::pri*, char* text);

    Edges edges_;
    Span& span_;
    PriConfig config_;
    ControllerEvents& events_;
    ::pri* pri_ = nullptr;
    Octets incoming_;
    Timer timer_;
    TimePoint armedFor_{};
    std::uint64_t complaints_ = 0;
    TimePoint lastComplaint_{};
};

} // namespace callbox::hal::pri
