// SPDX-License-Identifier: GPL-2.0-or-later
// The sections of a configuration that name lines: [span NAME], [modem NAME] and [lab], the same in every daemon.
// Reading adds what is wrong to `problems`; what could be read is returned.
#pragma once
#include <callbox/base/ini.h>
#include <callbox/hal/analog_trunk.h>
#include <callbox/hal/backend.h>
#include <callbox/hal/modem.h>
#include <callbox/hal/trunk.h>
#include <optional>

namespace callbox::lines {

enum class Use { trunk, tie }; // towards the exchange; between switch and box
std::string_view name(Use);
std::string_view typeName(hal::SpanType); // "e1", "t1", "analog"

// What a section says of its dial plan itself; the rest is its country's.
struct NationalLength {
    unsigned shortest = 0, longest = 0;
};
struct PlanKeys {
    std::optional<std::string> countryCode, area, internationalPrefix, nationalPrefix;
    std::optional<NationalLength> nationalLength;
};

struct SpanSettings {
    std::string backend = "virtual";
    Use use = Use::trunk;
    hal::SpanConfig span;     // name, type, law, D channel
    hal::PriConfig pri;       // role, switch type, how diversions are sent, timers
    hal::AnalogConfig analog; // instead of it, on a span of type analog
    hal::LineStart lineStart = hal::LineStart::kewl;
    std::string country; // "us", "eu", "de": whose dial plan
    PlanKeys planKeys;
    hal::DialPlan plan; // of the country and these keys
    double rxGainDb = 0, txGainDb = 0;
    bool recipientFromOriginal = true; // recipient_from: original called number before the last diverting one
    hal::BackendKeys backendKeys;      // connect, listen, ...
    int line = 0;                      // of its section, for messages

    [[nodiscard]] const std::string& name() const { return span.name; }
};

struct ModemSettings {
    hal::ModemConfig modem; // name, PIN
    std::string device;
    int baud = 115200;
    int line = 0;
};

struct LinesConfig {
    std::vector<SpanSettings> spans;
    std::vector<ModemSettings> modems;
    bool faults = false; // [lab] faults = yes
};

// The tables, bound to `target`; for documentation and rendering.
std::vector<ini::Key> keys(SpanSettings& target);
std::vector<ini::Key> keys(ModemSettings& target);

// Every [span], [modem] and [lab] section of the document, checked one by one and against each other (two of one
// name, a backend nobody knows, keys of another backend, two spans on one socket).
LinesConfig readLines(const ini::Document&, std::vector<ini::Problem>& problems);

// A section of a kind that is not in `known` is a problem, with what is known.
void refuseUnknownSections(const ini::Document&, const std::vector<std::string>& known,
                           std::vector<ini::Problem>& problems);
// The first section of a kind that stands once, bound to its table; a second one is a problem. With `required`, none
// at all is one too. Without a section all keys take their presets.
void readSingle(const ini::Document&, std::string_view kind, std::span<const ini::Key> keys, bool required,
                std::vector<ini::Problem>& problems);

// Text of the sections with every value in force: `config show --effective`. PINs come as "***".
std::string render(const LinesConfig&);
// The same for any other section: a key's value is what the file says, else its preset.
std::string render(const ini::Document&, std::string_view kind, std::string_view sectionName,
                   std::span<const ini::Key> keys);

// A country's dial plan; of one that is not known: eu's.
hal::DialPlan dialPlan(std::string_view country);

} // namespace callbox::lines
