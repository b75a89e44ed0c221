// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/fleet_files.h"
#include "lab/small_file.h"
#include <algorithm>
#include <callbox/base/whole_file.h>
#include <cerrno>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace callbox::lab {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view firstPoolDigits = "12125559001";

// "+12125559001" moved up by `offset`; beyond four digits it just carries on in the digits above.
PhoneNumber poolNumber(std::int64_t offset)
{
    const std::int64_t first = std::stoll(std::string(firstPoolDigits));
    auto n = PhoneNumber::parse("+" + std::to_string(first + offset));
    return n ? *n : PhoneNumber();
}

std::string lineType(const Fleet& f)
{
    return f.options.country == "us" ? "type = t1\nlaw = mulaw\nswitch_type = ni2\n"
                                     : "type = e1\nlaw = alaw\nswitch_type = euroisdn\n";
}

std::string socketOf(const Fleet& f, const std::string& span)
{
    return f.options.dir + "/spans/" + span + ".sock";
}

// The keys that say where an end of a span is: virtual, or a card's.
std::string placeOf(const Fleet& f, const std::string& name, std::string_view role, std::string_view end)
{
    const auto wire = f.options.wires.find(name);
    if (wire == f.options.wires.end())
        return fmt::format("backend = virtual\n{} = {}\n", end, socketOf(f, name));
    const std::string& id = role == "network" ? wire->second.network : wire->second.user;
    const std::string backend = id.substr(0, id.find(':'));
    return fmt::format("backend = {}\nspan = {}\n", backend, id.substr(backend.size() + 1));
}

std::string spanSection(const Fleet& f, const std::string& name, std::string_view use, std::string_view role,
                        std::string_view end)
{
    return fmt::format("[span {}]\n{}use = {}\nrole = {}\n{}country = {}\n\n", name, placeOf(f, name, role, end), use,
                       role, lineType(f), f.options.country);
}

// A wire of a name that no span of the lab has is a mistake, not an extra.
Result<void> checkWires(const Fleet& f)
{
    std::vector<std::string> names = f.trunks;
    if (!f.options.standalone)
        for (const FleetBox& b : f.boxes)
            names.insert(names.end(), b.spans.begin(), b.spans.end());
    std::string all;
    for (const std::string& name : names)
        all += (all.empty() ? "" : ", ") + name;
    for (const auto& [name, wire] : f.options.wires)
        if (std::find(names.begin(), names.end(), name) == names.end())
            return Error{Errc::invalid, fmt::format("[wire {}]: this lab's spans are {}", name, all)};
    return {};
}

// A box's own lines have one number for all. A switch has lines of the access number, and as many on which the one link
// number of a box is called: each box's in a bank of its own.
std::string lineNumbers(const Fleet& f, const std::string& name)
{
    if (f.options.standalone)
        return fmt::format("1-{} {}", linesPerBank, accessNumber);
    const auto bank = std::size_t(std::find(f.trunks.begin(), f.trunks.end(), name) - f.trunks.begin());
    return fmt::format("1-{} {} {}-{} {}", linesPerBank / 2, accessNumber, linesPerBank / 2 + 1, linesPerBank,
                       f.boxes.at(bank / std::size_t(f.options.spans)).pool.first.e164());
}

// The exchange of the us lab opens the loop when a caller hangs up, that of the eu lab (Germany's) only plays its tone.
std::string_view lineProfile(const Fleet& f)
{
    return f.options.country == "us" ? "us" : "de";
}

std::string bankSection(const Fleet& f, const std::string& name, std::string_view signalling, std::string_view place)
{
    return fmt::format("[span {}]\n{}type = analog\nsignalling = {}\nline_profile = {}\ncountry = {}\n"
                       "number = {}\n\n",
                       name, place, signalling, lineProfile(f), f.options.country, lineNumbers(f, name));
}

