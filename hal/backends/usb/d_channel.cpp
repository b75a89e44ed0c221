// SPDX-License-Identifier: GPL-2.0-or-later
#include "d_channel.h"

namespace callbox::hal::usb {

namespace {

constexpr std::size_t shortest = 3;   // address and control, Q.921 2.3, 2.4
constexpr std::size_t patience = 256; // frames that wait; layer 2 has at most 7 unacknowledged
constexpr std::size_t fcs = 2;

} // namespace

DChannel::DChannel()
    : rx_(hdlc_rx_init(nullptr, false, true, 1, onHdlc, this)),
      tx_(hdlc_tx_init(nullptr, false, 1, false, nullptr, nullptr))
{
    hdlc_rx_set_max_frame_len(rx_, longestFrame + fcs);
}

DChannel::~DChannel()
{
    hdlc_rx_free(rx_);
    hdlc_tx_free(tx_);
}

// The first bit on the line is the highest, as spandsp has it.
void DChannel::receive(std::uint8_t octet)
{
    hdlc_rx_put_byte(rx_, octet);
}

void DChannel::onHdlc(void* self, const std::uint8_t* octets, int length, int ok)
{
    auto& heard = static_cast<DChannel*>(self)->heard_;
    if (length < 0)
        return; // states of the line, no frame
    if (!ok)
        heard.push_back({{}, static_cast<std::size_t>(length) > longestFrame ? "too long" : "FCS"});
    else if (static_cast<std::size_t>(length) < shortest)
        heard.push_back({{}, "too short"});
    else
        heard.push_back({OctetBuffer(octets, octets + length)});
}

std::optional<DChannel::Heard> DChannel::next()
{
    if (heard_.empty())
        return std::nullopt;
    Heard first = std::move(heard_.front());
    heard_.pop_front();
    return first;
}

Result<void> DChannel::send(Octets frame)
{
    if (waiting_.size() >= patience)
        return Error{Errc::busy, "the D channel's queue is full"};
    waiting_.emplace_back(frame.begin(), frame.end());
    return {};
}

std::uint8_t DChannel::transmit()
{
    // spandsp takes a frame when it has sent the one before, somewhere within an octet.
    unsigned octet = 0;
    for (int bit = 0; bit < 8; ++bit) {
        if (!waiting_.empty() && hdlc_tx_frame(tx_, waiting_.front().data(), waiting_.front().size()) == 0)
            waiting_.pop_front();
        octet = octet << 1 | static_cast<unsigned>(hdlc_tx_get_bit(tx_));
    }
    return static_cast<std::uint8_t>(octet);
}

void DChannel::forgetOutgoing()
{
    waiting_.clear();
    hdlc_tx_restart(tx_);
}

void DChannel::restart()
{
    forgetOutgoing();
    hdlc_rx_restart(rx_);
    heard_.clear();
}

} // namespace callbox::hal::usb
