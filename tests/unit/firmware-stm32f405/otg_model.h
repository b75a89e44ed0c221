// SPDX-License-Identifier: GPL-2.0-or-later
// The OTG_FS core in device mode by its registers, as RM0090 34 has it, and what a host does on its bus: tokens with
// their packets and handshakes, frames, resets. Strict: what a driver does wrong is counted, and said.
#pragma once
#include "boards/stm32f405/otg_registers.h"
#include "boards/stm32f405/registers.h"
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace callbox::board::test {

using Bytes = std::vector<std::uint8_t>;

class OtgModel final : public Registers {
public:
    enum class Hand { ack, nak, stall, silence };
    struct In {
        Hand hand = Hand::silence;
        Bytes data;
        bool data1 = false; // its PID, of endpoints that have two
    };
    std::vector<In> gone; // so
    unsigned misuses = 0;
    std::string misuse;                                            // the first one
    bool neverIdle = false, neverReset = false, staysHost = false; // what the core does not do
    bool outNakHangs = false, disableHangs = false;
    unsigned goesInTheLastMoment = 0; // IN endpoint whose packet the host fetches while it is disabled

    // ---- The bus ----
    [[nodiscard]] bool connected() const
    {
        return (dctl_ & otg::disconnected) == 0 && (general_ & otg::transceiver) != 0;
    }
    [[nodiscard]] unsigned deviceAddress() const { return address_; }
    [[nodiscard]] unsigned frame() const { return frame_; }
    void busReset()
    {
        events_ |= otg::busReset;
        inReset_ = true;
        for (unsigned e = 1; e < otg::endpoints; ++e) {
            in_[e].ctl &= ~otg::active;
            out_[e].ctl &= ~otg::active;
        }
    }
    void endOfReset() // ENUMDNE: full speed
    {
        inReset_ = false;
        events_ |= otg::enumerated;
        unsigned at = rxSize_;
        for (unsigned f = 0; f < otg::endpoints; ++f) {
            if (txSize_[f] >> 16 == 0)
                continue;
            check((txSize_[f] & 0xffff) == at, "FIFOs do not lie one behind the other");
            check(txSize_[f] >> 16 >= 16, "a FIFO of less than 16 words");
            at += txSize_[f] >> 16;
        }
        check(at <= 320, "FIFOs are more than the memory");
    }
    void suspend() { events_ |= otg::suspends; }
    void resume() { events_ |= otg::resumes; }
    void startOfFrame()
    {
        frame_ = (frame_ + 1) % 2048;
        events_ |= otg::frameBegan;
    }
    void endOfPeriodic() // 80 % of the frame
    {
        for (unsigned e = 1; e < otg::endpoints; ++e) {
            if (isIso(in_[e]) && in_[e].enabled && odd(in_[e]) == (frame_ & 1))
                events_ |= otg::incompleteIn;
            if (isIso(out_[e]) && out_[e].enabled && odd(out_[e]) == (frame_ & 1))
                events_ |= otg::incompleteOut;
        }
    }
    bool setup(unsigned address, const Bytes& eight)
    {
        if (address != deviceAddress() || inReset_)
            return false;
        in_[0].nak = out_[0].nak = true;
        in_[0].ctl &= ~otg::stall;
        out_[0].ctl &= ~otg::stall;
        push(otg::isSetup, 0, eight);
        push(otg::isSetupDone, 0, {});
        return true;
    }
    Hand out(unsigned address, unsigned e, const Bytes& data)
    {
        Endpoint& p = out_[e];
        if (address != deviceAddress() || inReset_ || (e > 0 && (p.ctl & otg::active) == 0))
            return Hand::silence;
        if (isIso(p)) {
            if (!p.enabled || p.nak || outNak_ || odd(p) != (frame_ & 1))
                return Hand::silence;
        } else if (p.ctl & otg::stall) {
            return Hand::stall;
        } else if (!p.enabled || p.nak || outNak_) {
            return Hand::nak;
        }
        const unsigned words = (static_cast<unsigned>(data.size()) + 3) / 4;
        if (data.size() > most(e, p) || data.size() > (p.size & 0x7ffff))
            return Hand::silence; // babble
        if (rxUsed() + words + 2 + 10 > rxSize_)
            return isIso(p) ? Hand::silence : Hand::nak;
        push(otg::isData, e, data);
        push(otg::isDone, e, {}); // one packet is all that a transfer has here
        p.nak = true;
        return isIso(p) ? Hand::silence : Hand::ack;
    }
    In in(unsigned address, unsigned e)
    {
        Endpoint& p = in_[e];
        if (address != deviceAddress() || inReset_ || (e > 0 && (p.ctl & otg::active) == 0))
            return {};
        if (!isIso(p) && p.ctl & otg::stall)
            return {Hand::stall, {}};
        const unsigned length = p.size & (e == 0 ? 0x7f : 0x7ffff);
        const bool ready = p.enabled && !p.nak && p.fifo.size() >= (length + 3) / 4;
        if (isIso(p) && (!ready || odd(p) != (frame_ & 1)))
            return {};
        if (!ready)
            return {Hand::nak, {}};
        In out{Hand::ack, {}, p.toggle};
        for (unsigned i = 0; i < length; ++i)
            out.data.push_back(static_cast<std::uint8_t>(p.fifo[i / 4] >> 8 * (i % 4)));
        p.fifo.erase(p.fifo.begin(), p.fifo.begin() + (length + 3) / 4);
        check(p.fifo.empty(), "more lies in a FIFO than was sent");
        p.enabled = false;
        p.nak = true;
        p.toggle = !p.toggle;
        p.flags |= otg::done;
        if (e == 0)
            address_ = dcfg_ >> 4 & 0x7f; // 34.17.5: programmed before the status, in force behind it
        return out;
    }

    // ---- Registers ----
    std::uint32_t read(std::uint32_t a) override
    {
        switch (a) {
        case otg::ahb:
            return ahb_;
        case otg::usb:
            return usb_;
        case otg::resets:
            return (neverIdle ? 0 : otg::idle) | (neverReset ? otg::coreReset : 0);
        case otg::status:
            return gintsts();
        case otg::receivePop:
            return pop();
        case otg::general:
            return general_;
        case otg::configuration:
            check(false, "DCFG is read"); // ES0182: it may read back wrong
            return 0;
        case otg::control:
            return dctl_;
        case otg::deviceStatus:
            return frame_ << 8;
        case otg::all:
            return daint();
        default:
            break;
        }
        if (a >= otg::fifo(0) && a < otg::fifo(4))
            return fetch();
        unsigned e = 0;
        bool in = false;
        if (Endpoint* p = endpointAt(a, e, in)) {
            switch (a & 0x1f) {
            case 0x00:
                return control(*p, e);
            case 0x08:
                return p->flags;
            case 0x10:
                return p->size;
            case 0x18:
                return (txSize_[e] >> 16) - static_cast<std::uint32_t>(p->fifo.size());
            default:
                break;
            }
        }
        return others_[a];
    }
    void write(std::uint32_t a, std::uint32_t v) override
    {
        unsigned e = 0;
        bool in = false;
        if (a >= otg::fifo(0) && a < otg::fifo(4)) {
            fill((a - otg::fifo(0)) / 0x1000, v);
        } else if (Endpoint* p = endpointAt(a, e, in)) {
            if ((a & 0x1f) == 0x00)
                order(*p, e, in, v);
            else if ((a & 0x1f) == 0x08)
                p->flags &= ~v;
            else if ((a & 0x1f) == 0x10)
                setSize(*p, e, in, v);
            else
                check(false, "a register that is not written");
        } else if (a == otg::ahb) {
            ahb_ = v;
        } else if (a == otg::usb) {
            usb_ = v;
        } else if (a == otg::resets) {
            reset(v);
        } else if (a == otg::status) {
            events_ &= ~v;
        } else if (a == otg::receiveSize) {
            rxSize_ = v & 0xffff;
        } else if (a == otg::transmitSize0) {
            txSize_[0] = v;
        } else if (a >= otg::transmitSize(1) && a <= otg::transmitSize(3)) {
            txSize_[(a - otg::transmitSize(1)) / 4 + 1] = v;
        } else if (a == otg::general) {
            check(!(v & otg::transceiver) || dctl_ & otg::disconnected, "seen on the bus before it is ready");
            general_ = v;
        } else if (a == otg::configuration) {
            check((v & 3) == otg::fullSpeed, "not full speed");
            dcfg_ = v;
            if (inReset_ || (v >> 4 & 0x7f) == 0)
                address_ = 0;
        } else if (a == otg::control) {
            deviceControl(v);
        } else if (a == otg::inMask) {
            inMask_ = v;
        } else if (a == otg::outMask) {
            outMask_ = v;
        } else if (a == otg::allMask) {
            allMask_ = v;
        } else {
            others_[a] = v;
        }
    }
    [[nodiscard]] bool halted(std::uint8_t address) const
    {
        return ((address & 0x80 ? in_ : out_)[address & 15].ctl & otg::stall) != 0;
    }
    [[nodiscard]] bool open(std::uint8_t address) const
    {
        return ((address & 0x80 ? in_ : out_)[address & 15].ctl & otg::active) != 0;
    }
    // An endpoint whose frame is turned round: what a driver that takes the wrong parity does.
    void turnParity(unsigned e) { in_[e].ctl ^= otg::odd; }

private:
    struct Endpoint {
        std::uint32_t ctl = 0, flags = 0, size = 0;
        bool enabled = false, nak = true, toggle = false;
        std::deque<std::uint32_t> fifo; // of an IN endpoint
    };
    struct Entry {
        std::uint32_t status;
        std::deque<std::uint32_t> words;
    };
    void check(bool good, const char* what)
    {
        if (good)
            return;
        ++misuses;
        if (misuse.empty())
            misuse = what;
    }
    static bool isIso(const Endpoint& p) { return (p.ctl & otg::active) != 0 && (p.ctl >> 18 & 3) == 1; }
    static unsigned odd(const Endpoint& p) { return p.ctl & otg::odd ? 1 : 0; }
    static std::size_t most(unsigned e, const Endpoint& p) { return e == 0 ? 64 : p.ctl & 0x7ff; }

    Endpoint* endpointAt(std::uint32_t a, unsigned& e, bool& in)
    {
        if (a < otg::inControl(0) || a >= otg::outControl(4))
            return nullptr;
        in = a < otg::outControl(0);
        e = (a - (in ? otg::inControl(0) : otg::outControl(0))) / 0x20;
        return e < otg::endpoints ? &(in ? in_ : out_)[e] : nullptr;
    }
    std::uint32_t control(const Endpoint& p, unsigned e) const
    {
        return p.ctl | (e == 0 ? otg::active : 0) | (p.enabled ? otg::enable : 0) | (p.nak ? 1U << 17 : 0);
    }
    void order(Endpoint& p, unsigned e, bool in, std::uint32_t v)
    {
        const bool wasOpen = e == 0 || (p.ctl & otg::active) != 0;
        const bool iso = (v >> 18 & 3) == 1;
        const std::uint32_t keeps = 0x7ff | otg::active | 3U << 18 | otg::stall | 15U << 22;
        const std::uint32_t stalled = e == 0 ? p.ctl & otg::stall : 0; // 34.16.4: a SETUP alone takes it away
        p.ctl = (v & keeps) | (p.ctl & otg::odd) | stalled;
        if (v & otg::even0) {
            p.ctl &= ~otg::odd;
            p.toggle = iso ? p.toggle : false;
        }
        if (v & otg::odd1) {
            check(iso, "an odd frame for an endpoint that has none");
            p.ctl |= otg::odd;
        }
        if (v & otg::disable && in && e > 0 && e == goesInTheLastMoment && p.enabled) { // EPDISD does not come then
            gone.push_back(this->in(address_, e));
            check(gone.back().hand == Hand::ack, "no packet to go in the last moment");
        }
        p.nak = v & otg::setNak ? true : v & otg::clearNak ? false : p.nak;
        if (v & otg::disable && p.enabled) {
            check(p.nak, "disabled without NAK");
            check(in || outNakNow_ || inReset_, "an OUT endpoint disabled while OUT is not stopped");
            if (!disableHangs) {
                p.enabled = false;
                p.flags |= otg::disabled;
            }
        }
        if (v & otg::enable) {
            check(wasOpen, "an endpoint that is not open is enabled");
            check(!(in && e > 0 && (v >> 22 & 15) != e), "a FIFO that is another endpoint's");
            p.enabled = true;
        }
    }
    void setSize(Endpoint& p, unsigned e, bool in, std::uint32_t v)
    {
        check(!p.enabled || (!in && e == 0), "a size while the endpoint is at work");
        check((v & 0x7ffff) <= most(e, p) + 3, "more than a packet");
        check((v >> 19 & 0x3ff) == 1, "not one packet");
        check(!(in && isIso(p)) || (v >> 29 & 3) == 1, "not one packet a frame");
        check(in || e == 0 || (v & 3) == 0, "an OUT size that is no whole word");
        p.size = v;
    }
    void fill(unsigned e, std::uint32_t v)
    {
        Endpoint& p = in_[e];
        check(p.enabled, "a FIFO is filled whose endpoint is not enabled");
        check(p.fifo.size() < txSize_[e] >> 16, "a FIFO is filled that is full");
        check(p.fifo.size() < ((p.size & 0x7ffff) + 3) / 4, "a FIFO is filled with more than was announced");
        p.fifo.push_back(v);
    }
    void reset(std::uint32_t v)
    {
        if (v & otg::coreReset) {
            check(v == otg::coreReset, "a reset with something else");
            in_ = out_ = {};
            rx_.clear();
            dctl_ = 0; // some editions of RM0090 say so, others that it is disconnected
            general_ = 0;
            dcfg_ = address_ = 0;
            events_ = 0;
        }
        if (v & otg::flushReceive) {
            rx_.clear();
            reading_.clear();
        }
        if (v & otg::flushTransmit)
            for (unsigned e = 0; e < otg::endpoints; ++e)
                if ((v >> 6 & 0x1f) == e || (v >> 6 & 0x1f) == 0x10) {
                    check(!in_[e].enabled, "a FIFO is flushed while its endpoint is enabled");
                    in_[e].fifo.clear();
                }
    }
    void deviceControl(std::uint32_t v)
    {
        dctl_ = v & (1 | otg::disconnected);
        if (v & otg::setOutNak) {
            check(!outNak_, "OUT is stopped twice");
            outNak_ = true;
            if (!outNakHangs)
                push(otg::isOutNak, 0, {});
        }
        if (v & otg::clearOutNak)
            outNak_ = outNakNow_ = false;
    }
    std::uint32_t daint() const
    {
        std::uint32_t v = 0;
        for (unsigned e = 0; e < otg::endpoints; ++e)
            v |= (in_[e].flags & inMask_ ? 1U << e : 0) | (out_[e].flags & outMask_ ? 1U << (16 + e) : 0);
        return v;
    }
    std::uint32_t gintsts() const
    {
        const std::uint32_t concerned = daint() & allMask_;
        const bool device = (usb_ & otg::deviceOnly) != 0 && !staysHost;
        return events_ | (device ? 0 : otg::hostMode) | (rx_.empty() ? 0 : otg::received) |
               (outNakNow_ ? otg::outNakEffective : 0) | (concerned & 0xffff ? otg::inEndpoint : 0) |
               (concerned >> 16 ? otg::outEndpoint : 0);
    }
    unsigned rxUsed() const
    {
        unsigned words = 0;
        for (const Entry& e : rx_)
            words += 1 + static_cast<unsigned>(e.words.size());
        return words;
    }
    void push(std::uint32_t what, unsigned e, const Bytes& data)
    {
        Entry entry{what << 17 | static_cast<std::uint32_t>(data.size()) << 4 | e, {}};
        for (std::size_t i = 0; i < data.size(); i += 4) {
            std::uint32_t word = 0;
            for (std::size_t k = 0; k < 4; ++k)
                word |= static_cast<std::uint32_t>(i + k < data.size() ? data[i + k] : 0xee) << 8 * k;
            entry.words.push_back(word);
        }
        rx_.push_back(std::move(entry));
        check(rxUsed() <= rxSize_, "the receive FIFO is too small");
    }
    std::uint32_t pop()
    {
        check(reading_.empty(), "a packet is not fetched whole");
        check(!rx_.empty(), "an empty receive FIFO is popped");
        if (rx_.empty())
            return 0;
        const Entry entry = rx_.front();
        rx_.pop_front();
        reading_ = entry.words;
        const unsigned e = entry.status & 15;
        switch (entry.status >> 17 & 15) {
        case otg::isOutNak:
            outNakNow_ = outNak_;
            break;
        case otg::isDone:
            out_[e].flags |= otg::done;
            out_[e].enabled = false;
            break;
        case otg::isSetupDone:
            out_[0].flags |= otg::setupDone;
            out_[0].enabled = false;
            break;
        default:
            break;
        }
        return entry.status;
    }
    std::uint32_t fetch()
    {
        check(!reading_.empty(), "more is fetched than there is");
        if (reading_.empty())
            return 0;
        const std::uint32_t word = reading_.front();
        reading_.pop_front();
        return word;
    }

    std::array<Endpoint, otg::endpoints> in_, out_;
    std::deque<Entry> rx_;
    std::deque<std::uint32_t> reading_;
    std::uint32_t ahb_ = 0, usb_ = 0x1440, general_ = 0, dcfg_ = 0, dctl_ = 0, events_ = 0;
    std::uint32_t inMask_ = 0, outMask_ = 0, allMask_ = 0, rxSize_ = 512;
    std::array<std::uint32_t, otg::endpoints> txSize_{};
    unsigned frame_ = 0, address_ = 0;
    bool inReset_ = false, outNak_ = false, outNakNow_ = false;
    std::map<std::uint32_t, std::uint32_t> others_;
};

} // namespace callbox::board::test
