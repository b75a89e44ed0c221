// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/analog_keys.h"
#include "lines/dial_plan.h"
#include <algorithm>
#include <callbox/hal/dial_plans.h>
#include <charconv>
#include <sstream>

namespace callbox::lines {

namespace {

using hal::AnalogConfig;
using hal::TonePattern;

// DAHDI's names: a port that faces an exchange has the signalling of a telephone's side, and the other way round.
struct Signalling {
    std::string_view name;
    hal::PortKind kind;
    hal::LineStart start;
};
constexpr Signalling signallings[] = {{"fxs_ks", hal::PortKind::fxo, hal::LineStart::kewl},
                                      {"fxs_ls", hal::PortKind::fxo, hal::LineStart::loop},
                                      {"fxo_ks", hal::PortKind::fxs, hal::LineStart::kewl},
                                      {"fxo_ls", hal::PortKind::fxs, hal::LineStart::loop}};

constexpr hal::CallerIdKind callerIds[] = {hal::CallerIdKind::none, hal::CallerIdKind::bell202, hal::CallerIdKind::v23,
                                           hal::CallerIdKind::dtmf};

struct ToneKey {
    std::string_view name;
    TonePattern hal::CountryProfile::*tone;
    bool releases; // says that the other side has hung up
};
constexpr ToneKey toneKeys[] = {{"tone_dial", &hal::CountryProfile::dial, true},
                                {"tone_ringback", &hal::CountryProfile::ringback, false},
                                {"tone_busy", &hal::CountryProfile::busy, true},
                                {"tone_congestion", &hal::CountryProfile::congestion, true}};

constexpr std::string_view priKeys[] = {"crc4",           "role",   "switch_type",      "redirecting",
                                        "recipient_from", "timers", "restart_at_start", "overlap",
                                        "profile",        "accept", "analog_behind"};

bool takePorts(std::string_view word, unsigned& first, unsigned& last)
{
    const char* end = word.data() + word.size();
    auto [stop, ec] = std::from_chars(word.data(), end, first);
    last = first;
    if (ec == std::errc() && stop != end && *stop == '-')
        std::tie(stop, ec) = [&] {
            const auto r = std::from_chars(stop + 1, end, last);
            return std::pair(r.ptr, r.ec);
        }();
    return ec == std::errc() && stop == end && first >= 1 && first <= last &&
           last <= hal::timeslots(hal::SpanType::analog);
}

// "1-4 +12125559000 5 +12125559001"
bool takeNumbers(const std::string& text, std::vector<hal::AnalogLine>& lines)
{
    lines.clear();
    std::istringstream in(text);
    for (std::string ports, digits; in >> ports;) {
        unsigned first = 0, last = 0;
        if (!(in >> digits) || !takePorts(ports, first, last))
            return false;
        const auto number = PhoneNumber::parse(digits);
        if (!number || number->empty())
            return false;
        for (unsigned port = first; port <= last; ++port) {
            const hal::Timeslot slot{static_cast<std::uint8_t>(port)};
            if (std::any_of(lines.begin(), lines.end(), [&](const hal::AnalogLine& l) { return l.port == slot; }))
                return false;
            lines.push_back({slot, *number});
        }
    }
    return true;
}

std::string numbersText(const std::vector<hal::AnalogLine>& lines)
{
    std::string out;
    for (const hal::AnalogLine& l : lines)
        out += (out.empty() ? "" : " ") + std::to_string(hal::index(l.port)) + " " + l.number.e164();
    return out;
}

std::string join(const auto& items, const auto& nameOf)
{
    std::string out;
    for (const auto& item : items)
        out += (out.empty() ? "" : ", ") + std::string(nameOf(item));
    return out;
}

const std::string* said(const ini::Section& section, std::string_view key)
{
    for (const ini::Entry& e : section.entries)
        if (e.key == key && !e.value.empty())
            return &e.value;
    return nullptr;
}

// Of a tone by which an exchange says that somebody has hung up.
bool tellsRelease(std::string_view key)
{
    return std::any_of(std::begin(toneKeys), std::end(toneKeys),
                       [&](const ToneKey& k) { return k.releases && k.name == key; });
}

// A line's own tones, where it is said that they differ from its country's.
void takeTones(const ini::Section& section, hal::CountryProfile& country)
{
    for (const ToneKey& k : toneKeys)
        if (const std::string* v = said(section, k.name))
            if (const auto tone = hal::parseTonePattern(*v))
                country.*k.tone = *tone;
}

} // namespace

std::vector<ini::Key> analogKeys(SpanSettings& s)
{
    AnalogConfig& a = s.analog;
    std::vector<ini::Key> table{
        ini::custom(
            "signalling", join(signallings, [](const Signalling& x) { return x.name; }), "fxs_ks",
            "of analog ports, by DAHDI's names: fxs_ks and fxs_ls face an exchange, fxo_ks and fxo_ls a telephone",
            [&s](const std::string& v) {
                for (const Signalling& x : signallings)
                    if (v == x.name) {
                        s.analog.kind = x.kind;
                        s.lineStart = x.start;
                        return true;
                    }
                return false;
            }),
        ini::custom("number", "PORT NUMBER or FIRST-LAST NUMBER, one after another, as 1-4 +12125559000", "",
                    "the numbers of the analog lines in use, each by its port",
                    [&a](const std::string& v) { return takeNumbers(v, a.lines); }),
        ini::custom("line_profile", countryCodes(), "", "tones, ring and caller id of the analog lines, by country",
                    [&a](const std::string& v) {
                        if (const hal::CountryProfile* c = hal::findCountry(v))
                            a.country = *c;
                        return v.empty() || hal::findCountry(v);
                    }),
        ini::custom("dialling", "dtmf, pulse", "dtmf", "how our own calls are dialled on analog lines",
                    [&a](const std::string& v) {
                        a.pulses = v == "pulse";
                        return v == "pulse" || v == "dtmf";
                    }),
        ini::custom("caller_id", join(callerIds, [](hal::CallerIdKind k) { return hal::name(k); }), "",
                    "how an analog line tells who calls; by line_profile", [](const std::string& v) {
                        return v.empty() || std::any_of(std::begin(callerIds), std::end(callerIds),
                                                        [&](hal::CallerIdKind k) { return hal::name(k) == v; });
                    })};
    for (const ToneKey& k : toneKeys)
        table.push_back(ini::custom(std::string(k.name),
                                    "HERTZ, or up to six steps HERTZ[+HERTZ]/MS, as 480+620/500 0/500", "",
                                    "a tone of the analog line, where it is not that of line_profile or analog_behind",
                                    [](const std::string& v) { return v.empty() || hal::parseTonePattern(v); }));
    table.push_back(ini::boolean("release_open_loop", a.release.openLoop, true,
                                 "an analog line without battery for a moment: the caller has hung up"));
    table.push_back(ini::boolean("release_polarity", a.release.polarity, false,
                                 "a change of polarity while somebody talks: the caller has hung up"));
    table.push_back(
        ini::boolean("release_tone", a.release.tone, true, "busy, congestion or dial tone: the caller has hung up"));
    table.push_back(ini::seconds("release_silence_s", a.release.silence, 0s, 3600s, 120s,
                                 "so long a silence of both sides ends a call on an analog line; 0: never"));
    table.push_back(ini::seconds("longest_call_s", a.release.longest, 0s, 86400s, 7200s,
                                 "a call on an analog line ends after it; 0: never"));
    return table;
}

bool isAnalogKey(std::string_view key)
{
    SpanSettings scratch;
    const std::vector<ini::Key> table = analogKeys(scratch);
    return std::any_of(table.begin(), table.end(), [&](const ini::Key& k) { return k.name == key; });
}

std::string countryCodes()
{
    return join(hal::countryProfiles(), [](const hal::CountryProfile& c) { return c.code; });
}

bool belongsTo(const SpanSettings& s, std::string_view key)
{
    if (s.span.type == hal::SpanType::analog)
        return std::find(std::begin(priKeys), std::end(priKeys), key) == std::end(priKeys);
    return !isAnalogKey(key) || (s.pri.analogBehind && tellsRelease(key));
}

std::string analogValueOf(const SpanSettings& s, std::string_view key)
{
    const AnalogConfig& a = s.analog;
    const auto yes = [](bool on) { return std::string(on ? "yes" : "no"); };
    const auto secondsOf = [](Duration d) { return std::to_string(toMs(d) / 1000); };
    if (key == "signalling")
        for (const Signalling& x : signallings)
            if (x.kind == a.kind && x.start == s.lineStart)
                return std::string(x.name);
    if (key == "number")
        return numbersText(a.lines);
    if (key == "line_profile")
        return std::string(a.country.code);
    if (key == "dialling")
        return a.pulses ? "pulse" : "dtmf";
    if (key == "caller_id")
        return std::string(hal::name(a.country.callerId));
    const hal::CountryProfile& country = s.pri.analogBehind ? *s.pri.analogBehind : a.country;
    for (const ToneKey& k : toneKeys)
        if (key == k.name)
            return hal::toString(country.*k.tone);
    if (key == "release_open_loop")
        return yes(a.release.openLoop);
    if (key == "release_polarity")
        return yes(a.release.polarity);
    if (key == "release_tone")
        return yes(a.release.tone);
    return secondsOf(key == "release_silence_s" ? a.release.silence : a.release.longest);
}

void deriveAnalog(const ini::Document& doc, const ini::Section& section, SpanSettings& s,
                  std::vector<ini::Problem>& problems)
{
    const std::string header = "[span " + section.name + "]: ";
    for (const ini::Entry& e : section.entries)
        if (!belongsTo(s, e.key))
            problems.push_back({doc.file, e.line,
                                e.key + " = " + e.value + ": is no key of a span of type " +
                                    (s.span.type == hal::SpanType::analog ? "analog"
                                     : tellsRelease(e.key)                ? "e1 or t1 without analog_behind"
                                                                          : "e1 or t1")});
    if (s.pri.analogBehind)
        takeTones(section, *s.pri.analogBehind);
    if (s.span.type != hal::SpanType::analog)
        return;
    AnalogConfig& a = s.analog;
    if (s.use == Use::tie)
        problems.push_back(
            {doc.file, section.line, header + "use = tie: analog lines are trunks, no ties to a switch"});
    if (a.country.code.empty())
        problems.push_back({doc.file, section.line, header + "line_profile = : is missing; " + countryCodes()});
    if (a.lines.empty())
        problems.push_back({doc.file, section.line,
                            header + "number = : is missing; an analog bank needs its lines' "
                                     "numbers, as 1-4 +12125559000"});
    const bool us = a.country.code == "us";
    if (!said(section, "law"))
        s.span.law = us ? hal::Law::mulaw : hal::Law::alaw;
    if (!said(section, "country"))
        s.country = hal::findCountryPlan(a.country.code) ? a.country.code : "eu"; // generic: of no country
    if (!said(section, "release_polarity"))
        a.release.polarity = a.country.reverses;
    if (const std::string* v = said(section, "caller_id"))
        for (const hal::CallerIdKind k : callerIds)
            if (hal::name(k) == *v)
                a.country.callerId = k;
    takeTones(section, a.country);
    usePlan(s, std::string(s.country));
    for (const hal::AnalogLine& line : a.lines)
        s.span.ports.push_back({line.port, a.kind, s.lineStart});
}

} // namespace callbox::lines
