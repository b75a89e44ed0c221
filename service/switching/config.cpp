// SPDX-License-Identifier: GPL-2.0-or-later
#include "switching/config.h"
#include "lines/dial_plan.h"
#include "lines/line_loss.h"
#include "lines/machine.h"
#include <algorithm>
#include <set>

namespace callbox::switching {

namespace {

std::vector<std::string> words(const std::string& text)
{
    std::vector<std::string> out;
    for (std::size_t at = text.find_first_not_of(" \t"); at != std::string::npos;) {
        const std::size_t end = text.find_first_of(" \t", at);
        out.push_back(text.substr(at, end - at));
        at = end == std::string::npos ? end : text.find_first_not_of(" \t", end);
    }
    return out;
}

ini::Key asList(ini::Key k)
{
    k.list = true;
    return k;
}

struct SwitchTarget {
    SwitchConfig& config;
    std::string country;
};

std::vector<ini::Key> switchKeys(SwitchTarget& t)
{
    SwitchConfig& c = t.config;
    return {
        ini::required("state", c.state, "a folder", "where the switch keeps what must outlive it"),
        ini::text("control", c.control, "", "its Unix socket; default STATE/control.sock"),
        ini::text("http", c.http, "", "TCP address of the public part of its API, as 127.0.0.1:0; empty: none"),
        lines::countryKey(t.country, "dial plan of spans that name none; default: by line_profile or type"),
        asList(ini::custom("access", "a number in E.164, as +12125559000; one a line", "",
                           "callers of this number leave a message without being diverted",
                           [&c](const std::string& v) {
                               auto n = PhoneNumber::parse(v);
                               if (n && !n->empty())
                                   c.access.push_back(*n);
                               return n && !n->empty();
                           })),
        ini::text("log", c.log, "", "file the log is appended to; empty: standard error"),
        ini::text("announcement", c.announcement, "",
                  "WAV played when the box of a link number is away; empty: the cause alone"),
        ini::milliseconds("first_answer_ms", c.firstAnswer, 100ms, 4s, 1s, "for the first answer to a SETUP on a tie"),
        lines::lineLostKey(c.lineLost),
    };
}

std::vector<ini::Key> outgoingKeys(SwitchConfig& c)
{
    return {asList(ini::custom("allow", "ranges FIRST-LAST or numbers in E.164", "",
                               "where boxes may call; without a line: nowhere",
                               [&c](const std::string& v) {
                                   for (const std::string& word : words(v)) {
                                       auto range = parseRange(word);
                                       if (!range)
                                           return false;
                                       c.allow.push_back(*range);
                                   }
                                   return !v.empty();
                               })),
            ini::integer("reserve", c.reserve, 0, 10000, 2, "trunk channels kept for incoming calls")};
}

struct BoxTarget {
    BoxConfig& box;
    PhoneNumber first, last;
};

std::vector<ini::Key> boxKeys(BoxTarget& t)
{
    const auto number = [](PhoneNumber& target) {
        return [&target](const std::string& v) {
            if (v.empty())
                return true;
            auto n = PhoneNumber::parse(v);
            if (n)
                target = *n;
            return n.has_value();
        };
    };
    BoxConfig& b = t.box;
    ini::Key status = ini::custom(
        "status", "unix:PATH of its control socket, or HOST:PORT", "", "where it is asked", [&b](const std::string& v) {
            b.status = v;
            const auto colon = v.rfind(':');
            return v.starts_with("unix:") ? v.size() > 5
                                          : colon != std::string::npos && colon > 0 && colon + 1 < v.size();
        });
    status.required = true;
    ini::Key ties = ini::custom("ties", "names of spans with use = tie, separated by blanks", "", "its spans",
                                [&b](const std::string& v) {
                                    b.ties = words(v);
                                    return v.empty() || !b.ties.empty();
                                });
    return {status,
            ties,
            asList(ini::custom("number", "a number in E.164, as +12125557001; one a line", "",
                               "the box's numbers on the public network, where no tie leads to it; each for one call "
                               "that is on its way",
                               [&b](const std::string& v) {
                                   auto n = PhoneNumber::parse(v);
                                   if (n && !n->empty())
                                       b.numbers.push_back(*n);
                                   return v.empty() || (n && !n->empty());
                               })),
            ini::text("route_key_file", b.routeKeyFile, "",
                      "with number: file with the key that the box has in its route_key_file"),
            ini::boolean("hand_back", b.handBack, true,
                         "with number: the exchange is asked to take calls to the box over, where the trunk knows how"),
            ini::custom("first", "a number in E.164", "", "first number of its link pool; empty: as the box says",
                        number(t.first)),
            ini::custom("last", "a number in E.164", "", "last number of its link pool", number(t.last)),
            ini::integer("weight", b.weight, 0, 1000, 100, "share of calls; 0: only when nothing else is left")};
}

class Reader {
public:
    Reader(const ini::Document& doc, std::vector<ini::Problem>& problems) : doc_(doc), problems_(problems) {}

