// SPDX-License-Identifier: GPL-2.0-or-later
#include "usbip_host.h"
#include <algorithm>
#include <map>

namespace callbox::tests {

namespace {

using namespace hal::usb;
using usbip::VirtualCard;

constexpr std::size_t headerSize = 48, isoSize = 16;
constexpr std::int32_t brokenPipe = -32;

void put(OctetBuffer& out, std::initializer_list<std::uint32_t> words)
{
    for (const std::uint32_t v : words)
        for (int shift = 24; shift >= 0; shift -= 8)
            out.push_back(static_cast<std::uint8_t>(v >> shift));
}
std::uint32_t wordAt(Octets in, std::size_t at)
{
    return static_cast<std::uint32_t>(in[at]) << 24 | static_cast<std::uint32_t>(in[at + 1]) << 16 |
           static_cast<std::uint32_t>(in[at + 2]) << 8 | in[at + 3];
}

struct Reply {
    std::int32_t status = 0;
    Octets data;
    std::vector<Packet> packets; // isochronous
};

} // namespace

// One URB after the other; answers are found by their numbers.
struct UsbipHost::Plugged {
    explicit Plugged(VirtualCard& c)
        : card(c), connection(std::make_unique<usbip::Connection>(std::vector<usbip::Export*>{}, [this](OctetBuffer o) {
              came.insert(came.end(), o.begin(), o.end());
          }))
    {
        connection->attach(card.exported());
    }
    struct Waiting {
        std::size_t isoPackets = 0;
        bool in = false;
        std::function<void(const Reply&)> done; // none: it was taken back
    };

    std::uint32_t submit(const Endpoint& e, const Request& r, std::uint32_t length, Octets data,
                         const std::vector<Packet>* iso, std::uint32_t stride, std::function<void(const Reply&)> done)
    {
        const std::uint32_t number = ++last;
        OctetBuffer out;
        put(out, {1, number, 0x00010001, e.in() ? 1U : 0U, e.address & 0x0fU, 0, length, 0,
                  iso ? static_cast<std::uint32_t>(iso->size()) : 0U, 1});
        const std::uint8_t setup[8] = {r.type,
                                       r.request,
                                       static_cast<std::uint8_t>(r.value),
                                       static_cast<std::uint8_t>(r.value >> 8),
                                       static_cast<std::uint8_t>(r.index),
                                       static_cast<std::uint8_t>(r.index >> 8),
                                       static_cast<std::uint8_t>(length),
                                       static_cast<std::uint8_t>(length >> 8)};
        out.insert(out.end(), setup, setup + 8);
        out.insert(out.end(), data.begin(), data.end());
        for (std::uint32_t i = 0; iso && i < iso->size(); ++i)
            put(out, {i * stride, (*iso)[i].length, 0, 0});
        waiting[number] = {iso ? iso->size() : 0, e.in(), std::move(done)};
        say(out);
        return number;
    }
    void takeBack(std::uint32_t number)
    {
        const auto it = waiting.find(number);
        if (it == waiting.end())
            return;
        it->second.done = nullptr;
        OctetBuffer out;
        put(out, {2, ++last, 0x00010001, 0, 0, number});
        out.resize(headerSize);
        unlinks[last] = number;
        say(out);
    }
    void say(const OctetBuffer& out)
    {
        if (connection && !connection->receive(out))
            broken = true;
        hear();
    }
    // Answers that have come whole.
    void hear()
    {
        for (bool more = true; more;)
            more = hearOne();
    }
    bool hearOne()
    {
        if (came.size() < headerSize)
            return false;
        const Octets in(came);
        const std::uint32_t number = wordAt(in, 4);
        if (wordAt(in, 0) == 4) { // taken back, or answered before
            if (wordAt(in, 20) != 0)
                waiting.erase(unlinks[number]);
            unlinks.erase(number);
            came.erase(came.begin(), came.begin() + headerSize);
            return true;
        }
        Waiting w = std::move(waiting.at(number));
        const std::uint32_t actual = wordAt(in, 24);
        const std::size_t data = w.in ? actual : 0, whole = headerSize + data + w.isoPackets * isoSize;
        if (in.size() < whole)
            return waiting[number] = std::move(w), false;
        waiting.erase(number);
        const OctetBuffer pdu(in.begin(), in.begin() + std::ptrdiff_t(whole));
        came.erase(came.begin(), came.begin() + std::ptrdiff_t(whole));
        Reply reply{static_cast<std::int32_t>(wordAt(pdu, 20)), Octets(pdu).subspan(headerSize, data), {}};
        for (std::size_t i = 0; i < w.isoPackets; ++i) {
            const std::size_t at = headerSize + data + i * isoSize;
            reply.packets.push_back({wordAt(pdu, at + 4), wordAt(pdu, at + 8), wordAt(pdu, at + 12) == 0});
        }
        if (w.done)
            w.done(reply);
        return true;
    }
    // A request that is answered at once, as control transfers are.
    std::pair<std::int32_t, OctetBuffer> control(const Request& r, OctetBuffer data)
    {
        std::pair<std::int32_t, OctetBuffer> out{brokenPipe, {}};
        const Endpoint zero{static_cast<std::uint8_t>(r.in() ? 0x80 : 0)};
        submit(zero, r, static_cast<std::uint32_t>(data.size()), r.in() ? Octets() : Octets(data), nullptr, 0,
               [&](const Reply& reply) {
                   out = {reply.status, OctetBuffer(reply.data.begin(), reply.data.end())};
               });
        return out;
    }
    std::string text(std::uint8_t index)
    {
        const auto [status, o] =
            control({0x80, 6, static_cast<std::uint16_t>(0x0300 | index), 0x0409}, OctetBuffer(255));
        std::string s;
        for (std::size_t at = 2; status == 0 && at < o.size(); at += 2)
            s += static_cast<char>(o[at]);
        return s;
    }
    void enumerate()
    {
        const OctetBuffer d = control({0x80, 6, 0x0100, 0}, OctetBuffer(18)).second;
        const auto word = [&](std::size_t at) { return static_cast<std::uint16_t>(d.at(at) | d.at(at + 1) << 8); };
        facts.location = card.exported().busId;
        facts.vendor = word(8);
        facts.product = word(10);
        facts.release = word(12);
        facts.model = text(d.at(15));
        facts.serial = text(d.at(16));
        const OctetBuffer head = control({0x80, 6, 0x0200, 0}, OctetBuffer(9)).second;
        facts.configuration =
            control({0x80, 6, 0x0200, 0}, OctetBuffer(head.at(2) | static_cast<std::size_t>(head.at(3)) << 8)).second;
        control({0x00, 9, 1, 0}, {});
    }

