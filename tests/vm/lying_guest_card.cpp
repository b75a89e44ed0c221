// SPDX-License-Identifier: GPL-2.0-or-later
#include "lying_guest_card.h"
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <future>
#include <iostream>
#include <sys/socket.h>
#include <unistd.h>

namespace callbox::tests {

using namespace usbip;

namespace {

constexpr std::size_t isoMax = 1023;                                            // USB 2.0 5.6.3
constexpr unsigned standardIn = 0x80, getDescriptor = 6, configurationType = 2; // USB 2.0 9.4

} // namespace

struct LyingGuestCard::Plug {
    int socket = -1;
    std::unique_ptr<Watch> reads;
    Reader reader;
};

LyingGuestCard::LyingGuestCard(const firmware::Personality& kind, unsigned seed, const std::string& parameters)
    : liar(kind, seed), bank_(kind.e1Ports == 0), clock_(loop_)
{
    if (std::system(("modprobe vhci-hcd && modprobe callbox_card " + parameters).c_str()) != 0)
        std::cerr << "the modules cannot be loaded\n";
    clock_.after(1ms, [this] { tick(); });
    thread_ = std::thread([this] { loop_.run(); });
}

LyingGuestCard::~LyingGuestCard()
{
    unplug();
    loop_.stop();
    thread_.join();
}

void LyingGuestCard::on(const std::function<void()>& what)
{
    std::promise<void> done;
    loop_.post([&] {
        what();
        done.set_value();
    });
    done.get_future().wait();
}

bool LyingGuestCard::plugIn(std::uint64_t packets)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    on([&] {
        configuration_ = liar.configuration();
        plug_ = std::make_unique<Plug>();
        plug_->socket = ends[0];
        plug_->reader.imported();
        plug_->reads = std::move(*loop_.watch(ends[0], Interest::read, [this] { readable(); }));
        last_ = packets < UINT64_MAX - packets_ ? packets_ + packets : UINT64_MAX;
        in_ = true;
    });
    KernelEar ear;
    const bool attached = attachDevice(port, ends[1]);
    close(ends[1]);
    if (!attached)
        return false;
    // Refused: the kernel says so, or it is there, and for a while nobody looks at it.
    const std::string notEven = fmt::format("port{}: unable to enumerate", port + 1);
    unsigned unwanted = 0;
    waitFor(
        [&] {
            const std::string now = device();
            unwanted = !now.empty() && !takenByDriver(now) ? unwanted + 1 : 0;
            return !in_ || unwanted > 50 || spanBelow(now) > 0 || ear.hears(notEven);
        },
        20s);
    return span() > 0;
}

void LyingGuestCard::unplug()
{
    on([&] { drop(); });
    waitFor([&] { return device().empty(); }, 20s);
}

void LyingGuestCard::drop()
{
    in_ = false;
    if (!plug_)
        return;
    plug_->reads.reset();
    close(plug_->socket);
    plug_.reset();
    waiting_.clear();
    late_.clear();
}

void LyingGuestCard::say(const OctetBuffer& answer)
{
    for (std::size_t at = 0; plug_ && at < answer.size();) {
        const ssize_t n = send(plug_->socket, answer.data() + at, answer.size() - at, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; // the kernel has let go of it: the watch tells
        at += static_cast<std::size_t>(n);
    }
}

void LyingGuestCard::readable()
{
    std::array<std::uint8_t, 65536> buffer;
    const ssize_t n = recv(plug_->socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        return drop();
    plug_->reader.feed(Octets(buffer).first(static_cast<std::size_t>(n)));
    while (plug_) {
        auto request = plug_->reader.next();
        if (!request)
            return drop();
        if (!*request)
            return;
        if (auto* asked = std::get_if<Submit>(&**request)) {
            submit(std::move(*asked));
        } else if (const auto* unlink = std::get_if<Unlink>(&**request)) {
            std::size_t found = 0;
            for (auto& [endpoint, queue] : waiting_)
                found += std::erase_if(queue, [&](const Submit& s) { return s.sequence == unlink->victim; });
            say(unlinkReply(*unlink, found ? unlinked : 0));
        }
    }
}

void LyingGuestCard::submit(Submit s)
{
    if (s.endpoint == 0)
        return control(s);
    if (!s.in && !s.isochronous) {
        liar.look(true, s.data, isoMax);
        const bool fails = liar.once(30);
        return say(submitReply(s, fails ? (liar.upTo(1) ? brokenPipe : -EPROTO) : 0, {}, fails ? 0 : s.length));
    }
    waiting_[static_cast<std::uint8_t>(s.endpoint | (s.in ? 0x80 : 0))].push_back(std::move(s));
}

void LyingGuestCard::control(Submit& s)
{
    s.data.resize(s.length);
    const bool vendor = (s.setup.type & 0x60) == 0x40;
    if (vendor && liar.once(300)) {
        waiting_[0].push_back(std::move(s)); // never
        return;
    }
    if (liar.once(vendor ? 20 : 200))
        return say(submitReply(s, liar.upTo(1) ? brokenPipe : -EPROTO, {}, 0));
    auto answer = vendor ? liar.answer(s.setup, s.data) : liar.control(s.setup, s.data);
    if (s.setup.type == standardIn && s.setup.request == getDescriptor && s.setup.value >> 8 == configurationType)
        answer = configuration_;
    if (!answer)
        return say(submitReply(s, brokenPipe, {}, 0));
    if (onAnswer)
        onAnswer(s.setup, *answer);
    answer->resize(std::min<std::size_t>(answer->size(), s.length));
    say(submitReply(s, 0, s.in ? Octets(*answer) : Octets(), s.length));
}

void LyingGuestCard::tick()
{
    ++frame_;
    for (auto& [endpoint, queue] : waiting_) {
        if (endpoint == 0 || queue.empty() || loop_.now() < late_[endpoint])
            continue;
        if (liar.once(200))
            late_[endpoint] = loop_.now() + liar.upTo(liar.once(20) ? 3000 : 100) * 1ms;
        if (!queue.front().isochronous && liar.upTo(7) != 0)
            continue; // an event now and then
        std::deque<Submit> now;
        now.swap(queue);
        if (liar.once(50))
            std::reverse(now.begin(), now.end());
        for (Submit& s : now)
            if (packets_ < last_)
                serve(s);
    }
    if (packets_ >= last_)
        drop();
    clock_.after(1ms, [this] { tick(); });
}

void LyingGuestCard::serve(Submit& s)
{
    if (s.in)
        s.data.resize(s.length);
    if (!s.isochronous) {
        const std::size_t n = liar.event(s.data);
        const bool fails = liar.once(100);
        return say(
            submitReply(s, fails ? (liar.upTo(1) ? brokenPipe : -EPROTO) : 0, Octets(s.data).first(fails ? 0 : n), 0));
    }
    for (IsoPacket& p : s.packets) {
        const auto room = std::span(s.data).subspan(p.offset, p.length);
        if (s.in)
            p.actual =
                static_cast<std::uint32_t>(!bank_ && s.packets.size() == 1 ? liar.feedback(room) : liar.data(room));
        else
            liar.look(false, room, isoMax), p.actual = p.length;
        if (liar.once(30))
            p.status = liar.upTo(1) ? -EILSEQ : -EXDEV;
    }
    packets_ += s.packets.size();
    constexpr std::array failures{-EPROTO, -EPIPE, -EOVERFLOW, -EILSEQ};
    say(isoReply(s, liar.once(200) ? failures[liar.upTo(3)] : 0, frame_));
}

} // namespace callbox::tests
