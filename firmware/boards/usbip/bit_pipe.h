// SPDX-License-Identifier: GPL-2.0-or-later
// One direction of a line, bit by bit, between a transmitter and the receiver that takes its clock from it. What can go
// wrong on a line is put on it here. The most significant bit of an octet is first.
#pragma once
#include "device/usb.h"
#include <array>
#include <vector>

namespace callbox::usbip {

class BitPipe {
public:
    enum class Signal { normal, none, ones }; // none: loss of signal; ones: AIS
    enum class Framing {
        normal,
        none,
        noMultiframe
    }; // none: loss of frame; noMultiframe: as from a far end without CRC-4

    void write(firmware::Octets octets);
    // Whole octets that lie here; where they begin among the bits nobody knows.
    [[nodiscard]] std::size_t available() const { return octets_.size(); }
    void read(firmware::Buffer out); // at most available()

    void set(Signal s) { signal_ = s; }
    [[nodiscard]] Signal signal() const { return signal_; }
    // What only a framer can do to a line is done by the one that writes here.
    void set(Framing f) { framing_ = f; }
    [[nodiscard]] Framing framing() const { return framing_; }
    void remoteAlarm(bool on) { remote_ = on; }
    [[nodiscard]] bool remoteAlarm() const { return remote_; }
    // So many of the next bits are wrong, one in `every`.
    void errors(unsigned bits, unsigned every = 64);
    // One bit in so many is wrong from now on; 0: none.
    void errorEvery(std::uint64_t bits);
    [[nodiscard]] bool errored() const { return every_ > 0 || burst_ > 0; } // now, or soon
    // So many bits are left out (positive) or said twice (negative) at once. 256, or 193 of a T1: a frame slipped.
    void slip(int bits) { slip_ += bits; }
    [[nodiscard]] std::uint64_t spoiled() const { return spoiled_; }

private:
    void write(unsigned bit);
    bool untouched(std::size_t bits);    // none of the next is to be wrong: they are counted
    void whole(firmware::Octets octets); // that nothing happens to but by the signal
    unsigned spoil(unsigned bit);
    void remember(unsigned bits, unsigned count);
    void put(unsigned bit);
    void forget(); // what nobody has read for too long

    Signal signal_ = Signal::normal;
    Framing framing_ = Framing::normal;
    bool remote_ = false;
    std::uint64_t every_ = 0, toNext_ = 0, burst_ = 0, burstEvery_ = 0, toBurst_ = 0, spoiled_ = 0;
    int slip_ = 0;
    std::array<std::uint64_t, 4>
        recent_{};           // the last frame's bits, the latest lowest in the first: what a slip says again
    std::uint64_t said_ = 0; // bits that went into it
    std::vector<std::uint8_t> octets_;
    unsigned partial_ = 0, bits_ = 0; // those of an octet that is not whole
};

} // namespace callbox::usbip
