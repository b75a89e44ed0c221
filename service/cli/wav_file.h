// SPDX-License-Identifier: GPL-2.0-or-later
// A WAV file that grows: 16 bit, two channels, 8 kHz. What is there can be read at any time up to the last add().
#pragma once
#include <callbox/base/result.h>
#include <fstream>

namespace callbox::cli {

class WavFile {
public:
    explicit WavFile(std::string path) : path_(std::move(path)) {}
    // Whether create() may be expected to work; nothing is changed. Errc::denied, not_found, io name the file.
    [[nodiscard]] Result<void> check() const;
    // What was there is replaced. Errc::denied, io.
    Result<void> create();
    [[nodiscard]] bool created() const { return out_.is_open(); }
    // Little-endian samples of both channels in turn. Errc::io, no_space name the file.
    Result<void> add(std::string_view octets);
    [[nodiscard]] std::uint32_t samples() const; // in each channel
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    Result<void> writeHeader();
    Result<void> checked(std::string_view doing);
    std::string path_;
    std::ofstream out_;
    std::uint32_t octets_ = 0;
};

} // namespace callbox::cli
