// SPDX-License-Identifier: GPL-2.0-or-later
// The search for basic frame alignment, G.706 4.1.2: the frame alignment signal, in the next frame bit 2 = 1, in the
// one after it the signal again. All 256 places are tried at once, 32 in a word: a search costs no more than a frame.
#pragma once
#include "core/bits.h"

namespace callbox::firmware::core {

inline constexpr std::uint32_t fasMask = 0x7F000000; // bits 2..8 of slot 0, in a frame's first word
inline constexpr std::uint32_t fasBits = 0x1B000000; // 0011011, G.704 2.3.2
inline constexpr std::uint32_t nfasBit2 = 0x40000000;
inline constexpr std::uint32_t aBit = 0x20000000; // G.704 2.3.2: remote alarm indication
inline constexpr std::uint32_t siBit = 0x80000000;

inline constexpr unsigned searched = 4; // chunks of 256 bits that a search reads

// `words`: searched * 8 words in the line's order. The first place, counted in bits from the oldest chunk's beginning
// and beginning at `from` (0..255, the search goes round), at which three frames begin as above; -1: none.
int findFrames(const std::uint32_t* words, unsigned from);

} // namespace callbox::firmware::core
