// SPDX-License-Identifier: GPL-2.0-or-later
// E1 from the line: 256 bits in any phase go in, at most one frame comes out. Alignment by G.706 4, its loss, CRC-4
// with automatic interworking (G.706 annex B), defects, error counters. One thread, or one interrupt.
#pragma once
#include "core/e1_multiframe.h"
#include "core/e1_search.h"
#include "core/line_watch.h"

namespace callbox::firmware::core {

enum class E1Framing {
    transparent, // bits as they come, no alignment
    basic,       // no CRC-4
    crc4,        // required: without it there is no alignment
    automatic,   // CRC-4 if the far end has it
};

struct E1Counters {           // since power on, modulo 2^32
    std::uint32_t frames = 0; // received in alignment
    std::uint32_t fas = 0;    // frame alignment signals with an error
    std::uint32_t crc = 0;    // errored blocks, G.706 4.3.3
    std::uint32_t ebit = 0;   // blocks that the far end found errored
    std::uint32_t losses = 0; // of alignment
};

class E1Receiver {
public:
    explicit E1Receiver(E1Framing framing = E1Framing::automatic) : framing_(framing) {}
    void begin(E1Framing); // anew; counters go on

    // The next 256 bits of the line. True: `frame` holds a frame, number() says which. False: `frame` holds ones, which
    // is what goes to the host side while the line says nothing (AIS, G.732 table 2).
    bool receive(FrameIn line, FrameOut frame);
    void signal(bool present) { watch_.signal(present); } // as the line interface sees it

    // Of the frame last received: in its multiframe of 16; where there is none, only whether it is even means
    // something.
    [[nodiscard]] unsigned number() const { return number_; }
    // What that frame closed: a checked block has its E bit to be sent.
    [[nodiscard]] const Block& block() const { return block_; }
    [[nodiscard]] bool aligned() const { return aligned_; } // the basic alignment
    [[nodiscard]] bool multiframe() const { return aligned_ && multi_ == Multi::reached; }
    // The far end has no CRC-4: the search for it was given up after 400 ms (G.706 B.2.3).
    [[nodiscard]] bool withoutCrc() const { return multi_ == Multi::none; }
    // Over 990 of 1000 E bits said "errored" in each of 5 s while A was 0: it never found our multiframe (B.2.5).
    [[nodiscard]] bool farWithoutCrc() const { return complaining_ >= 5; }
    [[nodiscard]] Defects defects() const;
    [[nodiscard]] const E1Counters& counters() const { return counters_; }

private:
    enum class Multi { off, sought, reached, none };
    static constexpr std::size_t chunkWords = 8;
    static constexpr std::size_t room = 16; // chunks; at the end the last few move to the beginning

    const std::uint32_t* store(FrameIn line);
    void search(const std::uint32_t* oldest, unsigned from);
    void lose(unsigned searchFrom);
    void read(const std::uint32_t* at, FrameOut out);
    void slotZero(std::uint32_t first);
    void seekMultiframe(const std::uint32_t* oldest, std::uint32_t first);
    void checkBlock(std::uint32_t first);
    void tryOther(const std::uint32_t* oldest);

    std::array<std::uint32_t, room * chunkWords> words_{};
    std::size_t next_ = (searched - 1) * chunkWords;
    E1Framing framing_ = E1Framing::automatic;
    LineWatch watch_;
    E1Counters counters_;

    bool aligned_ = false, fasFrame_ = false; // fasFrame_: the next frame holds the signal
    bool fasRight_ = false;                   // the last one was
    unsigned place_ = 0;                      // where a frame begins in a chunk
    unsigned badFas_ = 0, badNfas_ = 0;       // in a row
    unsigned aSame_ = 0;                      // A bits in a row that differ from what is said
    bool remote_ = false;

    Multi multi_ = Multi::off;
    MultiframeSearch finder_;
    MultiframeCheck check_;
    unsigned number_ = 0;
    Block block_;
    unsigned waited_ = 0;               // frames in basic alignment since it was first reached, without a multiframe
    unsigned sought_ = 0;               // chunks since basic alignment was given up for want of a multiframe
    unsigned blocks_ = 0, errored_ = 0; // in this second: 1000 blocks
    unsigned eErrored_ = 0;             // E bits of it that said so
    bool eAlarm_ = false;               // RAI stood in that second
    unsigned complaining_ = 0;          // such seconds in a row

    // The parallel search of G.706 annex B: another place at which frames may begin, traffic going on at the first.
    bool otherLives_ = false, otherFas_ = false;
    unsigned other_ = 0, otherBad_ = 0;
    MultiframeSearch otherFinder_;
};

} // namespace callbox::firmware::core
