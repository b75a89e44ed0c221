// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the sections of lines and checks them across keys and across each other.
#include "lines/checks.h"
#include "lines/analog_keys.h"
#include "lines/machine.h"
#include <algorithm>
#include <set>

namespace callbox::lines {

const std::vector<BackendKeyOf>& allBackendKeys()
{
    static const std::vector<BackendKeyOf> all = [] {
        std::vector<BackendKeyOf> out;
        for (const hal::Backend* b : hal::allBackends())
            for (const hal::BackendKey& k : b->keys)
                out.push_back({std::string(b->name), std::string(k.name), std::string(k.allowed), std::string(k.help)});
        out.push_back({"virtual", "listen", "a path", "the Unix socket on which the other end is waited for"});
        return out;
    }();
    return all;
}

bool isBackendKey(std::string_view key)
{
    const auto& all = allBackendKeys();
    return std::any_of(all.begin(), all.end(), [&](const BackendKeyOf& k) { return k.key == key; });
}

namespace {

struct Reader {
    const ini::Document& doc;
    std::vector<ini::Problem>& problems;

    void problem(int line, std::string text) { problems.push_back({doc.file, line, std::move(text)}); }
};

// Names go into call ids, paths and URLs.
bool goodName(std::string_view name)
{
    return !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) || c == '-' || c == '_' || c == '.';
    });
}

void checkName(Reader& r, const ini::Section& s, std::set<std::string>& seen)
{
    const std::string header = "[" + s.kind + (s.name.empty() ? "" : " " + s.name) + "]";
    if (!goodName(s.name))
        r.problem(s.line, header + ": a name of 1 to 40 letters, digits, '-', '_' and '.', as in [" + s.kind + " " +
                              s.kind + "1]");
    else if (!seen.insert(s.name).second)
        r.problem(s.line, header + ": there is one of this name already");
}

void checkBackendKeys(Reader& r, const ini::Section& section, const SpanSettings& s)
{
    for (const ini::Entry& e : section.entries) {
        std::string known;
        bool ours = false;
        for (const BackendKeyOf& k : allBackendKeys())
            if (k.backend == s.backend) {
                ours = ours || k.key == e.key;
                known += (known.empty() ? "" : ", ") + k.key;
            }
        if (isBackendKey(e.key) && !ours)
            r.problem(e.line, e.key + " = " + e.value + ": is no key of backend " + s.backend + ", whose keys are " +
                                  (known.empty() ? "none" : known));
    }
    if (s.backend == "virtual" && s.backendKeys.contains("connect") == s.backendKeys.contains("listen"))
        r.problem(section.line,
                  "[span " + section.name + "]: a virtual span needs connect = PATH or listen = PATH, one of the two");
}

// One card, one socket, one device: one section.
void checkPlace(Reader& r, int line, const std::string& what, std::map<std::string, int>& places)
{
    if (what.empty())
        return;
    const auto [it, added] = places.emplace(what, line);
    if (!added)
        r.problem(line, what + ": is used in the section of line " + std::to_string(it->second) + " already");
}

void readSpan(Reader& r, const ini::Section& section, LinesConfig& out, std::map<std::string, int>& places)
{
    SpanSettings s;
    s.span.name = section.name;
    s.line = section.line;
    const std::vector<ini::Key> table = keys(s);
    ini::bind(r.doc, section, table, r.problems);
    deriveFromType(s, section);
    deriveAnalog(r.doc, section, s, r.problems);
    if (s.pri.profile->switchType != s.pri.switchType)
        for (const ini::Entry& e : section.entries)
            if (e.key == "switch_type")
                r.problem(e.line, "switch_type = " + e.value + ": profile = " + std::string(s.pri.profile->name) +
                                      " is of switch type " + std::string(hal::name(s.pri.profile->switchType)) +
                                      "; leave one of the two out");
    if (s.pri.overlap && hal::northAmerican(s.pri.switchType))
        for (const ini::Entry& e : section.entries)
            if (e.key == "overlap")
                r.problem(e.line, "overlap = " + e.value + ": switch type " + std::string(hal::name(s.pri.switchType)) +
                                      " sends whole numbers; only euroisdn and qsig send them piece by piece");
    if (hal::findBackend(s.backend))
        checkBackendKeys(r, section, s);
    std::string place;
    for (const auto& [key, value] : s.backendKeys)
        place.append(place.empty() ? "" : " ").append(key).append(" = ").append(value);
    checkPlace(r, section.line, place, places);
    out.spans.push_back(std::move(s));
}

