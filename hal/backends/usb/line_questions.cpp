// SPDX-License-Identifier: GPL-2.0-or-later
#include "line_questions.h"
#include "card_words.h"
#include "descriptors.h"
#include "requests.h"

namespace callbox::hal::usb {

namespace {

constexpr Duration turn = 100ms;
constexpr unsigned turns = 50; // a test takes two seconds at most
constexpr std::uint32_t infinite = 0xffffffff;
constexpr const char* noLines = "this card has no analog lines";

struct Bank {
    CardKind kind;
    unsigned interface = 0, lines = 0;
    [[nodiscard]] std::uint16_t where(unsigned line) const
    {
        return static_cast<std::uint16_t>((line - 1) << 8 | interface);
    }
};

Task<Bank> bankOf(Loop& loop, Device& device, DeviceFacts facts)
{
    Bank bank;
    bank.kind = co_await whatIsIt(loop, device);
    const Layout layout = readConfiguration(facts.configuration);
    if (bank.kind.stock || layout.banks.empty())
        co_return bank;
    bank.interface = layout.banks.front().number;
    bank.lines = bank.kind.fxoPorts + bank.kind.fxsPorts;
    co_return bank;
}

double signed16(card_le16 v)
{
    return static_cast<std::int16_t>(card_get16(v));
}

CardLine lineOf(unsigned number, const card_analog_status& s, const card_analog_measured& m)
{
    const bool exchange = s.type == CARD_PORT_FXO;
    CardLine line;
    line.line = number;
    line.type = portTypeName(s.type);
    line.state = lineStateName(s);
    line.lineVolts = signed16(m.line) / 100;
    line.loopMilliamps = signed16(m.loop) / 10;
    if (!exchange)
        line.batteryVolts = signed16(m.battery) / 100;
    if (exchange && card_get16(m.ring_mhz) > 0)
        line.ringHertz = card_get16(m.ring_mhz) / 1000.0;
    line.powerAlarms = card_get16(m.power_alarms);
    return line;
}

CardLineTest outcomeOf(unsigned number, unsigned type, const card_line_test& t)
{
    CardLineTest out;
    out.line = number;
    out.type = portTypeName(type);
    out.found = lineFaults(t.failed, type == CARD_PORT_FXO);
    out.passed = out.found.empty();
    if (card_get32(t.ohms) != infinite)
        out.ohms = card_get32(t.ohms);
    if (type == CARD_PORT_FXS) {
        out.tipVolts = signed16(t.tip) / 100;
        out.ringVolts = signed16(t.ring) / 100;
        out.ren = card_get16(t.ren) / 100.0;
    } else {
        out.onHookVolts = signed16(t.tip) / 100;
        out.offHookVolts = signed16(t.ring) / 100;
        out.loopMilliamps = card_get16(t.loop) / 10.0;
    }
    return out;
}

} // namespace

Task<CardLines> askLines(Loop& loop, Device& device, DeviceFacts facts)
{
    const Bank bank = co_await bankOf(loop, device, std::move(facts));
    CardLines out;
    if (bank.lines == 0)
        out.unknown = noLines;
    for (unsigned n = 1; n <= bank.lines; ++n) {
        const OctetBuffer status = co_await ask(loop, device, To::interface, CARD_BANK_GET_STATUS, 0, bank.where(n),
                                                sizeof(card_analog_status));
        const OctetBuffer measured = co_await ask(loop, device, To::interface, CARD_BANK_GET_MEASURED, 0, bank.where(n),
                                                  sizeof(card_analog_measured));
        out.lines.push_back(lineOf(n, read<card_analog_status>(status), read<card_analog_measured>(measured)));
        if (!bank.kind.can(CARD_CAN_COUNTRY))
            continue;
        const OctetBuffer country =
            co_await ask(loop, device, To::interface, CARD_BANK_COUNTRY, 0, bank.where(n), sizeof(card_analog_country));
        out.lines.back().impedance = impedanceName(read<card_analog_country>(country).impedance);
    }
    co_return out;
}

Task<CardLineTest> runLineTest(Loop& loop, Device& device, DeviceFacts facts, unsigned line)
{
    const Bank bank = co_await bankOf(loop, device, std::move(facts));
    if (bank.lines == 0)
        co_return Error{Errc::unsupported, noLines};
    if (line < 1 || line > bank.lines)
        co_return Error{Errc::not_found,
                        "line " + std::to_string(line) + ": this card has lines 1 to " + std::to_string(bank.lines)};
    if (!bank.kind.can(CARD_CAN_LINE_TEST))
        co_return Error{Errc::unsupported, "this card does not test its lines"};
    const OctetBuffer status = co_await ask(loop, device, To::interface, CARD_BANK_GET_STATUS, 0, bank.where(line),
                                            sizeof(card_analog_status));
    const unsigned type = read<card_analog_status>(status).type;
    OctetBuffer nothing;
    const Result<void> begun =
        co_await check(tell(loop, device, To::interface, CARD_BANK_LINE_TEST, 0, bank.where(line), std::move(nothing)));
    if (!begun)
        co_return begun.error().code == Errc::unsupported
            ? Error{Errc::busy,
                    "line " + std::to_string(line) +
                        " is in a call, rings, is tested already, or its chip does not answer: try again when "
                        "it is idle"}
            : begun.error();
    for (unsigned i = 0; i < turns; ++i) {
        co_await sleepFor(loop, turn);
        const OctetBuffer answer =
            co_await ask(loop, device, To::interface, CARD_BANK_LINE_TEST, 0, bank.where(line), sizeof(card_line_test));
        const auto now = read<card_line_test>(answer);
        if (now.state == CARD_TEST_DONE)
            co_return outcomeOf(line, type, now);
        if (now.state != CARD_TEST_RUNS)
            co_return Error{Errc::busy, "line " + std::to_string(line) +
                                            ": the test was broken off: a call came, or its chip failed; try again"};
    }
    co_return Error{Errc::timeout, "line " + std::to_string(line) + ": the card's test does not end"};
}

} // namespace callbox::hal::usb
