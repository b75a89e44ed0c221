// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/wires.h"
#include <callbox/base/ini.h>
#include <callbox/hal/backend.h>

namespace callbox::lab {

namespace {

bool namesASpan(const std::string& end)
{
    const auto colon = end.find(':');
    return colon != std::string::npos && colon + 1 < end.size() && hal::findBackend(end.substr(0, colon));
}

ini::Key endKey(std::string name, std::string& target)
{
    ini::Key key =
        ini::custom(std::move(name), "BACKEND:ID, as dahdi:SERIAL/1", "", "a span", [&target](const auto& v) {
            target = v;
            return namesASpan(v);
        });
    key.required = true;
    return key;
}

} // namespace

Result<Wires> readWires(const std::string& path)
{
    std::vector<ini::Problem> problems;
    const auto document = ini::load(path, problems);
    if (!document)
        return document.error();
    Wires wires;
    for (const ini::Section& s : document->sections) {
        if (s.kind != "wire" || s.name.empty()) {
            problems.push_back({document->file, s.line, "[" + s.kind + "]: only [wire NAME] is known here"});
            continue;
        }
        Wire wire;
        const ini::Key keys[] = {endKey("network", wire.network), endKey("user", wire.user)};
        ini::bind(*document, s, keys, problems);
        if (!wires.emplace(s.name, wire).second)
            problems.push_back({document->file, s.line, "[wire " + s.name + "]: there is one of that name already"});
    }
    std::string all;
    for (const ini::Problem& p : problems)
        all += (all.empty() ? "" : "\n") + p.message();
    if (!all.empty())
        return Error{Errc::invalid, all};
    return wires;
}

} // namespace callbox::lab
