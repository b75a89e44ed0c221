// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/expected_call.h"
#include "fleet/route_key.h"
#include <algorithm>
#include <nlohmann/json.hpp>

namespace callbox::fleet {

namespace {

using nlohmann::json;

constexpr std::pair<std::string_view, hal::Presentation> presentations[] = {
    {"allowed", hal::Presentation::allowed},
    {"restricted", hal::Presentation::restricted},
    {"unavailable", hal::Presentation::unavailable}};

json orNull(const PhoneNumber& n)
{
    return n.empty() ? json(nullptr) : json(n.e164());
}

Result<PhoneNumber> numberOf(const json& j, const char* key)
{
    const auto it = j.find(key);
    if (it == j.end() || it->is_null())
        return PhoneNumber();
    if (!it->is_string())
        return Error{Errc::invalid, std::string(key) + ": a number in E.164, as +12125559000, or null"};
    auto n = PhoneNumber::parse(it->get<std::string>());
    return n ? n : Result<PhoneNumber>(n.error().because(key));
}

// What the box has to say to it, in a few words.
std::string saidIn(const std::string& body)
{
    constexpr std::size_t most = 200;
    const json answer = json::parse(body, nullptr, false);
    const auto error = answer.is_object() ? answer.find("error") : answer.end();
    if (!answer.is_object() || error == answer.end() || !error->is_object())
        return "";
    const auto message = error->find("message");
    return message != error->end() && message->is_string() ? ": " + message->get<std::string>().substr(0, most) : "";
}

class DirectExpecter final : public CallExpecter {
public:
    DirectExpecter(const Edges& edges, control::HttpClient& client, std::vector<ExpectingBox> boxes)
        : edges_(edges), client_(client), boxes_(std::move(boxes))
    {
    }
    Task<> expect(std::string box, PhoneNumber number, ExpectedCall call, Duration limit) override
    {
        const auto known =
            std::find_if(boxes_.begin(), boxes_.end(), [&](const ExpectingBox& b) { return b.id == box; });
        if (known == boxes_.end())
            co_await fail(Errc::not_found, "box " + box + " has no key to be told of calls with");
        control::Request request;
        request.method = "POST";
        request.path = "/v1/expected";
        const json body{{"number", number.e164()}, {"call", toJson(call)}};
        request.body = signedWith(known->key, body, edges_.loop.wallNow(), edges_.random).dump();
        const std::string where = known->where;
        const control::Response answer = co_await client_.call(where, std::move(request), limit);
        if (answer.status == 200)
            co_return;
        const Errc code = answer.status == 409 ? Errc::busy : answer.status == 403 ? Errc::denied : Errc::io;
        co_await fail(code, "POST /v1/expected: HTTP status " + std::to_string(answer.status) + saidIn(answer.body));
    }

private:
    Edges edges_;
    control::HttpClient& client_;
    std::vector<ExpectingBox> boxes_;
};

} // namespace

json toJson(const ExpectedCall& c)
{
    const auto* word = std::find_if(std::begin(presentations), std::end(presentations),
                                    [&](const auto& p) { return p.second == c.presentation; });
    return {{"presentation", std::string(word->first)},
            {"vouched", c.vouched},
            {"from", orNull(c.from)},
            {"to", orNull(c.to)},
            {"redirecting", orNull(c.redirecting)},
            {"original", orNull(c.original)},
            {"shown", orNull(c.shown)}};
}

Result<ExpectedCall> expectedCallFromJson(const json& j)
{
    ExpectedCall c;
    if (!j.is_object())
        return Error{Errc::invalid,
                     "call: an object with from, to, redirecting, original, presentation, vouched, shown"};
    const std::pair<const char*, PhoneNumber*> numbers[] = {{"from", &c.from},
                                                            {"to", &c.to},
                                                            {"redirecting", &c.redirecting},
                                                            {"original", &c.original},
                                                            {"shown", &c.shown}};
    for (const auto& [key, target] : numbers) {
        const auto n = numberOf(j, key);
        if (!n)
            return n.error();
        *target = *n;
    }
    if (const auto it = j.find("vouched"); it != j.end()) {
        if (!it->is_boolean())
            return Error{Errc::invalid, "vouched: true or false"};
        c.vouched = it->get<bool>();
    }
    const auto said = j.find("presentation");
    const auto* word = std::find_if(std::begin(presentations), std::end(presentations), [&](const auto& p) {
        return said != j.end() && said->is_string() && said->template get<std::string>() == p.first;
    });
    if (word == std::end(presentations))
        return Error{Errc::invalid, "presentation: allowed, restricted or unavailable"};
    c.presentation = word->second;
    return c;
}

std::unique_ptr<CallExpecter> makeDirectExpecter(const Edges& edges, control::HttpClient& client,
                                                 std::vector<ExpectingBox> boxes)
{
    return std::make_unique<DirectExpecter>(edges, client, std::move(boxes));
}

} // namespace callbox::fleet
