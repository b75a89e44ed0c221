// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/readiness.h"
#include <nlohmann/json.hpp>

namespace callbox::lab {

namespace {

using nlohmann::json;

std::string text(const json& j, const char* key)
{
    const auto it = j.is_object() ? j.find(key) : j.end();
    return it != j.end() && it->is_string() ? it->get<std::string>() : "";
}

const json& list(const json& j, const char* key)
{
    static const json none = json::array();
    const auto it = j.is_object() ? j.find(key) : j.end();
    return it != j.end() && it->is_array() ? *it : none;
}

std::string boxRowTrouble(const json& row)
{
    const std::string id = text(row, "box");
    if (text(row, "state") != "FRESH")
        return "the switch has no fresh status of " + id;
    if (row.value("usable", json()) == json(true))
        return "";
    std::string why;
    for (const json& w : list(row, "why"))
        why += (why.empty() ? "" : ", ") + (w.is_string() ? w.get<std::string>() : w.dump());
    return "the switch does not use " + id + (why.empty() ? "" : ": " + why);
}

} // namespace

std::string spansTrouble(const json& answer)
{
    for (const json& span : list(answer, "spans"))
        if (text(span, "d_channel") != "up")
            return "span " + text(span, "name") + ": D channel " + text(span, "d_channel");
    return list(answer, "spans").empty() ? "no spans" : "";
}

std::string switchTrouble(const json& answer, std::size_t boxes)
{
    for (const json& row : list(answer, "boxes"))
        if (const std::string why = boxRowTrouble(row); !why.empty())
            return why;
    return list(answer, "boxes").size() < boxes ? "the switch does not know all boxes" : "";
}

std::string boxAtSwitchTrouble(const json& answer, const std::string& box)
{
    for (const json& row : list(answer, "boxes"))
        if (text(row, "box") == box)
            return boxRowTrouble(row);
    return "the switch does not know " + box;
}

std::string boxTrouble(const json& record, bool modemsMatter)
{
    if (const std::string why = spansTrouble(record); !why.empty())
        return why;
    for (const json& modem : list(record, "modems"))
        if (modemsMatter && text(modem, "state") != "ready")
            return "modem " + text(modem, "name") + " is " + text(modem, "state");
    return record.value("can_record", json()) == json(true) ? "" : "cannot record";
}

} // namespace callbox::lab
