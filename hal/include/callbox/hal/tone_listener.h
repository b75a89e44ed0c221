// SPDX-License-Identifier: GPL-2.0-or-later
// Hears which of some cadenced tones a line plays (ITU-T E.180): by windows of 20 ms, each quiet, one of the tones, or
// something else, and by how long they last. Samples in, findings out; no clock, no loop.
#pragma once
#include <callbox/hal/country.h>
#include <optional>
#include <vector>

namespace callbox::hal {

struct ToneWatch {
    int id = 0; // what heard() gives
    TonePattern pattern;
    unsigned bursts = 2;       // of a cadenced tone: so many, each and its pauses of the right length
    Duration endless = 1500ms; // of one without end: so long
    bool suspect = false;      // suspectSince() tells where it seems to begin
    // Of one without end: only what keeps its level counts, as an exchange's does. No voice and hardly an instrument
    // holds one pitch so evenly.
    bool even = false;
};

class ToneListener {
public:
    ToneListener(Law law, std::vector<ToneWatch> watched);
    ToneListener(const ToneListener&) = delete;
    ToneListener& operator=(const ToneListener&) = delete;

    enum class Sound : std::uint8_t { quiet, tone, other };
    // A block of any length.
    void feed(Octets samples);
    // The id of a tone that was recognised in the block just fed.
    [[nodiscard]] std::optional<int> heard() const { return heard_; }
    // How many samples ago, from the end of the block, what may be a suspect tone began; empty: nothing like it is on.
    [[nodiscard]] std::optional<std::size_t> suspectSince() const;
    [[nodiscard]] Sound sound() const { return run_.sound; }
    // How long what is heard now has lasted, and how much of the last second was neither quiet nor a tone: a voice.
    [[nodiscard]] Duration lasting() const;
    [[nodiscard]] Duration voiceLately() const;

    static constexpr std::size_t window = 160;

private:
    struct Group { // tones that sound alike
        double first, second;
    };
    struct Run {
        Sound sound = Sound::quiet;
        std::size_t group = 0;
        std::size_t windows = 0;
        std::uint64_t start = 0; // first sample
        // Of a tone, how even it is: by the mean energy of pieces of it.
        double energy = 0; // of the window, then of the piece at hand, that has so many windows
        std::size_t piece = 0;
        double least = 0, most = 0;
        std::size_t even = 0; // so many windows
        std::uint64_t evenSince = 0;
        bool operator==(const Run& o) const { return sound == o.sound && (sound != Sound::tone || group == o.group); }
    };
    struct Matcher { // one tone, begun at one of its steps
        const ToneWatch* watch;
        std::size_t group;
        std::size_t firstStep;
        std::size_t step = 0; // the one that is expected to end next
        unsigned bursts = 0;
        std::uint64_t start = 0;
        bool active = false;
        bool told = false;
    };
    [[nodiscard]] unsigned burstsToTell(const ToneWatch&) const;
    [[nodiscard]] std::size_t groupOf(const ToneStep&);
    [[nodiscard]] Run classify(std::span<const std::int16_t> samples) const;
    [[nodiscard]] std::uint64_t onset(std::size_t group) const;
    void onWindow();
    void level(const Run& heard); // of a window of the run at hand
    void endRun(const Run& ended);
    void begin(Matcher&, std::uint64_t start);
    void advance(Matcher&, const Run& ended);
    void lookAtCurrent(Matcher&);

    Law law_;
    std::vector<ToneWatch> watched_;
    std::vector<Group> groups_;
    std::vector<Matcher> matchers_;
    std::vector<std::int16_t> pending_, before_; // the window that fills, the one before it
    std::uint64_t position_ = 0;                 // samples in whole windows
    Run run_;                                    // the run at hand
    std::optional<Run> glitch_;                  // a single window that fits neither side: an edge
    std::uint64_t voices_ = 0;                   // bit n: the window n ago was something else
    std::optional<int> heard_;
};

} // namespace callbox::hal
