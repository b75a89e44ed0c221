// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/config.h"
#include "box/own_call.h"
#include "lines/dial_plan.h"
#include "lines/line_loss.h"
#include "lines/machine.h"
#include "notify/zone.h"
#include <algorithm>
#include <charconv>
#include <sstream>

namespace callbox::box {

namespace {

constexpr std::uint64_t largestPool = 100000; // StoreConfig

std::vector<std::string> words(const std::string& text)
{
    std::istringstream in(text);
    std::vector<std::string> out;
    for (std::string word; in >> word;)
        out.push_back(word);
    return out;
}

ini::Key asList(ini::Key k)
{
    k.list = true;
    return k;
}

ini::Key asRequired(ini::Key k)
{
    k.required = true;
    return k;
}

ini::Key number(std::string name, PhoneNumber& target, std::string help)
{
    return ini::custom(std::move(name), "a number in E.164, as +12125559000", "", std::move(help),
                       [&target](const std::string& v) {
                           const auto n = PhoneNumber::parse(v);
                           if (n)
                               target = *n;
                           return n || v.empty();
                       });
}

bool takeAccess(const std::string& v, std::vector<AccessNumber>& access)
{
    AccessNumber a;
    const auto w = words(v);
    const auto first = w.empty() ? Result<PhoneNumber>(PhoneNumber()) : PhoneNumber::parse(w[0]);
    const auto second = w.size() < 2 ? Result<PhoneNumber>(PhoneNumber()) : PhoneNumber::parse(w[1]);
    if (w.empty() || w.size() > 2 || !first || !second)
        return false;
    a.number = *first;
    a.recipient = *second;
    access.push_back(a);
    return true;
}

// "off", "30min", "6h", "1d"
bool takeEvery(const std::string& v, Duration& every)
{
    every = {};
    if (v == "off")
        return true;
    int n = 0;
    const auto [unit, ec] = std::from_chars(v.data(), v.data() + v.size(), n);
    const std::string_view word(unit, std::size_t(v.data() + v.size() - unit));
    const Duration one = word == "min" ? Duration(1min) : word == "h" ? Duration(1h) : Duration(24h);
    if (ec != std::errc() || (word != "min" && word != "h" && word != "d") || n < 1 || n > 24 * 60 * 30)
        return false;
    every = n * one;
    return every >= 5min && every <= 24h * 30;
}

bool takeTolerance(const std::string& v, double& db)
{
    const auto [end, ec] = std::from_chars(v.data(), v.data() + v.size(), db);
    return ec == std::errc() && end == v.data() + v.size() && db >= 0.1 && db <= 30;
}

std::vector<ini::Key> boxKeys(BoxConfig& c)
{
    ini::Key id = ini::custom("id", "letters, digits, '-', '_' and '.'", "", "its name, unique in the fleet",
                              [&c](const std::string& v) {
                                  c.id = v;
                                  return !v.empty() && std::all_of(v.begin(), v.end(), [](unsigned char ch) {
                                      return std::isalnum(ch) || ch == '-' || ch == '_' || ch == '.';
                                  });
                              });
    return {
        asRequired(id),
        ini::required("state", c.state, "a folder", "where messages and all that must outlive the program are kept"),
        ini::text("control", c.control, "", "its Unix socket; default STATE/control.sock"),
        ini::text("http", c.http, "", "TCP address of the public part of its API, as 127.0.0.1:0; empty: none"),
        lines::countryKey(c.country, "dial plan of spans that name none; default: by line_profile or type"),
        asList(ini::custom("access", "NUMBER or NUMBER RECIPIENT in E.164; one a line", "",
                           "callers of NUMBER leave a message without being diverted; for RECIPIENT, if given",
                           [&c](const std::string& v) { return takeAccess(v, c.access); })),
        number("number", c.number, "shown on the box's own calls; default: the first access number"),
        ini::custom("zone", "a name of the tz database, as UTC or Europe/Berlin", "UTC",
                    "time zone of times told to people",
                    [&c](const std::string& v) {
                        c.zone = v;
                        return notify::Zone::find(v).has_value();
                    }),
        lines::lineLostKey(c.lineLost),
        ini::custom("self_test_every", "off, or a time from 5min to 30d, as 30min, 6h or 1d", "off",
                    "a test call of the box to itself, box, line, box, every so often",
                    [&c](const std::string& v) { return takeEvery(v, c.selfTestEvery); }),
        number("self_test_to", c.selfTestTo,
               "the number it calls; default: on own trunks the first access number, else the first link number"),
        ini::custom("self_test_tolerance_db", "0.1 to 30", "3", "so far the level of its tones may be off",
                    [&c](const std::string& v) { return takeTolerance(v, c.selfTestToleranceDb); }),
        ini::text("route_key_file", c.routeKeyFile, "",
                  "file with the key of a switch that sends calls over the public network; empty: none may"),
        ini::text("log", c.log, "", "file the log is appended to; empty: standard error"),
    };
}

ini::Key days(std::string name, Duration& target, int least, int most, int preset, std::string help)
{
    return ini::custom(std::move(name), std::to_string(least) + " to " + std::to_string(most) + " days",
                       std::to_string(preset), std::move(help), [&target, least, most](const std::string& v) {
                           int n = 0;
                           const ini::Key k = ini::integer("", n, least, most, least, "");
                           const bool good = k.take(v);
                           target = std::chrono::hours(24 * n);
                           return good;
                       });
}

std::vector<ini::Key> poolKeys(BoxConfig& c)
{
    return {
        asRequired(number("first", c.pool.first, "first number of the box's own link numbers")),
        asRequired(number("last", c.pool.last, "last of them; as many digits as the first")),
        days("quarantine_days", c.quarantine, 0, 3650, 30, "a link number rests so long for the same recipient"),
        days("retention_days", c.retention, 1, 3650, 14, "a message that nobody has heard is kept so long"),
        days("keep_heard_days", c.keepHeard, 0, 3650, 7, "a message that was heard and not deleted stays so long"),
        days("keep_ended_days", c.keepEnded, 0, 3650, 30,
             "what is known of a deleted or expired message, its numbers and states, stays so long, and as long as its "
             "link number rests")};
}

ini::Key count(std::string name, unsigned& target, unsigned preset, std::string help)
{
    return ini::custom(std::move(name), "0 to 1000000", std::to_string(preset), std::move(help),
                       [&target](const std::string& v) {
                           int n = 0;
                           const bool good = ini::integer("", n, 0, 1000000, 0, "").take(v);
                           target = unsigned(n);
                           return good;
                       });
}

bool takePrefixCeiling(const std::string& v, std::map<std::string, unsigned>& ceilings)
{
    const auto w = words(v);
    unsigned n = 0;
    if (w.size() != 2 || w[0].size() < 2 || w[0][0] != '+' ||
        w[0].find_first_not_of("0123456789", 1) != std::string::npos || !count("", n, 0, "").take(w[1]))
        return false;
    return ceilings.emplace(w[0], n).second;
}

std::vector<ini::Key> recipientKeys(BoxConfig& c)
{
    return {asList(ini::custom("allow", "ranges FIRST-LAST or numbers in E.164", "",
                               "whom messages may be left for; nobody else is ever called or texted",
                               [&c](const std::string& v) {
                                   for (const std::string& word : words(v)) {
                                       const auto range = parseRange(word);
                                       if (!range)
                                           return false;
                                       c.allow.push_back(*range);
                                   }
                                   return !v.empty();
                               })),
            ini::boolean("key_in", c.keyIn, false, "callers who were not diverted key in whom the message is for"),
            count("ceiling_recipient", c.notify.ceilings.perRecipient, 100, "notices to one recipient in 24 hours"),
            count("ceiling_day", c.notify.ceilings.perDay, 20000, "notices altogether in 24 hours"),
            asList(ini::custom("ceiling_prefix", "PREFIX COUNT, as +1212 500; one a line", "",
                               "notices to numbers that begin so, in 24 hours", [&c](const std::string& v) {
                                   return takePrefixCeiling(v, c.notify.ceilings.perPrefix);
                               }))};
}

// Retries of one protocol: sms_tries, dialout_tries, ...
void addRetryKeys(std::vector<ini::Key>& table, const std::string& protocol, const notify::RetryPolicy& preset,
                  notify::RetryPolicy& r)
{
    const auto name = [&](const char* key) { return protocol + key; };
    table.push_back(ini::integer(name("_tries"), r.tries, 1, 1000, preset.tries, "then a notice has failed for good"));
    table.push_back(ini::seconds(name("_first_s"), r.first, 1s, 24h, preset.first,
                                 "wait after the first failure; doubled each time"));
    table.push_back(ini::seconds(name("_longest_s"), r.longest, 1s, 24h, preset.longest, "longest such wait"));
    table.push_back(ini::seconds(name("_unknown_s"), r.unknownWait, 1s, 24h, preset.unknownWait,
                                 "how long a report may clear up an unknown outcome, before the one resend"));
    table.push_back(ini::seconds(name("_away_s"), r.awayLimit, 10s, 24h, preset.awayLimit,
                                 "nothing can be sent for so long: the other protocol does it"));
    table.push_back(ini::integer(name("_tries_before_other"), r.triesBeforeOther, 1, 1000, preset.triesBeforeOther,
                                 "failed so often: the other protocol does it too"));
}

std::vector<ini::Key> notifyKeys(BoxConfig& c)
{
    std::vector<ini::Key> table{
        ini::custom("protocols", "sms, dialout or both, in order of preference", "",
                    "how recipients are told; empty: sms where there is a modem, else dialout",
                    [&c](const std::string& v) {
                        c.protocols = words(v);
                        const bool known =
                            std::all_of(c.protocols.begin(), c.protocols.end(),
                                        [](const std::string& p) { return p == "sms" || p == "dialout"; });
                        return known && (c.protocols.size() < 2 || c.protocols[0] != c.protocols[1]) &&
                               c.protocols.size() <= 2;
                    }),
        ini::custom("quiet_hours", "HH:MM-HH:MM in the box's zone, as 22:00-07:00; or nothing", "",
                    "no recipient is called in them, retries included; SMS go out at any time",
                    [&c](const std::string& v) {
                        const auto quiet = notify::parseQuietHours(v);
                        c.quiet = quiet.value_or(notify::QuietHours());
                        return v.empty() || quiet;
                    }),
        ini::integer("reserve", c.reserve, 0, 1000, 2, "channels of own trunks left free for incoming calls")};
    addRetryKeys(table, "sms", notify::smsRetries(), c.notify.retries["sms"]);
    addRetryKeys(table, "dialout", notify::dialoutRetries(), c.notify.retries["dialout"]);
    return table;
}

std::vector<ini::Key> depositKeys(BoxConfig& c)
{
    return {ini::seconds("shortest_s", c.shortest, 0s, 60s, 1s, "a shorter recording is no message"),
            ini::seconds("silence_s", c.silence, 2s, 60s, 5s, "so long a silence ends the recording"),
            ini::seconds("limit_s", c.limit, 5s, 3600s, 120s, "longest message")};
}

std::vector<ini::Key> promptKeys(BoxConfig& c)
{
    return {ini::text("folder", c.promptFolder, "", "prompt sets; empty: those that came with the program"),
            ini::text("language", c.language, "en", "the set to use")};
}

std::vector<ini::Key> alarmKeys(BoxConfig& c)
{
    std::vector<ini::Key> table = alarms::keys(c.alarms, true);
    table.push_back(ini::custom("disk_low_hours", "0 to 10000", "10",
                                "room on the disk for less speech than this is an alarm", [&c](const std::string& v) {
                                    int hours = 0;
                                    const bool good = ini::integer("", hours, 0, 10000, 0, "").take(v);
                                    c.diskLow = std::chrono::hours(hours);
                                    return good;
                                }));
    return table;
}

class Reader {
public:
    Reader(const ini::Document& doc, std::vector<ini::Problem>& problems) : doc_(doc), problems_(problems) {}

