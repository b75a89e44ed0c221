// SPDX-License-Identifier: GPL-2.0-or-later
// What a card counts of its line's errors: an optional ability of a span's SpanIo (dynamic_cast). hal::SpanHistory
// makes seconds and quarters of an hour of it.
#pragma once
#include <callbox/base/result.h>
#include <cstdint>

namespace callbox::hal {

// Since the card began to count; each only grows, but for a card that begins anew.
struct LineErrors {
    std::uint64_t crc = 0;     // errored blocks: CRC-4 sub-multiframes (G.704 2.3.3) or CRC-6 superframes (G.704 2.1.3)
    std::uint64_t farEnd = 0;  // blocks that the far end received with errors: E bits (G.704 2.3.3.4)
    std::uint64_t bipolar = 0; // violations of the line code (HDB3: G.703 annex A; B8ZS)
    std::uint64_t framing = 0; // errored frame alignment signals (G.704 2.3.2) or framing bits
    std::uint64_t irqMisses = 0; // interrupts that came too late or not at all
    std::uint64_t underruns = 0; // the card had nothing to send
    std::uint64_t overruns = 0;  // nobody took what the card received
    bool operator==(const LineErrors&) const = default;
    LineErrors& operator+=(const LineErrors& o)
    {
        crc += o.crc;
        farEnd += o.farEnd;
        bipolar += o.bipolar;
        framing += o.framing;
        irqMisses += o.irqMisses;
        underruns += o.underruns;
        overruns += o.overruns;
        return *this;
    }
};

class LineErrorCounts {
public:
    // At most a system call. Errors: the card is gone or refuses; nothing is known then.
    [[nodiscard]] virtual Result<LineErrors> lineErrors() const = 0;
    // A T1 of SF (D4), as far as the backend knows since its last start: it has no CRC-6, so that `framing` alone tells
    // of errors.
    [[nodiscard]] bool superframe() const { return superframe_; }
    void setSuperframe(bool sf) { superframe_ = sf; } // the backend's

protected:
    ~LineErrorCounts() = default;

private:
    bool superframe_ = false;
};

} // namespace callbox::hal
