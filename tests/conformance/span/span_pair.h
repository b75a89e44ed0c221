// SPDX-License-Identifier: GPL-2.0-or-later
// What the span suite works on: two ends of a line, one of them under test, and a listener that talks and takes notes.
#pragma once
#include <callbox/base/edges.h>
#include <callbox/hal/span_io.h>
#include <functional>
#include <map>

namespace callbox::tests {

using namespace callbox::hal;

// A connected pair, both ends not started. `near` is the one under test; `far` is known to be good.
class SpanPair {
public:
    virtual ~SpanPair() = default;
    virtual Loop& loop() = 0;
    // Lets time pass until `done`, at most `limit`; returns done().
    virtual bool until(const std::function<bool()>& done, Duration limit) = 0;
    void pass(Duration d)
    {
        until([] { return false; }, d);
    }
    virtual SpanIo& near() = 0;
    virtual SpanIo& far() = 0;
    [[nodiscard]] virtual SpanConfig config() const { return {.name = "line"}; }
    // -- what happens to the line
    virtual void cable(bool in) = 0;
    virtual void corruptTowardsNear(unsigned frames) = 0;
    virtual void slipAtNear() = 0;
    // Samples that the line carries are lost to the near end, whose blocks have so many; how many of them it must tell.
    struct Loss {
        std::uint64_t least, most;
    };
    virtual Loss loseAtNear(std::uint32_t block)
    {
        slipAtNear();
        return {block, block};
    }
};

// Talks on the slots it is told to, a pattern of its own on each, and keeps what it hears.
class Listener final : public SpanEvents {
public:
    struct Slot {
        bool talks = false;
        std::uint32_t state = 1;
        OctetBuffer said, heard;
        bool idleOnEntry = true;
        unsigned ticks = 0;
    };
    struct Tick {
        std::uint64_t clock;
        std::uint32_t samples, lost;
    };
    Slot& talk(unsigned slot, std::uint32_t seed);
    void forget(unsigned slot) { slots.erase(slot); }

    void onTick(const SpanTick&) override;
    void onFrame(Octets f) override { ++events, frames.emplace_back(f.begin(), f.end()); }
    void onBadFrame(std::string_view) override { ++events, ++badFrames; }
    void onAlarms(Alarms a) override;
    void onSlip() override { ++events, ++slips; }
    void onLate(std::uint32_t) override { ++events; }
    void onGone(Error) override { ++events; }

    Law law = Law::alaw; // of the line
    std::map<unsigned, Slot> slots;
    std::vector<Tick> ticks;
    std::vector<OctetBuffer> frames;
    std::vector<Alarms> alarms;
    bool tickBeforeAlarms = false;
    unsigned badFrames = 0, slips = 0;
    std::uint64_t events = 0;
};

// Both ends started and ticking.
bool bringUp(SpanPair&, Listener& near, Listener& far);
// `heard` holds at least `least` octets of the beginning of `said` as one run and nothing else but idle before it.
bool heardAsOneRun(const OctetBuffer& said, const OctetBuffer& heard, std::size_t least, Law law);

} // namespace callbox::tests
