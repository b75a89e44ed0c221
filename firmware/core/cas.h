// SPDX-License-Identifier: GPL-2.0-or-later
// Channel associated signalling in slot 16 of E1, G.704 5.1.3: a multiframe of its own, 16 octets, not aligned to that
// of CRC-4. Channels are numbered 1..30 as telephone channels (slots 1..15, 17..31); ABCD are bits 3..0.
#pragma once
#include "core/abcd.h"
#include "core/bits.h"

namespace callbox::firmware::core {

class CasReceiver {
public:
    // Slot 16 of the next frame. While the line has no alignment nothing is fed: ABCD stay as they were.
    void slot(std::uint8_t octet);
    void lineLost()
    {
        filter_.gap();
        *this = CasReceiver(filter_);
    }
    [[nodiscard]] bool aligned() const { return aligned_; }
    [[nodiscard]] bool remoteAlarm() const { return remote_; } // y, in two multiframes in a row
    [[nodiscard]] AbcdFilter& channels() { return filter_; }
    [[nodiscard]] const AbcdFilter& channels() const { return filter_; }

    CasReceiver() = default;

private:
    explicit CasReceiver(const AbcdFilter& kept) : filter_(kept) {}
    void lose(std::uint8_t octet);
    void first(std::uint8_t octet);

    AbcdFilter filter_;
    unsigned number_ = 0;
    bool aligned_ = false, remote_ = false;
    bool lastOne_ = false;    // the octet before held a one
    bool anyOne_ = false;     // so did one of this multiframe
    unsigned bad_ = 0;        // signals in a row
    unsigned remoteSame_ = 0; // y in a row that differ from what is said
};

class CasTransmitter {
public:
    static constexpr std::uint8_t idle = 0b1101; // G.704 5.1.3.2.2: b = 1, c = 0, d = 1 where nothing is used
    CasTransmitter() { abcd_.fill(idle); }
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
