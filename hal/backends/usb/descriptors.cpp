// SPDX-License-Identifier: GPL-2.0-or-later
#include "descriptors.h"
#include "protocol/card_protocol.h"
#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace callbox::hal::usb {

namespace {

constexpr std::uint8_t configurationType = 2, interfaceType = 4, endpointType = 5; // USB 2.0 table 9-5
constexpr std::size_t configurationSize = 9, interfaceSize = 9, endpointSize = 7;
constexpr unsigned nominalFrames = 8; // a millisecond of E1
constexpr std::uint16_t leastPacket = CARD_E1_HEADER + nominalFrames * CARD_E1_FRAME;
constexpr std::uint16_t leastBankPacket = CARD_BANK_HEADER + CARD_BANK_SAMPLES_MAX; // of one port
constexpr std::uint16_t mostPacket = 1023; // of a full-speed isochronous endpoint, USB 2.0 5.6.3

struct Setting {
    unsigned number = 0;
    std::vector<Endpoint> endpoints;
};

std::uint16_t word(Octets o, std::size_t at)
{
    return static_cast<std::uint16_t>(o[at] | o[at + 1] << 8);
}

Endpoint endpointOf(Octets d)
{
    Endpoint e;
    e.address = d[2];
    e.kind = Endpoint::Kind{static_cast<std::uint8_t>(d[3] & 3)};
    e.feedback = (d[3] >> 4 & 3) == 1; // table 9-13: usage type
    e.packetMax = word(d, 4) & 0x7ff;
    return e;
}

bool streams(const Setting& s)
{
    return std::any_of(s.endpoints.begin(), s.endpoints.end(),
                       [](const Endpoint& e) { return e.kind == Endpoint::Kind::isochronous && e.packetMax > 0; });
}

const Endpoint* find(const Setting& s, Endpoint::Kind kind, bool in, bool feedback)
{
    const auto it = std::find_if(s.endpoints.begin(), s.endpoints.end(), [&](const Endpoint& e) {
        return e.kind == kind && e.in() == in && e.feedback == feedback && e.packetMax > 0;
    });
    return it == s.endpoints.end() ? nullptr : &*it;
}

struct OnOff {
    std::vector<Setting>::const_iterator on, off;
    std::string wrong;
};
OnOff onOff(const std::vector<Setting>& settings)
{
    OnOff out{std::find_if(settings.begin(), settings.end(), streams),
              std::find_if(settings.begin(), settings.end(), [](const Setting& s) { return !streams(s); }),
              {}};
    if (out.on == settings.end())
        out.wrong = "no setting carries packets";
    else if (out.off == settings.end())
        out.wrong = "no setting is without packets: it cannot be switched off";
    return out;
}

// What keeps a port from being used, or nothing.
std::string fill(E1Interface& port, const std::vector<Setting>& settings)
{
    using Kind = Endpoint::Kind;
    const auto [on, off, wrong] = onOff(settings);
    if (!wrong.empty())
        return wrong;
    const Endpoint* in = find(*on, Kind::isochronous, true, false);
    const Endpoint* out = find(*on, Kind::isochronous, false, false);
    const Endpoint* feedback = find(*on, Kind::isochronous, true, true);
    if (!in || !out || !feedback)
        return fmt::format("setting {}: data IN, data OUT and feedback IN are wanted, {} is missing", on->number,
                           !in    ? "data IN"
                           : !out ? "data OUT"
                                  : "feedback IN");
    for (const Endpoint* e : {in, out})
        if (e->packetMax < leastPacket || e->packetMax > mostPacket)
            return fmt::format("endpoint {:02x}: packets of {} octets; {}..{} carry an E1", e->address, e->packetMax,
                               leastPacket, mostPacket);
    if (feedback->packetMax < CARD_E1_FEEDBACK_SIZE)
        return fmt::format("endpoint {:02x}: feedback of {} octets, {} are wanted", feedback->address,
                           feedback->packetMax, CARD_E1_FEEDBACK_SIZE);
    port.onSetting = on->number;
    port.offSetting = off->number;
    port.in = *in;
    port.out = *out;
    port.feedback = *feedback;
    if (const Endpoint* interrupt = find(*on, Kind::interrupt, true, false))
        port.interrupt = *interrupt;
    return {};
}

// The same of a bank.
std::string fill(BankInterface& bank, const std::vector<Setting>& settings)
{
    using Kind = Endpoint::Kind;
    const auto [on, off, wrong] = onOff(settings);
    if (!wrong.empty())
        return wrong;
    const Endpoint* in = find(*on, Kind::isochronous, true, false);
    const Endpoint* out = find(*on, Kind::isochronous, false, false);
    const Endpoint* interrupt = find(*on, Kind::interrupt, true, false);
    const Endpoint* command = find(*on, Kind::bulk, false, false);
    if (!in || !out || !interrupt || !command)
        return fmt::format("setting {}: samples IN and OUT, events IN and commands OUT are wanted, {} is missing",
                           on->number,
                           !in          ? "samples IN"
                           : !out       ? "samples OUT"
                           : !interrupt ? "events IN"
                                        : "commands OUT");
    for (const Endpoint* e : {in, out})
        if (e->packetMax < leastBankPacket || e->packetMax > mostPacket)
            return fmt::format("endpoint {:02x}: packets of {} octets; {}..{} carry a bank", e->address, e->packetMax,
                               leastBankPacket, mostPacket);
    if (interrupt->packetMax < CARD_BANK_EVENT_SIZE || command->packetMax < CARD_BANK_COMMAND_SIZE)
        return fmt::format("setting {}: events of {} octets and commands of {}, {} are wanted", on->number,
                           interrupt->packetMax, command->packetMax, CARD_BANK_EVENT_SIZE);
    bank.onSetting = on->number;
    bank.offSetting = off->number;
    bank.in = *in;
    bank.out = *out;
    bank.interrupt = *interrupt;
    bank.command = *command;
    return {};
}

} // namespace

