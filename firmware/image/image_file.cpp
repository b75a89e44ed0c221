// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/image_file.h"
#include "boot/crc32.h"
#include <charconv>
#include <fmt/format.h>

namespace callbox::firmware::image {

Result<std::uint32_t> versionFrom(const std::string& text)
{
    const Error wrong{Errc::invalid, "version \"" + text +
                                         "\": MAJOR.MINOR.PATCH or MAJOR.MINOR.PATCH.BUILD, each "
                                         "0..255, not all of them 0"};
    std::uint32_t version = 0;
    unsigned parts = 0;
    const char *at = text.data(), *end = at + text.size();
    for (; parts < 4; ++parts) {
        unsigned n = 0;
        const auto [stop, ec] = std::from_chars(at, end, n);
        if (ec != std::errc() || n > 255)
            return wrong;
        version |= n << (24 - 8 * parts);
        at = stop;
        if (at == end)
            break;
        if (*at++ != '.')
            return wrong;
    }
    if (at != end || parts < 2 || version == 0)
        return wrong;
    return version;
}

std::string versionText(std::uint32_t v)
{
    std::string text = fmt::format("{}.{}.{}", v >> 24, v >> 16 & 0xff, v >> 8 & 0xff);
    return v & 0xff ? text + fmt::format(".{}", v & 0xff) : text;
}

Result<boot::Part> partNamed(const std::string& name)
{
    if (name == "stm32f405")
        return boot::stm32f405;
    if (name == "virtual")
        return boot::virtualCard;
    return Error{Errc::invalid, "no card is called \"" + name + "\"; there is stm32f405, virtual"};
}

Result<OctetBuffer> makeImage(const boot::Part& part, unsigned slot, std::uint32_t version, OctetBuffer program)
{
    const boot::Place& place = part.slots.at(slot);
    program.resize((program.size() + 3) / 4 * 4, 0xff);
    if (program.size() > place.size - boot::headerSize)
        return Error{Errc::invalid, fmt::format("the program for slot {} has {} octets, {} is the most", slot,
                                                program.size(), place.size - boot::headerSize)};
    boot::Crc32 crc;
    crc.add(program);
    const boot::Image image{part.hardware, version, place.address, static_cast<std::uint32_t>(program.size()),
                            crc.value()};
    if (!boot::sound(image, program, part))
        return Error{
            Errc::invalid,
            fmt::format("the program for slot {} does not begin with a vector table for {:#010x}: its stack or "
                        "its reset handler lies elsewhere",
                        slot, place.address + boot::headerSize)};
    OctetBuffer out(boot::headerSize);
    boot::writeHeader(image, boot::HeaderOut(out.data(), boot::headerSize));
    out.insert(out.end(), program.begin(), program.end());
    return out;
}

} // namespace callbox::firmware::image