    SwitchConfig read()
    {
        lines::refuseUnknownSections(doc_, {"switch", "outgoing", "alarms", "box", "span", "modem", "machine", "lab"},
                                     problems_);
        c_.lines = lines::readLines(doc_, problems_);
        SwitchTarget target{c_, ""};
        lines::readSingle(doc_, "switch", switchKeys(target), true, problems_);
        lines::readSingle(doc_, "outgoing", outgoingKeys(c_), false, problems_);
        lines::readSingle(doc_, "alarms", alarms::keys(c_.alarms, false), false, problems_);
        if (c_.control.empty())
            c_.control = c_.state + "/control.sock";
        lines::usePlans(doc_, target.country, c_.lines, problems_);
        for (const ini::Section& s : doc_.sections)
            if (s.kind == "box")
                readBox(s);
        checkLines();
        checkPools();
        checkNumbers();
        checkPlans();
        return std::move(c_);
    }

private:
    void problem(int line, std::string text) { problems_.push_back({doc_.file, line, std::move(text)}); }

    void readBox(const ini::Section& s)
    {
        BoxConfig b;
        b.id = s.name;
        b.line = s.line;
        if (s.name.empty())
            problem(s.line, "[box]: a box has a name, as in [box box1]");
        for (const BoxConfig& other : c_.boxes)
            if (other.id == b.id)
                problem(s.line, "[box " + b.id + "]: stands in line " + std::to_string(other.line) + " already");
        BoxTarget target{b, {}, {}};
        ini::bind(doc_, s, boxKeys(target), problems_);
        if (target.first.empty() != target.last.empty()) {
            problem(s.line, "[box " + b.id + "]: first and last of a link pool are given together");
        } else if (!target.first.empty()) {
            auto pool = parseRange(target.first.e164() + "-" + target.last.e164());
            if (pool)
                b.pool = *pool;
            else
                problem(s.line, "[box " + b.id + "]: first = " + target.first.e164() +
                                    ", last = " + target.last.e164() + ": " + pool.error().what);
        }
        if (b.ties.empty() && b.numbers.empty())
            problem(s.line, "[box " + b.id + "]: a box is reached by ties = SPAN or number = +E164; neither is there");
        if (!b.numbers.empty() && b.routeKeyFile.empty())
            problem(s.line, "[box " + b.id + "]: number = " + b.numbers.front().e164() +
                                ": needs route_key_file, so that the box can be told of a call");
        c_.boxes.push_back(std::move(b));
    }

    void checkLines()
    {
        std::map<std::string, std::string> owner; // tie -> box
        for (const BoxConfig& b : c_.boxes)
            for (const std::string& tie : b.ties) {
                const auto span = std::find_if(c_.lines.spans.begin(), c_.lines.spans.end(),
                                               [&](const lines::SpanSettings& s) { return s.name() == tie; });
                if (span == c_.lines.spans.end() || span->use != lines::Use::tie)
                    problem(b.line,
                            "ties = " + tie + ": " +
                                (span == c_.lines.spans.end() ? "there is no [span " + tie + "]"
                                                              : "[span " + tie + "] in line " +
                                                                    std::to_string(span->line) + " needs use = tie"));
                else if (const auto [it, added] = owner.emplace(tie, b.id); !added)
                    problem(b.line, "ties = " + tie + ": leads to " + it->second + " already");
            }
        for (const lines::SpanSettings& s : c_.lines.spans)
            if (s.use == lines::Use::tie && !owner.contains(s.name()))
                problem(s.line, "[span " + s.name() + "]: use = tie: no [box] names it in its ties");
        // A number that a box calls is anybody's: nobody here knows when it is whole, and T302 would have to run out.
        for (const lines::SpanSettings& s : c_.lines.spans)
            if (s.use == lines::Use::tie && s.pri.overlap)
                problem(s.line,
                        "[span " + s.name() + "]: overlap = yes: a box sends whole numbers; it is for use = trunk");
    }

