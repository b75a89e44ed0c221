// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/learn.h"
#include <algorithm>
#include <callbox/hal/line_learn.h>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace callbox::box {

namespace {

using control::Request;
using control::Response;
using hal::TonePattern;
using nlohmann::json;

constexpr int hertzApart = 5; // by which a tone that fits its profile may differ
constexpr double lengthApart = 0.15;
constexpr int msApart = 20;

bool fits(const TonePattern& measured, const TonePattern& profile)
{
    const auto a = measured.used(), b = profile.used();
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const hal::ToneStep& m, const hal::ToneStep& p) {
        return std::abs(m.first - p.first) <= hertzApart && std::abs(m.second - p.second) <= hertzApart &&
               std::abs(m.ms - p.ms) <= lengthApart * p.ms + msApart;
    });
}

json measureJson(const Result<hal::MeasuredTone>& m, const TonePattern& profile)
{
    return {{"tone", m ? json(hal::toString(m->pattern)) : json(nullptr)},
            {"dbm0", m ? json(std::round(m->dbm0 * 10) / 10) : json(nullptr)},
            {"error", m ? json(nullptr) : json(m.error().what)},
            {"profile", hal::toString(profile)},
            {"fits", m && fits(m->pattern, profile)}};
}

struct Learner {
    lines::Lines& lines;
    const BoxConfig& config;

    [[nodiscard]] bool mayCall(const PhoneNumber& n) const
    {
        const auto isOurs = [&](const lines::SpanSettings& s) {
            return std::any_of(s.analog.lines.begin(), s.analog.lines.end(),
                               [&](const hal::AnalogLine& l) { return l.number == n; });
        };
        return contains(config.allow, n) || std::any_of(config.lines.spans.begin(), config.lines.spans.end(), isOurs);
    }
};

Result<PhoneNumber> whomToCall(const Learner& learner, const json& body)
{
    const json given = body.value("number", json());
    const auto number = given.is_string() ? PhoneNumber::parse(given.get<std::string>())
                                          : Result<PhoneNumber>(Error{Errc::invalid, "is missing"});
    if (!number || number->empty())
        return Error{Errc::invalid, "number: a number in E.164, as +12125550123"};
    if (!learner.mayCall(*number))
        return Error{Errc::denied,
                     "number " + number->e164() +
                         ": is in no range of [recipients] allow and is no line of ours; nobody else is called"};
    return number;
}

Task<Response> learn(Learner learner, Request r)
{
    const std::string& span = r.captured.at(0);
    const std::string& digits = r.captured.at(1);
    const json body = co_await lines::jsonBody(r);
    const PhoneNumber number = co_await whomToCall(learner, body);
    lines::Line* line = learner.lines.find(span);
    auto* analog = line ? dynamic_cast<hal::AnalogLines*>(&line->trunk()) : nullptr;
    unsigned port = 0;
    const auto [stop, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (!analog || ec != std::errc() || stop != digits.data() + digits.size() || port > 31)
        co_await fail(Errc::not_found,
                      "line " + span + "/" + digits + ": there is none of this name; line list names them");
    const lines::SpanSettings settings = line->settings();
    hal::CallSetup setup;
    setup.called = hal::fromE164(number, settings.plan);
    const hal::Timeslot slot{static_cast<std::uint8_t>(port)};
    const hal::LineMeasures m = co_await hal::learnLine(*analog, slot, settings.span.law, setup);
    const hal::CountryProfile& country = settings.analog.country;
    const json answer{{"version", 1},
                      {"line", span + "/" + digits},
                      {"profile", std::string(country.code)},
                      {"dial", measureJson(m.dial, country.dial)},
                      {"after", measureJson(m.after, country.busy)}};
    co_return lines::jsonResponse(answer);
}

} // namespace

control::Route learnRoute(lines::Lines& lines, const BoxConfig& config)
{
    return {"POST", "/v1/lines/{}/{}/learn",
            [learner = Learner{lines, config}](Request r) { return learn(learner, std::move(r)); }};
}

} // namespace callbox::box
