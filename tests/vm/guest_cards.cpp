// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest_cards.h"
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <future>
#include <iostream>
#include <map>
#include <sys/socket.h>
#include <unistd.h>

namespace callbox::tests {

namespace fs = std::filesystem;
using namespace usbip;

namespace {

constexpr unsigned behindMax = 100; // ms made up for at once

std::uint32_t word(const OctetBuffer& o, std::size_t at)
{
    return std::uint32_t(o[at]) << 24 | std::uint32_t(o[at + 1]) << 16 | std::uint32_t(o[at + 2]) << 8 | o[at + 3];
}

void put(OctetBuffer& o, std::size_t at, std::uint32_t value)
{
    for (unsigned i = 0; i < 4; ++i)
        o[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

// Of a RET_SUBMIT, in octets: see wire.h.
constexpr std::uint32_t answerToSubmit = 3;
constexpr std::size_t headerSize = 48, descriptorSize = 16;
constexpr std::size_t statusAt = 20, lengthAt = 24, packetsAt = 32, errorsAt = 36;

} // namespace

struct GuestCards::Plug {
    int socket = -1;
    std::unique_ptr<Watch> reads;
    Reader reader;
    std::unique_ptr<Bus> bus;
    std::map<std::uint32_t, Asked> asked;
};

GuestCards::GuestCards(const firmware::Personality& made, unsigned count, hal::SpanType type, By by)
    : GuestCards(std::vector<firmware::Personality>(count, made), type, by)
{
}

GuestCards::GuestCards(const std::vector<firmware::Personality>& made, hal::SpanType type, By by)
    : by_(by), type_(type), clock_(loop_)
{
    const auto count = static_cast<unsigned>(made.size());
    const char* driver = by == By::libusb ? "! grep -q ^callbox_card /proc/modules || rmmod callbox_card"
                                          : "modprobe callbox_card alarm_loss_ms=300 alarm_remote_ms=100 "
                                            "alarm_recover_ms=300";
    if (std::system("modprobe vhci-hcd") != 0 || std::system(driver) != 0)
        std::cerr << "the modules cannot be loaded, or not be unloaded\n";
    for (unsigned i = 0; i < count; ++i)
        cards_.push_back(
            std::make_unique<VirtualCard>(made[i], fmt::format("{:016x}", i + 1), fmt::format("1-{}", i + 1)));
    for (unsigned i = 0; i + 1 < count; i += 2)
        if (!isBank(i) && !isBank(i + 1))
            cards_[i]->plug(0, *cards_[i + 1], 0);
    for (unsigned i = 0; i + 1 < count; ++i)
        for (unsigned port = 0; port < made[i].fxoPorts && port < made[i + 1].fxsPorts; ++port)
            cards_[i]->plugAnalog(port, *cards_[i + 1], made[i + 1].fxoPorts + port);
    plugs_.resize(count);
    answers_.resize(count);
    outs_.resize(count);
    next_ = loop_.now() + 1ms;
    clock_.at(next_, [this] { tick(); });
    thread_ = std::thread([this] { loop_.run(); });
}

GuestCards::~GuestCards()
{
    if (asFound_)
        assignByDahdi(true);
    for (unsigned i = 0; i < cards_.size(); ++i)
        unplug(i);
    for (unsigned i = 0; i < cards_.size(); ++i)
        gone(i);
    loop_.stop();
    thread_.join();
}

void GuestCards::on(const std::function<void()>& what)
{
    std::promise<void> done;
    loop_.post([&] {
        what();
        done.set_value();
    });
    done.get_future().wait();
}

void GuestCards::tick()
{
    // Nobody hears cards that are all unplugged; the guest's processor need not frame their lines.
    const bool heard = std::any_of(plugs_.begin(), plugs_.end(), [](const auto& plug) { return plug != nullptr; });
    unsigned frames = 0;
    for (; next_ <= loop_.now(); next_ += 1ms)
        if (heard && ++frames <= behindMax)
            for (const auto& c : cards_)
                c->millisecond();
    clock_.at(next_, [this] { tick(); });
}

// ---- The socket ----

bool GuestCards::plugIn(unsigned card)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    on([&] {
        auto plug = std::make_unique<Plug>();
        plug->socket = ends[0];
        plug->reader.imported();
        cards_[card]->device().busReset();
        plug->bus = std::make_unique<Bus>(cards_[card]->device(),
                                          [this, card](OctetBuffer o) { answered(card, std::move(o)); });
        cards_[card]->exported().bus = plug->bus.get();
        plug->reads = std::move(*loop_.watch(ends[0], Interest::read, [this, card] { readable(card); }));
        plugs_[card] = std::move(plug);
    });
    const bool attached = attachDevice(card, ends[1]);
    close(ends[1]);
    const auto out = [&] {
        bool dropped = false;
        on([&] { dropped = !plugs_[card]; });
        return dropped;
    };
    const auto ready = [&] {
        if (asFound_)
            return !dahdiDevice(hardware(card)).empty();
        return by_ == By::driver ? span(card) > 0 : firstLine(device(card) + "/bConfigurationValue") == "1";
    };
    return attached && waitFor([&] { return ready() || out(); }, 10s) && ready() &&
           (by_ == By::libusb || asFound_ || (become(card, type_) && configure(card)));
}

void GuestCards::leaveAsFound(bool assigned)
{
    asFound_ = true;
    assignByDahdi(assigned);
}

// As `dahdi_span_types` does. The driver's spans begin as E1s unless it was told otherwise.
bool GuestCards::become(unsigned card, hal::SpanType type)
{
    if (type == hal::SpanType::e1 || spanType(card) == "T1") // by default_linemode
        return true;
    const fs::path device = dahdiDevice(hardware(card));
    const auto tell = [&](const char* file, const char* what) {
        std::ofstream out(device / file);
        out << what << std::flush;
        return out.good();
    };
    const char* kind = fs::exists(device / "spantype") ? "spantype" : "dahdi_spantype"; // by the kernel's age
    const bool done = tell("unassign_span", "1") && tell(kind, "1:T1") && tell("assign_span", "1:0:0");
    if (!done)
        std::cerr << "card " << card << " did not become a T1\n";
    return done;
}

void GuestCards::unplug(unsigned card)
{
    on([&] { drop(card); });
}

void GuestCards::drop(unsigned card)
{
    auto plug = std::move(plugs_[card]);
    if (!plug)
        return;
    cards_[card]->exported().bus = nullptr;
    cards_[card]->device().busReset();
    plug->reads.reset();
    close(plug->socket);
}

bool GuestCards::gone(unsigned card)
{
    return waitFor([&] { return device(card).empty(); }, 10s);
}

void GuestCards::readable(unsigned card)
{
    std::array<std::uint8_t, 65536> buffer;
    const ssize_t n = recv(plugs_[card]->socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        return drop(card);
    plugs_[card]->reader.feed(Octets(buffer).first(static_cast<std::size_t>(n)));
    while (plugs_[card]) {
        auto request = plugs_[card]->reader.next();
        if (!request)
            return drop(card);
        if (!*request)
            return;
        if (auto* submit = std::get_if<Submit>(&**request)) {
            plugs_[card]->asked[submit->sequence] = {submit->in, submit->isochronous,
                                                     (submit->setup.type & 0x60) == 0x40, submit->endpoint,
                                                     submit->packets.size()};
            if (outs_[card] && submit->isochronous && !submit->in)
                for (const IsoPacket& p : submit->packets)
                    outs_[card](std::span(submit->data).subspan(p.offset, p.length));
            plugs_[card]->bus->submit(std::move(*submit));
        } else if (const auto* unlink = std::get_if<Unlink>(&**request)) {
            plugs_[card]->bus->unlink(*unlink);
        }
    }
}

void GuestCards::answered(unsigned card, OctetBuffer answer)
{
    if (!plugs_[card])
        return;
    if (word(answer, 0) == answerToSubmit) {
        const auto asked = plugs_[card]->asked.extract(word(answer, 4));
        if (!asked.empty() && answers_[card] && !answers_[card](asked.mapped(), answer))
            return;
    }
    for (std::size_t at = 0; at < answer.size();) {
        const ssize_t n = send(plugs_[card]->socket, answer.data() + at, answer.size() - at, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; // the kernel has let go of it: the watch tells
        at += static_cast<std::size_t>(n);
    }
}

void GuestCards::onAnswer(unsigned card, Answer answer)
{
    answers_[card] = std::move(answer);
}

void GuestCards::onOut(unsigned card, std::function<void(std::span<std::uint8_t>)> packet)
{
    outs_[card] = std::move(packet);
}

void loseAll(OctetBuffer& answer)
{
    constexpr std::uint32_t partly = static_cast<std::uint32_t>(-EXDEV);
    const std::uint32_t packets = word(answer, packetsAt);
    answer.erase(answer.begin() + headerSize, answer.end() - static_cast<std::ptrdiff_t>(packets * descriptorSize));
    put(answer, lengthAt, 0);
    put(answer, errorsAt, packets);
    for (std::uint32_t i = 0; i < packets; ++i) {
        put(answer, headerSize + i * descriptorSize + 8, 0);
        put(answer, headerSize + i * descriptorSize + 12, partly);
    }
}

void eachPacket(OctetBuffer& answer, const std::function<void(std::span<std::uint8_t>)>& packet)
{
    const std::size_t packets = word(answer, packetsAt), descriptors = answer.size() - packets * descriptorSize;
    for (std::size_t i = 0, at = headerSize; i < packets; ++i) {
        const std::size_t length = word(answer, descriptors + i * descriptorSize + 8);
        packet(std::span(answer).subspan(at, length));
        at += length;
    }
}

void fail(OctetBuffer& answer, int error)
{
    put(answer, statusAt, static_cast<std::uint32_t>(error));
}

// ---- What the kernel shows ----

bool GuestCards::configure(unsigned card, const SpanSettings& settings)
{
    if (isBank(card))
        return true;
    if (startSpan(span(card), type_, settings))
        return true;
    std::cerr << "configuring span " << span(card) << ": errno " << errno << "\n";
    return false;
}

std::string GuestCards::hardware(unsigned card) const
{
    return fmt::format("{:016x}{}", card + 1, isBank(card) ? ".bank" : "");
}

std::string GuestCards::id(unsigned card) const
{
    return by_ == By::libusb ? fmt::format("{:016x}/{}", card + 1, isBank(card) ? "bank" : "0") : hardware(card) + "/1";
}

int GuestCards::span(unsigned card) const
{
    return spanOf(hardware(card));
}

std::string GuestCards::spanType(unsigned card) const
{
    return firstLine(fmt::format("/sys/bus/dahdi_spans/devices/span-{}/spantype", span(card)));
}

int GuestCards::firstChannel(unsigned card) const
{
    return firstChannelOf(span(card));
}

std::string GuestCards::device(unsigned card) const
{
    return usbDevice(fmt::format("{:016x}", card + 1));
}

std::string GuestCards::status(unsigned card, const std::string& name) const
{
    return driverFile(device(card), name);
}

unsigned GuestCards::count(unsigned card, const std::string& name) const
{
    const std::string text = status(card, name);
    return text.empty() ? 0 : static_cast<unsigned>(std::stoul(text));
}

} // namespace callbox::tests
