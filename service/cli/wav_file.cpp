// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/wav_file.h"
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace callbox::cli {

namespace {

constexpr std::uint32_t headerSize = 44;
constexpr std::uint32_t rate = 8000, channels = 2, sampleSize = 2;

void put(std::string& to, std::uint32_t value, unsigned octets)
{
    for (unsigned i = 0; i < octets; ++i)
        to += static_cast<char>((value >> (8 * i)) & 0xff);
}

} // namespace

Result<void> WavFile::check() const
{
    std::error_code ec;
    if (std::filesystem::is_directory(path_, ec))
        return systemError(EISDIR, "opening " + path_);
    const bool there = std::filesystem::exists(path_, ec);
    const std::string asked = there ? path_ : std::filesystem::path(path_).parent_path().string();
    if (::faccessat(AT_FDCWD, asked.c_str(), W_OK, AT_EACCESS) != 0)
        return systemError(errno, "opening " + path_);
    return {};
}

Result<void> WavFile::create()
{
    errno = 0;
    out_.open(path_, std::ios::binary | std::ios::trunc);
    if (auto r = checked("opening "); !r)
        return r;
    return writeHeader();
}

Result<void> WavFile::add(std::string_view octets)
{
    errno = 0;
    out_.seekp(0, std::ios::end);
    out_.write(octets.data(), std::streamsize(octets.size()));
    if (auto r = checked("writing "); !r)
        return r;
    octets_ += std::uint32_t(octets.size());
    return writeHeader();
}

std::uint32_t WavFile::samples() const
{
    return octets_ / (channels * sampleSize);
}

Result<void> WavFile::writeHeader()
{
    std::string h = "RIFF";
    put(h, headerSize - 8 + octets_, 4);
    h += "WAVEfmt ";
    put(h, 16, 4); // octets that follow
    put(h, 1, 2);  // PCM
    put(h, channels, 2);
    put(h, rate, 4);
    put(h, rate * channels * sampleSize, 4);
    put(h, channels * sampleSize, 2);
    put(h, sampleSize * 8, 2);
    h += "data";
    put(h, octets_, 4);
    errno = 0;
    out_.seekp(0);
    out_.write(h.data(), std::streamsize(h.size()));
    out_.flush();
    return checked("writing ");
}

Result<void> WavFile::checked(std::string_view doing)
{
    if (out_)
        return {};
    return systemError(errno, std::string(doing) + path_);
}

} // namespace callbox::cli
