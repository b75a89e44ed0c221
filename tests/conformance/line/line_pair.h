// SPDX-License-Identifier: GPL-2.0-or-later
// What the line suite works on: a bank of three analog lines between an exchange (fxs) and what faces it (fxo), and
// what each end was told.
#pragma once
#include "../suite.h"
#include <callbox/base/edges.h>
#include <callbox/hal/line_io.h>

namespace callbox::tests {

using namespace callbox::hal;

class LinePair {
public:
    virtual ~LinePair() = default;
    virtual Loop& loop() = 0;
    virtual bool until(const std::function<bool()>& done, Duration limit) = 0;
    virtual SpanIo& fxo() = 0;
    virtual SpanIo& fxs() = 0;
    virtual LineIo& fxoLine() = 0;
    virtual LineIo& fxsLine() = 0;
    void pass(Duration d)
    {
        until([] { return false; }, d);
    }
};

constexpr unsigned linePorts = 3;

class LineListener final : public LineEvents, public SpanEvents {
public:
    void onLine(const LineEvent& e) override { events.push_back(e); }
    void onTick(const SpanTick&) override {}
    void onFrame(Octets) override {}
    void onBadFrame(std::string_view) override {}
    void onAlarms(Alarms) override {}
    void onSlip() override {}
    void onLate(std::uint32_t) override {}
    void onGone(Error) override {}
    // The kinds told of one port, as "ring-begin ring-end"; digits come as themselves.
    [[nodiscard]] std::string told(unsigned port) const;
    std::vector<LineEvent> events;
};

// Both ends, started, with battery on every line; forgets what was told till then.
struct UpLines {
    UpLines(LinePair& pair, Findings& f);
    ~UpLines();
    LinePair& pair;
    LineListener fxo, fxs;
};

std::vector<Case<LinePair>> lineCases();
std::vector<Twin<LinePair>> brokenLines(const Make<LinePair>& make);

} // namespace callbox::tests
