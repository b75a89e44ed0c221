// SPDX-License-Identifier: GPL-2.0-or-later
// A card that lies (support/liar.h) and that the guest's kernel has: a thread of this process answers what vhci-hcd
// asks, faster than a line would, and some of it late, as failed, in another order or not at all.
#pragma once
#include "../support/liar.h"
#include "guest_kernel.h"
#include <atomic>
#include <deque>
#include <map>
#include <thread>

namespace callbox::tests {

class LyingGuestCard {
public:
    // Our driver is loaded, with what `parameters` say if it was not.
    LyingGuestCard(const firmware::Personality&, unsigned seed, const std::string& parameters = {});
    ~LyingGuestCard();
    LyingGuestCard(const LyingGuestCard&) = delete;
    LyingGuestCard& operator=(const LyingGuestCard&) = delete;

    // Until it has a span; false: the kernel made no device of it, or our driver does not want it. With the last of
    // `packets` it is gone, whatever the driver does then.
    bool plugIn(std::uint64_t packets = UINT64_MAX);
    void unplug();                                // returns when the kernel has let go of it
    [[nodiscard]] bool in() const { return in_; } // it may have been thrown out

    // By where it is plugged in, for it may lie of its serial number. Empty, or 0: there is none.
    [[nodiscard]] std::string device() const { return deviceAt(port); }
    [[nodiscard]] int span() const { return spanBelow(device()); }
    [[nodiscard]] std::uint64_t packets() const { return packets_; } // so far, both ways

    // Runs on the card's thread, and waits for it.
    void on(const std::function<void()>& what);
    // ---- On the card's thread, or before it is plugged in
    Liar liar;
    // The answer to a control request, after all that is left to chance.
    std::function<void(const firmware::Setup&, OctetBuffer& answer)> onAnswer;

private:
    static constexpr unsigned port = 7; // of the host controller; the others are for cards that do not lie
    struct Plug;
    void drop();
    void readable();
    void submit(usbip::Submit);
    void control(usbip::Submit&);
    void tick();
    void serve(usbip::Submit&);
    void say(const OctetBuffer&);

    const bool bank_;
    std::atomic<bool> in_{false};
    std::atomic<std::uint64_t> packets_{0};
    std::uint64_t last_ = UINT64_MAX; // of them, until it is gone
    RealLoop loop_;
    Timer clock_;
    OctetBuffer configuration_; // as it is told this time
    std::unique_ptr<Plug> plug_;
    // By endpoint: what waits, and until when nothing is answered.
    std::map<std::uint8_t, std::deque<usbip::Submit>> waiting_;
    std::map<std::uint8_t, TimePoint> late_;
    std::uint32_t frame_ = 0;
    std::thread thread_;
};

} // namespace callbox::tests
