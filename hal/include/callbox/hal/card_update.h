// SPDX-License-Identifier: GPL-2.0-or-later
// New firmware for a card, by requests that need no interface: it works while a daemon or a kernel driver has the
// card's ports, whose calls end when the card starts anew, or earlier: a card that runs from the flash that it erases
// stands still meanwhile, up to 6 s. The card writes it beside the firmware that runs, starts it
// three times at most until a host has reached it, and goes back to the old one otherwise. Loop thread only.
#pragma once
#include <callbox/base/bytes.h>
#include <callbox/hal/card.h>
#include <functional>

namespace callbox::hal {

// One image of a file, header included. A card has two slots; an image is for one of them.
struct FirmwareImage {
    std::uint32_t hardware = 0; // kind of card and revision
    std::uint32_t version = 0;  // major, minor, patch, build: an octet each
    std::uint32_t address = 0;  // of its slot
    std::size_t at = 0, length = 0;
};
struct FirmwareFile {
    OctetBuffer octets;
    std::vector<FirmwareImage> images; // at least one; all for the same hardware, of the same version
};
// The whole file is checked as the card will check it (PROTOCOL.md, Update). Errc::invalid: where it is wrong, and how.
Result<FirmwareFile> readFirmware(OctetBuffer octets);

std::string firmwareVersion(std::uint32_t version); // "1.2.3", "1.2.3.4"
std::string hardwareName(std::uint32_t hardware);   // "a virtual card (00010001)"

// What a card says of its firmware.
struct CardFirmware {
    std::uint32_t hardware = 0, version = 0;
    bool confirmed = false;             // that it runs; until then it takes no other
    bool worn = false;                  // its flash did not keep that
    bool waits = false;                 // other firmware was written and is started with the next reset
    std::optional<std::uint32_t> other; // version in the other slot, if that could be started
    std::uint32_t address = 0;          // of the slot that is free
    std::size_t room = 0;               // octets of it
    std::vector<unsigned> portsAtWork;  // a program or a kernel driver has them
};
// The image of the file that this card takes now. Errc::invalid: why there is none, before the card is touched.
Result<FirmwareImage> imageFor(const FirmwareFile& file, const CardFirmware& card);

// Octets written, and all that there are. False: stop here; what was written of it is dropped.
using UpdateProgress = std::function<bool(std::size_t done, std::size_t all)>;

// An optional ability of a Card (dynamic_cast). The card outlives what it is asked.
class CardUpdate {
public:
    // Errc::unsupported: this card cannot be updated so.
    virtual Task<CardFirmware> firmware() = 0;
    // The image goes into the slot that is free; what runs goes on. A block that is lost is sent again. Errc::gone: the
    // card was pulled out; Errc::invalid: it refuses the image, and says why; Errc::busy: not now, or stopped. Whatever
    // the failure, it starts what it started before; unless it went away just when it was told that the image is whole.
    virtual Task<> writeFirmware(OctetBuffer image, UpdateProgress progress) = 0;
    // It leaves the bus, and comes again.
    virtual Task<> restart() = 0;

protected:
    ~CardUpdate() = default;
};

struct CardUpdated {
    std::string card;               // id
    std::uint32_t from = 0, to = 0; // versions
    std::size_t octets = 0;         // written
};
// All of it: looks whether the card takes the file, writes, restarts, waits until the card is back on the bus (60 s)
// and has confirmed what runs. Errc::invalid also: the new firmware did not start, and the old one runs again;
// Errc::timeout: the card did not come back. `cards` outlive it.
Task<CardUpdated> updateCard(Loop& loop, Cards& cards, std::string id, FirmwareFile file, UpdateProgress progress);

} // namespace callbox::hal
