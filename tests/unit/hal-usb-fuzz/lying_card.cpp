// SPDX-License-Identifier: GPL-2.0-or-later
#include "lying_card.h"
#include "device/descriptors.h"
#include <algorithm>
#include <cstring>

namespace callbox::tests {

using namespace hal::usb;

namespace {

constexpr std::uint32_t isoMax = 1023; // USB 2.0 5.6.3

} // namespace

LyingCard::LyingCard(Loop& loop, const firmware::Personality& kind, unsigned seed)
    : loop_(loop), bank_(kind.fxoPorts + kind.fxsPorts > 0), t1_(kind.kind == CARD_PORT_T1),
      ports_(kind.fxoPorts + kind.fxsPorts), chance_(seed), card_(kind, "000000000000000a", "1-1")
{
    OctetBuffer none;
    card_.device().control({0x00, 9, 1, 0, 0}, none);
}

void LyingCard::spoil(std::span<std::uint8_t> octets)
{
    for (unsigned n = octets.empty() ? 0 : 1 + upTo(3); n > 0; --n)
        octets[chance_() % octets.size()] = octet();
}

DeviceFacts LyingCard::facts()
{
    const firmware::Personality& p = card_.device().personality();
    DeviceFacts f{.location = "1-1",
                  .serial = "000000000000000a",
                  .model = "a card",
                  .vendor = static_cast<std::uint16_t>(p.stock ? CARD_ICE1_VENDOR : CARD_VENDOR),
                  .product = static_cast<std::uint16_t>(p.stock ? CARD_ICE1_PRODUCT : CARD_PRODUCT),
                  .release = 1,
                  .configuration = OctetBuffer(512)};
    f.configuration.resize(firmware::configurationDescriptor(p, f.configuration));
    if (once(3))
        spoil(f.configuration);
    if (once(8))
        f.configuration.resize(chance_() % (f.configuration.size() + 1));
    if (once(50))
        spoil({reinterpret_cast<std::uint8_t*>(f.serial.data()), f.serial.size()});
    return f;
}

Result<OctetBuffer> LyingCard::answer(const Request& r, const OctetBuffer& data)
{
    ++requests;
    if (gone_)
        return Error{Errc::gone, "the card left the bus"};
    if (once(20))
        return Error{upTo(1) ? Errc::unsupported : Errc::timeout, "stalled"};
    OctetBuffer answer = data;
    const firmware::Setup setup{r.type, r.request, r.value, r.index, static_cast<std::uint16_t>(data.size())};
    const int n = card_.device().control(setup, answer);
    if (n < 0 && !once(4))
        return Error{Errc::unsupported, "stalled"};
    answer.resize(r.in() ? std::max<std::size_t>(n < 0 ? 0 : static_cast<std::size_t>(n), 0) : 0);
    if (once(12))
        spoil(answer);
    if (r.in() && once(12))
        answer.resize(chance_() % (data.size() + 1), octet());
    return answer;
}

std::size_t LyingCard::data(std::span<std::uint8_t> room)
{
    ++packets;
    if (once(10)) { // anything, of any length
        const std::size_t size = chance_() % (room.size() + 1);
        std::generate_n(room.begin(), size, [this] { return octet(); });
        return size;
    }
    if (once(20))
        return 0;
    std::size_t size = 0;
    if (bank_) {
        const unsigned samples = once(8) ? upTo(CARD_BANK_SAMPLES_MAX) : 8;
        const card_bank_header h{sequence_++, static_cast<card_u8>(once(30) ? octet() : 0),
                                 static_cast<card_u8>(samples), static_cast<card_u8>(ports_)};
        size = sizeof h + std::size_t{samples} * ports_;
        if (size > room.size())
            return 0;
        std::memcpy(room.data(), &h, sizeof h);
        samples_ += samples;
    } else {
        const unsigned frames = once(8) ? upTo(CARD_E1_FRAMES_MAX) : 8;
        size = CARD_E1_HEADER + std::size_t{frames} * CARD_E1_FRAME;
        if (size > room.size())
            return 0;
        const unsigned flags = (t1_ ? CARD_E1_HEADER_T1 : 0) | (once(30) ? octet() : 0);
        const card_e1_header h{position_, sequence_++, static_cast<card_u8>(flags), 0};
        std::memcpy(room.data(), &h, sizeof h);
        position_ = static_cast<std::uint8_t>(position_ + frames);
    }
    const std::uint8_t voice = octet();
    const bool noise = upTo(3) == 0;
    std::generate_n(room.begin() + 4, size - 4, [&] { return noise ? octet() : voice; });
    if (once(10))
        spoil(room.first(size));
    return once(20) ? chance_() % (size + 1) : size;
}

std::size_t LyingCard::event(std::span<std::uint8_t> room)
{
    ++events;
    if (once(4)) {
        const std::size_t size = chance_() % (room.size() + 1);
        std::generate_n(room.begin(), size, [this] { return octet(); });
        return size;
    }
    if (!bank_) {
        const std::size_t size = std::min<std::size_t>(room.size(), CARD_E1_INTERRUPT_SIZE);
        std::generate_n(room.begin(), size, [this] { return octet(); });
        room[0] = static_cast<std::uint8_t>(upTo(6));
        return size;
    }
    card_bank_event e{};
    e.type = static_cast<card_u8>(upTo(10));
    e.port = static_cast<card_u8>(upTo(ports_));
    e.sequence = card_make16(once(10) ? octet() : ++eventSequence_);
    e.at = card_make32(once(10) ? static_cast<card_u32>(chance_()) : samples_);
    e.code = static_cast<card_u8>(upTo(10));
    e.flags = static_cast<card_u8>(upTo(3));
    e.a = card_make16(static_cast<card_u16>(upTo(30)));
    const std::size_t size = std::min(room.size(), sizeof e);
    std::memcpy(room.data(), &e, size);
    return size;
}

// What a host sends is right whatever it was told.
void LyingCard::look(const Endpoint& endpoint, Octets packet)
{
    const auto say = [&](const char* what) {
        if (wrong.empty())
            wrong = what;
    };
    if (packet.size() > endpoint.packetMax)
        say("a packet that is longer than its endpoint");
    if (endpoint.kind == Endpoint::Kind::bulk) {
        ++commands;
        if (packet.size() != CARD_BANK_COMMAND_SIZE)
            say("a command of another length");
        return;
    }
    ++packets;
    const auto header = [&] { return packet.size() < 4 ? std::size_t{0} : std::size_t{packet[2]} * packet[3]; };
    if (bank_ ? packet.size() < 4 || packet.size() != 4 + header()
              : packet.size() < 4 || (packet.size() - 4) % CARD_E1_FRAME != 0)
        say("a packet that is none");
}

// ---- The transport

class LyingTransfer final : public Transfer {
public:
    LyingTransfer(LyingCard& card, const Endpoint& e, unsigned packets, std::function<void(Outcome)> done)
        : Transfer(packets, e.packetMax), card_(card), endpoint_(e), done_(std::move(done)), timer_(card.loop_)
    {
    }
    Result<void> submit() override
    {
        if (card_.gone_)
            return Error{Errc::gone, "the card left the bus"};
        if (timer_.armed())
            card_.wrong = "a transfer that is given while it is under way";
        if (card_.once(20'000))
            return Error{Errc::io, "no memory"};
        for (std::size_t i = 0; !endpoint_.in() && i < packets_.size(); ++i)
            card_.look(endpoint_, Octets(buffer_).subspan(i * packetMax_, std::min(packetMax_, packets_[i].length)));
        const bool iso = endpoint_.kind == Endpoint::Kind::isochronous;
        const Duration inFlight = packets_.size() * 4 * 1ms; // four transfers follow each other
        const Duration usual = iso ? inFlight : endpoint_.in() ? Duration(8ms) : Duration(0ms);
        timer_.after(card_.once(50) ? usual + card_.upTo(300) * 1ms : usual, [this] { arrive(); });
        return {};
    }

private:
    void arrive()
    {
        if (card_.gone_)
            return done_(Outcome::gone);
        for (std::size_t i = 0; i < packets_.size(); ++i) {
            Packet& p = packets_[i];
            p.good = !card_.once(30);
            p.actual = p.length;
            if (endpoint_.in() && endpoint_.kind == Endpoint::Kind::interrupt)
                p.actual = static_cast<std::uint32_t>(card_.event(room(i)));
            else if (endpoint_.in() && endpoint_.feedback)
                p.actual = static_cast<std::uint32_t>(feedback(room(i)));
            else if (endpoint_.in())
                p.actual = static_cast<std::uint32_t>(card_.data(room(i)));
            if (card_.once(100))
                p.actual = static_cast<std::uint32_t>(card_.chance_()); // more than there is room for
        }
        const auto done = done_; // the last call may destroy this
        if (card_.once(5'000))
            card_.gone_ = true;
        done(card_.gone_ ? Outcome::gone : card_.once(100) ? Outcome::failed : Outcome::done);
    }
    std::size_t feedback(std::span<std::uint8_t> room)
    {
        const unsigned pace = card_.once(4) ? static_cast<unsigned>(card_.chance_()) : unsigned{CARD_E1_FEEDBACK};
        for (std::size_t i = 0; i < std::min<std::size_t>(room.size(), 3); ++i)
            room[i] = static_cast<std::uint8_t>(pace >> 8 * i);
        return card_.once(8) ? card_.chance_() % (room.size() + 1) : std::min<std::size_t>(room.size(), 3);
    }
    LyingCard& card_;
    Endpoint endpoint_;
    std::function<void(Outcome)> done_;
    Timer timer_;
};

class LyingDevice final : public Device {
public:
    explicit LyingDevice(LyingCard& card) : card_(card) {}
    Result<void> claim(unsigned) override
    {
        if (card_.once(50))
            return Error{Errc::busy, "another program has it"};
        return {};
    }
    void select(unsigned interface, unsigned setting, Done done) override
    {
        control({0x01, 11, static_cast<std::uint16_t>(setting), static_cast<std::uint16_t>(interface)}, {},
                std::move(done));
    }
    void control(const Request& r, OctetBuffer data, Done done) override
    {
        const Duration late = card_.once(10) ? card_.upTo(900) * 1ms : Duration::zero();
        card_.loop_.startTimer(card_.loop_.now() + late,
                               [this, life = std::weak_ptr(life_), r, data = std::move(data), done = std::move(done)] {
                                   if (!life.expired())
                                       done(card_.answer(r, data));
                               });
    }
    std::unique_ptr<Transfer> transfer(const Endpoint& e, unsigned packets, std::function<void(Outcome)> done) override
    {
        const bool data = e.kind == Endpoint::Kind::isochronous && !e.feedback;
        if ((data && e.packetMax > isoMax) || packets == 0)
            card_.wrong = "packets that USB does not have";
        return std::make_unique<LyingTransfer>(card_, e, packets, std::move(done));
    }

private:
    LyingCard& card_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

class LyingBus final : public Bus {
public:
    explicit LyingBus(LyingCard& card) : card_(card) {}
    Result<std::vector<DeviceFacts>> devices() override
    {
        if (card_.once(100))
            return Error{Errc::io, "the bus cannot be read"};
        return std::vector<DeviceFacts>{card_.facts()};
    }
    Result<std::unique_ptr<Device>> open(const DeviceFacts&) override
    {
        card_.gone_ = false;
        if (card_.once(50))
            return Error{Errc::denied, "not yours"};
        return std::unique_ptr<Device>(std::make_unique<LyingDevice>(card_));
    }
    Result<void> onArrival(Callback) override { return Error{Errc::unsupported, "it does not tell"}; }

private:
    LyingCard& card_;
};

std::unique_ptr<Bus> LyingCard::bus()
{
    return std::make_unique<LyingBus>(*this);
}

} // namespace callbox::tests
