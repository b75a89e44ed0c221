// SPDX-License-Identifier: GPL-2.0-or-later
// What of the processor the line side uses, by its registers (RM0090 7, 8, 10, 28), with a line interface at its pins
// and a line behind it. Strict: what a driver does wrong is counted, and said.
#pragma once
#include "boards/stm32f405/line_side.h"
#include "chips/idt82v2081_model.h"
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace callbox::board::test {

class LineModel : public Registers {
public:
    virtual ~LineModel() = default;

    firmware::Idt82v2081Model chip;
    bool pllDead = false;
    unsigned pllTakes = 0;   // looks until it is ready
    bool clockOfLine = true; // RCLK
    unsigned misuses = 0, feeds = 0;
    std::string misuse;
    std::array<std::uint8_t, lineRing> received{}, sent{};
    static constexpr std::uint32_t receivedAt = 0x20001000, sentAt = 0x20002000;
    [[nodiscard]] LineMemory memory() { return {received, sent, receivedAt, sentAt}; }
    // The wire: what comes next, and what went out. Without them: a plug, `delay` bits long.
    std::function<std::uint8_t()> far;
    std::vector<std::uint8_t>* heard = nullptr;
    unsigned delay = 0;

    // Hz of what leaves at PB13; 0: nothing does.
    [[nodiscard]] double ownClock() const
    {
        const std::uint32_t pll = value(0x40023884), i2s = value(0x4000381C), divider = value(0x40003820);
        const bool on = (i2s & 0xC00) == 0xC00 && (i2s >> 8 & 3) == 3 && (value(0x40023800) >> 26 & 1) && !pllDead;
        const bool pin = (value(0x40020400) >> 26 & 3) == 2 && (value(0x40020424) >> 20 & 15) == 5;
        if (!on || !pin || (pll >> 28 & 7) < 2 || (divider & 0xff) < 2)
            return 0;
        return 1e6 * (pll >> 6 & 0x1ff) / (pll >> 28 & 7) / (2.0 * (divider & 0xff) + (divider >> 8 & 1));
    }
    [[nodiscard]] bool fromLine() const { return portC_ >> LineSide::clockSwitch & 1; }
    [[nodiscard]] bool light() const { return portB_ & 1; }

    // An octet's time of the line, both ways.
    void octet()
    {
        if (written_) { // what the settings come to, once
            written_ = false;
            ownRuns_ = ownClock() > 0;
            sends_ = runs(spi3) && (value(spi3 + 4) & 2);
            takes_ = runs(spi1) && (value(spi1 + 4) & 1);
        }
        const bool out = fromLine() ? clockOfLine : ownRuns_;
        chip.clocked = out;
        std::uint8_t sends = 0xff;
        if (out && sends_)
            sends = streamOut();
        std::uint8_t comes = far ? far() : plug();
        if (!far && (chip.los() || !chip.sends()))
            comes = 0;
        if (clockOfLine && takes_)
            streamIn(comes);
        const std::uint8_t wire = chip.loopsBack() ? comes : sends;
        if (heard)
            heard->push_back(wire);
        wire_[said_++ % wire_.size()] = wire;
    }
    void octets(unsigned n)
    {
        for (; n > 0; --n)
            octet();
    }
    void busError(bool receiver) // of a DMA stream
    {
        Stream& s = receiver ? in_ : out_;
        s.control &= ~1U;
        s.flags |= 1U << 3;
    }

    std::uint32_t read(std::uint32_t a) override
    {
        if (Stream* s = streamOf(a))
            return (a & 0xff) == offsetOf(*s) ? s->control : (a & 0xff) == offsetOf(*s) + 4 ? s->left : value(a);
        switch (a) {
        case 0x40026400:
            return in_.flags; // LISR of DMA2: stream 0
        case 0x40026004:
            return out_.flags << 6; // HISR of DMA1: stream 5
        case 0x40023800:
            return value(a) | (value(a) >> 26 & 1 && !pllDead && pllLooks_++ >= pllTakes ? 1U << 27 : 0);
        case 0x40020810:
            return fromChip() ? 1U << LineBus::fromPin : 0;
        case spi1 + 8:
            return overrun_ ? 1U << 6 : 2;
        case spi1 + 12:
            overrun_ = false;
            return 0;
        default:
            return value(a);
        }
    }
    void write(std::uint32_t a, std::uint32_t v) override
    {
        if (Stream* s = streamOf(a)) {
            const std::uint32_t at = (a & 0xff) - offsetOf(*s);
            if (at == 0)
                control(*s, v);
            else
                check(!(s->control & 1), "a stream is set while it runs"), values_[a] = v;
            if (at == 4)
                s->left = s->length = v;
        } else if (a == 0x40026408) {
            in_.flags &= ~v;
        } else if (a == 0x4002600C) {
            out_.flags &= ~(v >> 6);
        } else if (a == 0x40020818) {
            pinsC(v);
        } else if (a == 0x40020418) {
            portB_ = (portB_ | (v & 0xffff)) & ~(v >> 16);
        } else if (a == 0x40003000) {
            feeds += v == 0xaaaa;
        } else {
            if (a == 0x40023884)
                check(!(value(0x40023800) >> 26 & 1), "the PLL is set while it runs");
            if (a == 0x40003820)
                check(!(value(0x4000381C) >> 10 & 1), "the divider is set while it runs");
            if (a == 0x40023800 && !(v >> 26 & 1))
                pllLooks_ = 0;
            written_ = true;
            values_[a] = a == 0x40023800 ? v & ~(1U << 27) : v; // PLLI2SRDY is the PLL's
        }
    }
    void loseOctet() { overrun_ = true; } // the DMA came too late for SPI1

private:
    static constexpr std::uint32_t spi1 = 0x40013000, spi3 = 0x40003C00;
    struct Stream {
        std::uint32_t base = 0, control = 0, left = 0, length = 0, flags = 0;
    };
    void check(bool good, const char* what)
    {
        misuses += !good;
        if (!good && misuse.empty())
            misuse = what;
    }
    [[nodiscard]] std::uint32_t value(std::uint32_t a) const
    {
        const auto it = values_.find(a);
        return it == values_.end() ? 0 : it->second;
    }
    static std::uint32_t offsetOf(const Stream& s) { return s.base & 0xff; }
    Stream* streamOf(std::uint32_t a)
    {
        for (Stream* s : {&in_, &out_})
            if (a >= s->base && a < s->base + 0x18)
                return s;
        return nullptr;
    }
    // An SPI slave that is always selected, most significant bit first, falling edges.
    [[nodiscard]] bool runs(std::uint32_t spi) const
    {
        const std::uint32_t c = value(spi);
        return (c & 1U << 6) && (c & 1U << 9) && !(c & 1U << 8) && !(c & 1U << 2) && !(c & 1U << 7) &&
               !(c & 1U << 11) && (c & 3) == 1;
    }
    void control(Stream& s, std::uint32_t v)
    {
        if (v & 1 && !(s.control & 1)) {
            const bool out = &s == &out_;
            check((v >> 25 & 7) == (out ? 0U : 3U), "another channel of the DMA");
            check((v >> 6 & 3) == (out ? 1U : 0U), "another direction");
            check((v & (1U << 8)) && (v & (1U << 10)) && !(v & (1U << 9)), "not round and round in memory");
            check((v >> 11 & 15) == 0, "not octets");
            check(value(s.base + 8) == (out ? spi3 + 12 : spi1 + 12), "another peripheral");
            check(value(s.base + 12) == (out ? sentAt : receivedAt), "another place in memory");
            check(s.flags == 0, "flags of before"); // 10.3.17
            s.left = s.length;
        }
        s.control = v;
    }
    void pass(Stream& s)
    {
        if (--s.left == s.length / 2)
            s.flags |= 1U << 4;
        if (s.left == 0) {
            s.flags |= 1U << 5;
            s.left = s.length;
        }
    }
    std::uint8_t streamOut()
    {
        if (!(out_.control & 1))
            return 0xff;
        const std::uint8_t octet = sent[out_.length - out_.left];
        pass(out_);
        return octet;
    }
    void streamIn(std::uint8_t octet)
    {
        if (!(in_.control & 1)) {
            overrun_ = true;
            return;
        }
        received[in_.length - in_.left] = octet;
        pass(in_);
    }
    // What went out `delay` bits before.
    std::uint8_t plug()
    {
        const unsigned back = delay / 8 + 1;
        const auto at = [&](unsigned n) { return wire_[(said_ + wire_.size() - n) % wire_.size()]; };
        return static_cast<std::uint8_t>((at(back) | at(back + 1) << 8) >> delay % 8);
    }
    // The chip's pins: bits are taken with the clock's rising edge.
    [[nodiscard]] bool fromChip() const { return !(portC_ & 1) && reads_ ? answer_ >> (taken_ - 8) & 1 : true; }
    void pinsC(std::uint32_t v)
    {
        const std::uint32_t before = portC_;
        portC_ = (portC_ | (v & 0xffff)) & ~(v >> 16);
        if (!(portC_ >> LineBus::resetPin & 1))
            chip.reset();
        if (portC_ & 1) { // not selected
            check(taken_ == 0 || taken_ == 16, "an exchange with the line interface that is cut");
            taken_ = 0;
            shift_ = 0;
            reads_ = false;
            return;
        }
        if (!(portC_ >> LineBus::clockPin & 1) || before >> LineBus::clockPin & 1)
            return;
        shift_ |= (portC_ >> LineBus::toPin & 1) << taken_;
        ++taken_;
        if (taken_ == 8 && shift_ >> 5 & 1) {
            check(shift_ >> 6 == 0, "bits that are to be zero");
            reads_ = true;
            answer_ = chip.read(static_cast<std::uint8_t>(shift_ & 0x1f));
        } else if (taken_ == 16 && !reads_) {
            chip.write(static_cast<std::uint8_t>(shift_ & 0x1f), static_cast<std::uint8_t>(shift_ >> 8));
        }
        check(taken_ <= 16, "more bits than an exchange has");
        reads_ = reads_ && taken_ < 16;
    }

    std::map<std::uint32_t, std::uint32_t> values_;
    Stream in_{0x40026410, 0, 0, 0, 0}, out_{0x40026010 + 5 * 0x18, 0, 0, 0, 0};
    std::uint32_t portB_ = 0, portC_ = 0, shift_ = 0;
    unsigned taken_ = 0;
    bool reads_ = false, overrun_ = false;
    std::uint8_t answer_ = 0;
    bool written_ = true, ownRuns_ = false, sends_ = false, takes_ = false;
    std::array<std::uint8_t, 64> wire_{};
    unsigned said_ = 0, pllLooks_ = 0;
};

} // namespace callbox::board::test
