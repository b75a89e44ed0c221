// SPDX-License-Identifier: GPL-2.0-or-later
// Every alarm there is: one row each, so that names, severities and words are the same wherever one is raised, and so
// that a test can go over them all. An alarm's name is its kind's, or KIND:OF where there may be several
// ("span-los:tie1").
#pragma once
#include <span>
#include <string_view>

namespace callbox::alarms {

enum class Severity {
    warning,  // worth a look one day
    minor,    // works, with less in reserve
    major,    // part of the service is missing
    critical, // the service is missing, or something is being lost
};
std::string_view name(Severity);

struct Kind {
    std::string_view name;
    Severity severity;
    std::string_view means;
    std::string_view tryThis; // the technician's next step
};

namespace kinds {

// Of a span, OF = its name
extern const Kind spanLos, spanLof, spanLomf, spanAis, spanRai; // G.775, G.704
extern const Kind spanGone, spanStopped, noSamples, dChannelDown, noBattery, spanLooped, spanOutOfService;
extern const Kind lineDead;       // of an analog line, OF = SPAN-PORT
extern const Kind restartTrouble; // Q.931 5.5
extern const Kind slips, slipsMany, lineErrors, wokenLate;
extern const Kind noSpan; // of all together

// Of a modem, OF = its name
extern const Kind modemSilent, modemAbsent, modemNoSim, modemPin, modemNotRegistered;
extern const Kind noModem; // of all together

// Of a box's store and pool
extern const Kind storeCannotRecord, storeFilesSetAside, storeRead, messageNotStored, diskLow;
extern const Kind poolFull, poolLow, promptsMissing;
extern const Kind selfTest;
extern const Kind notices; // OF = what is wrong with them

// Of a switch; OF = the box
extern const Kind boxDown, noBox;

// Of the machine
extern const Kind clockStepped;
extern const Kind clockApart;

} // namespace kinds

std::span<const Kind* const> allKinds();
const Kind* findKind(std::string_view name); // null: none

} // namespace callbox::alarms
