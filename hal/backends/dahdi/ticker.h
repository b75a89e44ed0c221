// SPDX-License-Identifier: GPL-2.0-or-later
// What spans of DAHDI have in common: open channels, their ticks, alarms. A timer of DAHDI's own wakes it once in 160
// samples of the master clock; a tick is made when every open channel has a block, which on a span with a clock of its
// own is now and then none or two a timer.
#pragma once
#include "b_channel.h"
#include "slips.h"
#include <callbox/base/edges.h>
#include <callbox/base/executor.h>
#include <callbox/hal/wake_ups.h>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace callbox::hal::dahdi {

class Ticker {
public:
    class Owner {
    public:
        // At each wake, before alarms and samples; may stop the span.
        virtual void onWake() = 0;
        // Whether an alarm came or went since it was asked last.
        virtual bool alarmsChanged() = 0;
        virtual void onDeadLine() = 0;
        virtual void onGone(const std::string& what) = 0;

    protected:
        ~Owner() = default;
    };
    // `disk`: where the system's files are read.
    Ticker(Loop& loop, Executor& disk, Owner& owner)
        : loop_(loop), disk_(disk), owner_(owner), retry_(loop), slipsTimer_(loop)
    {
    }

    // `span`: its number in the system.
    Result<void> start(const SpanConfig&, Descriptor control, int span, SpanEvents&);
    void stop() noexcept;
    // Of a start; expired: stopped since. Posted work of an earlier one does nothing.
    [[nodiscard]] std::weak_ptr<int> life() const { return life_; }
    [[nodiscard]] bool usable() const { return line_.usable(); }
    [[nodiscard]] const Descriptor& control() const { return control_; } // none before start()
    [[nodiscard]] const WakeUps& wakeUps() const { return wakeUps_; }

    void open(Timeslot slot, BChannel channel);
    void close(Timeslot slot) noexcept;
    [[nodiscard]] BChannel* find(Timeslot slot);
    // What has come until now is told now.
    void exchange();

private:
    void wake();
    void askAlarms();
    void askSlips();
    void report();
    std::optional<unsigned> makeTicks();
    [[nodiscard]] std::ptrdiff_t runningChannels() const; // those that count samples
    enum class Fetched { all, notYet, gone };
    Fetched fetchAll();
    void nothingCame(Duration stall);
    void tick();

    Loop& loop_;
    Executor& disk_;
    Owner& owner_;
    SpanEvents* events_ = nullptr;
    Descriptor control_, timer_;
    int span_ = 0;
    // In the order of their slots. A channel stays where it is while others come and go: a tick shows its block.
    struct Open {
        Timeslot slot;
        std::unique_ptr<BChannel> channel;
    };
    [[nodiscard]] std::vector<Open>::iterator placeOf(Timeslot);
    std::vector<Open> open_;
    std::vector<SlotBlock> blocks_;
    std::vector<std::array<std::uint8_t, blockSamples>> outgoing_;
    std::array<std::uint8_t, blockSamples> idle_{};
    std::unique_ptr<Watch> timerWatch_;
    Timer retry_;
    std::uint64_t clock_ = 0;
    Duration owed_{};        // time that has passed and is in no tick yet
    std::uint32_t lost_ = 0; // to be told with the next tick
    TimePoint lastWake_, lastTick_, alarmsAsked_;
    Slips slips_;
    Timer slipsTimer_;
    Alarms line_{.los = true}; // what the card says
    WakeUps wakeUps_{20ms};
    std::optional<Alarms> reported_;
    bool moving_ = false;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace callbox::hal::dahdi
