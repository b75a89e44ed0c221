// SPDX-License-Identifier: GPL-2.0-or-later
// The packets of one E1 port under way: as many milliseconds of IN and OUT as are asked for, feedback and events beside
// them. What fails now and then is gone over; what fails for good ends it.
#pragma once
#include "descriptors.h"
#include "pace.h"
#include <memory>

namespace callbox::hal::usb {

class Stream {
public:
    class Owner {
    public:
        virtual void onPacket(Octets) = 0; // of IN, as it came; may be empty
        virtual void onSpoiled() = 0;      // one of IN that did not come
        // Frames to go out, 32 octets each; all of them are written.
        virtual void fill(std::span<std::uint8_t> frames) = 0;
        virtual void onEvent(Octets) = 0; // of the interrupt endpoint
        virtual void onBroken(Error) = 0; // the last call; Errc::gone: the card left

    protected:
        ~Owner() = default;
    };
    struct Counters {
        std::uint64_t packetsIn = 0, octetsIn = 0, packetsOut = 0;
        std::uint64_t spoiledIn = 0, spoiledOut = 0; // packets
        std::uint64_t badFeedback = 0;
    };

    // `inFlight`: milliseconds, 4..64 by 4. Owner may destroy the stream in any of its calls.
    Stream(Device& device, const E1Interface& port, unsigned inFlight, Owner& owner);
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
    E1Interface port_;
    Owner& owner_;
    Pace pace_;
    Counters counters_;
    unsigned failedIn_ = 0, failedOut_ = 0, failedFeedback_ = 0, failedEvents_ = 0; // in a row
    bool broken_ = false;
    std::vector<std::unique_ptr<Transfer>> transfers_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace callbox::hal::usb
