// SPDX-License-Identifier: GPL-2.0-or-later
#include "link.h"
#include <deque>

namespace callbox::hal::virtualspan {

namespace {

// What both ends share; lives until the last of them is gone.
struct Wire {
    explicit Wire(Loop& l) : loop(l) {}
    Loop& loop;
    LinkEvents* events[2] = {nullptr, nullptr}; // set while started
    bool connected = false;
    std::deque<std::pair<int, OctetBuffer>> flying; // destination, packet
    std::vector<OctetBuffer> spare;                 // buffers to use again
};

class LocalLink final : public Link {
public:
    LocalLink(std::shared_ptr<Wire> wire, int side) : wire_(std::move(wire)), side_(side) {}
    ~LocalLink() override { LocalLink::stop(); }

    Result<void> start(LinkEvents& events) override
    {
        wire_->events[side_] = &events;
        wire_->loop.post([weak = std::weak_ptr(wire_)] {
            if (auto w = weak.lock(); w && !w->connected && w->events[0] && w->events[1]) {
                w->connected = true;
                for (LinkEvents* e : {w->events[0], w->events[1]})
                    e->onConnected();
            }
        });
        return {};
    }
    void stop() noexcept override
    {
        wire_->events[side_] = nullptr;
        if (!std::exchange(wire_->connected, false))
            return;
        wire_->flying.clear();
        wire_->loop.post([weak = std::weak_ptr(wire_), other = 1 - side_] {
            if (auto w = weak.lock(); w && w->events[other] && !w->connected)
                w->events[other]->onDisconnected();
        });
    }
    bool send(Octets packet) override
    {
        if (!wire_->connected)
            return false;
        OctetBuffer buffer;
        if (!wire_->spare.empty()) {
            buffer = std::move(wire_->spare.back());
            wire_->spare.pop_back();
        }
        buffer.assign(packet.begin(), packet.end());
        wire_->flying.emplace_back(1 - side_, std::move(buffer));
        wire_->loop.post([weak = std::weak_ptr(wire_)] {
            if (auto w = weak.lock())
                deliver(*w);
        });
        return true;
    }

private:
    static void deliver(Wire& w)
    {
        if (w.flying.empty())
            return;
        auto [to, packet] = std::move(w.flying.front());
        w.flying.pop_front();
        if (w.events[to])
            w.events[to]->onPacket(packet);
        if (w.spare.size() < 64)
            w.spare.push_back(std::move(packet));
    }
    std::shared_ptr<Wire> wire_;
    int side_;
};

} // namespace

std::pair<std::unique_ptr<Link>, std::unique_ptr<Link>> makeLocalLinks(Loop& loop)
{
    auto wire = std::make_shared<Wire>(loop);
    return {std::make_unique<LocalLink>(wire, 0), std::make_unique<LocalLink>(wire, 1)};
}

} // namespace callbox::hal::virtualspan