// A box's end of a tie. The exchange's tones come through a switch's analog lines to the box that records them.
std::string tieSection(const Fleet& f, const std::string& name)
{
    std::string section = spanSection(f, name, "tie", "user", "connect");
    if (f.options.analog)
        section.insert(section.size() - 1, fmt::format("analog_behind = {}\n", lineProfile(f)));
    return section;
}

std::string trunkSection(const Fleet& f, const std::string& name, bool exchange)
{
    const std::string_view role = exchange ? "network" : "user", end = exchange ? "listen" : "connect";
    if (f.options.analog)
        return bankSection(f, name, exchange ? "fxo_ks" : "fxs_ks", placeOf(f, name, role, end));
    std::string section = spanSection(f, name, "trunk", role, end);
    if (f.options.country == "eu") // numbers may come digit by digit there
        section.insert(section.size() - 1, "overlap = yes\n");
    return section;
}

std::string modemSection(const Fleet& f, const std::string& name)
{
    return fmt::format("[modem {}]\ndevice = {}/modems/{}\n\n", name, f.options.dir, name);
}

FleetBox planBox(const FleetOptions& o, int number)
{
    FleetBox b;
    b.id = "box" + std::to_string(number);
    b.folder = o.dir + "/" + b.id;
    b.config = b.folder + "/box.ini";
    b.state = b.folder + "/state";
    b.control = b.state + "/control.sock";
    for (int i = 1; i <= o.spans; ++i)
        b.spans.push_back((o.standalone ? "trunk" : b.id + (o.byNumber ? "-trunk" : "-tie")) + std::to_string(i));
    for (int i = 1; i <= o.modems; ++i)
        b.modems.push_back(b.id + "-modem" + std::to_string(i));
    for (int i = 0; o.byNumber && i < routeNumbers; ++i)
        if (const auto n = PhoneNumber::parse(fmt::format("+1212777{:04}", number * routeNumbers + i)))
            b.numbers.push_back(*n);
    const std::int64_t numbers = o.analog ? 1 : o.numbers; // a line has one
    const std::int64_t offset = (number - 1) * numbers;
    b.pool = {poolNumber(offset), poolNumber(offset + numbers - 1)};
    if (o.analog && o.standalone)
        if (const auto n = PhoneNumber::parse(accessNumber)) // a line's one number is for all
            b.pool = {*n, *n};
    return b;
}

Result<void> checkFolder(const std::string& dir)
{
    if (dir.find('\n') != std::string::npos || dir.find('\r') != std::string::npos)
        return Error{Errc::invalid, "--dir: a line break in a folder's name cannot be written in a configuration"};
    for (const char* mark : {" #", " ;", "\t#", "\t;"})
        if (dir.find(mark) != std::string::npos)
            return Error{Errc::invalid, "--dir " + dir + ": \"" + mark +
                                            "\" starts a comment in a configuration; choose another folder"};
    return {};
}

// What a daemon wrote when it picked a port; empty while it has not.
std::string addressIn(const std::string& folder)
{
    auto text = readToEnd(folder + "/http.address");
    if (!text)
        return "";
    text->erase(std::find_if(text->begin(), text->end(), [](char c) { return c == '\n' || c == '\r'; }), text->end());
    return *text;
}

json pidOf(std::span<const Process> all, const std::string& name)
{
    for (const Process& p : all)
        if (p.name == name)
            return p.pid;
    return nullptr;
}

json describeBox(const FleetBox& b, std::span<const Process> all)
{
    return {{"id", b.id},
            {"pid", pidOf(all, b.id)},
            {"state_dir", b.state},
            {"config", b.config},
            {"http", addressIn(b.state)},
            {"control", b.control},
            {"log", b.folder + "/log"},
            {"link_pool", {{"first", b.pool.first.e164()}, {"last", b.pool.last.e164()}}}};
}

} // namespace

