// SPDX-License-Identifier: GPL-2.0-or-later
#include "card_words.h"
#include <array>
#include <fmt/format.h>

namespace callbox::hal::usb {

namespace {

struct Bit {
    std::uint32_t bit;
    std::string_view name;
};

template <std::size_t n> std::string joined(std::uint32_t bits, const Bit (&names)[n], std::string_view between)
{
    std::string out;
    for (const Bit& b : names) {
        if (bits & b.bit)
            out += (out.empty() ? "" : std::string(between)) + std::string(b.name);
        bits &= ~b.bit;
    }
    if (bits != 0)
        out += fmt::format("{}{:#x}", out.empty() ? "" : between, bits);
    return out;
}

template <std::size_t n> std::string nameIn(unsigned number, const std::string_view (&names)[n])
{
    return number < n && !names[number].empty() ? std::string(names[number]) : fmt::format("unknown ({})", number);
}

constexpr Bit alarmBits[] = {{CARD_ALARM_LOS, "LOS"},        {CARD_ALARM_AIS, "AIS"}, {CARD_ALARM_LOF, "LOF"},
                             {CARD_ALARM_LOMF, "LOMF"},      {CARD_ALARM_RAI, "RAI"}, {CARD_ALARM_LOCASMF, "LOCASMF"},
                             {CARD_ALARM_NO_HOST, "NO-HOST"}};
constexpr Bit stockBits[] = {{CARD_ICE1_FLAG_LOS, "LOS"},
                             {CARD_ICE1_FLAG_AIS, "AIS"},
                             {CARD_ICE1_FLAG_ALIGNMENT, "LOF"},
                             {CARD_ICE1_FLAG_RAI, "RAI"}};
constexpr Bit abilityBits[] = {{CARD_CAN_FILLER, "filler"},
                               {CARD_CAN_EVENTS, "events"},
                               {CARD_CAN_LINE, "line"},
                               {CARD_CAN_CAS, "cas"},
                               {CARD_CAN_T1, "t1"},
                               {CARD_CAN_LOOP, "loop"},
                               {CARD_CAN_BERT, "bert"},
                               {CARD_CAN_REGISTERS, "registers"},
                               {CARD_CAN_NVM, "nvm"},
                               {CARD_CAN_SENSORS, "sensors"},
                               {CARD_CAN_CLOCK, "clock"},
                               {CARD_CAN_LOG, "log"},
                               {CARD_CAN_SELFTEST, "self-test"},
                               {CARD_CAN_RESET, "reset"},
                               {CARD_CAN_LINE_TEST, "line-test"},
                               {CARD_CAN_COUNTRY, "country"},
                               {CARD_CAN_LOCATE, "locate"},
                               {CARD_CAN_UPDATE, "update"}};
// CFSR, ARMv7-M B3.2.15
constexpr Bit faultBits[] = {{1U << 0, "an instruction where none may be"},
                             {1U << 1, "data where none may be"},
                             {1U << 3, "no memory when an exception ended"},
                             {1U << 4, "no memory for the stack"},
                             {1U << 5, "no memory for the floating point registers"},
                             {1U << 7, "address known"},
                             {1U << 8, "an instruction that could not be fetched"},
                             {1U << 9, "an address that could not be reached"},
                             {1U << 10, "an address that could not be written, some instructions before"},
                             {1U << 11, "a stack that could not be read"},
                             {1U << 12, "a stack that could not be written"},
                             {1U << 13, "floating point registers that could not be kept"},
                             {1U << 15, "address known"},
                             {1U << 16, "an undefined instruction"},
                             {1U << 17, "a jump into no Thumb code"},
                             {1U << 18, "a return to nowhere"},
                             {1U << 19, "a coprocessor that is off"},
                             {1U << 24, "an address that is not aligned"},
                             {1U << 25, "a division by zero"}};
constexpr std::uint32_t addressKnown = 1U << 7 | 1U << 15;

constexpr std::string_view levels[] = {"error", "warning", "info"};
constexpr std::string_view codes[] = {"",       "start",           "configured", "setting", "underflow",   "overflow",
                                      "alarms", "no-host",         "bad-packet", "stalled", "maintenance", "fault",
                                      "update", "far-without-crc", "link"};

std::string updateText(unsigned value)
{
    static constexpr std::string_view words[] = {
        "an update of the firmware was dropped", "an update of the firmware began",
        "new firmware is whole: it starts with the next reset", "the firmware that runs is confirmed",
        "the firmware that runs could not be confirmed: the flash does not keep it"};
    if (value < std::size(words))
        return std::string(words[value]);
    if (value < CARD_LOG_UPDATE_WRONG)
        return fmt::format("of an update of the firmware: {}", value);
    return fmt::format("an update of the firmware was refused: {}", updateReason(value - CARD_LOG_UPDATE_WRONG));
}

std::string linkText(unsigned message)
{
    switch (message) {
    case CARD_LINK_LINE_LOOP:
        return "asks for a loop of the line";
    case CARD_LINK_LINE_RELEASE:
        return "asks for an end of the line's loop";
    case CARD_LINK_PAYLOAD_LOOP:
        return "asks for a loop of the channels";
    case CARD_LINK_PAYLOAD_RELEASE:
        return "asks for an end of the channels' loop";
    case CARD_LINK_RELEASE:
        return "asks for an end of any loop";
    default:
        return fmt::format("says {:#04x} on the data link", message);
    }
}

std::string textOf(unsigned code, unsigned port, unsigned value)
{
    switch (code) {
    case CARD_LOG_START:
        return value == CARD_LOG_START_REQUEST    ? "the card started, as a request wanted"
               : value == CARD_LOG_START_WATCHDOG ? "the card started anew: its program stood still"
                                                  : "the card started";
    case CARD_LOG_CONFIGURED:
        return fmt::format("a host chose configuration {}", value);
    case CARD_LOG_SETTING:
        return fmt::format("interface {} was set to {} ({})", port, value, value == 0 ? "off" : "on");
    case CARD_LOG_UNDERFLOW:
        return fmt::format("port {} had nothing to send, the {}. time", port, value);
    case CARD_LOG_OVERFLOW:
        return fmt::format("port {} lost frames that were not fetched, {} by now", port, value);
    case CARD_LOG_ALARMS:
        return fmt::format("port {}: {}", port, value == 0 ? "no alarm any more" : alarmNames(value));
    case CARD_LOG_NO_HOST:
        return fmt::format("port {}: {}", port,
                           value ? "nothing came from the host for 500 ms; the line gets AIS" : "the host is back");
    case CARD_LOG_BAD_PACKET:
        return fmt::format("port {} got a packet of {} octets, which is no whole number of frames", port, value);
    case CARD_LOG_STALLED:
        return fmt::format("a request was refused: {:02x} {:02x}", value >> 8, value & 0xff);
    case CARD_LOG_MAINTENANCE:
        return value == 0 ? "maintenance is over" : value == 1 ? "maintenance began" : "a wrong word for maintenance";
    case CARD_LOG_UPDATE:
        return updateText(value);
    case CARD_LOG_FAR_WITHOUT_CRC:
        return fmt::format("port {}: {}", port,
                           value ? "the far end finds no CRC-4 in what is sent: it may have none (crc4 = no)"
                                 : "the far end does not complain of CRC-4 any more");
    case CARD_LOG_LINK:
        return fmt::format("port {}: the far end {}; nothing is done of it", port, linkText(value));
    default:
        return fmt::format("code {}, value {}", code, value);
    }
}

std::string exceptionName(unsigned exception) // ARMv7-M B1.5.2
{
    static constexpr std::string_view names[] = {
        "", "", "", "a hard fault", "a memory fault", "a bus fault", "a usage fault"};
    return exception < std::size(names) && !names[exception].empty() ? std::string(names[exception])
                                                                     : fmt::format("exception {}", exception);
}

constexpr std::size_t faultRecords = 9; // CARD_LOG_FAULT: the exception, then four registers in halves

bool isFault(std::span<const card_log_record> at)
{
    if (at.size() < faultRecords)
        return false;
    for (std::size_t i = 0; i < faultRecords; ++i)
        if (at[i].code != CARD_LOG_FAULT || card_get16(at[i].port) != i ||
            card_get32(at[i].sequence) != card_get32(at[0].sequence) + i)
            return false;
    return true;
}

std::string faultText(std::span<const card_log_record> at)
{
    const auto word = [&](std::size_t low) {
        return card_get16(at[low].value) | static_cast<std::uint32_t>(card_get16(at[low + 1].value)) << 16;
    };
    const std::uint32_t where = word(1), whither = word(3), why = word(5), address = word(7);
    std::string text = "the program failed before this start: " + exceptionName(card_get16(at[0].value));
    if (const std::string reason = joined(why & ~addressKnown, faultBits, ", "); !reason.empty())
        text += ", " + reason;
    if (why & addressKnown)
        text += fmt::format(" ({:#010x})", address);
    if (where != 0 || whither != 0)
        return text + fmt::format("; at {:#010x}, to return to {:#010x}", where, whither);
    return text + "; where is not known: its stack was broken";
}

CardLogEntry entryOf(const card_log_record& r)
{
    CardLogEntry e;
    e.sequence = card_get32(r.sequence);
    e.atMs = card_get32(r.at);
    e.level = r.level < std::size(levels) ? levels[r.level] : "error";
    e.code = r.code < std::size(codes) && r.code > 0 ? std::string(codes[r.code]) : std::to_string(r.code);
    e.port = card_get16(r.port);
    e.value = card_get16(r.value);
    e.text =
        r.code == CARD_LOG_FAULT
            ? fmt::format("the program failed before this start; part {} of what is known: {:#06x}", e.port, e.value)
            : textOf(r.code, e.port, e.value);
    return e;
}

} // namespace

std::string portTypeName(unsigned type)
{
    static constexpr std::string_view names[] = {"", "e1", "t1", "fxo", "fxs"};
    return type < std::size(names) && type > 0 ? std::string(names[type]) : "unknown";
}

std::string portStateName(unsigned state)
{
    static constexpr std::string_view names[] = {"off", "waiting", "running"};
    return nameIn(state, names);
}

std::string alarmNames(unsigned alarms)
{
    return joined(alarms, alarmBits, " ");
}

std::string stockAlarmNames(unsigned flags)
{
    return joined(flags, stockBits, " ");
}

std::string loopName(unsigned kind)
{
    static constexpr std::string_view names[] = {"none", "line", "payload", "digital", "analog", "pcm"};
    return nameIn(kind, names);
}

std::vector<std::string> abilityNames(std::uint32_t can)
{
    std::vector<std::string> out;
    for (const Bit& b : abilityBits)
        if (can & b.bit)
            out.emplace_back(b.name);
    return out;
}

std::string updateReason(unsigned wrong)
{
    static constexpr std::string_view words[] = {
        "for no reason that it tells",
        "it is no image",
        "its header is damaged",
        "it is for other hardware",
        "it is for no slot of this card, or too long for it",
        "its program is damaged, or leads elsewhere",
        "it ends too early",
        "there is none for the slot that is free",
        "the card's flash does not keep what is written: the card is worn out"};
    return wrong < std::size(words) ? std::string(words[wrong]) : fmt::format("for reason {}", wrong);
}

std::string lineStateName(const card_analog_status& s)
{
    if (s.fault == CARD_BANK_FAULT_MUTE)
        return "does not answer";
    if (s.fault == CARD_BANK_FAULT_GIVEN_UP)
        return "given up";
    if (s.ringing)
        return "ringing";
    if (s.hook)
        return "off hook";
    if (s.type == CARD_PORT_FXO)
        return s.battery ? "idle" : "no battery";
    return s.linefeed == 0 ? "open" : "idle";
}

std::string impedanceName(unsigned acim)
{
    // Data sheet of the Si3050, register 30.
    static constexpr std::string_view names[] = {"600 ohm",
                                                 "900 ohm",
                                                 "270 ohm + (750 ohm | 150 nF)",
                                                 "220 ohm + (820 ohm | 120 nF)",
                                                 "370 ohm + (620 ohm | 310 nF)",
                                                 "320 ohm + (1050 ohm | 230 nF)",
                                                 "370 ohm + (820 ohm | 110 nF)",
                                                 "275 ohm + (780 ohm | 115 nF)",
                                                 "120 ohm + (820 ohm | 110 nF)",
                                                 "350 ohm + (1000 ohm | 210 nF)",
                                                 "200 ohm + (680 ohm | 100 nF)",
                                                 "600 ohm + 2.16 uF",
                                                 "900 ohm + 1 uF",
                                                 "900 ohm + 2.16 uF",
                                                 "600 ohm + 1 uF",
                                                 "a global complex one"};
    return nameIn(acim, names);
}

std::vector<std::string> lineFaults(unsigned failed, bool exchange)
{
    static constexpr Bit telephone[] = {
        {CARD_TEST_FAILED_HAZARD, "a hazardous voltage from elsewhere: keep off the wires"},
        {CARD_TEST_FAILED_FOREIGN, "a voltage from elsewhere"},
        {CARD_TEST_FAILED_RESISTIVE, "a short, or a leak between the wires or to ground"},
        {CARD_TEST_FAILED_OFF_HOOK, "the telephone is off hook"},
        {CARD_TEST_FAILED_NO_RINGER, "no ringer: no telephone is there, or the wires are cut"},
        {CARD_TEST_FAILED_RINGERS, "more ringers than a line rings (5 REN)"}};
    static constexpr Bit central[] = {{CARD_TEST_FAILED_OFF_HOOK, "another telephone at the line is off hook"},
                                      {CARD_TEST_FAILED_NO_BATTERY, "no battery: the wires are cut, or lead nowhere"},
                                      {CARD_TEST_FAILED_LOW_CURRENT, "less than 18 mA off hook: the line is too long"}};
    std::vector<std::string> out;
    const auto add = [&](std::span<const Bit> bits) {
        for (const Bit& b : bits) {
            if (failed & b.bit)
                out.emplace_back(b.name);
            failed &= ~b.bit;
        }
    };
    add(exchange ? std::span<const Bit>(central) : std::span<const Bit>(telephone));
    if (failed != 0)
        out.push_back(fmt::format("{:#04x}, which this program does not know", failed));
    return out;
}

CardClock clockOf(const card_clock& c)
{
    constexpr std::string_view states[] = {"free", "locked", "hold over"};
    const auto named = [](unsigned source) {
        return source == CARD_CLOCK_OWN    ? "own"
               : source == CARD_CLOCK_GPS  ? "gps"
               : source >= CARD_CLOCK_PORT ? fmt::format("port {}", source - CARD_CLOCK_PORT)
                                           : fmt::format("unknown ({})", source);
    };
    CardClock out;
    out.state = nameIn(c.state, states);
    out.source = named(c.source);
    for (const std::uint8_t source : c.priority) {
        if (source == CARD_CLOCK_NONE)
            break;
        out.order.push_back(named(source));
    }
    if (c.source == CARD_CLOCK_OWN)
        out.offset = static_cast<std::int32_t>(card_get32(c.offset));
    return out;
}

CardClock clockOf(const card_ice1_gpsdo& g)
{
    constexpr std::string_view states[] = {"disabled", "calibrating", "hold over", "coarse", "fine"};
    constexpr std::string_view antennas[] = {"unknown", "good", "open", "short"};
    CardClock out;
    out.state = nameIn(g.state, states);
    out.antenna = nameIn(g.antenna, antennas);
    out.fix = g.fix == 1;
    if (const std::uint32_t hertz = card_get32(g.frequency); hertz > 0) // it has measured
        out.hertz = hertz;
    return out;
}

std::string testName(unsigned number)
{
    if (number == CARD_SELFTEST_FRAMER)
        return "framer";
    return fmt::format("{}{}", number < CARD_SELFTEST_VENDOR ? "test " : "the maker's test ", number);
}

std::vector<CardLogEntry> inWords(std::span<const card_log_record> records)
{
    std::vector<CardLogEntry> out;
    while (!records.empty()) {
        out.push_back(entryOf(records[0]));
        const bool fault = isFault(records);
        if (fault)
            out.back().text = faultText(records);
        records = records.subspan(fault ? faultRecords : 1);
    }
    return out;
}

} // namespace callbox::hal::usb
