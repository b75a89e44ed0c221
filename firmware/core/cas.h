// SPDX-License-Identifier: GPL-2.0-or-later
// Channel associated signalling in slot 16 of E1, G.704 5.1.3: a multiframe of its own, 16 octets, not aligned to that
// of CRC-4. Channels are numbered 1..30 as telephone channels (slots 1..15, 17..31); ABCD are bits 3..0.
#pragma once
#include "core/bits.h"

namespace callbox::firmware::core {

class CasReceiver {
public:
    // Slot 16 of the next frame. While the line has no alignment nothing is fed: ABCD stay as they were.
    void slot(std::uint8_t octet);
    void lineLost() { *this = CasReceiver(abcd_, changed_); }
    [[nodiscard]] bool aligned() const { return aligned_; }
    [[nodiscard]] bool remoteAlarm() const { return remote_; } // y, in two multiframes in a row
    [[nodiscard]] std::uint8_t abcd(unsigned channel) const { return abcd_[channel]; }
    // Channels whose ABCD changed since the last call, bit n: channel n.
    std::uint32_t takeChanged();

    CasReceiver() { abcd_.fill(idle); }

private:
    static constexpr std::uint8_t idle = 0b1101; // G.704 5.1.3.2.2: b = 1, c = 0, d = 1 where nothing is used
    using All = std::array<std::uint8_t, 31>;
    CasReceiver(const All& kept, std::uint32_t changed) : abcd_(kept), changed_(changed) {}
    void set(unsigned channel, std::uint8_t now);
    void first(std::uint8_t octet);

    All abcd_{};
    std::uint32_t changed_ = 0;
    unsigned number_ = 0;
    bool aligned_ = false, remote_ = false;
    bool lastOne_ = false;    // the octet before held a one
    bool anyOne_ = false;     // so did one of this multiframe
    unsigned bad_ = 0;        // signals in a row
    unsigned remoteSame_ = 0; // y in a row that differ from what is said
};

class CasTransmitter {
public:
    CasTransmitter() { abcd_.fill(0b1101); }
    // False, and nothing is changed: there is no such channel, or 0000 for channels 1 to 15, which would look like the
    // alignment signal (G.704 5.1.3.2.2).
    bool set(unsigned channel, std::uint8_t abcd);
    void setRemoteAlarm(bool on) { remote_ = on; }
    std::uint8_t slot(); // of the next frame

private:
    std::array<std::uint8_t, 31> abcd_{};
    bool remote_ = false;
    unsigned number_ = 0;
};

} // namespace callbox::firmware::core