// A PIN under a key that is unlike its own (ini hides those that are like it): of a modem, whatever has digits only.
void hidePin(const ini::Section& section, ini::Problem& problem)
{
    for (const ini::Entry& e : section.entries) {
        const bool digits = e.key != "baud" && e.value.find_first_not_of("0123456789 \t\"'") == std::string::npos;
        const std::string said = e.key + " = " + e.value;
        if (e.line == problem.line && !e.value.empty() && digits && problem.text.starts_with(said))
            problem.text.replace(0, said.size(), e.key + " = ***");
    }
}

void readModem(Reader& r, const ini::Section& section, LinesConfig& out, std::map<std::string, int>& places)
{
    ModemSettings m;
    m.modem.name = section.name;
    m.line = section.line;
    const std::vector<ini::Key> table = keys(m);
    const std::size_t known = r.problems.size();
    ini::bind(r.doc, section, table, r.problems);
    for (std::size_t i = known; i < r.problems.size(); ++i)
        hidePin(section, r.problems[i]);
    checkPlace(r, section.line, m.device.empty() ? "" : "device = " + m.device, places);
    out.modems.push_back(std::move(m));
}

} // namespace

LinesConfig readLines(const ini::Document& doc, std::vector<ini::Problem>& problems)
{
    LinesConfig out;
    Reader r{doc, problems};
    std::set<std::string> spanNames;
    std::set<std::string> modemNames;
    std::map<std::string, int> places;
    for (const ini::Section& s : doc.sections) {
        if (s.kind == "span") {
            checkName(r, s, spanNames);
            readSpan(r, s, out, places);
        } else if (s.kind == "modem") {
            checkName(r, s, modemNames);
            readModem(r, s, out, places);
        }
    }
    (void)readMachine(doc, problems); // what stands there the daemon takes at its start
    const std::vector<ini::Key> lab{
        ini::boolean("faults", out.faults, false, "whether POST /v1/lab/fault may break things on purpose")};
    readSingle(doc, "lab", lab, false, problems);
    return out;
}

void refuseUnknownSections(const ini::Document& doc, const std::vector<std::string>& known,
                           std::vector<ini::Problem>& problems)
{
    std::string words;
    for (const std::string& k : known)
        words += (words.empty() ? "" : ", ") + k;
    for (const ini::Section& s : doc.sections)
        if (std::find(known.begin(), known.end(), s.kind) == known.end())
            problems.push_back({doc.file, s.line, "[" + s.kind + "]: no such section; known are " + words});
}

void readSingle(const ini::Document& doc, std::string_view kind, std::span<const ini::Key> keys, bool required,
                std::vector<ini::Problem>& problems)
{
    const ini::Section* first = nullptr;
    for (const ini::Section& s : doc.sections) {
        if (s.kind != kind)
            continue;
        if (first)
            problems.push_back(
                {doc.file, s.line, "[" + s.kind + "]: stands in line " + std::to_string(first->line) + " already"});
        else
            first = &s;
    }
    if (!first && required)
        problems.push_back({doc.file, 1, "[" + std::string(kind) + "]: this section is needed"});
    if (first || !required)
        ini::bind(doc, first ? *first : ini::Section{std::string(kind), "", 0, {}}, keys, problems);
}

std::string render(const ini::Document& doc, std::string_view kind, std::string_view sectionName,
                   std::span<const ini::Key> keys)
{
    const auto section = std::find_if(doc.sections.begin(), doc.sections.end(),
                                      [&](const ini::Section& s) { return s.kind == kind && s.name == sectionName; });
    std::string out = "[" + std::string(kind) + (sectionName.empty() ? "" : " " + std::string(sectionName)) + "]\n";
    for (const ini::Key& k : keys) {
        out += "# " + k.help + " (" + k.allowed + ")\n";
        bool given = false;
        if (section != doc.sections.end())
            for (const ini::Entry& e : section->entries)
                if (e.key == k.name) {
                    out += k.name + " = " + e.value + "\n";
                    given = true;
                }
        if (!given)
            out += k.name + " = " + k.preset + "\n";
    }
    return out + "\n";
}

} // namespace callbox::lines
