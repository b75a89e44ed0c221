// SPDX-License-Identifier: GPL-2.0-or-later
#include "raw_peer.h"

namespace callbox::tests {

namespace {

constexpr unsigned modulus = 128;

} // namespace

void RawPeer::put(std::uint8_t address, std::initializer_list<std::uint8_t> rest)
{
    OctetBuffer f{address, 0x01};
    f.insert(f.end(), rest.begin(), rest.end());
    (void)span_.sendFrame(f);
}

void RawPeer::sendFrame(Octets raw)
{
    (void)span_.sendFrame(raw);
}

void RawPeer::send(Octets message)
{
    OctetBuffer f{command(), 0x01, static_cast<std::uint8_t>(sent_ << 1), static_cast<std::uint8_t>(received_ << 1)};
    f.insert(f.end(), message.begin(), message.end());
    sent_ = (sent_ + 1) % modulus;
    (void)span_.sendFrame(f);
}

void RawPeer::establish()
{
    sent_ = received_ = 0;
    put(command(), {0x7F}); // SABME, P
}

void RawPeer::onFrame(Octets f)
{
    if (silent_ || f.size() < 3)
        return;
    if ((f[2] & 0x01) == 0) {
        onInformation(f);
        return;
    }
    if ((f[2] & 0x03) == 0x01) { // RR, RNR, REJ: a command with P wants an RR with F
        if (f.size() >= 4 && (f[3] & 0x01) && (f[0] & 0x02) == response())
            put(response(), {0x01, static_cast<std::uint8_t>(received_ << 1 | 1)});
        return;
    }
    const std::uint8_t kind = f[2] & 0xEF;
    if (kind == 0x6F) { // SABME
        sent_ = received_ = 0;
        ++established;
        put(response(), {static_cast<std::uint8_t>(0x63 | (f[2] & 0x10))}); // UA
    } else if (kind == 0x63) {
        ++established;
    } else if (kind == 0x43) { // DISC
        put(response(), {static_cast<std::uint8_t>(0x63 | (f[2] & 0x10))});
    }
}

void RawPeer::onInformation(Octets f)
{
    frames.emplace_back(f.begin(), f.end());
    if (lose_ > 0) {
        if (--lose_ == 0)
            put(response(), {0x09, static_cast<std::uint8_t>(received_ << 1)}); // REJ
        return;
    }
    if ((f[2] >> 1) != received_)
        return; // repeated
    received_ = (received_ + 1) % modulus;
    put(response(), {0x01, static_cast<std::uint8_t>(received_ << 1)}); // RR
    messages.emplace_back(f.begin() + 4, f.end());
}

} // namespace callbox::tests