Result<Fleet> planFleet(const FleetOptions& o)
{
    if (auto r = checkFolder(o.dir); !r)
        return r.error();
    constexpr std::int64_t mostNumbers = 80'000'000; // above, the pools would leave +1212
    if (std::int64_t(o.boxes) * o.numbers > mostNumbers)
        return Error{Errc::invalid, fmt::format("--boxes {} --numbers {}: together at most {} link numbers", o.boxes,
                                                o.numbers, mostNumbers)};
    Fleet f;
    f.options = o;
    for (int i = 1; i <= o.boxes * o.spans; ++i)
        f.trunks.push_back("trunk" + std::to_string(i));
    for (int i = 1; i <= o.boxes; ++i)
        f.boxes.push_back(planBox(o, i));
    if (auto r = checkWires(f); !r)
        return r.error();
    return f;
}

// Whatever comes to the fleet: the exchange brings a box's call of itself back.
std::string numbersOf(const Fleet& f)
{
    std::string all(accessNumber);
    for (const FleetBox& b : f.boxes)
        all += " " + b.pool.first.e164() + "-" + b.pool.last.e164();
    return all;
}

// A box's own trunks at the exchange, and the numbers that lead there.
std::string subscriberSections(const Fleet& f, const FleetBox& b)
{
    std::string spans, numbers, out;
    for (const std::string& span : b.spans) {
        spans += " " + span;
        out += trunkSection(f, span, true);
    }
    for (const PhoneNumber& n : b.numbers)
        numbers += " " + n.e164();
    return fmt::format("[subscriber {}]\nspans ={}\nnumbers ={}\n\n{}", b.id, spans, numbers, out);
}

std::string exchangeIni(const Fleet& f)
{
    std::string out =
        fmt::format("# Written by callbox lab up: the exchange, its telephones, the modems and their SMS centre.\n"
                    "[exchange]\ncountry = {}\ncontrol = {}\naccess = {}\nnumbers = {}\ntakes_over = {}\n\n",
                    f.options.country, f.exchangeControl(), accessNumber, numbersOf(f), f.options.takesOver);
    for (const std::string& trunk : f.trunks)
        out += trunkSection(f, trunk, true);
    for (const FleetBox& b : f.boxes)
        if (f.options.byNumber)
            out += subscriberSections(f, b);
    for (const FleetBox& b : f.boxes)
        for (const std::string& modem : b.modems)
            out += modemSection(f, modem);
    return out;
}

// Keys of a [box] of the switch.
std::string wayTo(const Fleet& f, const FleetBox& b)
{
    std::string out = f.options.byNumber ? "route_key_file = " + f.routeKey() + "\n" : "ties =";
    for (const PhoneNumber& n : b.numbers)
        out += "number = " + n.e164() + "\n";
    if (f.options.byNumber)
        return out;
    for (const std::string& tie : b.spans)
        out += " " + tie;
    return out + "\n";
}

std::string switchIni(const Fleet& f)
{
    std::string out = fmt::format("# Written by callbox lab up.\n"
                                  "[switch]\nstate = {0}/switch/state\ncontrol = {1}\nhttp = 127.0.0.1:0\n"
                                  "country = {2}\naccess = {3}\n\n[outgoing]\nallow = {4}\n\n",
                                  f.options.dir, f.switchControl(), f.options.country, accessNumber, recipients);
    for (const FleetBox& b : f.boxes) {
        out += fmt::format("[box {}]\nstatus = unix:{}\n{}first = {}\nlast = {}\n\n", b.id, b.control, wayTo(f, b),
                           b.pool.first.e164(), b.pool.last.e164());
    }
    for (const std::string& trunk : f.trunks)
        out += trunkSection(f, trunk, false);
    for (const FleetBox& b : f.boxes)
        for (const std::string& tie : b.spans)
            if (!f.options.byNumber)
                out += spanSection(f, tie, "tie", "network", "listen");
    return out + "[lab]\nfaults = yes\n";
}

