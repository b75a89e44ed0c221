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

constexpr TonePattern tone(std::uint16_t first, std::uint16_t second = 0)
{
    return {{ToneStep{first, second, 0}}};
}
constexpr TonePattern beats(std::uint16_t first, std::uint16_t second, std::uint16_t on, std::uint16_t off)
{
    return {{ToneStep{first, second, on}, ToneStep{0, 0, off}}};
}
// Bursts and pauses of one sound.
template <std::size_t N>
constexpr TonePattern bursts(std::uint16_t first, std::uint16_t second, const std::uint16_t (&ms)[N])
{
    static_assert(N % 2 == 0 && N <= std::tuple_size_v<decltype(TonePattern::steps)>);
    TonePattern p{};
    for (std::size_t i = 0; i < N; ++i)
        p.steps[i] = i % 2 ? ToneStep{0, 0, ms[i]} : ToneStep{first, second, ms[i]};
    return p;
}

using enum CallerIdKind;
using enum CallerIdTime;
constexpr bool opensLoop = true, reverses = true, playsBusy = true;

constexpr CountryProfile countries[] = {
    {"generic",
     "ETSI harmonised",
     tone(425),
     beats(425, 0, 1000, 4000),
     beats(425, 0, 500, 500),
     beats(425, 0, 200, 200),
     {1000, 4000},
     v23,
     betweenRings,
     !opensLoop,
     reverses,
     playsBusy,
     "ETSI TR 101 041-2, EN 300 659-1"},
    {"us",
     "United States of America, Canada",
     tone(350, 440),
     beats(440, 480, 2000, 4000),
     beats(480, 620, 500, 500),
     beats(480, 620, 250, 250),
     {2000, 4000},
     bell202,
     betweenRings,
     opensLoop,
     !reverses,
     playsBusy,
     "E.180 Supplement 2; precise tone plan of ANSI T1.401; Telcordia GR-30"},
    {"gb",
     "United Kingdom",
     tone(350, 440),
     bursts(400, 450, {400, 200, 400, 2000}),
     beats(400, 0, 375, 375),
     bursts(400, 0, {400, 350, 225, 525}),
     {400, 200, 400, 2000},
     v23,
     beforeRing,
     opensLoop,
     !reverses,
     playsBusy,
     "E.180 Supplement 2; BT SIN 227 and 350"},
    {"de",
     "Germany",
     tone(425),
     beats(425, 0, 1000, 4000),
     beats(425, 0, 480, 480),
     beats(425, 0, 240, 240),
     {1000, 4000},
     v23,
     betweenRings,
     !opensLoop,
     !reverses,
     playsBusy,
     "E.180 Supplement 2; Deutsche Telekom 1 TR 110-1"},
    {"fr",
     "France",
     tone(440),
     beats(440, 0, 1500, 3500),
     beats(440, 0, 500, 500),
     beats(440, 0, 250, 250),
     {1500, 3500},
     v23,
     betweenRings,
     !opensLoop,
     reverses,
     playsBusy,
     "E.180 Supplement 2; France Telecom STI 1"},
    {"it",
     "Italy",
     bursts(425, 0, {200, 200, 600, 1000}),
     beats(425, 0, 1000, 4000),
     beats(425, 0, 500, 500),
     beats(425, 0, 200, 200),
     {1000, 4000},
     v23,
     betweenRings,
     !opensLoop,
     !reverses,
     playsBusy,
     "E.180 Supplement 2; EN 300 659-1"},
    {"es",
     "Spain",
     tone(425),
     beats(425, 0, 1500, 3000),
     beats(425, 0, 200, 200),
     bursts(425, 0, {200, 200, 200, 200, 200, 600}),
     {1500, 3000},
     v23,
     betweenRings,
     !opensLoop,
     reverses,
     playsBusy,
     "E.180 Supplement 2; EN 300 659-1"},
    {"nl",
     "Netherlands",
     tone(425),
     beats(425, 0, 1000, 4000),
     beats(425, 0, 500, 500),
     beats(425, 0, 250, 250),
     {1000, 4000},
     dtmf,
     beforeRing,
     !opensLoop,
     reverses,
     playsBusy,
     "E.180 Supplement 2; EN 300 659-3 annex B"},
    {"at",
     "Austria",
     tone(420),
     beats(420, 0, 1000, 5000),
     beats(420, 0, 400, 400),
     beats(420, 0, 200, 200),
     {1000, 5000},
     v23,
     betweenRings,
     !opensLoop,
     !reverses,
     playsBusy,
     "E.180 Supplement 2; EN 300 659-1"},
    {"ch",
     "Switzerland",
     tone(425),
     beats(425, 0, 1000, 4000),
     beats(425, 0, 500, 500),
     beats(425, 0, 200, 200),
     {1000, 4000},
     v23,
     betweenRings,
     !opensLoop,
     !reverses,
     playsBusy,
     "E.180 Supplement 2; EN 300 659-1"},
    {"au",
     "Australia",
     tone(415, 440),
     bursts(413, 438, {400, 200, 400, 2000}),
     beats(425, 0, 375, 375),
     bursts(425, 0, {375, 375, 375, 375}),
     {400, 200, 400, 2000},
     bell202,
     betweenRings,
     opensLoop,
     reverses,
     playsBusy,
     "E.180 Supplement 2; ACIF S002"},
};

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
