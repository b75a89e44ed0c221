// SPDX-License-Identifier: GPL-2.0-or-later
// The edge to DAHDI's character devices: each function is a system call or two. Nothing blocks. Errors name the device;
// Errc::not_found: no DAHDI here (modules not loaded); Errc::busy: somebody else has the channel open; Errc::gone: the
// card is no longer there.
#pragma once
#include <callbox/base/result.h>
#include <callbox/hal/line_errors.h>
#include <callbox/hal/loopback.h>
#include <callbox/hal/types.h>
#include <utility>

namespace callbox::hal::dahdi {

// Owns a descriptor.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();
    [[nodiscard]] int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

Result<Descriptor> openControl();               // /dev/dahdi/ctl
Result<Descriptor> openTimer(unsigned samples); // expires each time so many samples have passed: POLLPRI
Result<void> acknowledgeTimer(const Descriptor&);
Result<Descriptor> openChannel(int channel); // by its number in the system; non-blocking

// What a channel is configured as; analog ones by DAHDI's names: fxs faces an exchange, fxo a telephone.
enum class Signalling { clear, hdlcFcs, fxsLoop, fxsKewl, fxoLoop, fxoKewl, other };
Result<Signalling> signalling(const Descriptor& control, int channel);
// Makes it that; the channel must not be open.
Result<void> configure(const Descriptor& control, int channel, Signalling, Law);

// Sets the size of both queues, which empties them; takes up to a millisecond. What is written goes out at once, not
// when some more is queued.
Result<void> setBuffers(const Descriptor& channel, unsigned octets, unsigned count);
enum class Queue { outgoing, both };
Result<void> flush(const Descriptor& channel, Queue);

// The channel sends what another one brings, whatever is written to it. The other is named by its number in the system.
Result<void> hear(const Descriptor& channel, int other);
void stopHearing(const Descriptor& channel);

enum class Event {
    none,
    alarm,
    noAlarm,
    abort,
    overrun,
    badFcs,
    removed,
    other,
    // -- of analog ports
    ringOffHook, // the telephone is off-hook; towards an exchange: a ring is over
    onHook,
    winkFlash,
    polarity, // it has changed
    dialComplete,
    pulseStart,
    pulse0, // and so on: a digit was dialled with pulses
    pulse9 = pulse0 + 9,
};
Event nextEvent(const Descriptor& channel); // none when the queue is empty

// `before`: what stood when they were last asked for; a line that recovers keeps the name of what it recovers from.
Result<Alarms> alarms(const Descriptor& control, int span, Alarms before);
// As far as the card's driver counts: many leave some at 0.
Result<LineErrors> lineErrors(const Descriptor& control, int span);
// A T1 that is configured as D4, which is SF.
Result<bool> isSuperframe(const Descriptor& control, int span);
// Errc::unsupported: its driver has no such loop.
Result<void> setLoopback(const Descriptor& control, int span, Loopback);

struct LineSetup {
    SpanType type = SpanType::e1;  // e1 or t1
    bool crc4 = true;              // of an E1
    std::optional<unsigned> clock; // as setClockPriority; none: by its line if nobody has configured it, else as it is
};
// Framing and line code: CRC-4 is as it is wanted, the rest as somebody (dahdi_cfg) has configured it; what nobody has
// becomes HDB3, or B8ZS and ESF. True: the span was configured otherwise before.
Result<bool> setUpLine(const Descriptor& control, int span, const LineSetup&);
// A span that has not been started since its card came is; nothing happens to one that runs.
Result<void> startSpan(const Descriptor& control, int span);

// The place of a span among the sources of its card's clock: 1 is the first choice, 0: it is none. Framing and line
// code stay as they are. Drivers of cards that have nothing to choose take anything.
Result<void> setClockPriority(const Descriptor& control, int span, unsigned priority);
// The number of the span by whose line the card sends now; 0: by its own clock.
Result<int> clockSource(const Descriptor& control, int span);

// Gives a channel an echo canceller, loading its module if the system lets it. A card that has one of its own puts that
// in its place. Errc::not_found: there is no canceller of this name.
Result<void> attachEcho(const Descriptor& control, int channel, const std::string& name);
// Of an open channel; until stopEcho(), or it is closed. What a PRI channel brings is audio to DAHDI meanwhile.
Result<void> startEcho(const Descriptor& channel, unsigned taps);
void stopEcho(const Descriptor& channel);

// An analog port just opened: our own cadence of rings, hooks that settle fast. Both have DAHDI ask for a tone zone;
// where none is loaded an empty one is.
Result<void> prepareLine(const Descriptor& control, const Descriptor& channel);
enum class Hook { onHook, offHook, ring, ringOff, flash };
// Errc::busy: it has not yet done what it was told before. On-hook empties both queues.
Result<void> orderHook(const Descriptor& channel, Hook);
// Off-hook: digits 0 to 9, at most 200. A write would end it.
Result<void> dialPulses(const Descriptor& channel, std::string_view digits);
// Towards a telephone. Errc::unsupported: the driver cannot.
Result<void> setPolarity(const Descriptor& channel, bool reversed);

// What the other side of a line does.
struct LineSight {
    enum class Hook { unknown, onHook, offHook, ring } hook = Hook::unknown; // onHook of an exchange: no battery
    bool alarm = false;                                                      // of the channel: no battery
    bool bits = false; // the driver tells it by signalling bits, all the time
};
Result<LineSight> lookAtLine(const Descriptor& channel);

// At most one block, or one frame with its FCS. Empty: nothing there (now), or an event waits before it.
struct Got {
    std::size_t octets = 0;
    bool event = false;
    bool gone = false;
};
Got read(const Descriptor& channel, std::span<std::uint8_t> into);
// False: the queue is full, or an event waits.
bool write(const Descriptor& channel, Octets data);

} // namespace callbox::hal::dahdi
