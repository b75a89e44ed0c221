// SPDX-License-Identifier: GPL-2.0-or-later
// Learns what an exchange plays on a line from a call on it (N19): some seconds of what comes before dialling, some of
// what comes after. Called is a number that is busy, the line's own being the surest. Loop thread only.
#pragma once
#include <callbox/hal/analog_trunk.h>
#include <callbox/hal/tone_meter.h>

namespace callbox::hal {

struct LineMeasures {
    Result<MeasuredTone> dial, after; // heard before and after dialling; an error says what was not
};
// Takes the line for about half a minute. Errors of AnalogLines::placeOn(); Errc::gone: the call ended before the
// number was out. `lines` outlives the task.
Task<LineMeasures> learnLine(AnalogLines& lines, Timeslot port, Law law, CallSetup setup);

} // namespace callbox::hal
