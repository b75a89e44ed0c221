// SPDX-License-Identifier: GPL-2.0-or-later
// Channel associated signalling of one port: in slot 16 of an E1 (G.704 5.1.3), by robbed bits of a T1 (G.704 3.1.3).
// What the host says on each channel, what came, and what of it the host has not been told.
#pragma once
#include "core/cas.h"
#include "protocol/card_protocol.h"
#include <optional>

namespace callbox::firmware {

class Signalling {
public:
    // As the line is set; where that changes, all begins anew.
    void set(const card_line& line);
    // A host comes or goes: nobody says anything, and what came before is no news.
    void forget();
    void noNews(); // all that is known has been told

    [[nodiscard]] bool inSlot16() const { return on_ && !t1_; }
    [[nodiscard]] bool isRobbed() const { return on_ && t1_; }
    // Which channels of a T1 may have their bits robbed: bit n, channel n. False: there is no such channel.
    bool setRobbed(std::uint32_t channels);
    [[nodiscard]] std::uint32_t robbed() const { return robbed_; }

    // False, and nothing is changed: no signalling here, no such channel, or bits that would look like the alignment
    // signal (G.704 5.1.3.2.2).
    bool say(const card_cas&);
    [[nodiscard]] card_cas heard() const;
    struct News {
        unsigned channel;
        std::uint8_t abcd;
    };
    std::optional<News> next(); // that the host has not been told

    // ---- The line ----
    std::uint8_t slot16() { return sends_.slot(); }       // of the next frame
    void cameSlot16(std::uint8_t octet);                  // of the next frame received in alignment
    void cameRobbed(unsigned channel, std::uint8_t abcd); // at the end of a multiframe
    void lineLost();
    // The line is aligned, and slot 16 brings no multiframe.
    [[nodiscard]] bool lost() const { return inSlot16() && !hears_.aligned(); }
    [[nodiscard]] std::uint8_t said(unsigned channel) const { return said_[channel]; } // of a T1

private:
    [[nodiscard]] std::uint32_t channels() const;

    bool on_ = false, t1_ = false;
    core::CasTransmitter sends_;
    core::CasReceiver hears_; // of a T1 its channels alone
    std::uint32_t robbed_ = channelsOfT1;
    std::array<std::uint8_t, CARD_T1_CHANNELS + 1> said_{};
    std::uint32_t news_ = 0;

    static constexpr std::uint32_t channelsOfT1 = (2u << CARD_T1_CHANNELS) - 2;
    static constexpr std::uint32_t channelsOfE1 = (2u << CARD_CAS_CHANNELS) - 2;
};

} // namespace callbox::firmware
