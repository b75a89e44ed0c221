// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/order_json.h"
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace callbox::lab {

namespace {

using nlohmann::json;

constexpr double longestHold = 86400; // seconds
constexpr std::string_view keys = "0123456789*#ABCDp";

Error wrong(const std::string& key, const json& value, const std::string& allowed)
{
    return Error{Errc::invalid,
                 key + " = " + value.dump(-1, ' ', false, json::error_handler_t::replace) + ": " + allowed};
}

// Reads the members of an object one by one; the first that is wrong is kept.
class Reader {
public:
    Reader(const json& object, std::vector<std::string> known) : object_(object)
    {
        if (!object.is_object()) {
            fail(Error{Errc::invalid, "the body must be a JSON object"});
            return;
        }
        for (const auto& [key, value] : object.items())
            if (std::find(known.begin(), known.end(), key) == known.end())
                fail(Error{Errc::invalid, key + ": unknown; known are " + joined(known)});
    }
    std::string text(const std::string& key)
    {
        const json v = get(key);
        if (!v.is_null() && !v.is_string())
            fail(wrong(key, v, "text"));
        return v.is_string() ? v.get<std::string>() : "";
    }
    PhoneNumber number(const std::string& key, bool required = false)
    {
        const std::string t = text(key);
        if (t.empty()) {
            if (required)
                fail(Error{Errc::invalid, key + ": must be given, a number in E.164 as +12125550199"});
            return {};
        }
        auto n = PhoneNumber::parse(t);
        if (!n || n->empty()) {
            fail(wrong(key, t, "a number in E.164 as +12125550199" + (n ? "" : " (" + n.error().what + ")")));
            return {};
        }
        return *n;
    }
    bool flag(const std::string& key)
    {
        const json v = get(key);
        if (!v.is_null() && !v.is_boolean())
            fail(wrong(key, v, "true or false"));
        return v.is_boolean() && v.get<bool>();
    }
    std::optional<double> decimal(const std::string& key, double least, double most)
    {
        const json v = get(key);
        if (v.is_null())
            return std::nullopt;
        if (!v.is_number() || !(v.get<double>() >= least && v.get<double>() <= most)) {
            fail(wrong(key, v, "a number from " + json(least).dump() + " to " + json(most).dump()));
            return std::nullopt;
        }
        return v.get<double>();
    }
    std::string digits(const std::string& key)
    {
        const std::string t = text(key);
        if (t.find_first_not_of(keys) != std::string::npos)
            fail(wrong(key, t, "0 to 9, *, #, A to D, and p for a pause of 1 s"));
        return t;
    }
    // One of the named values; the first is what an absent key means.
    template <class T> T choice(const std::string& key, const std::vector<std::pair<std::string, T>>& values)
    {
        const std::string t = text(key);
        std::vector<std::string> names;
        for (const auto& [name, value] : values) {
            if (name == t)
                return value;
            names.push_back(name);
        }
        if (!t.empty())
            fail(wrong(key, t, "one of " + joined(names)));
        return values.front().second;
    }
    void fail(Error e)
    {
        if (!error_)
            error_ = std::move(e);
    }
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

private:
    static std::string joined(const std::vector<std::string>& words)
    {
        std::string all;
        for (const std::string& w : words)
            all += (all.empty() ? "" : ", ") + w;
        return all;
    }
    [[nodiscard]] json get(const std::string& key) const
    {
        return object_.is_object() && object_.contains(key) ? object_.at(key) : json();
    }
    const json& object_;
    std::optional<Error> error_;
};

Duration seconds(double s)
{
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(s));
}

template <class T> std::optional<T> whole(const std::string& text)
{
    T value{};
    const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || stop != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<hal::RedirectingForm> readForm(Reader& r)
{
    using Form = std::optional<hal::RedirectingForm>;
    return r.choice<Form>("redirecting_form", {{"default", std::nullopt},
                                               {"ie", hal::RedirectingForm::ie},
                                               {"facility", hal::RedirectingForm::facility},
                                               {"both", hal::RedirectingForm::both}});
}

void readPlayAt(Reader& r, CallOrder& order)
{
    const std::string at = r.text("play_at");
    const auto ms = whole<std::uint32_t>(at);
    if (at.empty() || at == "beep") {
        order.playAt = PlayAt::beep;
    } else if (at == "connect") {
        order.playAt = PlayAt::connect;
    } else if (ms && *ms <= 86'400'000) {
        order.playAt = PlayAt::after;
        order.playAfter = std::chrono::milliseconds(*ms);
    } else {
        r.fail(wrong("play_at", at, "beep, connect, or milliseconds after connect"));
    }
}

} // namespace

Result<ReadOrder> readCallOrder(const json& body)
{
    Reader r(body, {"tag", "from", "to", "redirecting", "redirecting_original", "redirecting_form", "withhold",
                    "screening", "bearer", "overlap", "play", "play_at", "digits", "hold_s", "record"});
    ReadOrder out;
    CallOrder& o = out.order;
    o.tag = r.text("tag");
    o.from = r.number("from", true);
    o.to = r.number("to", true);
    o.redirecting = r.number("redirecting");
    o.redirectingOriginal = r.number("redirecting_original");
    o.form = readForm(r);
    o.withhold = r.flag("withhold");
    o.screening = r.choice<hal::Screening>("screening", {{"network", hal::Screening::network},
                                                         {"passed", hal::Screening::userPassed},
                                                         {"failed", hal::Screening::userFailed},
                                                         {"none", hal::Screening::userNotScreened}});
    o.bearer = r.choice<hal::Bearer>("bearer", {{"speech", hal::Bearer::speech},
                                                {"audio", hal::Bearer::audio3k1},
                                                {"data", hal::Bearer::unrestrictedDigital}});
    o.overlap = r.flag("overlap");
    out.play = r.text("play");
    readPlayAt(r, o);
    o.digits = r.digits("digits");
    if (const auto hold = r.decimal("hold_s", 0, longestHold))
        o.hold = seconds(*hold);
    o.record = r.text("record");
    if (r.error())
        return *r.error();
    return out;
}

json toJson(const CallReport& report, const std::string& box, const std::string& recorded)
{
    json events = json::array();
    for (const CallEvent& e : report.events)
        events.push_back({{"at_ms", toMs(e.at)}, {"event", e.what}});
    return {{"version", 1},
            {"call", report.call.empty() ? json(nullptr) : json(report.call)},
            {"connected", report.connected},
            {"cause", static_cast<unsigned>(report.cause)},
            {"cause_text", hal::text(report.cause)},
            {"setup_ms", report.setup ? json(toMs(*report.setup)) : json(nullptr)},
            {"duration_ms", toMs(report.duration)},
            {"box", box.empty() ? json(nullptr) : json(box)},
            {"law", report.law ? json(*report.law == hal::Law::alaw ? "alaw" : "mulaw") : json(nullptr)},
            {"lost_samples", report.lostSamples},
            {"events", events},
            {"recorded", recorded.empty() ? json(nullptr) : json(recorded)}};
}

Result<ReadTelephone> readTelephone(const json& body)
{
    Reader r(body, {"number", "answers", "press", "record"});
    ReadTelephone out;
    out.number = r.number("number", true);
    if (const std::string answers = r.text("answers"); !answers.empty()) {
        if (const auto a = parseAnswers(answers))
            out.behaviour.answers = *a;
        else
            r.fail(a.error().because("answers"));
    }
    out.behaviour.press = r.digits("press");
    out.behaviour.record = r.text("record");
    if (r.error())
        return *r.error();
    return out;
}

Result<LoadOrder> readLoadOrder(const json& body, const PhoneNumber& access)
{
    Reader r(body, {"rate", "calls", "hold_s", "redirecting_form"});
    LoadOrder o;
    o.to = access;
    o.rate = r.decimal("rate", 0.01, 10000).value_or(o.rate);
    const double calls = r.decimal("calls", 1, 8'000'000).value_or(1);
    o.calls = static_cast<unsigned>(calls);
    if (double(o.calls) != calls)
        r.fail(wrong("calls", body.at("calls"), "a whole number"));
    o.hold = seconds(r.decimal("hold_s", 0, 3600).value_or(5));
    o.form = readForm(r);
    if (r.error())
        return *r.error();
    if (auto sound = checkLoad(o); !sound)
        return sound.error();
    return o;
}

Result<SmsQuery> readSmsQuery(const std::map<std::string, std::string>& query)
{
    SmsQuery q;
    for (const auto& [key, value] : query) {
        if (key == "to") {
            if (value.empty())
                continue;
            const auto n = PhoneNumber::parse(value);
            if (!n || n->empty())
                return wrong(key, value, "a number in E.164 as +12125550199");
            q.to = n->e164();
        } else if (key == "count" || key == "wait_ms") {
            constexpr std::uint32_t most = 86'400'000;
            const auto n = whole<std::uint32_t>(value);
            if (!n || *n > most)
                return wrong(key, value, "0 to " + std::to_string(most));
            if (key == "count")
                q.count = *n;
            else
                q.wait = std::chrono::milliseconds(*n);
        } else {
            return Error{Errc::invalid, key + ": unknown; known are to, count, wait_ms"};
        }
    }
    return q;
}

json toJson(const ReceivedSms& s)
{
    return {{"to", s.to},       {"text", s.text},   {"received_at", isoUtc(s.receivedAt)},
            {"modem", s.modem}, {"parts", s.parts}, {"pdus", s.pdus}};
}

} // namespace callbox::lab