    // A number in two pools would be two people's.
    void checkPools()
    {
        for (std::size_t i = 0; i < c_.boxes.size(); ++i) {
            const BoxConfig& a = c_.boxes[i];
            if (!a.pool)
                continue;
            for (std::size_t k = 0; k < i; ++k)
                if (const BoxConfig& b = c_.boxes[k]; b.pool && overlap(*a.pool, *b.pool))
                    problem(a.line, "[box " + a.id + "]: its pool " + a.pool->first.e164() + "-" + a.pool->last.e164() +
                                        " overlaps that of [box " + b.id + "] in line " + std::to_string(b.line) +
                                        "; every link number has one owner");
            for (const PhoneNumber& n : c_.access)
                if (a.pool->contains(n))
                    problem(a.line, "[box " + a.id + "]: its pool holds the access number " + n.e164());
        }
    }

    // A call to a route number must come to its box, whoever places it.
    void checkNumbers()
    {
        std::map<PhoneNumber, std::string> owner;
        for (const PhoneNumber& n : c_.access)
            owner.emplace(n, "[switch] access");
        for (const BoxConfig& b : c_.boxes)
            for (const PhoneNumber& n : b.numbers) {
                const auto [it, added] = owner.emplace(n, "[box " + b.id + "]");
                if (!added)
                    problem(b.line, "number = " + n.e164() + ": belongs to " + it->second + " already");
                for (const BoxConfig& other : c_.boxes)
                    if (other.pool && other.pool->contains(n))
                        problem(b.line, "number = " + n.e164() + ": is a link number of [box " + other.id + "]");
            }
    }

    // Calls from the exchange come to these numbers.
    void checkPlans()
    {
        for (const ini::Section& s : doc_.sections)
            for (const ini::Entry& e : s.entries)
                if (s.kind == "switch" && e.key == "access")
                    if (const auto n = PhoneNumber::parse(e.value))
                        if (const std::string why = lines::notOfTrunks(c_.lines, *n); !why.empty())
                            problem(e.line, "access = " + e.value + ": " + why);
        for (const BoxConfig& b : c_.boxes)
            if (b.pool)
                if (const std::string why = lines::notOfTrunks(c_.lines, b.pool->first); !why.empty())
                    problem(b.line, "[box " + b.id + "]: first = " + b.pool->first.e164() + ": " + why);
    }

    const ini::Document& doc_;
    std::vector<ini::Problem>& problems_;
    SwitchConfig c_;
};

} // namespace

bool isSwitchConfig(const ini::Document& doc)
{
    return std::any_of(doc.sections.begin(), doc.sections.end(),
                       [](const ini::Section& s) { return s.kind == "switch"; });
}

SwitchConfig readConfig(const ini::Document& doc, std::vector<ini::Problem>& problems)
{
    return Reader(doc, problems).read();
}

std::string render(const ini::Document& doc, const SwitchConfig& config)
{
    SwitchConfig scratch;
    SwitchTarget target{scratch, ""};
    std::string out = lines::render(doc, "switch", "", switchKeys(target));
    out += lines::render(doc, "outgoing", "", outgoingKeys(scratch));
    out += lines::render(doc, "alarms", "", alarms::keys(scratch.alarms, false));
    for (const BoxConfig& b : config.boxes) {
        BoxConfig box;
        BoxTarget t{box, {}, {}};
        out += lines::render(doc, "box", b.id, boxKeys(t));
    }
    out += lines::renderMachine(doc);
    return out + lines::render(config.lines);
}

} // namespace callbox::switching