std::string boxIni(const Fleet& f, const FleetBox& b)
{
    constexpr int ceiling = 1'000'000; // a load test tells the same recipients again and again
    std::string out = fmt::format(
        "# Written by callbox lab up.\n"
        "[box]\nid = {}\nstate = {}\ncontrol = {}\nhttp = 127.0.0.1:0\ncountry = {}\naccess = {}\nzone = UTC\n{}\n"
        "[pool]\nfirst = {}\nlast = {}\n{}\n"
        "[recipients]\nallow = {}\nkey_in = yes\nceiling_recipient = {}\nceiling_day = {}\n\n"
        "[deposit]\nshortest_s = 1\nsilence_s = 5\nlimit_s = 120\n\n",
        b.id, b.state, b.control, f.options.country, accessNumber,
        f.options.byNumber ? "route_key_file = " + f.routeKey() + "\n" : "", b.pool.first.e164(), b.pool.last.e164(),
        f.options.analog ? "quarantine_days = 0\n" : "", // one number: a pair that rests is a recipient without any
        recipients, ceiling, ceiling);
    for (const std::string& span : b.spans)
        out += f.options.standalone || f.options.byNumber ? trunkSection(f, span, false) : tieSection(f, span);
    for (const std::string& modem : b.modems)
        out += modemSection(f, modem);
    return out + "[lab]\nfaults = yes\n";
}

Result<void> writeFleet(const Fleet& f)
{
    std::vector<std::pair<std::string, std::string>> files{{f.options.dir + "/exchange/exchange.ini", exchangeIni(f)}};
    std::vector<std::string> folders{f.options.dir + "/spans", f.options.dir + "/modems", f.options.dir + "/exchange"};
    if (!f.options.standalone) {
        folders.push_back(f.options.dir + "/switch/state");
        files.emplace_back(f.switchConfig(), switchIni(f));
    }
    for (const FleetBox& b : f.boxes) {
        folders.push_back(b.state);
        files.emplace_back(b.config, boxIni(f, b));
    }
    for (const std::string& folder : folders) {
        std::error_code ec;
        fs::create_directories(folder, ec);
        if (ec)
            return systemError(ec.value(), "making the folder " + folder);
    }
    if (f.options.byNumber)
        files.emplace_back(f.routeKey(), "a key that the lab's switch and its boxes share\n");
    for (const auto& [path, text] : files)
        if (auto r = replaceFile(path, text); !r)
            return r.error();
    return {};
}

std::vector<Process> fleetProcesses(const Fleet& f)
{
    const FleetOptions& o = f.options;
    std::vector<Process> all;
    all.push_back(
        {"exchange", {o.programs + "/callbox", "lab", "serve", "--dir", o.dir}, o.dir, o.dir + "/exchange/log"});
    if (!o.standalone)
        all.push_back(
            {"switch", {o.programs + "/callbox-switchd", "--config", f.switchConfig()}, o.dir, o.dir + "/switch/log"});
    for (const FleetBox& b : f.boxes)
        all.push_back({b.id, {o.programs + "/callboxd", "--config", b.config}, o.dir, b.folder + "/log"});
    return all;
}

json describeFleet(const Fleet& f, std::span<const Process> all)
{
    json boxes = json::array();
    json modems = json::array();
    json pids = json::array();
    for (const FleetBox& b : f.boxes) {
        boxes.push_back(describeBox(b, all));
        for (const std::string& modem : b.modems)
            modems.push_back({{"name", modem}, {"box", b.id}});
    }
    for (const Process& p : all)
        pids.push_back(p.pid);
    json switching = nullptr;
    if (!f.options.standalone)
        switching = {{"control", f.switchControl()},
                     {"http", addressIn(f.options.dir + "/switch")},
                     {"pid", pidOf(all, "switch")},
                     {"config", f.switchConfig()},
                     {"log", f.options.dir + "/switch/log"}};
    return {{"version", 1},
            {"country", f.options.country},
            {"access_number", std::string(accessNumber)},
            {"exchange",
             {{"control", f.exchangeControl()},
              {"pid", pidOf(all, "exchange")},
              {"config", f.options.dir + "/exchange/exchange.ini"},
              {"log", f.options.dir + "/exchange/log"}}},
            {"switch", switching},
            {"boxes", boxes},
            {"modems", modems},
            {"nats", json::array()},
            {"pids", pids}};
}

} // namespace callbox::lab
