// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's side of USB/IP, as octets: written from its document and sources, not with the server's own functions.
#pragma once
#include "../firmware-device/bench.h"
#include "boards/usbip/connection.h"
#include <deque>

namespace callbox::usbip::test {

using Bytes = std::vector<std::uint8_t>;

inline void word(Bytes& out, std::uint32_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(v >> shift));
}
inline std::uint32_t wordAt(const Bytes& in, std::size_t at)
{
    return static_cast<std::uint32_t>(in.at(at)) << 24 | static_cast<std::uint32_t>(in.at(at + 1)) << 16 |
           static_cast<std::uint32_t>(in.at(at + 2)) << 8 | in.at(at + 3);
}

struct Iso {
    std::uint32_t offset, length;
};

// A command of 48 octets, what goes with it, and the descriptors.
inline Bytes submit(std::uint32_t sequence, bool in, unsigned endpoint, std::uint32_t length, const Bytes& data = {},
                    const std::vector<Iso>& packets = {}, const Bytes& setup = Bytes(8))
{
    Bytes out;
    for (const std::uint32_t v : {1u, sequence, 0x00010001u, in ? 1u : 0u, endpoint, 0u, length, 0u,
                                  static_cast<std::uint32_t>(packets.size()), 1u})
        word(out, v);
    out.insert(out.end(), setup.begin(), setup.end());
    out.insert(out.end(), data.begin(), data.end());
    for (const Iso& p : packets)
        for (const std::uint32_t v : {p.offset, p.length, 0u, 0u})
            word(out, v);
    return out;
}
inline Bytes unlink(std::uint32_t sequence, std::uint32_t victim)
{
    Bytes out;
    for (const std::uint32_t v : {2u, sequence, 0x00010001u, 0u, 0u, victim})
        word(out, v);
    out.resize(48);
    return out;
}

// A connection with what it has sent.
struct Peer {
    explicit Peer(std::vector<Export*> cards)
        : connection(std::move(cards), [this](OctetBuffer o) { answers.push_back(std::move(o)); })
    {
    }
    std::deque<Bytes> answers;
    Connection connection;

    bool say(const Bytes& octets) { return connection.receive(octets).has_value(); }
    Bytes answer()
    {
        if (answers.empty())
            return {};
        Bytes out = std::move(answers.front());
        answers.pop_front();
        return out;
    }
    bool import(const std::string& busId)
    {
        Bytes b{0x01, 0x11, 0x80, 0x03, 0, 0, 0, 0};
        b.insert(b.end(), busId.begin(), busId.end());
        b.resize(40);
        return say(b);
    }
    // A control transfer: the status, and what came with it.
    std::pair<std::int32_t, Bytes> control(Bytes setup, const Bytes& data = {})
    {
        const std::uint32_t length = setup[6] | setup[7] * 256u;
        say(submit(++sequence, setup[0] & 0x80, 0, length, data, {}, setup));
        const Bytes a = answer();
        if (a.size() < 48)
            return {1, {}};
        return {static_cast<std::int32_t>(wordAt(a, 20)), Bytes(a.begin() + 48, a.end())};
    }
    std::uint32_t sequence = 0x1000;
};

} // namespace callbox::usbip::test
