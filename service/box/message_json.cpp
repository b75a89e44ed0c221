// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/message_json.h"
#include <charconv>
#include <nlohmann/json.hpp>

namespace callbox::box {

namespace {

using nlohmann::json;

template <class T> json orNull(const std::optional<T>& value, json (*text)(const T&))
{
    return value ? text(*value) : json(nullptr);
}

json wholeNumber(const PhoneNumber& n)
{
    return n.empty() ? json(nullptr) : json(n.e164());
}

json time(const WallTime& t)
{
    return isoUtc(t);
}

json toJson(const messages::NotificationRow& n)
{
    return {{"protocol", n.protocol},
            {"state", messages::name(n.state)},
            {"attempts", n.attempts},
            {"last_error", n.lastError.empty() ? json(nullptr) : json(n.lastError)},
            {"changed_at", isoUtc(n.changedAt)}};
}

json toJson(const messages::RecipientRow& r)
{
    json notifications = json::array();
    for (const messages::NotificationRow& n : r.notifications)
        notifications.push_back(toJson(n));
    return {{"number", wholeNumber(r.number)},
            {"link_number", wholeNumber(r.linkNumber)},
            {"state", messages::name(r.state)},
            {"heard_at", orNull(r.heardAt, time)},
            {"notifications", std::move(notifications)}};
}

} // namespace

std::string messageName(const std::string& box, messages::MessageId id)
{
    return box + "-" + std::to_string(id);
}

Result<messages::MessageId> messageId(const std::string& box, std::string_view name)
{
    const std::size_t dash = name.rfind('-'); // a box's id may hold one, a number does not
    const std::string_view digits = dash == std::string_view::npos ? name : name.substr(dash + 1);
    messages::MessageId id = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    if (ec != std::errc() || end != digits.data() + digits.size() || id <= 0)
        return Error{Errc::invalid, "message " + std::string(name) + ": an id is BOX-NUMBER, as message list shows it"};
    if (dash != std::string_view::npos && name.substr(0, dash) != box)
        return Error{Errc::not_found, "message " + std::string(name) + " is not on " + box};
    return id;
}

json toJson(const std::string& box, const messages::MessageRow& m)
{
    json recipients = json::array();
    for (const messages::RecipientRow& r : m.recipients)
        recipients.push_back(toJson(r));
    return {{"id", messageName(box, m.id)},
            {"state", messages::name(m.state)},
            {"from", orNull(m.from, wholeNumber)},
            {"from_presentation", m.fromPresentation},
            {"created_at", isoUtc(m.createdAt)},
            {"duration_ms", toMs(m.length)},
            {"cut_short", m.cutShort},
            {"audio_sha256", m.audioSha256.empty() ? json(nullptr) : json(m.audioSha256)},
            {"call", m.call},
            {"recipient_source", m.recipientSource.empty() ? json(nullptr) : json(m.recipientSource)},
            // No engine is there yet: speech to text is off.
            {"transcript", {{"state", "off"}, {"text", nullptr}, {"engine", nullptr}}},
            {"recipients", std::move(recipients)}};
}

json messagesJson(const std::string& box, const std::vector<messages::MessageRow>& rows)
{
    json out = json::array();
    for (const messages::MessageRow& row : rows)
        out.push_back(toJson(box, row));
    return {{"version", 1}, {"messages", std::move(out)}};
}

json numbersJson(const std::vector<messages::NumberRow>& rows)
{
    json out = json::array();
    for (const messages::NumberRow& n : rows)
        out.push_back({{"number", n.number.e164()}, {"live", n.live}, {"quarantined", n.quarantined}});
    return {{"version", 1}, {"numbers", std::move(out)}};
}

} // namespace callbox::box
