// SPDX-License-Identifier: GPL-2.0-or-later
#include "linetest/orders.h"
#include "lines/routes.h"
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace callbox::linetest {

namespace {

using nlohmann::json;

constexpr double longestTest = 24 * 3600; // s
constexpr double longestLoop = 24 * 3600;
constexpr double longestAudio = 60;

// The fields of a body; the first that is wrong is kept.
class Fields {
public:
    explicit Fields(const json& body) : body_(body) {}

    std::string text(const char* key, bool needed)
    {
        const json* v = find(key);
        if (v && !v->is_string())
            complain(key, "a text");
        else if (!v && needed)
            complain(key, "is missing");
        return v && v->is_string() ? v->get<std::string>() : std::string();
    }
    std::optional<double> number(const char* key, double least, double most)
    {
        const json* v = find(key);
        if (!v)
            return std::nullopt;
        const double n = v->is_number() ? v->get<double>() : std::numeric_limits<double>::quiet_NaN();
        if (!(n >= least && n <= most)) {
            complain(key, "a number from " + json(least).dump() + " to " + json(most).dump());
            return std::nullopt;
        }
        return n;
    }
    std::optional<hal::Timeslot> slot()
    {
        const auto n = number("slot", 1, 31);
        if (n && *n != std::floor(*n))
            complain("slot", "a whole number");
        return n ? std::optional(hal::Timeslot{static_cast<std::uint8_t>(*n)}) : std::nullopt;
    }
    bool flag(const char* key)
    {
        const json* v = find(key);
        if (v && !v->is_boolean())
            complain(key, "true or false");
        return v && *v == json(true);
    }
    Duration seconds(Duration preset, double least, double most)
    {
        const auto n = number("seconds", least, most);
        return n ? std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*n)) : preset;
    }
    void complain(const std::string& key, const std::string& wanted)
    {
        if (!wrong_)
            wrong_ = Error{Errc::invalid, key + ": " + wanted};
    }
    template <class T> Result<T> give(T order) const
    {
        if (wrong_)
            return *wrong_;
        return order;
    }

private:
    const json* find(const char* key) const
    {
        const auto it = body_.find(key);
        return it == body_.end() || it->is_null() ? nullptr : &*it;
    }
    const json& body_;
    std::optional<Error> wrong_;
};

} // namespace

Result<BertOrder> bertOrder(const json& body)
{
    Fields f(body);
    BertOrder o;
    o.span = f.text("span", true);
    o.slot = f.slot();
    o.all = f.flag("all");
    if (o.slot && o.all)
        f.complain("all", "does not go with slot");
    if (const std::string word = f.text("pattern", false); !word.empty()) {
        std::string known;
        for (const hal::BertPattern p : hal::allBertPatterns())
            known += (known.empty() ? "" : ", ") + std::string(hal::name(p));
        if (const auto p = hal::bertPattern(word))
            o.pattern = *p;
        else
            f.complain("pattern", word + " is none of " + known);
    }
    o.length = f.seconds(o.length, 1, longestTest);
    if (const auto n = f.number("insert", 0, 1e6))
        o.insert = static_cast<unsigned>(*n);
    if (const auto rate = f.number("insert_rate", 1e-9, 0.1))
        o.insertEvery = static_cast<std::uint64_t>(std::llround(1 / *rate));
    return f.give(o);
}

Result<AudioOrder> audioOrder(const json& body)
{
    Fields f(body);
    AudioOrder o;
    o.call = f.text("call", false);
    o.span = f.text("span", o.call.empty());
    o.slot = f.slot();
    o.hertz = f.number("hz", 50, 3950);
    o.dbm0 = f.number("dbm0", -60, 3).value_or(o.dbm0);
    o.length = f.seconds(o.length, 0.2, longestAudio);
    if (!o.call.empty() && (o.hertz || o.slot || !o.span.empty()))
        f.complain("call", "is only listened to; span, slot and hz do not go with it");
    return f.give(o);
}

Result<LoopOrder> loopOrder(const json& body)
{
    Fields f(body);
    LoopOrder o;
    o.span = f.text("span", true);
    const std::string word = f.text("kind", true);
    if (const auto kind = hal::loopback(word))
        o.kind = *kind;
    else
        f.complain("kind", word + " is none of local, line, payload, none");
    o.length = f.seconds(o.length, 1, longestLoop);
    return f.give(o);
}

} // namespace callbox::linetest
