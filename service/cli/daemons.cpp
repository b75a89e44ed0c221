// SPDX-License-Identifier: GPL-2.0-or-later
// Which daemons are meant; asking them is in ask.cpp.
#include "cli/daemons.h"
#include <callbox/base/whole_file.h>

namespace callbox::cli {

namespace {

Daemon local(const Values& v)
{
    const std::string path = absolutePath(v.text("socket"));
    return {"", "the daemon at " + path, "unix:" + path};
}

Result<Daemon> oneBox(const json& lab, const std::string& id)
{
    std::string known;
    for (Daemon& d : labBoxes(lab)) {
        if (d.box == id)
            return std::move(d);
        known += (known.empty() ? "" : ", ") + d.box;
    }
    return Error{Errc::not_found, "--box " + id + ": this lab has " + known};
}

} // namespace

Result<json> labDescription(const std::string& dir)
{
    const std::string path = absolutePath(dir) + "/lab.json";
    const auto text = readToEnd(path, "");
    if (!text) {
        if (text.error().code == Errc::denied)
            return text.error();
        return Error{Errc::gone, "no lab runs in " + dir + " (" + text.error().what + "); callbox lab up --dir " + dir +
                                     " starts one"};
    }
    json lab = json::parse(*text, nullptr, false);
    if (!lab.is_object() || textOf(fieldOf(lab, "exchange"), "control").empty())
        return Error{Errc::invalid, path + ": not written by callbox lab up"};
    return lab;
}

Result<Daemon> labExchange(const json& lab)
{
    return Daemon{"", "the lab's exchange", "unix:" + textOf(fieldOf(lab, "exchange"), "control")};
}

Result<Daemon> labSwitch(const json& lab)
{
    const std::string control = textOf(fieldOf(lab, "switch"), "control");
    if (control.empty())
        return Error{Errc::not_found, "this lab is a single box without a switch"};
    return Daemon{"", "the switch", "unix:" + control};
}

std::vector<Daemon> labBoxes(const json& lab)
{
    std::vector<Daemon> all;
    for (const json& row : listOf(lab, "boxes"))
        all.push_back({textOf(row, "id"), textOf(row, "id"), "unix:" + textOf(row, "control")});
    return all;
}

Result<Addressed> addressed(const Values& v)
{
    if (!v.has("dir"))
        return Addressed{{local(v)}, false};
    auto lab = labDescription(v.text("dir"));
    if (!lab)
        return lab.error();
    if (v.flag("switch")) {
        auto d = labSwitch(*lab);
        if (!d)
            return d.error();
        return Addressed{{*d}, false};
    }
    if (!v.has("box"))
        return Addressed{labBoxes(*lab), true};
    auto d = oneBox(*lab, v.text("box"));
    if (!d)
        return d.error();
    return Addressed{{*d}, false};
}

Result<Daemon> addressedSwitch(const Values& v)
{
    if (!v.has("dir"))
        return local(v);
    auto lab = labDescription(v.text("dir"));
    if (!lab)
        return lab.error();
    return labSwitch(*lab);
}

namespace {

Result<std::vector<Daemon>> ofLab(const Values& v, bool exchangeToo)
{
    if (!v.has("dir") || v.has("box") || v.flag("switch")) {
        auto some = addressed(v);
        if (!some)
            return some.error();
        return std::move(some->daemons);
    }
    auto lab = labDescription(v.text("dir"));
    if (!lab)
        return lab.error();
    std::vector<Daemon> all;
    if (auto d = labSwitch(*lab))
        all.push_back(*d);
    for (Daemon& d : labBoxes(*lab))
        all.push_back(std::move(d));
    if (exchangeToo)
        if (auto d = labExchange(*lab))
            all.push_back(*d);
    return all;
}

} // namespace

Result<std::vector<Daemon>> everywhere(const Values& v)
{
    return ofLab(v, true);
}

Result<std::vector<Daemon>> switchAndBoxes(const Values& v)
{
    return ofLab(v, false);
}

} // namespace callbox::cli
