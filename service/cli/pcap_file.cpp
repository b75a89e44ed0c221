// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/pcap_file.h"

namespace callbox::cli {

namespace {

constexpr std::size_t recordHeaderSize = 16;
constexpr std::uint32_t microMagic = 0xa1b2c3d4;
constexpr std::uint32_t nanoMagic = 0xa1b23c4d;

// Daemons write little-endian.
std::uint32_t word(std::string_view octets, std::size_t at)
{
    std::uint32_t v = 0;
    for (std::size_t i = 0; i < 4; ++i)
        v |= std::uint32_t(static_cast<unsigned char>(octets[at + i])) << (8 * i);
    return v;
}

} // namespace

Result<std::vector<PcapRecord>> pcapRecords(std::string_view file)
{
    const std::uint32_t magic = file.size() < pcapHeaderSize ? 0 : word(file, 0);
    if (magic != microMagic && magic != nanoMagic)
        return Error{Errc::invalid, "the daemon's trace is no pcap file"};
    const std::uint32_t perMs = magic == microMagic ? 1000 : 1000000;
    std::vector<PcapRecord> out;
    for (std::size_t at = pcapHeaderSize; at < file.size();) {
        if (file.size() - at < recordHeaderSize || file.size() - at - recordHeaderSize < word(file, at + 8))
            return Error{Errc::invalid, "the daemon's trace ends in the middle of a frame"};
        const std::size_t size = recordHeaderSize + word(file, at + 8);
        const std::int64_t ms = std::int64_t(word(file, at)) * 1000 + word(file, at + 4) / perMs;
        out.push_back({ms, file.substr(at, size)});
        at += size;
    }
    return out;
}

Result<std::string> PcapFollower::take(std::string_view file)
{
    const auto records = pcapRecords(file);
    if (!records)
        return records.error();
    std::string fresh = begun_ ? "" : std::string(file.substr(0, pcapHeaderSize));
    begun_ = true;
    std::multiset<std::string> known = ofLastMs_;
    for (const PcapRecord& r : *records) {
        if (r.ms < lastMs_)
            continue;
        const std::string octets(r.octets);
        if (r.ms == lastMs_)
            if (const auto it = known.find(octets); it != known.end()) {
                known.erase(it);
                continue;
            }
        if (r.ms > lastMs_) {
            ofLastMs_.clear();
            known.clear();
        }
        lastMs_ = r.ms;
        ofLastMs_.insert(octets);
        fresh += octets;
        ++frames_;
    }
    return fresh;
}

} // namespace callbox::cli
