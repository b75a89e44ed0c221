// SPDX-License-Identifier: GPL-2.0-or-later
// The ports of an analog bank, open from start to stop. Loop thread only; nothing blocks.
#pragma once
#include "kernel_join.h"
#include "line_port.h"
#include <functional>
#include <map>

namespace callbox::hal::dahdi {

class LineBank {
public:
    // Called when DAHDI has emptied the queues of a port's channel, which it does with each hang-up.
    using Emptied = std::function<void(Timeslot)>;
    explicit LineBank(Emptied emptied) : emptied_(std::move(emptied)) {}

    // Errc::busy: somebody has one of them; Errc::invalid: the span has no such port.
    Result<void> open(const Descriptor& control, int firstChannel, int channels, const SpanConfig&);
    void close() noexcept { ports_.clear(); }
    [[nodiscard]] std::shared_ptr<OpenChannel> channel(Timeslot) const; // null: not in use

    // At each wake: what has happened. None: a port is no longer there.
    std::optional<std::vector<LineEvent>> look(TimePoint now);
    [[nodiscard]] bool alarmsChanged() { return std::exchange(alarmsChanged_, false); }

    // See LineIo.
    Result<void> setHook(Timeslot, bool offHook);
    Result<void> flash(Timeslot);
    Result<void> dialPulses(Timeslot, std::string_view digits);
    Result<void> ring(Timeslot, bool on);
    // Errc::unsupported: the driver cannot.
    Result<void> setReversed(Timeslot, bool reversed);
    // For DAHDI's own 500 ms, on a line of kewlstart whose telephone is off-hook; else Errc::unsupported.
    Result<void> openLoop(Timeslot);

private:
    struct Port {
        Port(const PortConfig& config, std::shared_ptr<OpenChannel> d) : line(config), device(std::move(d)) {}
        LinePort line;
        std::shared_ptr<OpenChannel> device;
        Hook ordered = Hook::onHook;
        bool waits = false; // the order: DAHDI is still at one before
    };
    Result<void> openPort(const Descriptor& control, int channel, const PortConfig&, Law);
    Result<Port*> find(Timeslot, PortKind);
    Result<void> order(Port&, Hook);
    void follow(Port&, LineEvent::Kind);

    Emptied emptied_;
    std::map<unsigned, Port> ports_;
    bool alarmsChanged_ = false;
};

} // namespace callbox::hal::dahdi
