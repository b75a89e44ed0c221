// SPDX-License-Identifier: GPL-2.0-or-later
// Clocks that pace virtual spans: a paced one waits for late ends, a following one never does.
#pragma once
#include <callbox/hal/virtual_span.h>
#include <vector>

namespace callbox::hal::virtualspan {

// An end that hangs on a clock.
class Paced {
public:
    virtual void tick() = 0;
    // How many ticks it still owes an answer for; 0 while its line is out.
    [[nodiscard]] virtual unsigned owed() const = 0;
    virtual void waited(std::uint32_t ms) = 0; // the clock waited so long for this end
    virtual void tooLate() = 0;                // waited the limit: LOS

protected:
    ~Paced() = default;
};

class Clock : public VirtualClock {
public:
    explicit Clock(std::uint32_t samples) : samples_(samples) {}
    void add(Paced& end) { ends_.push_back(&end); }
    void remove(Paced& end) { std::erase(ends_, &end); }
    virtual void answered() {}                                   // some end gave an answer
    [[nodiscard]] virtual bool follows() const { return false; } // a trunk, now
    [[nodiscard]] std::uint32_t samples() const { return samples_; }
    [[nodiscard]] std::uint64_t ticks() const override { return ticks_; }

protected:
    void tickAll();
    [[nodiscard]] Duration period() const
    {
        return Duration(std::int64_t(samples_) * (1'000'000'000 / samplesPerSecond));
    }
    std::vector<Paced*> ends_;
    std::uint32_t samples_;
    std::uint64_t ticks_ = 0;
};

} // namespace callbox::hal::virtualspan
