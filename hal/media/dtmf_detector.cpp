// SPDX-License-Identifier: GPL-2.0-or-later
// DTMF detection: spandsp's detector behind a gate of tones, and a look back to where the tone began, so that a
// recording can be cut there.
#include "g711.h"
#include "tone_gate.h"
#include <algorithm>
#include <array>
#include <callbox/hal/dtmf.h>
#include <cmath>
#include <numbers>
#include <spandsp.h>

namespace callbox::hal {

namespace {

constexpr std::size_t hangOver = 60 * 8;  // samples fed on after the last block with tones: the digit's end
constexpr std::size_t lead = 40 * 8;      // samples before it: a digit's beginning lies in the block before
constexpr std::size_t historySize = 2048; // far longer than the detector's own delay
constexpr std::size_t probe = 40;         // 5 ms: the look back's window
constexpr std::string_view keypad = "123A456B789C*0#D";
constexpr double rows[] = {697, 770, 852, 941};
constexpr double columns[] = {1209, 1336, 1477, 1633};

// The share of a window's energy that lies in one frequency (Goertzel).
double share(std::span<const std::int16_t> window, double hertz)
{
    const double w = 2.0 * std::numbers::pi * hertz / samplesPerSecond;
    const double c = 2.0 * std::cos(w);
    double s1 = 0;
    double s2 = 0;
    double energy = 0;
    for (std::int16_t x : window) {
        const double s0 = x + c * s1 - s2;
        s2 = s1;
        s1 = s0;
        energy += double(x) * x;
    }
    if (energy <= 0)
        return 0;
    const double power = s1 * s1 + s2 * s2 - c * s1 * s2;
    return power * 2.0 / (energy * double(window.size()));
}

} // namespace

struct DtmfDetector::Impl {
    explicit Impl(Law l) : law(l), rx(dtmf_rx_init(nullptr, nullptr, nullptr)), gate(l)
    {
        dtmf_rx_set_realtime_callback(rx, &Impl::onState, this);
    }
    Impl(const Impl&) = delete;
    ~Impl() { dtmf_rx_free(rx); }

    static void onState(void* user, int code, int, int)
    {
        if (code) // 0: the digit's end
            static_cast<Impl*>(user)->pending.push_back(static_cast<char>(code));
    }

    // What was heard last, whatever the length of the block.
    void remember(Octets block)
    {
        block = block.last(std::min(block.size(), historySize));
        const std::size_t first = std::min(block.size(), historySize - end); // up to the ring's end
        std::copy_n(block.begin(), first, history.begin() + std::ptrdiff_t(end));
        std::copy(block.begin() + std::ptrdiff_t(first), block.end(), history.begin());
        end = (end + block.size()) % historySize;
        filled = std::min(historySize, filled + block.size());
    }

    // Samples between the tone's start and the end of history.
    [[nodiscard]] std::size_t startedAgo(char digit) const
    {
        const auto key = keypad.find(digit);
        if (key == std::string_view::npos)
            return 0;
        std::array<std::int16_t, probe> window{};
        std::size_t ago = probe;
        for (; ago + probe / 4 <= filled; ago += probe / 4) {
            for (std::size_t i = 0; i < probe; ++i)
                window[i] = toLinear(history[(end + historySize - ago + i) % historySize], law);
            // Windows this short see both tones broadly; speech and silence fall well below.
            if (share(window, rows[key / 4]) + share(window, columns[key % 4]) < 0.7)
                break;
        }
        // The last window that passed may be mostly what came before, where the tone is the louder: never cut into
        // that.
        return ago - probe / 4 - std::min(ago - probe / 4, probe * 3 / 4);
    }

    // The detector got nothing of it, and forgets what it was in the middle of when it got something last.
    void feedLead(std::size_t block)
    {
        dtmf_rx_fillin(rx, int(lead));
        const std::size_t n = std::min(lead, filled - std::min(filled, block));
        std::array<std::int16_t, lead> before;
        for (std::size_t i = 0; i < n; ++i)
            before[i] = toLinear(history[(end + 2 * historySize - block - n + i) % historySize], law);
        dtmf_rx(rx, before.data(), int(n));
    }

    Law law;
    dtmf_rx_state_t* rx;
    ToneGate gate;
    std::size_t idleFor = hangOver; // samples since the last block that may hold a digit
    std::vector<char> pending;
    std::array<std::uint8_t, historySize> history{};
    std::size_t end = 0;
    std::size_t filled = 0;
    std::vector<std::int16_t> linear;
};

DtmfDetector::DtmfDetector(Law law) : impl_(std::make_unique<Impl>(law)) {}
DtmfDetector::~DtmfDetector() = default;

void DtmfDetector::reset()
{
    impl_ = std::make_unique<Impl>(impl_->law);
}

void DtmfDetector::feed(Octets samples, const std::function<void(const Digit&)>& onDigit)
{
    Impl& d = *impl_;
    const bool closed = d.idleFor >= hangOver;
    d.remember(samples);
    d.idleFor = d.gate.mayHoldDigit(samples) ? 0 : d.idleFor + samples.size();
    if (closed) {
        if (d.idleFor > 0)
            return;
        d.feedLead(samples.size());
    }
    d.linear.resize(samples.size());
    toLinear(samples, d.law, d.linear);
    dtmf_rx(d.rx, d.linear.data(), int(d.linear.size()));
    char drained[128];
    dtmf_rx_get(d.rx, drained, sizeof drained); // its own buffer would fill up and drop digits silently
    const std::vector<char> digits = std::exchange(d.pending, {});
    for (char digit : digits)
        onDigit(Digit{digit, d.startedAgo(digit)});
}

} // namespace callbox::hal
