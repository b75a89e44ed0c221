// SPDX-License-Identifier: GPL-2.0-or-later
// Files of images as card_protocol.h has them, checked whole before a card is touched.
#include "protocol/card_protocol.h"
#include "requests.h"
#include <algorithm>
#include <boost/crc.hpp>
#include <callbox/hal/card_update.h>
#include <fmt/format.h>

namespace callbox::hal {

namespace {

constexpr std::size_t signedPart = offsetof(card_image, header);

std::uint32_t crcOf(Octets octets)
{
    boost::crc_32_type crc; // IEEE 802.3 3.2.9
    crc.process_bytes(octets.data(), octets.size());
    return crc.checksum();
}

Error wrong(std::size_t at, const std::string& what)
{
    return Error{Errc::invalid, fmt::format("octet {}: {}", at, what)};
}

// The image that begins at `at`, with its program.
Result<FirmwareImage> imageAt(Octets file, std::size_t at)
{
    const Octets rest = file.subspan(at);
    const auto h = usb::read<card_image>(rest);
    if (rest.size() >= sizeof(card_le32) && card_get32(h.magic) != CARD_IMAGE_MAGIC)
        return wrong(at, at == 0 ? "this is no firmware of a card: it does not begin with CBXI"
                                 : "no image begins here, behind the first one");
    if (rest.size() < CARD_IMAGE_HEADER)
        return wrong(file.size(), fmt::format("the file ends in an image's header, {} octets too early",
                                              CARD_IMAGE_HEADER - rest.size()));
    if (card_get32(h.header) != crcOf(rest.first(signedPart)))
        return wrong(at, "the image's header is damaged: its check sum is wrong");
    if (card_get32(h.format) != CARD_IMAGE_FORMAT)
        return wrong(at + 4,
                     fmt::format("an image of format {}; {} is known here", card_get32(h.format), CARD_IMAGE_FORMAT));
    if (card_get32(h.version) == 0)
        return wrong(at + 12, "version 0 is none");
    const Octets blank = rest.subspan(sizeof h, CARD_IMAGE_HEADER - sizeof h);
    const auto mark = std::find_if(blank.begin(), blank.end(), [](std::uint8_t o) { return o != 0xff; });
    if (mark != blank.end())
        return wrong(at + sizeof h + static_cast<std::size_t>(mark - blank.begin()),
                     "the rest of an image's header is ff, and is not here");
    const std::size_t length = card_get32(h.length);
    if (length < 8 || length % 4 != 0)
        return wrong(at + 20, fmt::format("a program of {} octets, which is no multiple of 4 from 8 on", length));
    const Octets program = rest.subspan(CARD_IMAGE_HEADER);
    if (program.size() < length)
        return wrong(file.size(),
                     fmt::format("the file is cut: {} octets of its program are missing", length - program.size()));
    if (crcOf(program.first(length)) != card_get32(h.crc))
        return wrong(at + CARD_IMAGE_HEADER, "the program that begins here is damaged: its check sum is wrong");
    return FirmwareImage{card_get32(h.hardware), card_get32(h.version), card_get32(h.address), at,
                         CARD_IMAGE_HEADER + length};
}

} // namespace

Result<FirmwareFile> readFirmware(OctetBuffer octets)
{
    FirmwareFile file;
    if (octets.empty())
        return wrong(0, "the file is empty");
    for (std::size_t at = 0; at < octets.size();) {
        const auto image = imageAt(octets, at);
        if (!image)
            return image.error();
        const auto same = [&](const FirmwareImage& i) { return i.address == image->address; };
        if (std::any_of(file.images.begin(), file.images.end(), same))
            return wrong(at, fmt::format("a second image for the slot at {:#010x}", image->address));
        if (!file.images.empty() && file.images[0].hardware != image->hardware)
            return wrong(at + 8, "this image is for another card than the first one");
        if (!file.images.empty() && file.images[0].version != image->version)
            return wrong(at + 12, "this image is of another version than the first one");
        file.images.push_back(*image);
        at += image->length;
    }
    file.octets = std::move(octets);
    return file;
}

std::string firmwareVersion(std::uint32_t v)
{
    std::string text = fmt::format("{}.{}.{}", v >> 24, v >> 16 & 0xff, v >> 8 & 0xff);
    return v & 0xff ? text + fmt::format(".{}", v & 0xff) : text;
}

std::string hardwareName(std::uint32_t hardware)
{
    const char* known = hardware == CARD_HARDWARE_VIRTUAL     ? "a virtual card"
                        : hardware == CARD_HARDWARE_STM32F405 ? "a card with an STM32F405"
                                                              : "a card that is not known here";
    return fmt::format("{} ({:08x})", known, hardware);
}

Result<FirmwareImage> imageFor(const FirmwareFile& file, const CardFirmware& card)
{
    const FirmwareImage& first = file.images.at(0);
    if (first.hardware != card.hardware)
        return Error{Errc::invalid, fmt::format("the file is for {}, this is {}", hardwareName(first.hardware),
                                                hardwareName(card.hardware))};
    if (!card.confirmed && card.worn)
        return Error{Errc::invalid, "the card's flash does not keep that its firmware runs: the card is worn out, and "
                                    "takes no other firmware"};
    if (!card.confirmed)
        return Error{Errc::invalid, "the card has not yet confirmed the firmware that runs, and takes no other before: "
                                    "it does so after a second on the bus"};
    const auto image = std::find_if(file.images.begin(), file.images.end(),
                                    [&](const FirmwareImage& i) { return i.address == card.address; });
    if (image == file.images.end())
        return Error{
            Errc::invalid,
            fmt::format("the file has no image for the slot at {:#010x}, which is free in this card", card.address)};
    if (image->length > card.room)
        return Error{Errc::invalid,
                     fmt::format("the image has {} octets, the card's slot {}", image->length, card.room)};
    return *image;
}

} // namespace callbox::hal