    BoxConfig read()
    {
        lines::refuseUnknownSections(
            doc_,
            {"box", "pool", "recipients", "deposit", "prompts", "notify", "alarms", "span", "modem", "machine", "lab"},
            problems_);
        c_.lines = lines::readLines(doc_, problems_);
        lines::readSingle(doc_, "box", boxKeys(c_), true, problems_);
        lines::readSingle(doc_, "pool", poolKeys(c_), true, problems_);
        lines::readSingle(doc_, "recipients", recipientKeys(c_), false, problems_);
        lines::readSingle(doc_, "deposit", depositKeys(c_), false, problems_);
        lines::readSingle(doc_, "prompts", promptKeys(c_), false, problems_);
        lines::readSingle(doc_, "notify", notifyKeys(c_), false, problems_);
        lines::readSingle(doc_, "alarms", alarmKeys(c_), false, problems_);
        if (c_.control.empty())
            c_.control = c_.state + "/control.sock";
        if (c_.number.empty() && !c_.access.empty())
            c_.number = c_.access.front().number;
        if (c_.protocols.empty())
            c_.protocols.push_back(c_.lines.modems.empty() ? "dialout" : "sms");
        lines::usePlans(doc_, c_.country, c_.lines, problems_);
        checkPool();
        checkAccess();
        checkRecipients();
        checkDeposit();
        checkNotify();
        checkAlarms();
        checkSelfTest();
        checkLines();
        checkPlans();
        return std::move(c_);
    }

private:
    const ini::Section* section(std::string_view kind) const
    {
        for (const ini::Section& s : doc_.sections)
            if (s.kind == kind)
                return &s;
        return nullptr;
    }
    // The line of a key, or of its section where it is not given.
    int lineOf(std::string_view kind, std::string_view key) const
    {
        const ini::Section* s = section(kind);
        if (!s)
            return 1;
        for (const ini::Entry& e : s->entries)
            if (e.key == key)
                return e.line;
        return s->line;
    }
    void problem(std::string_view kind, std::string_view key, std::string text)
    {
        problems_.push_back({doc_.file, lineOf(kind, key), std::move(text)});
    }

