// SPDX-License-Identifier: GPL-2.0-or-later
// What can be made to go wrong with a virtual card from outside, by its names: on the line that comes to it, on the
// wires at a port of its analog bank, with its clock, with its plug.
#pragma once
#include "boards/usbip/virtual_card.h"
#include <callbox/base/result.h>

namespace callbox::usbip {

enum class Fault {
    los,    // no signal
    ais,    // all ones
    lof,    // no frame alignment signal
    lomf,   // no CRC-4 multiframe alignment signal
    rai,    // the far end says that it hears nothing
    errors, // wrong bits: `count`, each in a CRC-4 block of its own, or a share `rate` from now on
    slip,   // `count` frames are left out, or said twice if negative
    drift,  // the card's clock is off by `ppm`
    unplug, // the card leaves the bus
    plug,   // and may be imported again
    ok,     // the line is well again; clock and plug stay as they are
    // -- of an analog line, both ends of which notice
    ring,     // it is rung
    battery,  // it has none: the wires are cut
    polarity, // its wires are crossed
    hook,     // somebody at it is off hook
    flash,    // its loop opens for 300 ms, once
};
std::string_view name(Fault);
Result<Fault> faultNamed(std::string_view); // Errc::invalid: the text says which there are

struct FaultOrder {
    Fault what = Fault::ok;
    unsigned port = 0;
    std::optional<unsigned> line; // a port of the analog bank, from 1, instead of `port`
    std::optional<std::int64_t> count, ppm;
    std::optional<double> rate;
};

inline constexpr std::int64_t errorsMax = 1'000'000, slipsMax = 1000, ppmMax = 1000;
inline constexpr double rateMin = 1e-9, rateMax = 0.01;

// Errc::invalid: what is wrong with the order, and what is allowed; nothing has changed then.
Result<void> inject(VirtualCard& card, const FaultOrder& order);

// What stands on the line that comes to a port; wrong bits that are over do not.
std::vector<Fault> faultsOf(VirtualCard& card, unsigned port);
// On the wires at a port of the analog bank, from 1.
std::vector<Fault> faultsOfLine(VirtualCard& card, unsigned line);

} // namespace callbox::usbip
