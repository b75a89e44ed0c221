// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/message_json.h"
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

json toJson(const messages::MessageRow& m)
{
    json recipients = json::array();
    for (const messages::RecipientRow& r : m.recipients)
        recipients.push_back(toJson(r));
    return {{"id", m.id},
            {"state", messages::name(m.state)},
            {"from", orNull(m.from, wholeNumber)},
            {"from_presentation", m.fromPresentation},
            {"created_at", isoUtc(m.createdAt)},
            {"duration_ms", toMs(m.length)},
            {"cut_short", m.cutShort},
            {"audio_sha256", m.audioSha256.empty() ? json(nullptr) : json(m.audioSha256)},
            {"call", m.call},
            // No engine is there yet: speech to text is off.
            {"transcript", {{"state", "off"}, {"text", nullptr}, {"engine", nullptr}}},
            {"recipients", std::move(recipients)}};
}

} // namespace callbox::box