    VirtualCard& card;
    OctetBuffer came;
    std::unique_ptr<usbip::Connection> connection; // none: the card was pulled
    DeviceFacts facts;
    std::uint32_t last = 0;
    std::map<std::uint32_t, Waiting> waiting;
    std::map<std::uint32_t, std::uint32_t> unlinks;
    std::map<unsigned, int> claimed; // interface: programs
    unsigned loseIn = 0, loseEvents = 0;
    bool lossIsNoticed = false;
    std::uint8_t refused = 0; // request
    std::function<void(std::span<std::uint8_t>)> onOut;
    bool taken = false, gone = false, broken = false;
    std::vector<std::function<void()>> left; // called when the card is pulled
};

namespace {

using Plugged = UsbipHost::Plugged;

// Packets of one endpoint. The answer is told in a turn of its own.
class HostTransfer final : public Transfer {
public:
    HostTransfer(Loop& loop, std::shared_ptr<Plugged> card, const Endpoint& e, unsigned count,
                 std::function<void(Outcome)> done)
        : Transfer(count, e.packetMax), loop_(loop), card_(std::move(card)), endpoint_(e),
          done_(std::make_shared<std::function<void(Outcome)>>(std::move(done)))
    {
    }
    ~HostTransfer() override
    {
        if (underWay_)
            card_->takeBack(*underWay_);
    }
    Result<void> submit() override
    {
        if (card_->gone)
            return Error{Errc::gone, "the card left the bus"};
        const bool iso = endpoint_.kind == Endpoint::Kind::isochronous;
        if (!endpoint_.in() && iso && card_->onOut)
            for (std::size_t i = 0; i < packets_.size(); ++i)
                card_->onOut(room(i).first(packets_[i].length));
        for (Packet& p : packets_)
            p.length = endpoint_.in() ? packetMax_ : p.length;
        const auto self = std::weak_ptr(life_);
        underWay_ = 0; // its number is known when the call returns; isochronous and interrupt answers come later
        atOnce_ = false;
        const std::size_t length = iso || endpoint_.in() ? buffer_.size() : packets_[0].length;
        underWay_ = card_->submit(endpoint_, {}, static_cast<std::uint32_t>(length),
                                  endpoint_.in() ? Octets() : Octets(buffer_).first(length), iso ? &packets_ : nullptr,
                                  packetMax_, [this, self](const Reply& r) {
                                      if (!self.expired())
                                          answered(r);
                                  });
        if (atOnce_) // a bulk transfer
            underWay_.reset();
        return {};
    }
    void pulled()
    {
        if (std::exchange(underWay_, std::nullopt))
            tell(Outcome::gone);
    }

private:
    void answered(const Reply& r)
    {
        underWay_.reset();
        const bool lost = endpoint_.kind == Endpoint::Kind::interrupt && card_->loseEvents > 0;
        card_->loseEvents -= lost ? 1 : 0;
        if (lost && !card_->lossIsNoticed)
            return void(submit());
        atOnce_ = true;
        std::size_t at = 0;
        for (std::size_t i = 0; !lost && i < packets_.size(); ++i) {
            Packet& p = packets_[i];
            p.actual = r.packets.empty() ? static_cast<std::uint32_t>(r.data.size()) : r.packets[i].actual;
            p.good = r.packets.empty() ? r.status == 0 : r.packets[i].good;
            if (!endpoint_.in())
                continue;
            const Octets data = r.data.subspan(at, p.actual);
            std::copy(data.begin(), data.end(), room(i).begin());
            at += p.actual;
            if (card_->loseIn > 0 && endpoint_.packetMax > 100) {
                --card_->loseIn;
                p = {p.length, 0, false};
            }
        }
        tell(r.status == 0 && !lost ? Outcome::done : Outcome::failed);
    }
    void tell(Outcome o)
    {
        loop_.post([self = std::weak_ptr(life_), done = done_, o] {
            if (!self.expired())
                (*done)(o);
        });
    }
    Loop& loop_;
    std::shared_ptr<Plugged> card_;
    Endpoint endpoint_;
    std::shared_ptr<std::function<void(Outcome)>> done_;
    std::optional<std::uint32_t> underWay_;
    bool atOnce_ = false; // answered while it was submitted
    std::shared_ptr<HostTransfer*> life_ = std::make_shared<HostTransfer*>(this);

public:
    [[nodiscard]] std::weak_ptr<HostTransfer*> handle() const { return life_; }
};

class HostDevice final : public Device {
public:
    HostDevice(Loop& loop, std::shared_ptr<Plugged> card) : loop_(loop), card_(std::move(card)) {}
    ~HostDevice() override
    {
        for (const unsigned i : mine_) { // as the kernel does when a program lets go
            --card_->claimed[i];
            card_->control({0x01, 11, 0, static_cast<std::uint16_t>(i)}, {});
        }
    }
    Result<void> claim(unsigned interface) override
    {
        if (card_->gone)
            return Error{Errc::gone, "the card left the bus"};
        if (card_->taken || card_->claimed[interface] > 0)
            return Error{Errc::busy, "another program has interface " + std::to_string(interface)};
        ++card_->claimed[interface];
        mine_.push_back(interface);
        return {};
    }
    void select(unsigned interface, unsigned setting, Done done) override
    {
        const Request r{0x01, 11, static_cast<std::uint16_t>(setting), static_cast<std::uint16_t>(interface)};
        control(r, {}, std::move(done));
    }
    void control(const Request& r, OctetBuffer data, Done done) override
    {
        Result<OctetBuffer> result = Error{Errc::gone, "the card left the bus"};
        if ((r.type & 0x60) == 0x40 && r.request == card_->refused) {
            result = Error{Errc::unsupported, "stalled"};
        } else if (!card_->gone) {
            auto [status, came] = card_->control(r, std::move(data));
            result = status == 0 ? Result<OctetBuffer>(std::move(came))
                                 : Result<OctetBuffer>(Error{Errc::unsupported, "stalled"});
        }
        loop_.post([self = std::weak_ptr(life_), done = std::move(done), result = std::move(result)] {
            if (!self.expired())
                done(result);
        });
    }
    std::unique_ptr<Transfer> transfer(const Endpoint& e, unsigned packets, std::function<void(Outcome)> done) override
    {
        auto t = std::make_unique<HostTransfer>(loop_, card_, e, packets, std::move(done));
        card_->left.emplace_back([h = t->handle()] {
            if (const auto alive = h.lock())
                (*alive)->pulled();
        });
        return t;
    }

private:
    Loop& loop_;
    std::shared_ptr<Plugged> card_;
    std::vector<unsigned> mine_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace

class HostBus final : public Bus {
public:
    explicit HostBus(UsbipHost& host) : host_(host) {}
    Result<std::vector<DeviceFacts>> devices() override
    {
        std::vector<DeviceFacts> all;
        for (const auto& p : host_.plugged_)
            all.push_back(p->facts);
        return all;
    }
    Result<std::unique_ptr<Device>> open(const DeviceFacts& facts) override
    {
        for (const auto& p : host_.plugged_)
            if (p->facts.location == facts.location)
                return std::unique_ptr<Device>(std::make_unique<HostDevice>(host_.loop_, p));
        return Error{Errc::gone, "the card left the bus"};
    }
    Result<void> onArrival(Callback cb) override
    {
        arrived_ = std::make_shared<Callback>(std::move(cb));
        host_.arrivals_.push_back(arrived_);
        return {};
    }

private:
    UsbipHost& host_;
    std::shared_ptr<Callback> arrived_;
};

UsbipHost::~UsbipHost()
{
    while (!plugged_.empty())
        unplug(plugged_.front()->card);
}

UsbipHost::Plugged* UsbipHost::find(const VirtualCard& card)
{
    const auto it = std::find_if(plugged_.begin(), plugged_.end(), [&](const auto& p) { return &p->card == &card; });
    return it == plugged_.end() ? nullptr : it->get();
}

void UsbipHost::plug(VirtualCard& card)
{
    auto p = std::make_shared<Plugged>(card);
    p->enumerate();
    plugged_.push_back(std::move(p));
    for (const auto& weak : std::exchange(arrivals_, {})) {
        if (weak.expired())
            continue;
        arrivals_.push_back(weak);
        loop_.post([weak] {
            if (const auto cb = weak.lock())
                (*cb)();
        });
    }
}

void UsbipHost::unplug(VirtualCard& card)
{
    const auto it = std::find_if(plugged_.begin(), plugged_.end(), [&](const auto& p) { return &p->card == &card; });
    if (it == plugged_.end())
        return;
    const std::shared_ptr<Plugged> p = *it;
    plugged_.erase(it);
    p->gone = true;
    p->connection.reset(); // programs may keep the device open for a while
    p->waiting.clear();
    p->came.clear();
    for (const auto& told : std::exchange(p->left, {}))
        told();
}

void UsbipHost::run(std::vector<VirtualCard*> cards)
{
    running_ = std::move(cards);
    next_ = loop_.now() + 1ms;
    clock_.at(next_, [this] { tick(); });
}

void UsbipHost::tick()
{
    for (; next_ <= loop_.now(); next_ += 1ms) {
        for (VirtualCard* c : running_)
            c->millisecond();
        for (const auto& p : std::list(plugged_))
            if (loop_.now() >= stands_)
                p->hear();
        for (VirtualCard* c : running_)
            if (c->takeLeaving())
                replug(*c);
    }
    clock_.at(next_, [this] { tick(); });
}

void UsbipHost::replug(VirtualCard& card)
{
    if (!find(card))
        return;
    unplug(card);
    loop_.post([this, life = std::weak_ptr(life_), &card] {
        if (!life.expired() && card.exported().present && !find(card))
            plug(card);
    });
}

std::unique_ptr<Bus> UsbipHost::bus()
{
    return std::make_unique<HostBus>(*this);
}

void UsbipHost::loseIn(VirtualCard& card, unsigned packets)
{
    if (Plugged* p = find(card))
        p->loseIn += packets;
}

void UsbipHost::loseEvents(VirtualCard& card, unsigned events, bool noticed)
{
    if (Plugged* p = find(card)) {
        p->loseEvents = events;
        p->lossIsNoticed = noticed;
    }
}

unsigned UsbipHost::eventsToLose(const VirtualCard& card)
{
    const Plugged* p = find(card);
    return p ? p->loseEvents : 0;
}

void UsbipHost::refuse(VirtualCard& card, std::uint8_t request)
{
    if (Plugged* p = find(card))
        p->refused = request;
}

void UsbipHost::onOut(VirtualCard& card, std::function<void(std::span<std::uint8_t>)> look)
{
    if (Plugged* p = find(card))
        p->onOut = std::move(look);
}

void UsbipHost::take(VirtualCard& card, bool taken)
{
    if (Plugged* p = find(card))
        p->taken = taken;
}

std::size_t UsbipHost::underWay(VirtualCard& card)
{
    const Plugged* p = find(card);
    return p ? p->waiting.size() : 0;
}

} // namespace callbox::tests
