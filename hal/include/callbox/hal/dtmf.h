// SPDX-License-Identifier: GPL-2.0-or-later
// DTMF both ways (ITU-T Q.23, Q.24), on spandsp. Values in, digits out; no clock, no loop.
#pragma once
#include <callbox/hal/media.h>
#include <functional>

namespace callbox::hal {

class DtmfDetector {
public:
    explicit DtmfDetector(Law law);
    ~DtmfDetector();
    DtmfDetector(const DtmfDetector&) = delete;
    DtmfDetector& operator=(const DtmfDetector&) = delete;

    struct Digit {
        char digit;             // 0-9 A-D * #
        std::size_t startedAgo; // samples between the tone's first sample and the end of the block just given
    };
    // Feeds a block of any length; calls `onDigit` once per key press, as soon as it is sure.
    // Quiet costs next to nothing and speech little: gates of energy and of tones stand before the filters.
    void feed(Octets samples, const std::function<void(const Digit&)>& onDigit);
    void reset();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The tones of `digits` ('p' = 1 s pause), 100 ms on, 100 ms off, -7 dBm0 each tone pair nominal.
std::unique_ptr<AudioSource> makeDtmfSource(std::string digits);

// Call progress tones by country ("us", "eu"): data from profiles/countries.
enum class Tone { dial, ringback, busy, congestion, specialInformation };
std::unique_ptr<AudioSource> makeToneSource(Tone, std::string_view country); // endless
// A plain sine for beeps and tests.
SoundPtr makeSine(double hertz, double dbm0, Duration length, Law law);

} // namespace callbox::hal
