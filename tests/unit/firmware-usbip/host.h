// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "boards/usbip/virtual_card.h"
#include "frames.h"

namespace callbox::usbip::test {

// A host with one port, as the drivers do it: OUT and IN each millisecond.
struct Host : Frames {
    explicit Host(VirtualCard& c) : card(c) {}
    void open(Bytes tx = firmware::test::hex("03000000"))
    {
        tell(0x00, 9, 1, 0);
        tell(0x41, 2, 0, 0, std::move(tx));
        tell(0x01, 11, 1, 0);
    }
    // As a T1 of this framing, from whatever it was.
    bool openT1(card_u8 framing, Bytes tx = firmware::test::hex("03000000"))
    {
        card_line line = firmware::usualLine(CARD_PORT_T1);
        line.framing = framing;
        t1 = true;
        step = 37; // SF's yellow alarm is a bit that is zero all the time
        return become(line, std::move(tx));
    }
    bool openE1()
    {
        t1 = false;
        step = 1;
        return become(firmware::usualLine(CARD_PORT_E1), firmware::test::hex("03000000"));
    }
    bool become(const card_line& line, Bytes tx)
    {
        const auto* octets = reinterpret_cast<const std::uint8_t*>(&line);
        const bool done = tell(0x00, 9, 1, 0) && tell(0x01, 11, 0, 0) &&
                          tell(0x41, CARD_E1_SET_LINE, 0, 0, Bytes(octets, octets + sizeof line));
        open(std::move(tx));
        return done;
    }
    bool tell(unsigned type, unsigned request, unsigned value, unsigned index, Bytes data = {})
    {
        return card.device().control(
                   firmware::test::Bench::setup(type, request, value, index, static_cast<unsigned>(data.size())),
                   data) >= 0;
    }
    Bytes ask(unsigned type, unsigned request, unsigned index, unsigned length)
    {
        Bytes data(length);
        const int n = card.device().control(firmware::test::Bench::setup(type, request, 0, index, length), data);
        data.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
        return data;
    }
    void millisecond()
    {
        if (talks)
            card.device().out(firmware::Layout::out(0), packet());
        std::array<std::uint8_t, 3> f{};
        if (++ms % 4 == 0 && card.device().in(firmware::Layout::feedback(0), f) == 3)
            feedback = f[0] | f[1] * 256u;
        Bytes came(CARD_E1_PACKET_MAX);
        const int n = card.device().in(firmware::Layout::in(0), came);
        if (n > 0) {
            wrongKind += (came[2] & CARD_E1_HEADER_T1) != (t1 ? CARD_E1_HEADER_T1 : 0u);
            lost += (came[2] & CARD_E1_HEADER_LOST) != 0;
        }
        take(std::span(came).first(static_cast<std::size_t>(std::max(n, 0))));
        if (card.device().in(firmware::Layout::interrupt(0), event) == 10)
            flags = event[9];
    }
    unsigned counter(unsigned n)
    {
        const Bytes c = ask(0xc0, CARD_REQ_GET_COUNTERS, 0, 64);
        unsigned v = 0;
        for (unsigned i = 0; i < 4; ++i)
            v |= static_cast<unsigned>(c.at(n * 4 + i)) << 8 * i;
        return v;
    }
    unsigned alarms() { return ask(0xc0, CARD_REQ_GET_STATUS, 0, 8).at(2); }

    VirtualCard& card;
    bool talks = true;
    unsigned ms = 0;
    unsigned wrongKind = 0, lost = 0; // packets: of another kind of line; behind a loss
    unsigned flags = 0;
    std::array<std::uint8_t, 10> event{};
};

// Two cards plugged into each other, a host at each; time is counted.
struct CrossedCards {
    CrossedCards() { a.plug(0, b, 0); }
    BitPipe& fromA() { return a.wire(0).fromCard; } // what a sends is spoiled here, and what b sends there
    BitPipe& fromB() { return a.wire(0).toCard; }
    void run(unsigned ms)
    {
        for (unsigned i = 0; i < ms; ++i) {
            a.millisecond();
            b.millisecond();
            left.millisecond();
            right.millisecond();
        }
    }
    void forget()
    {
        for (Host* h : {&left, &right})
            h->received = h->broken = h->jumps = h->wrongKind = h->lost = 0;
    }
    VirtualCard a{firmware::Personality::card(1), "000000000000000a", "1-1"};
    VirtualCard b{firmware::Personality::card(1), "000000000000000b", "1-2"};
    Host left{a}, right{b};
};

} // namespace callbox::usbip::test