    void checkPool()
    {
        if (c_.pool.first.empty() || c_.pool.last.empty())
            return; // said already
        const std::string last = "last = " + c_.pool.last.e164();
        if (const auto range = makeRange(c_.pool.first, c_.pool.last); !range)
            problem("pool", "last", last + ": " + range.error().what);
        else if (range->size() > largestPool)
            problem("pool", "last",
                    last + ": a pool holds at most " + std::to_string(largestPool) + " numbers, this one has " +
                        std::to_string(range->size()));
    }

    void checkAccess()
    {
        for (std::size_t i = 0; i < c_.access.size(); ++i) {
            const AccessNumber& a = c_.access[i];
            const std::string text = "access = " + a.number.e164();
            for (std::size_t k = 0; k < i; ++k)
                if (c_.access[k].number == a.number)
                    problem("box", "access", text + ": given twice");
            if (c_.pool.contains(a.number) && c_.pool.size() > 1 && !onlyAnalog())
                problem("box", "access",
                        text + ": lies in the pool " + c_.pool.first.e164() + "-" + c_.pool.last.e164() +
                            "; only a pool of one number, or of analog lines, may hold the access number too");
            if (!a.recipient.empty() && !contains(c_.allow, a.recipient))
                problem("box", "access",
                        text + " " + a.recipient.e164() + ": this recipient is in no range of [recipients] allow");
        }
    }

