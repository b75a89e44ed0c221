// SPDX-License-Identifier: GPL-2.0-or-later
// The far end of a D channel, without libpri: Q.921 by itself (point to point, TEI 0), and no Q.931 but the octets
// given.
#pragma once
#include <callbox/hal/span.h>
#include <deque>

namespace callbox::tests {

class RawPeer final : public hal::FrameSink {
public:
    // `network`: this end is the network's, which sets the C/R bit (Q.921 3.3.2).
    RawPeer(hal::Span& span, bool network) : span_(span), network_(network) { span_.setFrameSink(this); }
    ~RawPeer() { span_.setFrameSink(nullptr); }
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;

    void send(Octets message);  // an I frame
    void sendFrame(Octets raw); // whatever it is
    void setSilent(bool silent) { silent_ = silent; }
    // The next so many I frames are answered with REJ as if they had been lost.
    void loseNext(unsigned count) { lose_ = count; }
    void establish(); // SABME from this side

    std::deque<OctetBuffer> messages; // Q.931 parts in order
    std::vector<OctetBuffer> frames;  // all I frames as they came, repeated ones too
    unsigned established = 0;         // times the link was set up

private:
    void onFrame(Octets) override;
    void onSpanState(bool) override {}
    void onInformation(Octets frame);
    void put(std::uint8_t address, std::initializer_list<std::uint8_t> rest);
    [[nodiscard]] std::uint8_t command() const { return network_ ? 0x02 : 0x00; }
    [[nodiscard]] std::uint8_t response() const { return network_ ? 0x00 : 0x02; }

    hal::Span& span_;
    bool network_;
    bool silent_ = false;
    unsigned lose_ = 0;
    unsigned sent_ = 0;     // V(S)
    unsigned received_ = 0; // V(R)
};

} // namespace callbox::tests
