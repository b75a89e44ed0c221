// SPDX-License-Identifier: GPL-2.0-or-later
#include "echo.h"
#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

namespace callbox::hal::dahdi {

namespace {

constexpr std::string_view mark = "(EC: ";

// What modules of DAHDI do in software; any other name is a card's own.
bool isSoftware(std::string_view name)
{
    constexpr std::array<std::string_view, 7> known{"MG2", "KB1", "SEC", "SEC2", "JPAH", "OSLEC", "HPEC"};
    return std::find(known.begin(), known.end(), name) != known.end();
}

} // namespace

// "\t   4 DYN/loc/1:0/1/4 Clear (In use) (EC: MG2 - ACTIVE) "
std::vector<EchoState> echoIn(const std::string& listing, int firstChannel)
{
    std::vector<EchoState> out;
    std::istringstream lines(listing);
    for (std::string line; std::getline(lines, line);) {
        const auto at = line.rfind(mark);
        const auto digit = line.find_first_not_of(" \t");
        int channel = 0;
        if (at == std::string::npos ||
            std::from_chars(line.data() + digit, line.data() + line.size(), channel).ec != std::errc())
            continue;
        const std::string said = line.substr(at + mark.size());
        const auto dash = said.find(" - ");
        if (channel < firstChannel || channel > firstChannel + 30 || dash == std::string::npos)
            continue;
        EchoState s;
        s.slot = Timeslot{static_cast<std::uint8_t>(channel - firstChannel + 1)};
        s.name = said.substr(0, dash);
        s.hardware = !isSoftware(s.name);
        s.on = said.substr(dash + 3).starts_with("ACTIVE");
        out.push_back(std::move(s));
    }
    return out;
}

std::string Echo::attach(const Descriptor& control, Timeslot slot, int channel)
{
    if (!choice_.of(slot))
        return {};
    if (!missing_.empty()) {
        trouble_[slot] = missing_;
        return {};
    }
    auto r = attachEcho(control, channel, choice_.name);
    const std::string what = r ? "" : r.error().what;
    if (!r && r.error().code == Errc::not_found)
        missing_ = what;
    const bool news = std::none_of(trouble_.begin(), trouble_.end(), [&](const auto& t) { return t.second == what; });
    trouble_[slot] = what;
    return news ? what : "";
}

void Echo::begin(Timeslot slot, OpenChannel& channel)
{
    channel.echoTaps = choice_.of(slot) && trouble_[slot].empty() ? choice_.taps : 0;
    if (channel.echoTaps == 0)
        return;
    if (auto r = startEcho(channel.device, channel.echoTaps); !r) {
        trouble_[slot] = r.error().what; // until the span is started anew
        channel.echoTaps = 0;
    }
}

std::vector<EchoState> Echo::states(const std::string& listing, int firstChannel) const
{
    std::vector<EchoState> out = echoIn(listing, firstChannel);
    for (const auto& [slot, what] : trouble_) {
        if (what.empty())
            continue;
        auto at = std::find_if(out.begin(), out.end(), [s = slot](const EchoState& e) { return e.slot >= s; });
        if (at == out.end() || at->slot != slot)
            at = out.insert(at, EchoState{.slot = slot});
        at->trouble = what;
    }
    return out;
}

} // namespace callbox::hal::dahdi
