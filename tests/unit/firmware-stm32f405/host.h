// SPDX-License-Identifier: GPL-2.0-or-later
// A USB host as chapters 8 and 9 have it, on the model of the card's core: resets, control transfers, a frame's
// packets.
#pragma once
#include "device/usb.h"
#include "otg_model.h"
#include "protocol/card_protocol.h"
#include <algorithm>
#include <functional>
#include <optional>

namespace callbox::board::test {

class Host {
public:
    Host(OtgModel& model, std::function<void()> run) : model_(model), run_(std::move(run)) {} // run: the card's loop
    unsigned address = 0;

    void reset()
    {
        model_.busReset();
        run_();
        model_.endOfReset();
        run_();
        address = 0;
    }
    // The answer, or none: stalled, or no end within what a host would wait. `asked`: wLength, if not as long as
    // `data`.
    std::optional<Bytes> control(unsigned type, unsigned request, unsigned value, unsigned index, unsigned length,
                                 const Bytes& data = {})
    {
        const auto octet = [](unsigned v) { return static_cast<std::uint8_t>(v); };
        if (!model_.setup(address, {octet(type), octet(request), octet(value), octet(value >> 8), octet(index),
                                    octet(index >> 8), octet(length), octet(length >> 8)}))
            return {};
        run_();
        if (type & 0x80 && length > 0) {
            Bytes all;
            for (;;) {
                const auto packet = in();
                if (!packet)
                    return {};
                all.insert(all.end(), packet->begin(), packet->end());
                if (packet->size() < 64 || all.size() >= length)
                    break;
            }
            return out({}) ? std::optional(all) : std::nullopt;
        }
        for (std::size_t at = 0; at < data.size(); at += 64)
            if (!out(Bytes(data.begin() + static_cast<std::ptrdiff_t>(at),
                           data.begin() + static_cast<std::ptrdiff_t>(std::min(at + 64, data.size())))))
                return {};
        const auto status = in();
        return status && status->empty() ? status : std::nullopt;
    }
    std::optional<Bytes> in(unsigned endpoint = 0)
    {
        for (unsigned i = 0; i < tries; ++i) {
            const OtgModel::In got = model_.in(address, endpoint);
            run_();
            if (got.hand == OtgModel::Hand::ack)
                return got.data;
            if (got.hand != OtgModel::Hand::nak)
                break;
        }
        return {};
    }
    bool out(const Bytes& data)
    {
        for (unsigned i = 0; i < tries; ++i) {
            const auto hand = model_.out(address, 0, data);
            run_();
            if (hand == OtgModel::Hand::ack)
                return true;
            if (hand != OtgModel::Hand::nak)
                break;
        }
        return false;
    }
    bool setAddress(unsigned to)
    {
        const bool good = control(0x00, firmware::usb::setAddress, to, 0, 0).has_value();
        address = good ? to : address;
        return good;
    }
    bool configure(unsigned value = 1) { return control(0, firmware::usb::setConfiguration, value, 0, 0).has_value(); }
    bool select(unsigned setting, unsigned interface = 0)
    {
        return control(1, firmware::usb::setInterface, setting, interface, 0).has_value();
    }

    // A frame of the stream whose number is `n`; slot 0 is the card's.
    static Bytes content(std::uint8_t n)
    {
        Bytes f(32, 0xff);
        for (unsigned i = 1; i < f.size(); ++i)
            f[i] = static_cast<std::uint8_t>(n * 7 + i * 31);
        return f;
    }
    static bool same(const Bytes& a, const Bytes& b)
    {
        return std::equal(a.begin() + 1, a.end(), b.begin() + 1, b.end());
    }

    // ---- A stream of frames, as a driver of the card has it ----
    struct Stream {
        std::vector<Bytes> received; // frames
        unsigned emptyIn = 0, packetsIn = 0;
        unsigned fed = 0, feedbacks = 0;
        std::uint8_t next = 0; // content of the next frame to be sent
        unsigned accumulated = 0, feedback = CARD_E1_FEEDBACK;
        std::vector<Bytes> events; // of the interrupt endpoint
        bool sequenceRight = true;
        std::optional<std::uint8_t> sequence;

        // How often a frame is not the one that follows the one before, from `from` on.
        [[nodiscard]] unsigned breaks(std::size_t from = 0) const
        {
            unsigned n = 0;
            for (std::size_t i = from + 1; i < received.size(); ++i) {
                const auto number = [](const Bytes& f) { return static_cast<std::uint8_t>((f[1] - 31) * 183); };
                const auto now = static_cast<std::uint8_t>(number(received[i - 1]) + 1);
                n += !same(received[i], content(now));
            }
            return n;
        }
    } stream;
    bool sendsOut = true, asksIn = true; // in the next frames
    bool looksLate = false;              // the card comes to a frame's end when the next one has begun
    // A millisecond: SOF, the packets in the order of a host's schedule, the end of the periodic part.
    void frame(const std::function<void()>& between)
    {
        model_.startOfFrame();
        run_();
        if (asksIn)
            takeIn(model_.in(address, 2));
        run_();
        if (sendsOut)
            model_.out(address, 1, packet());
        run_();
        if (model_.frame() % 4 == 1) {
            if (const auto fb = model_.in(address, 1); fb.hand == OtgModel::Hand::ack && fb.data.size() == 3) {
                stream.feedback = fb.data[0] | fb.data[1] << 8 | fb.data[2] << 16;
                ++stream.feedbacks;
            }
            if (const auto event = model_.in(address, 3); event.hand == OtgModel::Hand::ack)
                stream.events.push_back(event.data);
        }
        between();
        model_.endOfPeriodic();
        if (!looksLate)
            run_();
    }
    void takeIn(const OtgModel::In& got)
    {
        if (got.hand != OtgModel::Hand::ack || got.data.empty()) {
            ++stream.emptyIn;
            return;
        }
        ++stream.packetsIn;
        stream.sequenceRight = stream.sequenceRight &&
                               (!stream.sequence || got.data[1] == static_cast<std::uint8_t>(*stream.sequence + 1));
        stream.sequence = got.data[1];
        for (std::size_t at = 4; at + 32 <= got.data.size(); at += 32)
            stream.received.emplace_back(got.data.begin() + static_cast<std::ptrdiff_t>(at),
                                         got.data.begin() + static_cast<std::ptrdiff_t>(at + 32));
    }

private:
    Bytes packet()
    {
        stream.accumulated += stream.feedback;
        unsigned frames = std::min(stream.accumulated >> 10, 9U);
        stream.accumulated -= frames << 10;
        Bytes data(4, 0xff);
        for (; frames > 0; --frames) {
            const Bytes f = content(stream.next++);
            data.insert(data.end(), f.begin(), f.end());
            ++stream.fed;
        }
        return data;
    }
    static constexpr unsigned tries = 20;
    OtgModel& model_;
    std::function<void()> run_;
};

} // namespace callbox::board::test
