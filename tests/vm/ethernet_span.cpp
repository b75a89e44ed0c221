// SPDX-License-Identifier: GPL-2.0-or-later
// A packet, after the 14 octets of Ethernet: sub-address (2), samples per channel (1, always 8), flags (1: 1 = remote
// alarm, 2 = signalling bits present), sequence number (2), channels (2), a word of signalling bits for each 4 channels
// if present, 8 octets a channel; big endian. Learned from what the kernel's module dahdi_dynamic sends and takes.
#include "ethernet_span.h"
#include <arpa/inet.h>
#include <cerrno>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

namespace callbox::tests {

using namespace callbox::hal;

namespace {

constexpr std::uint16_t protocol = 0xD00D;
constexpr std::size_t ethernet = 14, header = 8;
constexpr std::size_t chunk = 8, block = 160; // samples
constexpr Duration step = 1ms;
constexpr Duration quietIsLoss = 200ms;
constexpr std::size_t blocksAhead = 4;   // idle ones: the other end hears from its third tick on
constexpr std::size_t mostWaiting = 400; // packets; more is a far end that runs away

} // namespace

EthernetSpan::EthernetSpan(Loop& loop, std::string interface, std::uint8_t line)
    : loop_(loop), interface_(std::move(interface)), line_(line), pace_(loop), quiet_(loop)
{
}

EthernetSpan::~EthernetSpan()
{
    EthernetSpan::stop();
}

Result<void> EthernetSpan::start(const SpanConfig& config, SpanEvents& events)
{
    config_ = config;
    socket_ = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(protocol));
    if (socket_ < 0)
        return systemError(errno, "a packet socket");
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_protocol = htons(protocol);
    to.sll_ifindex = int(if_nametoindex(interface_.c_str()));
    if (to.sll_ifindex == 0 || bind(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
        const Error e = systemError(errno, "network interface " + interface_);
        stop();
        return e;
    }
    const int room = 4 << 20;
    (void)setsockopt(socket_, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    auto watch = loop_.watch(socket_, Interest::read, [this] { receive(); });
    if (!watch) {
        stop();
        return watch.error();
    }
    watch_ = std::move(*watch);
    events_ = &events;
    rx_ = hdlc_rx_init(nullptr, false, true, 1, onHdlc, this);
    tx_ = hdlc_tx_init(nullptr, false, 1, false, nullptr, nullptr);
    clock_ = 0;
    at_ = 0;
    next_ = loop_.now();
    pace();
    alarms_ = Alarms{.los = true};
    loop_.post([this, life = std::weak_ptr(life_)] {
        if (!life.expired())
            events_->onAlarms(alarms_);
    });
    return {};
}

void EthernetSpan::stop() noexcept
{
    life_ = std::make_shared<int>(0);
    watch_.reset();
    quiet_.cancel();
    pace_.cancel();
    came_.clear();
    if (socket_ >= 0)
        close(socket_);
    socket_ = -1;
    if (rx_)
        hdlc_rx_free(rx_);
    if (tx_)
        hdlc_tx_free(tx_);
    rx_ = nullptr;
    tx_ = nullptr;
    events_ = nullptr;
    channels_.clear();
    frames_.clear();
    heard_.clear();
}

Result<void> EthernetSpan::openSlot(Timeslot slot)
{
    const OctetBuffer idle(block, idleOctet(config_.law));
    channels_[slot] = Channel{idle, std::deque<OctetBuffer>(blocksAhead, idle)};
    return {};
}

void EthernetSpan::closeSlot(Timeslot slot) noexcept
{
    channels_.erase(slot);
}

Result<void> EthernetSpan::sendFrame(Octets frame)
{
    if (cable_ && !alarms_.los)
        frames_.emplace_back(OctetBuffer(frame.begin(), frame.end()), corrupt_ > 0);
    if (corrupt_ > 0)
        --corrupt_;
    return {};
}

void EthernetSpan::corrupt(unsigned frames)
{
    corrupt_ += frames;
}

void EthernetSpan::setCable(bool in)
{
    cable_ = in;
    if (!in)
        frames_.clear();
}

void EthernetSpan::tellLos(bool los)
{
    if (std::exchange(alarms_.los, los) != los)
        events_->onAlarms(alarms_);
}

void EthernetSpan::receive()
{
    const std::weak_ptr life = life_;
    std::array<std::uint8_t, 2048> packet{};
    for (;;) {
        sockaddr_ll from{};
        socklen_t size = sizeof from;
        const ssize_t n = recvfrom(socket_, packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
        if (n < 0)
            return;
        if (!cable_ || from.sll_pkttype == PACKET_OUTGOING || std::size_t(n) < ethernet + header)
            continue;
        take(Octets(packet).first(std::size_t(n)));
        if (life.expired())
            return;
    }
}

void EthernetSpan::take(Octets packet)
{
    const Octets body = packet.subspan(ethernet + 2);
    const std::size_t channels = std::size_t(body[4]) << 8 | body[5];
    const std::size_t audio = 6 + (body[1] & 2 ? (channels + 3) / 4 * 2 : 0);
    if (packet[ethernet + 1] != line_ || body[0] != chunk || channels != timeslots(config_.type) ||
        body.size() < audio + channels * chunk)
        return;
    quiet_.after(quietIsLoss, [this] { tellLos(true); });
    const Octets samples = body.subspan(audio, channels * chunk);
    look(seen_.heard, samples);
    if (came_.size() < mostWaiting)
        came_.emplace_back(samples.begin(), samples.end());
    // The octet's first bit on the line is its highest one.
    for (const std::uint8_t octet : samples.subspan((index(config_.dChannel) - 1) * chunk, chunk))
        for (int bit = 7; bit >= 0; --bit)
            hdlc_rx_put_bit(rx_, octet >> bit & 1);
    tellFrames();
}

void EthernetSpan::look(std::optional<TimePoint>& when, Octets samples) const
{
    const Octets first = samples.first(chunk);
    if (seen_.octet != 0 && !when && std::count(first.begin(), first.end(), seen_.octet) > 0)
        when = loop_.now();
}

void EthernetSpan::hear(Octets samples, Channel& channel) const
{
    const auto to = channel.in.begin() + std::ptrdiff_t(at_);
    // What DAHDI sends of a channel that nobody has open.
    if (std::all_of(samples.begin(), samples.end(), [](std::uint8_t o) { return o == 0xFF; }))
        std::fill_n(to, chunk, idleOctet(config_.law));
    else
        std::copy(samples.begin(), samples.end(), to);
}

void EthernetSpan::pace()
{
    const std::weak_ptr life = life_;
    for (; next_ <= loop_.now(); next_ += step) {
        if (!cable_)
            continue;
        sendOne();
        if (!came_.empty()) {
            for (auto& [slot, channel] : channels_)
                hear(Octets(came_.front()).subspan((index(slot) - 1) * chunk, chunk), channel);
            came_.pop_front();
        }
        at_ += chunk;
        if (at_ < block)
            continue;
        at_ = 0;
        if (quiet_.armed())
            tick();
        if (life.expired())
            return;
        for (auto& [slot, channel] : channels_)
            if (channel.out.size() > 1)
                channel.out.pop_front();
            else
                std::fill(channel.out.front().begin(), channel.out.front().end(), idleOctet(config_.law));
    }
    pace_.at(next_, [this] { pace(); });
}

void EthernetSpan::sendOne()
{
    if (drop_ > 0) {
        --drop_;
        return;
    }
    const std::size_t channels = timeslots(config_.type);
    OctetBuffer out{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, protocol >> 8, protocol & 0xFF, 0, line_};
    const std::uint8_t flags = remoteAlarm_ ? 1 : 0;
    out.insert(out.end(),
               {chunk, flags, std::uint8_t(sequence_ >> 8), std::uint8_t(sequence_ & 0xFF), 0, std::uint8_t(channels)});
    ++sequence_;
    const std::size_t audio = out.size();
    out.resize(audio + channels * chunk, idleOctet(config_.law));
    const auto of = [&](Timeslot slot) { return out.begin() + std::ptrdiff_t(audio + (index(slot) - 1) * chunk); };
    for (const auto& [slot, channel] : channels_)
        std::copy_n(channel.out.front().begin() + std::ptrdiff_t(at_), chunk, of(slot));
    std::generate_n(of(config_.dChannel), chunk, [this] { return hdlcOut(); });
    look(seen_.sent, Octets(out).subspan(audio));
    (void)send(socket_, out.data(), out.size(), 0);
}

void EthernetSpan::tick()
{
    const std::weak_ptr life = life_;
    tellLos(false);
    if (life.expired())
        return;
    std::vector<SlotBlock> blocks;
    std::map<Timeslot, OctetBuffer> tx;
    for (auto& [slot, channel] : channels_) {
        OctetBuffer& out = tx[slot] = OctetBuffer(block, idleOctet(config_.law));
        blocks.push_back({slot, channel.in, out});
    }
    const SpanTick now{clock_, block, 0, blocks};
    clock_ += block;
    events_->onTick(now);
    if (life.expired())
        return;
    for (auto& [slot, out] : tx)
        if (const auto it = channels_.find(slot); it != channels_.end())
            it->second.out.push_back(std::move(out));
}

void EthernetSpan::tellFrames()
{
    const std::weak_ptr life = life_;
    for (const Heard& h : std::exchange(heard_, {})) {
        if (h.ok)
            events_->onFrame(h.frame);
        else
            events_->onBadFrame("FCS");
        if (life.expired())
            return;
    }
}

std::uint8_t EthernetSpan::hdlcOut()
{
    unsigned octet = 0;
    for (int bit = 0; bit < 8; ++bit) {
        if (!frames_.empty() && hdlc_tx_frame(tx_, frames_.front().first.data(), frames_.front().first.size()) == 0) {
            if (frames_.front().second)
                hdlc_tx_corrupt_frame(tx_);
            frames_.pop_front();
        }
        octet = octet << 1 | unsigned(hdlc_tx_get_bit(tx_));
    }
    return std::uint8_t(octet);
}

void EthernetSpan::onHdlc(void* self, const std::uint8_t* octets, int length, int ok)
{
    if (length < 0)
        return; // states of the line, no frame
    const bool whole = ok && length >= 3 && std::size_t(length) <= longestFrame;
    static_cast<EthernetSpan*>(self)->heard_.push_back({OctetBuffer(octets, octets + length), whole});
}

} // namespace callbox::tests
