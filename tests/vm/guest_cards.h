// SPDX-License-Identifier: GPL-2.0-or-later
// Virtual cards that the guest's own kernel has: their firmware runs in a thread of this process, vhci-hcd is at the
// other end of a socket, our driver makes spans of them. What goes wrong on a line, on the bus or with a card is done
// here.
#pragma once
#include "boards/usbip/virtual_card.h"
#include "guest_kernel.h"
#include <callbox/base/loop.h>
#include <callbox/hal/types.h>
#include <thread>

namespace callbox::tests {

class GuestCards {
public:
    // Who has the ports of a card that is plugged in: our driver, whose module is loaded with alarms that take 300 ms
    // and stays, or whoever asks for them, by libusb.
    enum class By { driver, libusb };
    // As many as `count`, the lines of each two plugged into each other. Plugged in are none.
    explicit GuestCards(const firmware::Personality&, unsigned count = 2, hal::SpanType type = hal::SpanType::e1,
                        By by = By::driver);
    // One of each; analog ports are plugged into those of the next card, port n into port n. A card without E1 ports
    // has its bank as its span.
    explicit GuestCards(const std::vector<firmware::Personality>&, hal::SpanType type = hal::SpanType::e1,
                        By by = By::driver);
    ~GuestCards();
    GuestCards(const GuestCards&) = delete;
    GuestCards& operator=(const GuestCards&) = delete;

    // Returns when the driver has made a span of it, and started it, or the kernel has configured it for libusb; false:
    // it did not in 10 s, or the card was pulled out.
    bool plugIn(unsigned card);
    // From now on nobody touches what has come: no dahdi_cfg, and with `assigned` false no numbers of DAHDI either.
    void leaveAsFound(bool assigned);
    // From one moment to the next, as a cable is pulled. Returns at once.
    void unplug(unsigned card);
    // The kernel does not know it any more; false: it had for 10 s.
    bool gone(unsigned card);
    // As dahdi_cfg does, of a card that is plugged in; a bank has nothing to be configured.
    bool configure(unsigned card, const SpanSettings& settings);
    // As it was when it was plugged in: of each two the first takes its clock from the line, the other has its own.
    bool configure(unsigned card) { return configure(card, {.lineIsClock = card % 2 == 0}); }

    [[nodiscard]] By takenBy() const { return by_; }
    [[nodiscard]] bool leftAsFound() const { return asFound_; }
    [[nodiscard]] hal::SpanType type() const { return type_; }
    [[nodiscard]] std::string id(unsigned card) const; // of its span, for the backend
    [[nodiscard]] int span(unsigned card) const;       // DAHDI's number; 0: none
    [[nodiscard]] std::string spanType(unsigned card) const;
    [[nodiscard]] int firstChannel(unsigned card) const;
    // A file of the driver's in sysfs; empty: there is none.
    [[nodiscard]] std::string status(unsigned card, const std::string& name) const;
    [[nodiscard]] unsigned count(unsigned card, const std::string& name) const;
    [[nodiscard]] std::string device(unsigned card) const; // its folder below /sys/bus/usb/devices

    // Runs on the cards' thread, and waits for it.
    void on(const std::function<void()>& what);
    [[nodiscard]] usbip::VirtualCard& card(unsigned i) { return *cards_[i]; } // only on their thread

    // ---- On the cards' thread: between card and kernel ----
    struct Asked {                                            // of a transfer
        bool in = false, isochronous = false, vendor = false; // vendor: a control request of the card's own
        std::uint8_t endpoint = 0;
        std::size_t packets = 0;
        [[nodiscard]] bool dataIn() const { return in && isochronous && packets > 1; }
        [[nodiscard]] bool event() const { return in && !isochronous && endpoint != 0; }
    };
    // Each answer to a transfer, which it may change; false: it never arrives.
    using Answer = std::function<bool(const Asked&, OctetBuffer& answer)>;
    void onAnswer(unsigned card, Answer answer);
    // Each packet of isochronous data to the card.
    void onOut(unsigned card, std::function<void(std::span<std::uint8_t>)> packet);

private:
    struct Plug; // one card as it is in the kernel's socket
    bool become(unsigned card, hal::SpanType type);
    void drop(unsigned card);
    void readable(unsigned card);
    void answered(unsigned card, OctetBuffer answer);
    void tick();

    [[nodiscard]] bool isBank(unsigned card) const { return cards_[card]->device().personality().e1Ports == 0; }
    [[nodiscard]] std::string hardware(unsigned card) const; // as DAHDI knows it

    By by_;
    bool asFound_ = false;
    hal::SpanType type_;
    RealLoop loop_;
    Timer clock_;
    TimePoint next_{};
    std::vector<std::unique_ptr<usbip::VirtualCard>> cards_;
    std::vector<std::unique_ptr<Plug>> plugs_;
    std::vector<Answer> answers_;
    std::vector<std::function<void(std::span<std::uint8_t>)>> outs_;
    std::thread thread_;
};

// Of an answer with isochronous packets IN: all of them are lost on the bus.
void loseAll(OctetBuffer& answer);
// Of the same: what came in each.
void eachPacket(OctetBuffer& answer, const std::function<void(std::span<std::uint8_t>)>& packet);
// Of any other answer: the transfer failed, with a negative errno.
void fail(OctetBuffer& answer, int error);

} // namespace callbox::tests
