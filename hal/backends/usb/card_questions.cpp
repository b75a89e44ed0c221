// SPDX-License-Identifier: GPL-2.0-or-later
#include "card_questions.h"
#include "card_words.h"
#include "descriptors.h"
#include "requests.h"

namespace callbox::hal::usb {

namespace {

constexpr std::size_t buildMax = 64, logAtOnce = 512; // octets asked for
constexpr unsigned logAsksMax = 64;                   // 2048 records; a card of ours keeps 64
constexpr Duration testTurn = 100ms;
constexpr unsigned testTurns = 100;
constexpr const char* stockKnows =
    "an icE1usb tells of itself only its build, its settings, its GPS-DO, its alarms and four counters";

// Nothing: the card refuses. Other failures end the asking.
Task<std::optional<OctetBuffer>> askIfItCan(Loop& loop, Device& device, To to, std::uint8_t request,
                                            std::uint16_t value, std::uint16_t index, std::size_t length)
{
    Result<OctetBuffer> answer = co_await check(ask(loop, device, to, request, value, index, length));
    if (answer)
        co_return std::optional(std::move(*answer));
    if (answer.error().code != Errc::unsupported)
        co_return answer.error();
    co_return std::optional<OctetBuffer>();
}

std::string textOf(const std::optional<OctetBuffer>& o)
{
    return o ? std::string(o->begin(), o->end()) : "";
}

Task<CardPort> portOf(Loop& loop, Device& device, unsigned number, std::optional<bool>& maintenance)
{
    const auto index = static_cast<std::uint16_t>(number);
    CardPort port;
    port.number = number;
    port.type = portTypeName(0);
    const auto known =
        co_await askIfItCan(loop, device, To::device, CARD_REQ_GET_PORT_INFO, 0, index, sizeof(card_port_info));
    if (known) {
        const auto info = read<card_port_info>(*known);
        port.type = portTypeName(info.type);
        port.interface = info.interface;
        port.state = portStateName(info.state);
        port.hardware = info.hardware;
    }
    const auto now = co_await askIfItCan(loop, device, To::device, CARD_REQ_GET_STATUS, 0, index, sizeof(card_status));
    if (now) {
        const auto status = read<card_status>(*now);
        port.alarms = alarmNames(card_get16(status.alarms));
        port.loop = loopName(status.loop);
        maintenance = status.maintenance != 0;
    }
    co_return port;
}

Task<CardPort> stockPortOf(Loop& loop, Device& device, E1Interface at)
{
    const auto index = static_cast<std::uint16_t>(at.number);
    CardPort port;
    port.number = at.port;
    port.type = portTypeName(CARD_PORT_E1);
    port.interface = at.number;
    const auto errors =
        co_await askIfItCan(loop, device, To::interface, CARD_ICE1_GET_ERRORS, 0, index, sizeof(card_ice1_errors));
    if (errors)
        port.alarms = stockAlarmNames(read<card_ice1_errors>(*errors).flags);
    const auto sends =
        co_await askIfItCan(loop, device, To::interface, CARD_ICE1_GET_TX, 0, index, sizeof(card_ice1_tx));
    if (sends)
        port.loop =
            read<card_ice1_tx>(*sends).loopback == 2 ? "other port" : loopName(read<card_ice1_tx>(*sends).loopback);
    co_return port;
}

// ---- Counters ----

struct Counter {
    std::string_view name, meaning;
    int at, stockAt; // octet in card_counters, in card_ice1_errors; -1: it has none
};
constexpr Counter counters[] = {
    {"frames", "frames received in alignment", offsetof(card_counters, frames), -1},
    {"crc", "blocks with a wrong check sum", offsetof(card_counters, crc), offsetof(card_ice1_errors, crc)},
    {"fas", "wrong frame alignment signals", offsetof(card_counters, fas), -1},
    {"alignment", "losses of alignment", -1, offsetof(card_ice1_errors, alignment)},
    {"ebit", "blocks that the far end found wrong", offsetof(card_counters, ebit), -1},
    {"code", "violations of the line code", offsetof(card_counters, code), -1},
    {"slips_out", "frames left out between two clocks", offsetof(card_counters, slips_out), -1},
    {"slips_in", "frames said twice between two clocks", offsetof(card_counters, slips_in), -1},
    {"overflow", "frames received and never fetched", offsetof(card_counters, overflow),
     offsetof(card_ice1_errors, overflow)},
    {"underflow", "times there was nothing to send", offsetof(card_counters, underflow),
     offsetof(card_ice1_errors, underflow)},
    {"los_s", "seconds with LOS", offsetof(card_counters, los), -1},
    {"ais_s", "seconds with AIS", offsetof(card_counters, ais), -1},
    {"lof_s", "seconds with LOF", offsetof(card_counters, lof), -1},
    {"es", "errored seconds, G.826", offsetof(card_counters, es), -1},
    {"ses", "severely errored seconds, G.826", offsetof(card_counters, ses), -1},
    {"uas", "unavailable seconds, G.826", offsetof(card_counters, uas), -1},
    {"usb", "packets of the host that were none", offsetof(card_counters, usb), -1},
};

CardPortCounts countsOf(unsigned port, const std::optional<OctetBuffer>& answer, bool stock)
{
    CardPortCounts out{port, {}};
    for (const Counter& c : counters) {
        const int at = stock ? c.stockAt : c.at;
        const std::size_t size = stock ? sizeof(card_le16) : sizeof(card_le32);
        std::optional<std::uint32_t> value;
        if (answer && at >= 0 && static_cast<std::size_t>(at) + size <= answer->size()) {
            const Octets field = Octets(*answer).subspan(static_cast<std::size_t>(at), size);
            value = stock ? card_get16(read<card_le16>(field)) : card_get32(read<card_le32>(field));
        }
        out.counts.push_back({c.name, c.meaning, value});
    }
    return out;
}

unsigned portsOf(const CardKind& kind)
{
    return kind.e1Ports + kind.fxoPorts + kind.fxsPorts;
}

// ---- Self-test ----

Task<card_selftest> testedWithin(Loop& loop, Device& device)
{
    for (unsigned turn = 0; turn < testTurns; ++turn) {
        const OctetBuffer answer =
            co_await ask(loop, device, To::device, CARD_REQ_SELFTEST, 0, 0, sizeof(card_selftest));
        const auto now = read<card_selftest>(answer);
        const std::uint32_t tests = card_get32(now.tests);
        if ((card_get32(now.done) & tests) == tests || turn + 1 == testTurns)
            co_return now;
        co_await sleepFor(loop, testTurn);
    }
    co_return card_selftest{};
}

Task<card_selftest> testUnlocked(Loop& loop, Device& device)
{
    OctetBuffer nothing;
    co_await tell(loop, device, To::device, CARD_REQ_SELFTEST, 0, 0, std::move(nothing));
    co_return co_await testedWithin(loop, device);
}

std::vector<CardTest> testsOf(const card_selftest& outcome)
{
    const std::uint32_t done = card_get32(outcome.done), failed = card_get32(outcome.failed);
    std::vector<CardTest> out;
    for (unsigned n = 0; n < 32; ++n) {
        const std::uint32_t bit = 1U << n;
        if ((card_get32(outcome.tests) | done | failed) & bit)
            out.push_back({n, testName(n), failed & bit ? "failed" : done & bit ? "passed" : "not done"});
    }
    return out;
}

} // namespace

Task<CardInfo> askInfo(Loop& loop, Device& device, DeviceFacts facts)
{
    const CardKind kind = co_await whatIsIt(loop, device);
    CardInfo info;
    info.stock = kind.stock;
    const auto build = co_await askIfItCan(loop, device, To::device, CARD_ICE1_DEVICE_BUILD, 0, 0, buildMax);
    info.firmware = textOf(build);
    if (kind.stock) {
        const auto can = co_await askIfItCan(loop, device, To::device, CARD_ICE1_DEVICE_CAPABILITIES, 0, 0, 1);
        if (can && !can->empty() && can->front() & 1)
            info.abilities.emplace_back("gps-do");
        const Layout layout = readConfiguration(facts.configuration);
        if (layout.clock) {
            const auto index = static_cast<std::uint16_t>(*layout.clock);
            const auto gps = co_await askIfItCan(loop, device, To::interface, CARD_ICE1_GET_GPSDO_STATUS, 0, index,
                                                 sizeof(card_ice1_gpsdo));
            if (gps)
                info.clock = clockOf(read<card_ice1_gpsdo>(*gps));
        }
        for (const E1Interface& at : layout.e1) {
            CardPort port = co_await stockPortOf(loop, device, at);
            info.ports.push_back(std::move(port));
        }
        info.unknown = stockKnows;
        co_return info;
    }
    info.protocol = std::to_string(CARD_MAJOR) + "." + std::to_string(kind.minor);
    info.abilities = abilityNames(kind.capabilities);
    if (kind.can(CARD_CAN_CLOCK)) {
        const auto clock = co_await askIfItCan(loop, device, To::device, CARD_REQ_CLOCK, 0, 0, sizeof(card_clock));
        if (clock)
            info.clock = clockOf(read<card_clock>(*clock));
    }
    for (unsigned p = 0; p < portsOf(kind); ++p) {
        CardPort port = co_await portOf(loop, device, p, info.maintenance);
        info.ports.push_back(std::move(port));
    }
    co_return info;
}

Task<CardCounts> askCounts(Loop& loop, Device& device, DeviceFacts facts)
{
    const CardKind kind = co_await whatIsIt(loop, device);
    CardCounts out;
    if (kind.stock) {
        const Layout layout = readConfiguration(facts.configuration);
        for (const E1Interface& at : layout.e1) {
            const auto answer = co_await askIfItCan(loop, device, To::interface, CARD_ICE1_GET_ERRORS, 0,
                                                    static_cast<std::uint16_t>(at.number), sizeof(card_ice1_errors));
            out.ports.push_back(countsOf(at.port, answer, true));
        }
        out.unknown = std::string(stockKnows) + ", which begin anew after 65535";
        co_return out;
    }
    for (unsigned p = 0; p < portsOf(kind); ++p) {
        const auto answer = co_await askIfItCan(loop, device, To::device, CARD_REQ_GET_COUNTERS, 0,
                                                static_cast<std::uint16_t>(p), sizeof(card_counters));
        out.ports.push_back(countsOf(p, answer, false));
    }
    co_return out;
}

Task<CardSensors> askSensors(Loop& loop, Device& device)
{
    const CardKind kind = co_await whatIsIt(loop, device);
    std::optional<OctetBuffer> answer;
    if (kind.can(CARD_CAN_SENSORS))
        answer = co_await askIfItCan(loop, device, To::device, CARD_REQ_GET_SENSORS, 0, 0, sizeof(card_sensors));
    const auto s = answer ? read<card_sensors>(*answer) : card_sensors{};
    const auto measured = [&](unsigned bit, double value) {
        return card_get16(s.valid) >> bit & 1 ? std::optional(value) : std::nullopt;
    };
    const auto signed16 = [](card_le16 v) { return static_cast<double>(static_cast<std::int16_t>(card_get16(v))); };
    CardSensors out;
    out.values = {{"temperature_c", "degrees Celsius", measured(0, signed16(s.temperature) / 10)},
                  {"vbus_mv", "mV that the host supplies", measured(1, card_get16(s.vbus))},
                  {"supply_mv", "mV of the card's own supply", measured(2, card_get16(s.supply))},
                  {"battery_v", "V of the telephones' lines", measured(3, signed16(s.battery) / 10)},
                  {"clock_ppb", "1e-9, offset of the card's clock",
                   measured(5, static_cast<double>(static_cast<std::int32_t>(card_get32(s.clock))))}};
    if (!answer)
        out.unknown = kind.stock ? stockKnows : "this card has no sensors";
    co_return out;
}

Task<CardLog> askLog(Loop& loop, Device& device)
{
    const CardKind kind = co_await whatIsIt(loop, device);
    CardLog out;
    if (!kind.can(CARD_CAN_LOG)) {
        out.unknown = kind.stock ? stockKnows : "this card keeps no log";
        co_return out;
    }
    std::vector<card_log_record> records;
    for (unsigned asks = 0; asks < logAsksMax; ++asks) {
        const auto from = static_cast<std::uint16_t>(records.empty() ? 0 : card_get32(records.back().sequence) + 1);
        const OctetBuffer some = co_await ask(loop, device, To::device, CARD_REQ_GET_LOG, from, 0, logAtOnce);
        if (some.size() < sizeof(card_log_record))
            break;
        for (Octets rest = some; rest.size() >= sizeof(card_log_record); rest = rest.subspan(sizeof(card_log_record))) {
            const auto r = read<card_log_record>(rest);
            if (!records.empty() && card_get32(r.sequence) <= card_get32(records.back().sequence))
                co_return Error{Errc::invalid, "the card's log is wrong: its records do not follow each other"};
            records.push_back(r);
        }
    }
    out.entries = inWords(records);
    co_return out;
}

Task<std::vector<CardTest>> runSelfTest(Loop& loop, Device& device)
{
    const CardKind kind = co_await whatIsIt(loop, device);
    if (!kind.can(CARD_CAN_SELFTEST))
        co_return Error{Errc::unsupported, kind.stock ? "an icE1usb has no self-test" : "this card has no self-test"};
    const bool mine = co_await unlock(loop, device);
    const Result<card_selftest> outcome = co_await check(testUnlocked(loop, device));
    Result<void> locked;
    if (mine)
        locked = co_await check(lock(loop, device));
    if (!outcome)
        co_return outcome.error();
    if (!locked)
        co_return locked.error();
    co_return testsOf(*outcome);
}

Task<> blink(Loop& loop, Device& device, unsigned seconds)
{
    const CardKind kind = co_await whatIsIt(loop, device);
    if (!kind.can(CARD_CAN_LOCATE))
        co_await fail(Errc::unsupported, kind.stock ? "an icE1usb has no light that it can be told to blink"
                                                    : "this card has no light to blink");
    OctetBuffer nothing;
    co_await tell(loop, device, To::device, CARD_REQ_LOCATE, static_cast<std::uint16_t>(seconds), 0,
                  std::move(nothing));
}

} // namespace callbox::hal::usb
