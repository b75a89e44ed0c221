// SPDX-License-Identifier: GPL-2.0-or-later
// Bit error tests in the card: O.150/O.151's patterns on any slots of a frame. The tests hold them to hal/measure's.
#pragma once
#include "core/bits.h"

namespace callbox::firmware::core {

enum class BertPattern : std::uint8_t { // as CARD_BERT_... of protocol/card_protocol.h
    prbs15,                             // 2^15 - 1, inverted (O.150 5.3)
    prbs11,                             // 2^11 - 1 (O.150 5.2)
    qrss,                               // 2^20 - 1, no 15 zeros in a row (O.150 5.5)
    fixed,                              // an octet, again and again
};

// A pattern bit by bit.
class BertSequence {
public:
    void begin(BertPattern, std::uint8_t octet); // from its first bit
    bool next();                                 // as on the line
    // Takes the next bit of a line as the pattern's own: after degree() of them it stands at the first of those.
    void learn(bool lineBit);
    [[nodiscard]] unsigned degree() const { return degree_; }
    [[nodiscard]] bool possible() const; // whether the pattern ever passes here

private:
    BertPattern pattern_ = BertPattern::prbs15;
    unsigned degree_ = 15, tap_ = 14;
    bool inverted_ = true;
    std::uint32_t state_ = 0; // the next bits before the inversion, the first one lowest
    std::uint32_t word_ = 0;  // of `fixed`
};

class BertSender {
public:
    void begin(BertPattern pattern, std::uint8_t octet = 0)
    {
        *this = BertSender();
        sequence_.begin(pattern, octet);
    }
    void fill(FrameOut frame, std::uint32_t slots); // bit n: slot n; the others stay as they are
    // So many bits more go out wrong, one an octet: more of them together would look like a loss.
    void insertErrors(unsigned bits) { wrong_ += bits; }
    [[nodiscard]] std::uint32_t inserted() const { return inserted_; } // wrong bits that went out

private:
    BertSequence sequence_;
    unsigned wrong_ = 0;
    std::uint32_t inserted_ = 0;
};

class BertChecker {
public:
    void begin(BertPattern pattern, std::uint8_t octet = 0);
    void check(FrameIn frame, std::uint32_t slots);
    void gap(); // frames were lost: the pattern is sought anew
    [[nodiscard]] bool inSync() const { return sync_; }
    [[nodiscard]] std::uint64_t bits() const { return bits_; } // compared
    [[nodiscard]] std::uint64_t errors() const { return errors_; }
    [[nodiscard]] std::uint32_t losses() const { return losses_; } // of synchronism

private:
    void bit(bool b);
    void seek(bool b);
    void lose();

    BertSequence sequence_;
    bool sync_ = false;
    unsigned learnt_ = 0, right_ = 0;
    unsigned window_ = 0, wrong_ = 0;
    std::uint64_t bits_ = 0, errors_ = 0;
    std::uint32_t losses_ = 0;
};

} // namespace callbox::firmware::core