    void checkRecipients()
    {
        if (c_.allow.empty())
            problem("recipients", "allow", "allow = : is missing; without a range no message can be left for anybody");
        for (const NumberRange& r : c_.allow)
            if (!c_.pool.first.empty() && overlap(r, c_.pool))
                problem("recipients", "allow",
                        "allow = " + r.first.e164() + "-" + r.last.e164() + ": overlaps the box's own link numbers");
    }

    void checkNotify()
    {
        const auto told = [&](std::string_view p) {
            return std::find(c_.protocols.begin(), c_.protocols.end(), p) != c_.protocols.end();
        };
        if (told("sms") && c_.lines.modems.empty())
            problem("notify", "protocols", "protocols = sms: needs a [modem NAME]");
        if (told("dialout") && c_.number.empty())
            problem("box", "number", "number = : is missing; recipients are called, and a call shows a number");
    }

    void checkAlarms()
    {
        if (!c_.alarms.sms.empty() && c_.lines.modems.empty())
            problem("alarms", "sms", "sms = " + c_.alarms.sms.front().e164() + ": needs a [modem NAME]");
    }

    void checkSelfTest()
    {
        if (!c_.selfTestTo.empty() && !isOwnNumber(c_.selfTestTo, c_))
            problem("box", "self_test_to",
                    "self_test_to = " + c_.selfTestTo.e164() +
                        ": a number whose calls come to this box and no other: one of its link numbers or, without a "
                        "switch, an access number");
    }

