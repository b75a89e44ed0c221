// SPDX-License-Identifier: GPL-2.0-or-later
// The packets of one interface under way: as many milliseconds of IN and OUT as are asked for, feedback and events
// beside them. What fails now and then is gone over; what fails for good ends it.
#pragma once
#include "transport.h"
#include <memory>

namespace callbox::hal::usb {

class Stream {
public:
    static constexpr unsigned packetsEach = 4; // of a transfer: a wake-up each 4 ms
    class Owner {
    public:
        virtual void onPacket(Octets) = 0; // of IN, as it came; may be empty
        virtual void onSpoiled() = 0;      // one of IN that did not come
        // A packet to go out: how many octets of it, all of which are written.
        virtual std::size_t fillPacket(std::span<std::uint8_t> packet) = 0;
        virtual bool onFeedback(Octets) { return true; } // false: no card says so
        virtual void onEvent(Octets) = 0;                // of the interrupt endpoint
        virtual void onEventLost() = 0;                  // one did not come: nobody knows what it was
        virtual void onBroken(Error) = 0;                // the last call; Errc::gone: the card left

    protected:
        ~Owner() = default;
    };
    struct Counters {
        std::uint64_t packetsIn = 0, octetsIn = 0, packetsOut = 0;
        std::uint64_t spoiledIn = 0, spoiledOut = 0; // packets
        std::uint64_t badFeedback = 0;
        // Packets have moved, both ways, since then.
        [[nodiscard]] bool movedSince(const Counters& then) const
        {
            return packetsIn + spoiledIn != then.packetsIn + then.spoiledIn && packetsOut != then.packetsOut;
        }
    };

    struct Ways {
        Endpoint in, out;
        Endpoint feedback{}, interrupt{}; // address 0: there is none
    };

    // `inFlight`: milliseconds, 4..64 by 4. Owner may destroy the stream in any of its calls.
    Stream(Device& device, const Ways&, unsigned inFlight, Owner& owner);
    Result<void> start();
    [[nodiscard]] const Counters& counters() const { return counters_; }

private:
    void sent(Transfer&, Outcome);
    void received(Transfer&, Outcome);
    void fedBack(Transfer&, Outcome);
    void told(Transfer&, Outcome);
    void write(Transfer&);
    // Under way again. False: the stream has ended.
    bool again(Transfer&, Outcome, unsigned& failures, std::string_view what);
    void broken(Error);
    void add(const Endpoint&, unsigned packets, unsigned count, void (Stream::*done)(Transfer&, Outcome));

    Device& device_;
    Owner& owner_;
    Counters counters_;
    unsigned failedIn_ = 0, failedOut_ = 0, failedFeedback_ = 0, failedEvents_ = 0; // in a row
    bool broken_ = false;
    std::vector<std::unique_ptr<Transfer>> transfers_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace callbox::hal::usb
