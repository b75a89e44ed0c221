// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "boards/usbip/virtual_card.h"
#include "peer.h"
#include <algorithm>

namespace callbox::usbip::test {

// A host with one port, as the drivers do it: feedback by its rule, OUT and IN each millisecond. Slot n of frame f says
// f + n (times `step`); what comes back is checked for that.
struct Host {
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
        if (talks) {
            acc += feedback;
            const unsigned k = std::clamp(acc >> 10, 4u, 9u);
            acc = acc > k << 10 ? acc - (k << 10) : 0;
            Bytes packet(4, 0xff);
            for (unsigned i = 0; i < k; ++i, ++sent)
                for (unsigned slot = 0; slot < 32; ++slot)
                    packet.push_back(slot == 0 ? 0xff : static_cast<std::uint8_t>((sent + slot) * step));
            card.device().out(firmware::Layout::out(0), packet);
        }
        std::array<std::uint8_t, 3> f{};
        if (++ms % 4 == 0 && card.device().in(firmware::Layout::feedback(0), f) == 3)
            feedback = f[0] | f[1] * 256u;
        Bytes packet(CARD_E1_PACKET_MAX);
        const int n = card.device().in(firmware::Layout::in(0), packet);
        if (n > 0) {
            wrongKind += (packet[2] & CARD_E1_HEADER_T1) != (t1 ? CARD_E1_HEADER_T1 : 0u);
            lost += (packet[2] & CARD_E1_HEADER_LOST) != 0;
        }
        for (int at = 4; at + 32 <= n; at += 32) {
            ++received;
            const std::uint8_t* frame = &packet[static_cast<std::size_t>(at)];
            bool whole = true;
            for (unsigned slot = 2; slot < 32; ++slot)
                whole = whole &&
                        frame[slot] == (t1 && slot > 24 ? 0 : static_cast<std::uint8_t>(frame[1] + (slot - 1) * step));
            const bool next = frame[1] == static_cast<std::uint8_t>(last + step);
            broken += !whole;
            jumps += whole && !next && received > 1;
            last = frame[1];
        }
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
    unsigned acc = 0, feedback = 8192, ms = 0, sent = 0;
    bool t1 = false;
    unsigned step = 1;
    unsigned received = 0, broken = 0, jumps = 0;
    unsigned wrongKind = 0, lost = 0; // packets: of another kind of line; behind a loss
    std::uint8_t last = 0;
    unsigned flags = 0;
    std::array<std::uint8_t, 10> event{};
};

} // namespace callbox::usbip::test
