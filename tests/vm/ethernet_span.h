// SPDX-License-Identifier: GPL-2.0-or-later
// The far end of a DAHDI span of kind "eth" (TDM over Ethernet), in user space: a line of the real driver with a cable
// that can be pulled and errors that can be made. It is the clock: the kernel's end sends a packet for each that it
// gets. HDLC of the D channel is spandsp's.
#pragma once
#include <array>
#include <callbox/base/edges.h>
#include <callbox/hal/span_io.h>
#include <deque>
#include <map>
#include <spandsp.h>
#include <vector>

namespace callbox::tests {

class EthernetSpan final : public hal::SpanIo {
public:
    // `interface`: the network interface at our end, whose address is 02:00:00:00:00:02; the kernel's end is ...:01.
    // `line`: one of several between the two, as the last part of DAHDI's address says.
    EthernetSpan(Loop& loop, std::string interface, std::uint8_t line = 0);
    ~EthernetSpan() override;
    Result<void> start(const hal::SpanConfig&, hal::SpanEvents&) override;
    void stop() noexcept override;
    Result<void> openSlot(hal::Timeslot) override;
    void closeSlot(hal::Timeslot) noexcept override;
    Result<void> sendFrame(Octets frame) override;

    void setCable(bool in);           // out: nothing is sent, what comes is not looked at
    void corrupt(unsigned frames);    // the next so many leave with a wrong FCS
    void dropBlock() { drop_ += 20; } // 160 samples that never arrive
    void setRemoteAlarm(bool on) { remoteAlarm_ = on; }
    // When an octet is on the line for the first time from here on: to the millisecond.
    struct Seen {
        std::uint8_t octet = 0;
        std::optional<TimePoint> sent, heard;
    };
    void lookFor(std::uint8_t octet) { seen_ = Seen{octet, {}, {}}; }
    [[nodiscard]] const Seen& seen() const { return seen_; }

private:
    struct Channel {
        OctetBuffer in;              // of a block
        std::deque<OctetBuffer> out; // blocks; the first is going out
    };
    void receive();
    void take(Octets packet);
    void hear(Octets samples, Channel&) const;
    void look(std::optional<TimePoint>& when, Octets samples) const;
    void pace();
    void sendOne();
    void tick();
    void tellLos(bool los);
    void tellFrames();
    std::uint8_t hdlcOut();
    static void onHdlc(void* self, const std::uint8_t* octets, int length, int ok);

    Loop& loop_;
    std::string interface_;
    std::uint8_t line_;
    Seen seen_;
    int socket_ = -1;
    std::unique_ptr<Watch> watch_;
    Timer pace_, quiet_;
    TimePoint next_{};             // packet of ours
    std::deque<OctetBuffer> came_; // audio of packets, in the order of slots
    hal::SpanConfig config_;
    hal::SpanEvents* events_ = nullptr;
    std::map<hal::Timeslot, Channel> channels_;
    std::deque<std::pair<OctetBuffer, bool>> frames_; // to go out; whether to corrupt it
    hdlc_rx_state_t* rx_ = nullptr;
    hdlc_tx_state_t* tx_ = nullptr;
    struct Heard {
        OctetBuffer frame;
        bool ok;
    };
    std::vector<Heard> heard_;
    std::uint64_t clock_ = 0;
    std::size_t at_ = 0; // samples of the block under way
    std::uint16_t sequence_ = 0;
    hal::Alarms alarms_{.los = true};
    bool cable_ = true, remoteAlarm_ = false;
    unsigned corrupt_ = 0, drop_ = 0;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace callbox::tests
