// SPDX-License-Identifier: GPL-2.0-or-later
#include "line_choice.h"
#include <algorithm>

namespace callbox::hal::usb {

namespace {

struct Value {
    std::string_view text;
    std::uint8_t number;
};
constexpr Value framings[] = {
    {"esf", CARD_FRAMING_ESF}, {"sf", CARD_FRAMING_SF}, {"crc4-auto", CARD_FRAMING_CRC4_AUTO}};
constexpr Value impedances[] = {{"75", 75}, {"100", 100}, {"120", 120}};
constexpr Value sensitivities[] = {{"12", 12}, {"18", 18}, {"36", 36}, {"43", 43}};
constexpr Value buildOuts[] = {{"0", 0}, {"1", 1}, {"2", 2}, {"3", 3}, {"4", 4}, {"5", 5}, {"6", 6}, {"7", 7}};
constexpr std::uint8_t pair = 120, t1Pair = 100; // ohms
constexpr std::uint8_t withinABuilding = 12;     // dB

// False: the key has a value that is none.
bool choose(const BackendKeys& given, const BackendKey& key, std::span<const Value> values,
            std::optional<std::uint8_t>& to)
{
    const auto it = given.find(std::string(key.name));
    if (it == given.end() || it->second.empty())
        return true;
    const auto* value = std::find_if(values.data(), values.data() + values.size(),
                                     [&](const Value& v) { return v.text == it->second; });
    if (value == values.data() + values.size())
        return false;
    to = value->number;
    return true;
}

bool isT1Framing(std::uint8_t f)
{
    return f == CARD_FRAMING_ESF || f == CARD_FRAMING_SF;
}

} // namespace

Result<LineChoice> readLineChoice(const BackendKeys& given)
{
    LineChoice out;
    const BackendKey* wrong = !choose(given, framingKey, framings, out.framing)                ? &framingKey
                              : !choose(given, impedanceKey, impedances, out.impedance)        ? &impedanceKey
                              : !choose(given, sensitivityKey, sensitivities, out.sensitivity) ? &sensitivityKey
                              : !choose(given, buildOutKey, buildOuts, out.buildOut)           ? &buildOutKey
                                                                                               : nullptr;
    if (!wrong)
        return out;
    const std::string name(wrong->name);
    return Error{Errc::invalid,
                 "backend usb: " + name + " = " + given.at(name) + ": " + std::string(wrong->allowed) + " is allowed"};
}

Result<card_line> lineOf(const SpanConfig& config, const LineChoice& choice)
{
    const bool t1 = config.type == SpanType::t1;
    std::string wrong;
    if (choice.framing && isT1Framing(*choice.framing) != t1)
        wrong = t1 ? "framing = crc4-auto: a T1 has esf or sf"
                   : "framing = esf and sf are a T1's; an E1 has crc4-auto, or crc4 = yes or no alone";
    else if (choice.framing == CARD_FRAMING_CRC4_AUTO && !config.crc4)
        wrong = "framing = crc4-auto and crc4 = no contradict each other";
    else if (choice.impedance && (*choice.impedance == t1Pair) != t1)
        wrong = "impedance = " + std::to_string(*choice.impedance) +
                (t1 ? ": a T1 has 100 ohms" : ": an E1 has 75 or 120 ohms");
    else if (choice.buildOut && !t1)
        wrong = "build_out is a T1's; type = e1 has none";
    if (!wrong.empty())
        return Error{Errc::invalid, "span " + config.name + ": " + wrong};
    card_line line{};
    line.kind = t1 ? CARD_PORT_T1 : CARD_PORT_E1;
    // Transmitter and receiver choose basic frames within CRC-4.
    line.framing = choice.framing.value_or(static_cast<std::uint8_t>(t1 ? CARD_FRAMING_ESF : CARD_FRAMING_CRC4));
    line.code = 1; // HDB3 or B8ZS: a B channel carries any octet
    line.build_out = choice.buildOut.value_or(std::uint8_t{0});
    line.impedance = choice.impedance.value_or(t1 ? t1Pair : pair);
    line.sensitivity = choice.sensitivity.value_or(withinABuilding);
    line.idle = line.sa = 0xff; // Sa bits as they are in slot 0
    line.rai = 1;
    return line;
}

} // namespace callbox::hal::usb