unsigned BankInterface::portsMax() const
{
    const auto held = (std::min(in.packetMax, out.packetMax) - CARD_BANK_HEADER) / CARD_BANK_SAMPLES_MAX;
    return std::min<unsigned>(held, CARD_BANK_PORTS_MAX); // whatever a card says, there are no more
}

unsigned E1Interface::framesMax() const
{
    return (out.packetMax - CARD_E1_HEADER) / CARD_E1_FRAME;
}

Layout readConfiguration(Octets d)
{
    Layout layout;
    if (d.size() < configurationSize || d[0] < configurationSize || d[1] != configurationType) {
        layout.wrong.push_back(fmt::format("{} octets that begin no configuration descriptor", d.size()));
        return layout;
    }
    if (word(d, 2) != d.size())
        layout.wrong.push_back(fmt::format("the configuration says {} octets and has {}", word(d, 2), d.size()));
    std::map<unsigned, std::vector<Setting>> ports, banks;
    Setting* setting = nullptr; // of an E1 port or a bank
    for (std::size_t at = d[0]; at < d.size();) {
        const std::size_t length = d[at];
        if (length < 2 || length > d.size() - at) {
            layout.wrong.push_back(
                fmt::format("octet {}: a descriptor of {} octets where {} are left", at, length, d.size() - at));
            break;
        }
        const Octets one = d.subspan(at, length);
        at += length;
        if (one[1] == interfaceType && length < interfaceSize) {
            setting = nullptr;
            layout.wrong.push_back(fmt::format("an interface descriptor of {} octets", length));
        } else if (one[1] == interfaceType) {
            const bool e1 = one[5] == CARD_CLASS && one[6] == CARD_SUBCLASS_E1 && one[7] == CARD_PROTOCOL_E1;
            const bool bank = one[5] == CARD_CLASS && one[6] == CARD_SUBCLASS_BANK && one[7] == 0;
            setting = e1     ? &ports[one[2]].emplace_back(Setting{one[3], {}})
                      : bank ? &banks[one[2]].emplace_back(Setting{one[3], {}})
                             : nullptr;
            if (one[5] == CARD_CLASS && one[6] == CARD_SUBCLASS_E1 && one[7] == CARD_PROTOCOL_CLOCK)
                layout.clock = one[2];
        } else if (one[1] == endpointType && length < endpointSize) {
            layout.wrong.push_back(fmt::format("an endpoint descriptor of {} octets", length));
        } else if (one[1] == endpointType && setting) {
            setting->endpoints.push_back(endpointOf(one));
        }
    }
    unsigned counted = 0;
    for (const auto& [number, settings] : ports) {
        E1Interface port;
        port.port = counted++;
        port.number = number;
        if (const std::string wrong = fill(port, settings); !wrong.empty())
            layout.wrong.push_back(fmt::format("interface {}: {}", number, wrong));
        else
            layout.e1.push_back(port);
    }
    for (const auto& [number, settings] : banks) {
        BankInterface bank;
        bank.number = number;
        if (const std::string wrong = fill(bank, settings); !wrong.empty())
            layout.wrong.push_back(fmt::format("interface {}: {}", number, wrong));
        else
            layout.banks.push_back(bank);
    }
    return layout;
}

} // namespace callbox::hal::usb
