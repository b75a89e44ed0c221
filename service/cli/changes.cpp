// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/changes.h"
#include "cli/context.h"
#include "cli/table.h"
#include <map>
#include <set>

namespace callbox::cli {

namespace {

// Of the status record, the switch's rows, calls, spans and alarms (contract.md, API.md).
const std::set<std::string>& restless()
{
    static const std::set<std::string> keys{"at",
                                            "sequence",
                                            "monotonic_ms",
                                            "age_ms",
                                            "record_seconds_left",
                                            "last_sync_ms",
                                            "oldest_s",
                                            "seconds",
                                            "reserved",
                                            "last_failure_ms_ago",
                                            "recovered_ms_ago",
                                            "good_reports",
                                            "last",
                                            "ticks",
                                            "samples",
                                            "frames_out",
                                            "frames_in",
                                            "version"};
    return keys;
}

// What an element is known by, with its box where it says one: ids and names are a box's own.
std::string identity(const json& element)
{
    for (const char* key : {"id", "name", "number", "protocol", "slot", "call", "box", "at"})
        if (const json& v = fieldOf(element, key); v.is_string() || v.is_number()) {
            std::string text = cell(v);
            if (const std::string box = textOf(element, "box"); !box.empty() && box != text)
                text += " of " + box;
            return text;
        }
    return "";
}

// "messages" -> "message", "boxes" -> "box"
std::string singular(const std::string& list)
{
    if (list.ends_with("xes"))
        return list.substr(0, list.size() - 2);
    return list.ends_with('s') ? list.substr(0, list.size() - 1) : list;
}

// Every element under a name of its own: two of the same identity are told apart by their order.
std::map<std::string, const json*> named(const std::string& list, const json& elements)
{
    std::map<std::string, const json*> out;
    for (const json& e : elements) {
        const std::string name = singular(list) + " " + identity(e);
        std::string unique = name;
        for (int n = 2; out.contains(unique); ++n)
            unique = name + " (" + std::to_string(n) + ")";
        out[unique] = &e;
    }
    return out;
}

bool ofObjects(const json& list)
{
    return list.is_array() && !list.empty() && list.front().is_object();
}

std::string word(const json& value)
{
    return value.is_array() ? joined(value) : printable(cell(value));
}

// "state stored, from +12125550199, 2 recipients"
std::string summary(const json& element, const std::string& prefix = "")
{
    std::string out;
    const auto add = [&](const std::string& text) {
        if (!text.empty())
            out += (out.empty() ? "" : ", ") + text;
    };
    for (const auto& [key, value] : element.items()) {
        if (restless().contains(key))
            continue;
        if (value.is_object())
            add(summary(value, prefix + key + "."));
        else if (ofObjects(value))
            add(std::to_string(value.size()) + " " + (value.size() == 1 ? singular(key) : key));
        else if (!value.is_null() && value != json::array() && value != json(""))
            add(prefix + key + " " + word(value));
    }
    return out;
}

struct Differ {
    std::vector<std::string> lines;

    void tell(const std::string& where, const std::string& what)
    {
        lines.push_back(where.empty() ? what : where + ": " + what);
    }
    void lists(const std::string& where, const std::string& key, const json& before, const json& now)
    {
        const auto old = named(key, before);
        const auto fresh = named(key, now);
        const std::string in = where.empty() ? "" : where + ", ";
        for (const auto& [name, element] : old)
            if (!fresh.contains(name))
                tell(in + name, "is gone");
        for (const auto& [name, element] : fresh) {
            const auto it = old.find(name);
            if (it == old.end())
                tell(in + name, "is there: " + summary(*element));
            else
                objects(in + name, "", *it->second, *element);
        }
    }
    void objects(const std::string& where, const std::string& prefix, const json& before, const json& now)
    {
        std::set<std::string> keys;
        for (const json* side : {&before, &now})
            for (const auto& [key, value] : side->items())
                keys.insert(key);
        for (const std::string& key : keys) {
            const json& a = fieldOf(before, key.c_str());
            const json& b = fieldOf(now, key.c_str());
            if (a == b || restless().contains(key))
                continue;
            if (a.is_object() && b.is_object())
                objects(where, prefix + key + ".", a, b);
            else if (ofObjects(a) || ofObjects(b))
                lists(where, key, a.is_array() ? a : json::array(), b.is_array() ? b : json::array());
            else
                tell(where, prefix + key + " " + word(a) + " -> " + word(b));
        }
    }
};

// A document that is one element (a box's status) is told as an element.
std::string nameOf(const json& document)
{
    const std::string box = textOf(document, "box");
    return box.empty() ? "" : "box " + box;
}

} // namespace

json knownAfter(const json& before, json now)
{
    for (const json& missing : fieldOf(now, "unreached"))
        for (const auto& [key, rows] : before.items())
            if (ofObjects(rows) && key != "unreached")
                for (const json& row : rows)
                    if (textOf(row, "box", "?") == textOf(missing, "box"))
                        now[key].push_back(row);
    return now;
}

std::vector<std::string> changes(const json& before, const json& now)
{
    Differ d;
    const std::string name = nameOf(now);
    if (!before.is_null())
        d.objects(name, "", before, now);
    else if (!name.empty())
        d.tell(name, "is there: " + summary(now));
    else
        d.objects("", "", json::object(), now);
    return d.lines;
}

} // namespace callbox::cli
