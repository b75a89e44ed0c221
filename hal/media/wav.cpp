// SPDX-License-Identifier: GPL-2.0-or-later
// WAV files of G.711: our own header both ways, so that what was recorded is stored octet for octet; anything else is
// read by libsndfile.
#include <algorithm>
#include <callbox/base/bytes.h>
#include <callbox/base/whole_file.h>
#include <callbox/hal/media.h>
#include <cstring>
#include <optional>
#include <sndfile.h>

namespace callbox::hal {

namespace {

constexpr std::uint16_t tagALaw = 6; // WAVE_FORMAT_ALAW
constexpr std::uint16_t tagMuLaw = 7;

void put(OctetBuffer& out, std::string_view word)
{
    out.insert(out.end(), word.begin(), word.end());
}
void put(OctetBuffer& out, std::uint32_t v, int octets)
{
    for (int i = 0; i < octets; ++i)
        out.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
}
std::uint32_t get(Octets in, std::size_t at, int octets)
{
    std::uint32_t v = 0;
    for (int i = 0; i < octets; ++i)
        v |= std::uint32_t{in[at + static_cast<std::size_t>(i)]} << (8 * i);
    return v;
}

Error notThis(const std::string& path, const std::string& what)
{
    return Error{Errc::invalid, path + ": " + what + "; 8000 Hz mono WAV, G.711 or 16-bit, is needed"};
}

struct Sndfile {
    SNDFILE* file = nullptr;
    Sndfile() = default;
    Sndfile(const Sndfile&) = delete;
    ~Sndfile()
    {
        if (file)
            sf_close(file);
    }
};

} // namespace

OctetBuffer wavHeader(Law law, std::uint32_t samples)
{
    OctetBuffer h;
    h.reserve(wavHeaderSize);
    put(h, "RIFF");
    put(h, std::uint32_t{wavHeaderSize - 8} + samples, 4);
    put(h, "WAVEfmt ");
    put(h, 18, 4);
    put(h, law == Law::alaw ? tagALaw : tagMuLaw, 2);
    put(h, 1, 2);    // channels
    put(h, 8000, 4); // samples a second
    put(h, 8000, 4); // octets a second
    put(h, 1, 2);    // octets a frame
    put(h, 8, 2);    // bits a sample
    put(h, 0, 2);    // no extension
    put(h, "fact");
    put(h, 4, 4);
    put(h, samples, 4);
    put(h, "data");
    put(h, samples, 4);
    return h;
}

Result<WavView> parseG711Wav(Octets file)
{
    if (file.size() < 12 || std::memcmp(file.data(), "RIFF", 4) != 0 || std::memcmp(file.data() + 8, "WAVE", 4) != 0)
        return Error{Errc::invalid, "no RIFF WAVE header"};
    std::optional<Law> law;
    for (std::size_t at = 12; at + 8 <= file.size();) {
        const std::size_t size = get(file, at + 4, 4);
        const bool isData = std::memcmp(file.data() + at, "data", 4) == 0;
        if (std::memcmp(file.data() + at, "fmt ", 4) == 0 && size >= 16 && at + 24 <= file.size()) {
            const std::uint32_t tag = get(file, at + 8, 2);
            if ((tag != tagALaw && tag != tagMuLaw) || get(file, at + 10, 2) != 1 || get(file, at + 12, 4) != 8000)
                return Error{Errc::invalid, "not G.711, mono, 8000 Hz"};
            law = tag == tagALaw ? Law::alaw : Law::mulaw;
        }
        if (isData) {
            if (!law)
                return Error{Errc::invalid, "data before the format"};
            const std::size_t there = file.size() - at - 8;
            return WavView{*law, at + 8, size ? std::min(size, there) : there};
        }
        at += 8 + size + (size & 1);
    }
    return Error{Errc::invalid, "no data chunk"};
}

Result<SoundPtr> loadWav(const std::string& path, Law law)
{
    const auto text = readToEnd(path);
    if (!text)
        return text.error();
    const Octets all = asOctets(*text);
    auto sound = std::make_shared<Sound>();
    sound->law = law;
    if (auto view = parseG711Wav(all)) {
        const Octets data = Octets(all).subspan(view->dataOffset, view->samples);
        sound->samples.assign(data.begin(), data.end());
        if (view->law != law)
            convertLaw(sound->samples, view->law);
        return SoundPtr(std::move(sound));
    }
    Sndfile f;
    SF_INFO info{};
    f.file = sf_open(path.c_str(), SFM_READ, &info);
    if (!f.file)
        return notThis(path, "no sound file");
    if (info.samplerate != 8000 || info.channels != 1)
        return notThis(path, std::to_string(info.samplerate) + " Hz, " + std::to_string(info.channels) + " channel(s)");
    if (info.frames <= 0 || info.frames > sf_count_t{8000} * 3600)
        return notThis(path, "empty or longer than an hour");
    std::vector<std::int16_t> linear(static_cast<std::size_t>(info.frames));
    linear.resize(static_cast<std::size_t>(sf_read_short(f.file, linear.data(), info.frames)));
    sound->samples.reserve(linear.size());
    for (std::int16_t s : linear)
        sound->samples.push_back(fromLinear(s, law));
    return SoundPtr(std::move(sound));
}

} // namespace callbox::hal
