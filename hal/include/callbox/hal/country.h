// SPDX-License-Identifier: GPL-2.0-or-later
// What an analog line of a country sounds like and how its exchange signals: data (hal/profiles/countries.cpp), with
// where it is from. Values of one exchange may differ: `line learn` measures a line, a section's keys override.
#pragma once
#include <array>
#include <callbox/base/time.h>
#include <callbox/hal/media.h>
#include <memory>
#include <span>
#include <string_view>

namespace callbox::hal {

struct ToneStep {
    std::uint16_t first = 0, second = 0; // hertz; 0 = none: silence
    std::uint16_t ms = 0;                // of a tone: 0 = endless
    bool operator==(const ToneStep&) const = default;
};
// Steps one after another, again and again. Unused steps are all zero.
struct TonePattern {
    std::array<ToneStep, 6> steps;
    [[nodiscard]] std::span<const ToneStep> used() const;
    [[nodiscard]] bool endless() const { return steps[0].ms == 0; }
    bool operator==(const TonePattern&) const = default;
};
std::string toString(const TonePattern&); // "480+620/500 0/500", "350+440"
// "480+620/500 0/500"; Errc::invalid says what is wrong with it.
Result<TonePattern> parseTonePattern(std::string_view text);

enum class CallerIdKind : std::uint8_t {
    none,
    bell202, // Telcordia GR-30, GR-31: FSK of Bell 202
    v23,     // ETSI EN 300 659-1: FSK of V.23
    dtmf,    // ETSI EN 300 659-3 annexes: DTMF digits
};
std::string_view name(CallerIdKind);
enum class CallerIdTime : std::uint8_t { betweenRings, beforeRing }; // after the first ring; before any

struct CountryProfile {
    std::string_view code; // ISO 3166, small letters; "generic"
    std::string_view name;
    TonePattern dial, ringback, busy, congestion;
    std::array<std::uint16_t, 4> ring{}; // cadence: on, off, on, off in ms; 0 = unused
    CallerIdKind callerId = CallerIdKind::none;
    CallerIdTime callerIdTime = CallerIdTime::betweenRings;
    // How the exchange says that the other side has hung up, and that it has answered.
    bool opensLoop = false, reverses = false, playsBusy = false;
    std::string_view source;
};
std::span<const CountryProfile> countryProfiles();
const CountryProfile* findCountry(std::string_view code); // null: none of that code

// Endless; -10 dBm0 a tone alone, -13 each of two.
std::unique_ptr<AudioSource> makeToneSource(const TonePattern&);

} // namespace callbox::hal
