// SPDX-License-Identifier: GPL-2.0-or-later
// What analog ports tell, and the memory in which a reading must stand before it is believed.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace callbox::firmware::core {

enum class AnalogEvent : std::uint8_t {
    ringOn,
    ringOff,
    batteryOn,
    batteryOff,
    polarity,    // battery the other way round; the first battery after none is not one
    powerDenied, // off-hook, and the loop's current has gone: the far side has hung up; batteryOn when it is back
    offHook,
    onHook,
    flash,      // the hook, briefly
    powerAlarm, // the chip switched its line off by itself; it was put back
    dead,       // the chip does not answer, or switched off too often: the port is left off
    digit0,     // a digit dialled with the hook; 1 to 9 follow
    digit9 = digit0 + 9,
};

// Up to 8 wait; when one more comes the oldest goes, counted.
class AnalogEvents {
public:
    void push(AnalogEvent e)
    {
        if (write_ - read_ == events_.size()) {
            ++read_;
            ++lost_;
        }
        events_[write_++ % events_.size()] = e;
    }
    bool take(AnalogEvent& e)
    {
        if (read_ == write_)
            return false;
        e = events_[read_++ % events_.size()];
        return true;
    }
    [[nodiscard]] std::uint32_t lost() const { return lost_; }

private:
    std::array<AnalogEvent, 8> events_{};
    std::uint32_t read_ = 0, write_ = 0, lost_ = 0;
};

// A reading is believed when it has stood for a time without a break.
class Debounce {
public:
    // Milliseconds that passed, the reading, how long it must stand. True: what is believed changed.
    bool feed(unsigned ms, bool reading, unsigned stand)
    {
        if (reading == value_) {
            stood_ = 0;
            return false;
        }
        stood_ += ms;
        if (stood_ < stand)
            return false;
        value_ = reading;
        stood_ = 0;
        return true;
    }
    [[nodiscard]] bool value() const { return value_; }
    void set(bool value)
    {
        value_ = value;
        stood_ = 0;
    }

private:
    bool value_ = false;
    unsigned stood_ = 0;
};

} // namespace callbox::firmware::core
