// SPDX-License-Identifier: GPL-2.0-or-later
// A file for an update as it comes, in pieces of any length, and what it does to the spare slot. The slot is erased
// only when a header for it is found right, and counts only when the whole file was right: until then, and if the power
// fails at any time, the card starts what it started before.
#pragma once
#include "boot/crc32.h"
#include "boot/slots.h"

namespace callbox::firmware::boot {

class Update {
public:
    explicit Update(Slots& slots) : slots_(slots), slot_(slots.spare()) {}

    // Once something is wrong it stays so, and no more is written.
    Wrong feed(Octets);
    // That was the file.
    Wrong end();
    [[nodiscard]] unsigned slot() const { return slot_; }

private:
    void headerCame();
    void programCame(Octets);
    void write();
    void imageCame();

    Slots& slots_;
    const unsigned slot_;
    Wrong wrong_ = Wrong::nothing;
    bool over_ = false;
    std::array<std::uint8_t, headerSize> header_{};
    std::uint32_t have_ = 0; // octets of the header that came
    Image image_;            // whose program comes
    std::uint32_t left_ = 0; // octets of it still to come
    int into_ = Slots::none; // the slot it is for
    unsigned seen_ = 0;      // bit n: an image for slot n
    Crc32 crc_;
    std::array<std::uint8_t, headerSize> keep_{}; // the header for our slot, written last
    std::array<std::uint8_t, 256> words_{};       // to be written together
    std::uint32_t held_ = 0, at_ = 0;             // octets in words_; where they go
};

} // namespace callbox::firmware::boot
