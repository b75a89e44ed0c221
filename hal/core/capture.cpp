// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/hal/pcap.h>
#include <optional>

namespace callbox::hal {

namespace {

constexpr std::size_t fileHeader = 24, recordHeader = 16, pseudoHeader = 16;
constexpr std::uint32_t micro = 0xa1b2c3d4, nano = 0xa1b23c4d, pcapng = 0x0a0d0d0a;
constexpr std::uint32_t linuxLapd = 177;
constexpr std::uint32_t longestPacket = 65535; // more is no frame, but a file gone wrong
constexpr std::uint16_t fromUs = 4;            // sll_pkttype of Linux cooked captures
constexpr std::uint16_t arphrdLapd = 8445;

class Reader {
public:
    explicit Reader(Octets file) : file_(file) {}

    Result<Capture> read()
    {
        if (file_.size() < fileHeader)
            return Error{Errc::invalid, "no pcap file: it has only " + std::to_string(file_.size()) + " octets"};
        if (const auto e = takeHeader())
            return *e;
        for (std::size_t at = fileHeader; at < file_.size() && out_.damage.empty();)
            at = takeRecord(at);
        return std::move(out_);
    }

private:
    [[nodiscard]] std::uint32_t word(std::size_t at) const
    {
        std::uint32_t v = 0;
        for (std::size_t i = 0; i < 4; ++i)
            v |= std::uint32_t(file_[at + i]) << 8 * (big_ ? 3 - i : i);
        return v;
    }
    [[nodiscard]] std::uint16_t bigHalf(std::size_t at) const
    {
        return static_cast<std::uint16_t>(file_[at] << 8 | file_[at + 1]);
    }

    std::optional<Error> takeHeader()
    {
        if (word(0) == pcapng)
            return Error{Errc::invalid, "a pcapng file; editcap -F pcap IN OUT makes a pcap file of it"};
        big_ = file_[0] == 0xa1;
        if (word(0) != micro && word(0) != nano)
            return Error{Errc::invalid, "no pcap file"};
        perMs_ = word(0) == micro ? 1000 : 1'000'000;
        if (const std::uint32_t link = word(20) & 0x0FFFFFFF; link != linuxLapd)
            return Error{Errc::invalid,
                         "a pcap file of link type " + std::to_string(link) + "; D channels have LINUX_LAPD, 177"};
        return {};
    }

    std::size_t takeRecord(std::size_t at)
    {
        const auto ends = [&] {
            out_.damage = "ends in the middle of packet " + std::to_string(out_.frames.size() + out_.others + 1);
            return file_.size();
        };
        if (file_.size() - at < recordHeader)
            return ends();
        const std::uint32_t size = word(at + 8), whole = word(at + 12);
        if (size > longestPacket) {
            out_.damage = "packet " + std::to_string(out_.frames.size() + out_.others + 1) + " says that it has " +
                          std::to_string(size) + " octets";
            return file_.size();
        }
        const std::size_t from = at + recordHeader;
        if (file_.size() - from < size)
            return ends();
        if (size < pseudoHeader || bigHalf(from + 2) != arphrdLapd) {
            ++out_.others;
            return from + size;
        }
        CapturedFrame f;
        f.traced.at = WallTime(std::chrono::milliseconds(std::int64_t(word(at)) * 1000 + word(at + 4) / perMs_));
        f.traced.direction = bigHalf(from) == fromUs ? Direction::sent : Direction::received;
        const Octets octets = file_.subspan(from + pseudoHeader, size - pseudoHeader);
        f.traced.frame.assign(octets.begin(), octets.end());
        f.networkSide = file_[from + 6] != 0;
        f.cut = whole > size ? whole - size : 0;
        out_.frames.push_back(std::move(f));
        return from + size;
    }

    Octets file_;
    bool big_ = false;
    std::uint32_t perMs_ = 1000;
    Capture out_;
};

} // namespace

Result<Capture> readCapture(Octets file)
{
    return Reader(file).read();
}

} // namespace callbox::hal
