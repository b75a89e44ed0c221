// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/context.h"
#include "cli/table.h"
#include <filesystem>
#include <fmt/format.h>
#include <ostream>

namespace callbox::cli {

void Context::say(const std::string& line) const
{
    terminal.err << line << std::endl;
}

Exit Context::usage(const std::string& what) const
{
    say("callbox: " + what);
    return Exit::usage;
}

void Context::print(nlohmann::json document) const
{
    if (document.is_object() && !document.contains("version"))
        document["version"] = 1;
    terminal.out << document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

Exit exitOf(const Error& e)
{
    switch (e.code) {
    case Errc::gone:
        return Exit::notReached;
    case Errc::denied:
        return Exit::notPermitted;
    default:
        return Exit::problem;
    }
}

std::string absolutePath(const std::string& path)
{
    if (path.empty())
        return path;
    std::error_code ec;
    std::string p = std::filesystem::absolute(path, ec).lexically_normal().string();
    while (p.size() > 1 && p.back() == '/')
        p.pop_back();
    return ec ? path : p;
}

const nlohmann::json& fieldOf(const nlohmann::json& j, const char* key)
{
    static const nlohmann::json none;
    const auto it = j.is_object() ? j.find(key) : j.end();
    return it == j.end() ? none : *it;
}

const nlohmann::json& listOf(const nlohmann::json& j, const char* key)
{
    static const nlohmann::json none = nlohmann::json::array();
    const nlohmann::json& field = fieldOf(j, key);
    return field.is_array() ? field : none;
}

std::string textOf(const nlohmann::json& j, const char* key, std::string preset)
{
    const nlohmann::json& field = fieldOf(j, key);
    return field.is_string() ? field.get<std::string>() : std::move(preset);
}

std::int64_t numberOf(const nlohmann::json& j, const char* key, std::int64_t preset)
{
    const nlohmann::json& field = fieldOf(j, key);
    return field.is_number_integer() ? field.get<std::int64_t>() : preset;
}

bool flagOf(const nlohmann::json& j, const char* key)
{
    return fieldOf(j, key) == nlohmann::json(true);
}

std::string cell(const nlohmann::json& j)
{
    if (j.is_null())
        return "-";
    if (j.is_boolean())
        return j.get<bool>() ? "yes" : "no";
    if (j.is_number_float())
        return fmt::format("{:.1f}", j.get<double>());
    const std::string text =
        j.is_string() ? j.get<std::string>() : j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return text.empty() ? "-" : text;
}

std::string joined(const nlohmann::json& list, const std::string& between)
{
    std::string out;
    if (list.is_array())
        for (const nlohmann::json& item : list)
            out += (out.empty() ? "" : between) + cell(item);
    return out.empty() ? "-" : out;
}

std::string callerOf(const nlohmann::json& call)
{
    return flagOf(call, "withheld") ? "withheld" : cell(fieldOf(call, "from"));
}

std::string shortTime(const std::string& iso)
{
    if (iso.size() < 19 || iso[10] != 'T')
        return iso.empty() ? "-" : iso;
    return iso.substr(0, 10) + " " + iso.substr(11, 8);
}

std::string minutes(std::int64_t milliseconds)
{
    const std::int64_t s = milliseconds / 1000;
    return fmt::format("{}:{:02}", s / 60, s % 60);
}

} // namespace callbox::cli
