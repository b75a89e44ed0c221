// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/hal/line_io.h>

namespace callbox::hal {

std::string_view name(LineEvent::Kind k)
{
    switch (k) {
    case LineEvent::Kind::ringBegin:
        return "ring-begin";
    case LineEvent::Kind::ringEnd:
        return "ring-end";
    case LineEvent::Kind::batteryLost:
        return "battery-lost";
    case LineEvent::Kind::batteryBack:
        return "battery-back";
    case LineEvent::Kind::reversed:
        return "reversed";
    case LineEvent::Kind::normal:
        return "normal";
    case LineEvent::Kind::dialled:
        return "dialled";
    case LineEvent::Kind::offHook:
        return "off-hook";
    case LineEvent::Kind::onHook:
        return "on-hook";
    case LineEvent::Kind::flash:
        return "flash";
    case LineEvent::Kind::pulseDigit:
        return "pulse-digit";
    }
    return "on-hook";
}

} // namespace callbox::hal
