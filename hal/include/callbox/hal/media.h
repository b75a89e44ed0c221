// SPDX-License-Identifier: GPL-2.0-or-later
// Audio on its way to and from a call: 8 kHz G.711, one octet a sample, in the law of the channel it is for.
#pragma once
#include <callbox/base/time.h>
#include <callbox/hal/gain.h>
#include <callbox/hal/types.h>
#include <memory>
#include <vector>

namespace callbox::hal {

// Gives audio to be played. Loop thread; called once per tick, must not block.
class AudioSource {
public:
    virtual ~AudioSource() = default;
    // Fills `out` with samples of `law`; returns how many; fewer than out.size() means: that was the end.
    virtual std::size_t read(std::span<std::uint8_t> out, Law law) = 0;
    virtual void rewind() = 0;
};

// Takes recorded audio. Loop thread; called about once per tick, must not block.
class AudioSink {
public:
    // Samples as they came from the line; `lost` samples were lost before them.
    virtual void append(Octets samples, std::uint32_t lost) = 0;
    // Set once the sink can take no more (disk full); recording then ends.
    [[nodiscard]] virtual bool failed() const = 0;

protected:
    ~AudioSink() = default;
};

// A sound in memory, shared by all calls that play it; converted to the other law by one table.
struct Sound {
    Law law = Law::alaw;
    OctetBuffer samples;
    [[nodiscard]] Duration length() const
    {
        return Duration(std::int64_t(samples.size()) * (1'000'000'000 / samplesPerSecond));
    }
};
using SoundPtr = std::shared_ptr<const Sound>;

// Plays sounds one after another.
std::unique_ptr<AudioSource> makeSoundSource(std::vector<SoundPtr> sounds);

// Any 8 kHz mono WAV file, G.711 or 16-bit PCM (libsndfile); Errc::invalid names the file and what it is instead.
// May block: at start-up or on an Executor.
Result<SoundPtr> loadWav(const std::string& path, Law law);
// G.711 samples as a WAV file's octets: RIFF, fmt (7 = mu-law, 6 = A-law), fact, data. 58 octets of header.
constexpr std::size_t wavHeaderSize = 58;
OctetBuffer wavHeader(Law law, std::uint32_t samples);
// Law and samples of such a file; a header whose sizes were never set (a crash) is read to the end of `file`.
struct WavView {
    Law law;
    std::size_t dataOffset;
    std::size_t samples;
};
Result<WavView> parseG711Wav(Octets file);

// G.711 tables. linear is 16-bit.
std::int16_t toLinear(std::uint8_t octet, Law law);
std::uint8_t fromLinear(std::int16_t sample, Law law);
// Every octet made so much louder, or quieter: the nearest one there is, full scale at most; the idle octet stays. 0
// changes none.
GainTable gainTable(Law law, double db);
// A-law to mu-law and back by G.711's own tables (table 3/4): one octet in, one out.
std::uint8_t convertLaw(std::uint8_t octet, Law from);
void convertLaw(std::span<std::uint8_t> samples, Law from);

// Level of a block in dBm0 (G.711: full-scale sine = +3.14 dBm0 A-law); -96 for nothing. Cheap: a table of squares.
double levelDbm0(Octets samples, Law law);

} // namespace callbox::hal
