// SPDX-License-Identifier: GPL-2.0-or-later
// The key tables of [span], [modem] and [lab]; what is checked across keys and sections is in checks.cpp.
#include "lines/analog_keys.h"
#include "lines/checks.h"
#include "lines/dial_plan.h"
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <sstream>

namespace callbox::lines {

std::string_view name(Use u)
{
    return u == Use::trunk ? "trunk" : "tie";
}

std::string_view typeName(hal::SpanType t)
{
    return t == hal::SpanType::e1 ? "e1" : t == hal::SpanType::t1 ? "t1" : "analog";
}

namespace {

template <class E> using Words = std::vector<std::pair<std::string, E>>;

const Words<Use> uses{{"trunk", Use::trunk}, {"tie", Use::tie}};
const Words<hal::SpanType> types{
    {"e1", hal::SpanType::e1}, {"t1", hal::SpanType::t1}, {"analog", hal::SpanType::analog}};
const Words<hal::Law> laws{{"alaw", hal::Law::alaw}, {"mulaw", hal::Law::mulaw}};
const Words<hal::PriRole> roles{{"user", hal::PriRole::user}, {"network", hal::PriRole::network}};
const Words<hal::PriSwitchType> switchTypes = [] {
    Words<hal::PriSwitchType> words;
    for (const hal::PriSwitchType t : hal::allSwitchTypes())
        words.emplace_back(hal::name(t), t);
    return words;
}();
const Words<hal::RedirectingForm> forms{{"ie", hal::RedirectingForm::ie},
                                        {"facility", hal::RedirectingForm::facility},
                                        {"both", hal::RedirectingForm::both}};
const Words<bool> originalOrLast{{"original", true}, {"last", false}};

template <class E> std::string wordOf(const Words<E>& words, E value)
{
    for (const auto& [word, v] : words)
        if (v == value)
            return word;
    return "";
}

// One of some words into an enum. An empty preset leaves the target to deriveFromType().
template <class E> ini::Key oneOf(const std::string& key, E& target, const Words<E>& words, const std::string& preset,
                                  const std::string& help)
{
    std::string allowed;
    for (const auto& [word, value] : words)
        allowed += (allowed.empty() ? "" : ", ") + word;
    const bool mayBeEmpty = preset.empty();
    return ini::custom(key, std::move(allowed), preset, help, [&target, &words, mayBeEmpty](const std::string& text) {
        for (const auto& [word, value] : words)
            if (word == text) {
                target = value;
                return true;
            }
        return mayBeEmpty && text.empty();
    });
}

std::string profileNames()
{
    std::string names;
    for (const hal::TrunkProfile& p : hal::trunkProfiles())
        names += (names.empty() ? "" : ", ") + std::string(p.name);
    return names;
}

std::string quirkNames()
{
    std::string names;
    for (const hal::QuirkRow& q : hal::priQuirks())
        names += (names.empty() ? "" : ", ") + std::string(q.name);
    return names;
}

bool takeQuirks(const std::string& text, hal::QuirkSet& quirks)
{
    quirks = {};
    std::istringstream in(text);
    for (std::string word; in >> word;) {
        const auto quirk = hal::findQuirk(word);
        if (!quirk)
            return false;
        quirks.add(*quirk);
    }
    return true;
}

std::string quirksText(const hal::QuirkSet& quirks)
{
    std::string out;
    for (const hal::QuirkRow& q : hal::priQuirks())
        if (quirks.has(q.quirk))
            out += (out.empty() ? "" : " ") + std::string(q.name);
    return out;
}

bool takeTimers(const std::string& text, std::map<std::string, int>& timers)
{
    timers.clear();
    std::size_t at = 0;
    while ((at = text.find_first_not_of(' ', at)) != std::string::npos) {
        const std::string item = text.substr(at, text.find(' ', at) - at);
        at += item.size();
        const auto equals = item.find('=');
        int value = 0;
        if (equals == std::string::npos || equals == 0)
            return false;
        const char* end = item.data() + item.size();
        const auto [stop, ec] = std::from_chars(item.data() + equals + 1, end, value);
        if (ec != std::errc() || stop != end || value < 0)
            return false;
        timers[item.substr(0, equals)] = value;
    }
    return true;
}

std::string timersText(const std::map<std::string, int>& timers)
{
    std::string out;
    for (const auto& [timer, value] : timers)
        out += (out.empty() ? "" : " ") + timer + "=" + std::to_string(value);
    return out;
}

ini::Key gain(std::string key, double& db, std::string help)
{
    return ini::custom(std::move(key), "-12 to 12 dB", "0", std::move(help), [&db](const std::string& v) {
        const auto [end, ec] = std::from_chars(v.data(), v.data() + v.size(), db);
        return ec == std::errc() && end == v.data() + v.size() && db >= -12 && db <= 12;
    });
}

std::string backendNames()
{
    std::string names;
    for (const hal::Backend* b : hal::allBackends())
        names += (names.empty() ? "" : ", ") + std::string(b->name);
    return names;
}

void addBackendKeys(std::vector<ini::Key>& table, SpanSettings& s)
{
    for (const BackendKeyOf& k : allBackendKeys()) {
        if (std::any_of(table.begin(), table.end(), [&](const ini::Key& t) { return t.name == k.key; }))
            continue; // two backends may share a key's name
        table.push_back(
            ini::custom(k.key, k.allowed, "", k.backend + ": " + k.help, [&s, key = k.key](const std::string& v) {
                if (!v.empty())
                    s.backendKeys[key] = v;
                return true;
            }));
    }
}

std::string valueOf(const SpanSettings& s, const std::string& key)
{
    if (key == "backend")
        return s.backend;
    if (key == "use")
        return wordOf(uses, s.use);
    if (key == "type")
        return wordOf(types, s.span.type);
    if (key == "law")
        return wordOf(laws, s.span.law);
    if (key == "rx_gain_db" || key == "tx_gain_db")
        return fmt::format("{}", key == "rx_gain_db" ? s.rxGainDb : s.txGainDb);
    if (key == "crc4")
        return s.span.crc4 ? "yes" : "no";
    if (key == "role")
        return wordOf(roles, s.pri.role);
    if (key == "switch_type")
        return wordOf(switchTypes, s.pri.switchType);
    if (key == "profile")
        return s.pri.profile ? std::string(s.pri.profile->name) : "";
    if (key == "accept")
        return quirksText(s.pri.accept);
    if (key == "redirecting")
        return wordOf(forms, s.pri.form);
    if (key == "recipient_from")
        return wordOf(originalOrLast, s.recipientFromOriginal);
    if (key == "country")
        return s.country;
    if (key == "restart_at_start")
        return s.pri.restartAtStart ? "yes" : "no";
    if (key == "overlap")
        return s.pri.overlap ? "yes" : "no";
    if (key == "analog_behind")
        return s.pri.analogBehind ? std::string(s.pri.analogBehind->code) : "";
    if (key == "timers")
        return timersText(s.pri.timers);
    if (isPlanKey(key))
        return planValueOf(s, key);
    if (isAnalogKey(key))
        return analogValueOf(s, key);
    const auto it = s.backendKeys.find(key);
    return it == s.backendKeys.end() ? "" : it->second;
}

} // namespace

std::vector<ini::Key> keys(SpanSettings& s)
{
    std::vector<ini::Key> table{
        ini::custom("backend", backendNames(), "virtual", "which kind of card carries it",
                    [&s](const std::string& v) {
                        s.backend = v;
                        return hal::findBackend(v) != nullptr;
                    }),
        oneOf("use", s.use, uses, "trunk", "towards the exchange, or between switch and box"),
        oneOf("type", s.span.type, types, "e1", "30 or 23 B channels, or a bank of analog lines"),
        oneOf("law", s.span.law, laws, "", "G.711 law; by type: alaw on e1, mulaw on t1"),
        gain("rx_gain_db", s.rxGainDb, "gain on what comes from the line; 0 leaves every sample as it is"),
        gain("tx_gain_db", s.txGainDb, "gain on what goes to the line; 0 leaves every sample as it is"),
        ini::boolean("crc4", s.span.crc4, true, "CRC-4 multiframe on e1 (G.704 2.3.3)"),
        oneOf("role", s.pri.role, roles, "user", "which side of Q.931 we are"),
        oneOf("switch_type", s.pri.switchType, switchTypes, "", "by profile, else by type: euroisdn on e1, ni2 on t1"),
        ini::custom("profile", profileNames(), "", "what its switch is like; by switch type",
                    [&s](const std::string& v) {
                        s.pri.profile = hal::findProfile(v);
                        return v.empty() || s.pri.profile;
                    }),
        ini::custom("accept", quirkNames() + ", separated by blanks", "",
                    "deviations of its switch to put up with, beyond those of the profile",
                    [&s](const std::string& v) { return takeQuirks(v, s.pri.accept); }),
        oneOf("redirecting", s.pri.form, forms, "", "how we send diversions; by profile"),
        oneOf("recipient_from", s.recipientFromOriginal, originalOrLast, "original",
              "whose number a diverted call is for, when it was diverted more than once"),
        countryKey(s.country, "the dial plan of the line; by type: eu on e1, us on t1, on analog that of its profile"),
        ini::boolean("restart_at_start", s.pri.restartAtStart, true,
                     "RESTART every channel when the span comes up; by profile"),
        ini::boolean("overlap", s.pri.overlap, false,
                     "the called number may come piece by piece (overlap receiving); on euroisdn and qsig"),
        ini::custom("analog_behind", countryCodes(), "",
                    "of a box's span: whose analog lines stand behind it, as behind a tie to a switch that has some; "
                    "their busy, congestion or dial tone says that the caller has hung up",
                    [&s](const std::string& v) {
                        const hal::CountryProfile* c = hal::findCountry(v);
                        s.pri.analogBehind = c ? std::optional(*c) : std::nullopt;
                        return v.empty() || c;
                    }),
        ini::custom("timers", "NAME=MS NAME=MS ... by the names of Q.921 and Q.931: T200, T203, T303, T309, N200, K",
                    "", "timers and counters that differ from the standards' values",
                    [&s](const std::string& v) { return takeTimers(v, s.pri.timers); }),
    };
    for (ini::Key& k : planKeys(s))
        table.push_back(std::move(k));
    for (ini::Key& k : analogKeys(s))
        table.push_back(std::move(k));
    addBackendKeys(table, s);
    return table;
}

void deriveFromType(SpanSettings& s, const ini::Section& section)
{
    const auto said = [&](std::string_view key) {
        return std::any_of(section.entries.begin(), section.entries.end(),
                           [&](const ini::Entry& e) { return e.key == key && !e.value.empty(); });
    };
    const bool e1 = s.span.type == hal::SpanType::e1;
    s.span.dChannel = hal::dChannelSlot(s.span.type);
    if (!said("law"))
        s.span.law = e1 ? hal::Law::alaw : hal::Law::mulaw;
    if (!said("switch_type"))
        s.pri.switchType = s.pri.profile ? s.pri.profile->switchType
                           : e1          ? hal::PriSwitchType::euroIsdn
                                         : hal::PriSwitchType::ni2;
    if (!said("country"))
        s.country = s.pri.profile ? std::string(s.pri.profile->country) : e1 ? "eu" : "us";
    if (!s.pri.profile)
        s.pri.profile = &hal::profileOf(s.pri.switchType);
    if (!said("redirecting"))
        s.pri.form = s.pri.profile->form;
    if (!said("restart_at_start"))
        s.pri.restartAtStart = s.pri.profile->restartAtStart;
    usePlan(s, std::string(s.country));
    // Both sides seize from their own end of the channels: glare is then rare.
    s.pri.highestChannelFirst = s.pri.role == hal::PriRole::network;
}

std::vector<ini::Key> keys(ModemSettings& m)
{
    std::vector<ini::Key> table{
        ini::required("device", m.device, "the path of a serial device", "where the modem's AT commands go"),
        ini::integer("baud", m.baud, 1200, 4'000'000, 115200, "the serial line's speed, where it has one"),
        ini::custom("pin", "4 to 8 digits, or nothing", "", "the SIM's PIN", [&m](const std::string& v) {
            m.modem.pin = Secret(v);
            return v.empty() ||
                   (v.size() >= 4 && v.size() <= 8 && v.find_first_not_of("0123456789") == std::string::npos);
        })};
    return table;
}

std::string render(const LinesConfig& config)
{
    std::string out;
    for (const SpanSettings& s : config.spans) {
        SpanSettings scratch;
        std::vector<ini::Key> table = keys(scratch);
        std::erase_if(table, [&](const ini::Key& k) {
            return (isBackendKey(k.name) && !s.backendKeys.contains(k.name)) || !belongsTo(s, k.name);
        });
        out += ini::render("span", s.name(), table, [&](const ini::Key& k) { return valueOf(s, k.name); });
    }
    for (const ModemSettings& m : config.modems) {
        ModemSettings scratch;
        const std::vector<ini::Key> table = keys(scratch);
        out += ini::render("modem", m.modem.name, table, [&](const ini::Key& k) -> std::string {
            if (k.name == "pin")
                return m.modem.pin.empty() ? "" : "***";
            return k.name == "baud" ? std::to_string(m.baud) : m.device;
        });
    }
    if (config.faults)
        out += "[lab]\n# fault injection (yes or no)\nfaults = yes\n\n";
    return out;
}

} // namespace callbox::lines