    void checkDeposit()
    {
        if (c_.shortest >= c_.limit)
            problem("deposit", "limit_s", "limit_s: longer than shortest_s, or every message is too short");
    }

    void checkLines()
    {
        if (c_.lines.spans.empty())
            problem("box", "id", "[span NAME]: at least one span is needed; without one no call comes in");
        for (const lines::SpanSettings& s : c_.lines.spans)
            for (const hal::AnalogLine& line : s.analog.lines)
                if (!c_.pool.contains(line.number) && !isAccess(line.number))
                    problems_.push_back({doc_.file, s.line,
                                         "[span " + s.name() + "]: number = " + line.number.e164() +
                                             ": is neither an access number nor a link number; no call on port " +
                                             std::to_string(hal::index(line.port)) + " could be taken"});
    }
    // Calls from the exchange come to these numbers.
    void checkPlans()
    {
        for (const AccessNumber& a : c_.access)
            if (const std::string why = lines::notOfTrunks(c_.lines, a.number); !why.empty())
                problem("box", "access", "access = " + a.number.e164() + ": " + why);
        if (const std::string why = lines::notOfTrunks(c_.lines, c_.pool.first); !why.empty())
            problem("pool", "first", "first = " + c_.pool.first.e164() + ": " + why);
    }
    bool onlyAnalog() const
    {
        return std::all_of(c_.lines.spans.begin(), c_.lines.spans.end(),
                           [](const lines::SpanSettings& s) { return s.span.type == hal::SpanType::analog; });
    }
    bool isAccess(const PhoneNumber& n) const
    {
        return std::any_of(c_.access.begin(), c_.access.end(), [&](const AccessNumber& a) { return a.number == n; });
    }

    const ini::Document& doc_;
    std::vector<ini::Problem>& problems_;
    BoxConfig c_;
};

} // namespace

bool isBoxConfig(const ini::Document& doc)
{
    return std::any_of(doc.sections.begin(), doc.sections.end(), [](const ini::Section& s) { return s.kind == "box"; });
}

BoxConfig readConfig(const ini::Document& doc, std::vector<ini::Problem>& problems)
{
    return Reader(doc, problems).read();
}

std::string render(const ini::Document& doc, const BoxConfig& config)
{
    BoxConfig scratch;
    std::string out = lines::render(doc, "box", "", boxKeys(scratch));
    out += lines::render(doc, "pool", "", poolKeys(scratch));
    out += lines::render(doc, "recipients", "", recipientKeys(scratch));
    out += lines::render(doc, "deposit", "", depositKeys(scratch));
    out += lines::render(doc, "prompts", "", promptKeys(scratch));
    out += lines::render(doc, "notify", "", notifyKeys(scratch));
    out += lines::render(doc, "alarms", "", alarmKeys(scratch));
    out += lines::renderMachine(doc);
    return out + lines::render(config.lines);
}

} // namespace callbox::box
