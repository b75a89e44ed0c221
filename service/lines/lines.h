// SPDX-License-Identifier: GPL-2.0-or-later
// The lines of a daemon as its configuration names them: spans with their trunks, modems. Opens them through the
// backend registry, keeps them open (a card pulled and put back comes back), injects faults for a lab.
#pragma once
#include "lines/settings.h"
#include "status/record.h"
#include <callbox/hal/loopback.h>
#include <callbox/hal/span_history.h>
#include <callbox/hal/virtual_span.h>

namespace callbox::lines {

// A loop that a technician has made, until it is taken away.
struct StandingLoop {
    hal::Loopback kind = hal::Loopback::local;
    WallTime until{};
};

// One span with the trunk on it.
class Line {
public:
    Line(const Edges& edges, SpanSettings settings, std::unique_ptr<hal::Span> span, std::unique_ptr<hal::Trunk> trunk);
    ~Line();
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    [[nodiscard]] const SpanSettings& settings() const { return settings_; }
    [[nodiscard]] const std::string& name() const { return settings_.span.name; }
    hal::Span& span() { return *span_; }
    [[nodiscard]] const hal::Span& span() const { return *span_; }
    hal::Trunk& trunk() { return *trunk_; }
    [[nodiscard]] const hal::Trunk& trunk() const { return *trunk_; }
    // Its seconds since start(), also those in which it did not run.
    [[nodiscard]] const hal::SpanHistory& history() const { return history_; }
    [[nodiscard]] TimePoint now() const { return edges_.loop.now(); }
    // up, alarm, looped, d-channel-down, no-battery (of any analog line), out-of-service (by setService), down (not
    // started, or nothing moves), gone
    [[nodiscard]] std::string_view state() const;
    [[nodiscard]] const std::optional<StandingLoop>& loop() const { return loop_; }
    void tellLoop(std::optional<StandingLoop> loop) { loop_ = loop; } // whoever makes and ends it
    // Out of service: no call comes or goes, those that are up go on.
    Result<void> setService(bool in);
    [[nodiscard]] bool inService() const { return inService_; }

    // A span that does not start now, or is gone later, is tried again with growing pauses (1 s to 30 s), and at once
    // when its card is plugged in, if the backend tells of that.
    void start();
    void stop();
    // Errc::unsupported: the backend has no such faults.
    Result<void> setFaults(const hal::VirtualFaults&);

private:
    void tryStart();
    void retry();
    Edges edges_;
    SpanSettings settings_;
    std::unique_ptr<hal::Span> span_;
    std::unique_ptr<hal::Trunk> trunk_;
    hal::SpanHistory history_;
    Timer again_;
    Duration pause_;
    int changeHandle_ = 0;
    bool started_ = false;
    bool inService_ = true;
    std::optional<StandingLoop> loop_;
};

// What a simulation, a test or a lab's exchange puts in place of the outside; empty = the real one.
struct LinesWorld {
    // Paces spans with listen = PATH. Without one, a clock is made that follows the trunks: ties of a switch.
    hal::VirtualClock* clock = nullptr;
    std::function<Result<std::unique_ptr<hal::SpanIo>>(const SpanSettings&)> openSpan;
    std::function<Result<std::unique_ptr<hal::ModemIo>>(const ModemSettings&)> openModem;
};

class Lines {
public:
    // Errc::invalid or unsupported names the section. Nothing runs before start().
    static Result<std::unique_ptr<Lines>> open(const Edges&, const LinesConfig&, const LinesWorld& = {});
    ~Lines();
    Lines(const Lines&) = delete;
    Lines& operator=(const Lines&) = delete;

    void start();
    void stop();

    [[nodiscard]] const std::vector<std::unique_ptr<Line>>& all() const { return lines_; }
    [[nodiscard]] std::vector<Line*> used(Use) const;
    [[nodiscard]] Line* find(std::string_view name) const; // null: none of that name
    [[nodiscard]] const std::vector<std::unique_ptr<hal::Modem>>& modems() const { return modems_; }
    [[nodiscard]] hal::Modem* findModem(std::string_view name) const;

    [[nodiscard]] const Log& log() const { return edges_.log; }

    // "span-los", "span-ok": on every span. Errc::invalid: no such fault here.
    Result<void> fault(std::string_view what);

private:
    explicit Lines(const Edges& edges) : edges_(edges) {}
    Result<std::unique_ptr<hal::SpanIo>> openSpan(const SpanSettings&, const LinesWorld&);
    Result<void> addLine(const SpanSettings&, const LinesWorld&);
    Result<void> addModem(const ModemSettings&, const LinesWorld&);
    void leadClock(hal::VirtualClock&);

    Edges edges_;
    std::unique_ptr<hal::VirtualClock> ownClock_; // outlives the spans on it
    std::vector<std::unique_ptr<Line>> lines_;
    std::vector<std::unique_ptr<hal::Modem>> modems_;
    const Line* leader_ = nullptr; // the trunk that the ties' clock follows
};

// What the status record says of them.
status::SpanRecord record(const Line&);
status::ModemRecord record(const hal::Modem&);

} // namespace callbox::lines
