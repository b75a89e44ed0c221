// SPDX-License-Identifier: GPL-2.0-or-later
// Where the rows are from, and what has been held against a second source. `line learn` and a section's keys are for
// lines that differ.
//   Tones and rings, all: ITU-T E.180 Supplement 2, by way of libtonezone (a test compares). Seen elsewhere too: us, ch
//     (a gateway maker's table by country), de, fr, it (dial tone). Not agreed: at, where that table has 450 Hz and
//     300/300 ms for busy, and au, whose dial tone others give as 413+438 Hz.
//   Caller id, kind and time: us Telcordia GR-30; gb BT SIN 227 (reversal, alerting tone, V.23, then the ring); nl DTMF
//     before the ring (EN 300 659-1 annex B; two makers' tables); au Bell 202 between the rings (two makers' tables);
//     fr V.23 (a maker's table of STI fields), de FSK between the rings (an adapter's table). Nothing to hold it
//     against: at. Not agreed: it, es and ch, whose adapters for ISDN are said to send DTMF; V.23 is what ETSI has.
//   How a hang-up and an answer are told (opensLoop, reverses): the operators' own papers (BT SIN 351, Telekom
//     1 TR 110-1, France Telecom STI 1, ACIF S002), which were not at hand: unchecked everywhere but in the us
//     (kewlstart).
#include <callbox/hal/country.h>

namespace callbox::hal {

namespace {

struct Pitch {
    std::uint16_t first = 0, second = 0; // hertz; of one alone the second is 0
};
using Beat = std::array<std::uint16_t, 6>; // on, off, ... in ms; empty: endless

struct Pitches {
    Pitch dial, ringback, busy; // congestion has that of busy
};
constexpr Pitches all(std::uint16_t hertz)
{
    return {{hertz}, {hertz}, {hertz}};
}
struct Beats {
    Beat ring, busy, congestion; // what the caller hears has the beat of the ring
    Beat dial{};
};
using enum CallerIdKind;
using enum CallerIdTime;
struct Signals {
    CallerIdKind id = v23;
    CallerIdTime time = betweenRings;
    bool opensLoop = false, reverses = false;
};
constexpr Signals etsi{}, etsiReversing{.reverses = true};

struct Row {
    std::string_view code, name;
    Pitches pitches;
    Beats beats;
    Signals signals;
    std::string_view source;
};

constexpr Row rows[] = {
    {"generic",
     "ETSI harmonised",
     all(425),
     {{1000, 4000}, {500, 500}, {200, 200}},
     etsiReversing,
     "ETSI TR 101 041-2, EN 300 659-1"},
    {"us",
     "United States of America, Canada",
     {{350, 440}, {440, 480}, {480, 620}},
     {{2000, 4000}, {500, 500}, {250, 250}},
     {.id = bell202, .opensLoop = true},
     "E.180 Supplement 2; precise tone plan of ANSI T1.401; Telcordia GR-30"},
    {"gb",
     "United Kingdom",
     {{350, 440}, {400, 450}, {400}},
     {{400, 200, 400, 2000}, {375, 375}, {400, 350, 225, 525}},
     {.time = beforeRing, .opensLoop = true},
     "E.180 Supplement 2; BT SIN 227 and 350"},
    {"de",
     "Germany",
     all(425),
     {{1000, 4000}, {480, 480}, {240, 240}},
     etsi,
     "E.180 Supplement 2; Deutsche Telekom 1 TR 110-1"},
    {"fr",
     "France",
     all(440),
     {{1500, 3500}, {500, 500}, {250, 250}},
     etsiReversing,
     "E.180 Supplement 2; France Telecom STI 1"},
    {"it",
     "Italy",
     all(425),
     {{1000, 4000}, {500, 500}, {200, 200}, {200, 200, 600, 1000}},
     etsi,
     "E.180 Supplement 2; EN 300 659-1"},
    {"es",
     "Spain",
     all(425),
     {{1500, 3000}, {200, 200}, {200, 200, 200, 200, 200, 600}},
     etsiReversing,
     "E.180 Supplement 2; EN 300 659-1"},
    {"nl",
     "Netherlands",
     all(425),
     {{1000, 4000}, {500, 500}, {250, 250}},
     {.id = dtmf, .time = beforeRing, .reverses = true},
     "E.180 Supplement 2; EN 300 659-3 annex B"},
    {"at", "Austria", all(420), {{1000, 5000}, {400, 400}, {200, 200}}, etsi, "E.180 Supplement 2; EN 300 659-1"},
    {"ch", "Switzerland", all(425), {{1000, 4000}, {500, 500}, {200, 200}}, etsi, "E.180 Supplement 2; EN 300 659-1"},
    {"au",
     "Australia",
     {{415, 440}, {413, 438}, {425}},
     {{400, 200, 400, 2000}, {375, 375}, {375, 375, 375, 375}},
     {.id = bell202, .opensLoop = true, .reverses = true},
     "E.180 Supplement 2; ACIF S002"},
};

constexpr TonePattern pattern(Pitch p, const Beat& beat)
{
    TonePattern out{};
    out.steps[0] = {p.first, p.second, beat[0]};
    for (std::size_t i = 1; i < beat.size() && beat[i] > 0; ++i)
        out.steps[i] = i % 2 ? ToneStep{0, 0, beat[i]} : ToneStep{p.first, p.second, beat[i]};
    return out;
}

constexpr auto countries = [] {
    std::array<CountryProfile, std::size(rows)> out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
        const Row& r = rows[i];
        out[i] = {.code = r.code,
                  .name = r.name,
                  .dial = pattern(r.pitches.dial, r.beats.dial),
                  .ringback = pattern(r.pitches.ringback, r.beats.ring),
                  .busy = pattern(r.pitches.busy, r.beats.busy),
                  .congestion = pattern(r.pitches.busy, r.beats.congestion),
                  .ring = {r.beats.ring[0], r.beats.ring[1], r.beats.ring[2], r.beats.ring[3]},
                  .callerId = r.signals.id,
                  .callerIdTime = r.signals.time,
                  .opensLoop = r.signals.opensLoop,
                  .reverses = r.signals.reverses,
                  .playsBusy = true, // everywhere
                  .source = r.source};
    }
    return out;
}();

} // namespace

std::span<const CountryProfile> countryProfiles()
{
    return countries;
}

const CountryProfile* findCountry(std::string_view code)
{
    for (const CountryProfile& c : countries)
        if (c.code == code)
            return &c;
    return nullptr;
}

std::string_view name(CallerIdKind k)
{
    switch (k) {
    case CallerIdKind::none:
        return "none";
    case CallerIdKind::bell202:
        return "bell202";
    case CallerIdKind::v23:
        return "v23";
    case CallerIdKind::dtmf:
        return "dtmf";
    }
    return "none";
}

} // namespace callbox::hal
