// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the folder: what a person on the exchange's side hears and says, on the line's own sample clock, which
// begins at connect.
#pragma once
#include <callbox/base/loop.h>
#include <callbox/hal/media.h>
#include <callbox/lab/beep.h>
#include <functional>

namespace callbox::lab {

constexpr std::uint64_t samplesIn(Duration d)
{
    return d <= Duration::zero() ? 0 : static_cast<std::uint64_t>(d.count()) / (1'000'000'000 / hal::samplesPerSecond);
}
constexpr Duration lengthOf(std::uint64_t samples)
{
    return Duration(std::int64_t(samples) * (1'000'000'000 / hal::samplesPerSecond));
}

class Ear final : public hal::AudioSink {
public:
    struct Options {
        bool keep = false; // all that is heard
        bool everyBeep = true;
    };
    // `onBeep` gets the position after a beep's last sample.
    Ear(hal::Law law, Options options, std::function<void(std::uint64_t)> onBeep);
    void append(Octets samples, std::uint32_t lost) override;
    [[nodiscard]] bool failed() const override { return false; }

    [[nodiscard]] std::uint64_t position() const { return position_; } // samples heard so far
    [[nodiscard]] std::uint64_t lost() const { return lost_; }
    OctetBuffer takeHeard() { return std::move(heard_); }

private:
    Options options_;
    std::function<void(std::uint64_t)> onBeep_;
    std::optional<BeepDetector> beeps_;
    std::uint64_t position_ = 0;
    std::uint64_t lost_ = 0;
    OctetBuffer heard_;
};

// Pieces said one after another without a gap, the first one at a position of the ear's clock (or at once, when that
// has passed). Ear and mouth belong to one call: a tick's block is heard before the same tick's block is said.
class Speech final : public hal::AudioSource {
public:
    // Told when a piece's first or last sample goes out, `later` after now.
    using Told = std::function<void(std::string_view what, Duration later)>;

    Speech(const Ear& ear, std::uint64_t begin, Told told) : ear_(ear), begin_(begin), told_(std::move(told)) {}
    // Empty texts are not told.
    void say(std::shared_ptr<hal::AudioSource> piece, std::string_view begins, std::string_view ends);
    void key(std::string_view digits); // each tells "digit"; 'p' is a second of nothing
    std::size_t read(std::span<std::uint8_t> out, hal::Law law) override;
    void rewind() override;

private:
    struct Piece {
        std::shared_ptr<hal::AudioSource> source;
        std::string_view begins, ends;
        bool begun = false;
    };
    void tell(std::string_view what, std::size_t offset) const;
    const Ear& ear_;
    std::uint64_t begin_;
    Told told_;
    std::vector<Piece> pieces_;
    std::size_t current_ = 0;
    bool waiting_ = true;
};

} // namespace callbox::lab
