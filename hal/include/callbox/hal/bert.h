// SPDX-License-Identifier: GPL-2.0-or-later
// Bit error tests: patterns of ITU-T O.150, O.151 and O.152, sent and checked; seconds sorted by G.821. Octets as the
// line carries them, the most significant bit first (G.704); any n x 64 kbit/s. Values in, values out; no clock, no
// loop.
#pragma once
#include <callbox/hal/types.h>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace callbox::hal {

enum class BertPattern : std::uint8_t {
    prbs11,      // 2^11-1, O.152 (O.150 5.2)
    prbs15,      // 2^15-1 inverted, O.151 2.1 (O.150 5.3)
    qrss,        // 2^20-1 with at most 14 zeros in a row, O.151 2.3 (O.150 5.5)
    prbs23,      // 2^23-1 inverted, O.151 2.2 (O.150 5.6)
    ones,        // what an idle mu-law channel says too: proves no loop there
    alternating, // 1:1
    threeIn24,   // three ones in 24 bits: the fewest a T1 line need carry
};
std::string_view name(BertPattern); // "prbs15", "1:1", "3-in-24"
std::optional<BertPattern> bertPattern(std::string_view name);
std::span<const BertPattern> allBertPatterns();

class BertGenerator {
public:
    explicit BertGenerator(BertPattern pattern);
    ~BertGenerator();
    BertGenerator(const BertGenerator&) = delete;
    BertGenerator& operator=(const BertGenerator&) = delete;

    void fill(std::span<std::uint8_t> out);
    // So many bits more go out wrong, one an octet.
    void insertErrors(unsigned bits) { due_ += bits; }
    // One bit in so many goes out wrong, from now on; 0: none.
    void setErrorEvery(std::uint64_t bits);
    [[nodiscard]] std::uint64_t inserted() const { return inserted_; } // wrong bits that went out

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
    std::uint64_t every_ = 0, toNext_ = 0;
    std::uint64_t due_ = 0, inserted_ = 0;
};

struct BertCounts {
    std::uint64_t bits = 0;         // compared: in synchronism
    std::uint64_t errors = 0;       // of them
    std::uint64_t unsynced = 0;     // bits since the first synchronism that belonged to no pattern
    std::uint64_t syncLosses = 0;   // one in five wrong (O.151 2.6), or nothing of the pattern at all
    std::uint64_t slips = 0;        // the pattern went on somewhere else, with no bit between that is not of it
    std::uint64_t bitsSkipped = 0;  // by slips and losses: what the line left out ...
    std::uint64_t bitsRepeated = 0; // ... and what it said twice
};

// What one second of the received signal was like.
struct BertSecond {
    std::uint64_t bits = 0, errors = 0, unsynced = 0;
    unsigned slips = 0;
    [[nodiscard]] bool errored() const { return errors > 0 || unsynced > 0 || slips > 0; }
    // An error ratio of 1e-3 (G.821 annex A), or no synchronism.
    [[nodiscard]] bool severelyErrored() const { return unsynced > 0 || errors * 1000 >= bits + unsynced; }
};

// Finds the pattern by itself, whatever the delay, and counts every wrong bit once. A slip costs no false error: what
// was received around it is compared with the pattern before and after it.
class BertChecker {
public:
    // Seconds are counted on the signal itself, from the first synchronism on, to within 256 bits.
    explicit BertChecker(BertPattern pattern, std::uint64_t bitsPerSecond = 64000);
    ~BertChecker();
    BertChecker(const BertChecker&) = delete;
    BertChecker& operator=(const BertChecker&) = delete;

    void feed(Octets octets);
    void finish(); // counts what is held back (at most the last 8192 bits); the end
    [[nodiscard]] bool inSync() const;
    [[nodiscard]] bool everInSync() const;
    [[nodiscard]] const BertCounts& counts() const;
    std::vector<BertSecond> takeSeconds(); // those that are over and were not taken

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Seconds by ITU-T G.821: ten severely errored ones in a row begin unavailable time, ten others in a row end it.
// Errored seconds are those of available time.
struct G821 {
    std::uint64_t seconds = 0, errored = 0, severelyErrored = 0, unavailable = 0;
    void add(const BertSecond& second);

private:
    bool away_ = false;
    unsigned run_ = 0;        // seconds in a row that speak for the other state
    unsigned runErrored_ = 0; // of them
};

} // namespace callbox::hal
