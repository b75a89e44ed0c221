// SPDX-License-Identifier: GPL-2.0-or-later
#include "lying_card.h"
#include <algorithm>

namespace callbox::tests {

using namespace hal::usb;

namespace {

constexpr std::uint32_t isoMax = 1023; // USB 2.0 5.6.3

} // namespace

LyingCard::LyingCard(Loop& loop, const firmware::Personality& kind, unsigned seed) : Liar(kind, seed), loop_(loop)
{
    configured();
}

DeviceFacts LyingCard::facts()
{
    const firmware::Personality& p = personality();
    DeviceFacts f{.location = "1-1",
                  .serial = "000000000000000a",
                  .model = "a card",
                  .vendor = static_cast<std::uint16_t>(p.stock ? CARD_ICE1_VENDOR : CARD_VENDOR),
                  .product = static_cast<std::uint16_t>(p.stock ? CARD_ICE1_PRODUCT : CARD_PRODUCT),
                  .release = 1,
                  .configuration = configuration()};
    if (once(50))
        spoil({reinterpret_cast<std::uint8_t*>(f.serial.data()), f.serial.size()});
    return f;
}

Result<OctetBuffer> LyingCard::ask(const Request& r, const OctetBuffer& data)
{
    if (gone_)
        return Error{Errc::gone, "the card left the bus"};
    if (once(20))
        return Error{upTo(1) ? Errc::unsupported : Errc::timeout, "stalled"};
    auto said = answer({r.type, r.request, r.value, r.index, static_cast<std::uint16_t>(data.size())}, data);
    if (!said)
        return Error{Errc::unsupported, "stalled"};
    return std::move(*said);
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
            card_.look(endpoint_.kind == Endpoint::Kind::bulk,
                       Octets(buffer_).subspan(i * packetMax_, std::min(packetMax_, packets_[i].length)), packetMax_);
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
                p.actual = static_cast<std::uint32_t>(card_.feedback(room(i)));
            else if (endpoint_.in())
                p.actual = static_cast<std::uint32_t>(card_.data(room(i)));
            if (card_.once(100))
                p.actual = card_.number(); // more than there is room for
        }
        const auto done = done_; // the last call may destroy this
        if (card_.once(5'000))
            card_.gone_ = true;
        done(card_.gone_ ? Outcome::gone : card_.once(100) ? Outcome::failed : Outcome::done);
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
                                       done(card_.ask(r, data));
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
