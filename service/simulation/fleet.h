// SPDX-License-Identifier: GPL-2.0-or-later
// The simulated fleet: exchange == switch == boxes, modems beside them. Hardware (spans, modems, disks) outlives the
// processes that use it; processes can be killed and started again.
#pragma once
#include "box/box.h"
#include "simulation/plant.h"
#include "simulation/voices.h"
#include "switching/switch.h"
#include <callbox/base/sim_files.h>
#include <callbox/hal/virtual_span.h>
#include <callbox/lab/at_modem.h>
#include <callbox/lab/exchange.h>
#include <iosfwd>
#include <set>

namespace callbox::simulation {

// A span end that stays when its user dies; counts the slots that are open on it.
class HardSpan {
public:
    explicit HardSpan(std::unique_ptr<hal::SpanIo> io) : io_(std::move(io)) {}
    std::unique_ptr<hal::SpanIo> lend(); // one user at a time
    hal::SpanIo& io() { return *io_; }
    [[nodiscard]] std::size_t open() const { return open_.size(); }
    void faults(const hal::VirtualFaults&);

private:
    class Lent;
    std::unique_ptr<hal::SpanIo> io_;
    std::set<hal::Timeslot> open_;
};

class SimBox {
public:
    SimBox(Loop& loop, Random& random, Plant& plant, const Voices& voices, lab::SmsCentre* centre,
           box::BoxConfig config, HardSpan& tie, std::ostream* log);
    ~SimBox();
    void start();
    void crash(bool powerCut);
    [[nodiscard]] bool alive() const { return box_ != nullptr; }
    [[nodiscard]] std::optional<status::StatusRecord> status();
    [[nodiscard]] const std::string& id() const { return config_.id; }
    messages::Store& store() { return *store_; }
    HardSpan& tie() { return tie_; }
    SimFiles& disk() { return disk_; }
    lab::AtModem* modem() { return modem_.get(); }
    void plugModem(bool in);

    std::string trouble;                        // why its lines cannot be had; ""
    std::optional<TimePoint> cannotRecordSince; // as the world knows
    std::optional<TimePoint> cutOffSince;       // dead, or its cable out
    unsigned crashes = 0;
    unsigned modemFaults = 0;

private:
    Loop& loop_;
    Random& random_;
    Plant& plant_;
    const Voices& voices_;
    box::BoxConfig config_;
    HardSpan& tie_;
    std::unique_ptr<LogSink> teller_;
    SimFiles disk_;
    std::unique_ptr<Executor> modemExecutor_;
    std::unique_ptr<lab::AtModem> modem_;
    lab::EmulatedPort* port_ = nullptr;
    bool plugged_ = true;
    std::unique_ptr<Executor> executor_;
    std::unique_ptr<Edges> edges_;
    std::unique_ptr<lines::Lines> lines_;
    std::unique_ptr<messages::Store> store_;
    std::unique_ptr<box::Box> box_;
};

struct FleetOptions {
    std::uint64_t seed = 1;
    unsigned boxes = 3;
    unsigned trunks = 2;
    bool lastBoxWithoutModem = true; // it tells by calling
    std::ostream* log = nullptr;     // what switch and boxes say, with simulated times; null: nowhere
};

class Fleet {
public:
    Fleet(FleetOptions options, Plant& plant);
    ~Fleet();
    void startSwitch();
    void stopSwitch();
    // Every D channel up, every box usable.
    bool up(Duration limit = 60s);
    [[nodiscard]] PhoneNumber access() const;
    [[nodiscard]] bool quiet(std::string& why) const; // no channel taken, no call counted, anywhere

    std::string trouble; // why it could not be made; ""
    SimLoop loop;
    std::unique_ptr<Random> random;
    std::unique_ptr<LogSink> teller;
    SimFiles files;
    std::unique_ptr<Executor> executor;
    Edges edges;
    Plant& plant;
    Voices voices;
    lab::SmsCentre centre{loop};
    std::unique_ptr<hal::VirtualClock> clock, tieClock;
    std::vector<std::unique_ptr<HardSpan>> trunkEnds, tieSwitchEnds, tieBoxEnds;
    std::vector<std::unique_ptr<hal::Span>> exchangeSpans;
    std::vector<std::unique_ptr<hal::Trunk>> exchangeTrunks;
    std::unique_ptr<lab::Exchange> exchange;
    switching::SwitchConfig switchConfig;
    std::unique_ptr<lines::Lines> switchLines;
    std::unique_ptr<fleet::StatusSource> source;
    std::unique_ptr<switching::Switch> service;
    std::vector<std::unique_ptr<SimBox>> boxes;

private:
    void makeTrunks(unsigned count);
    void makeBoxes(const FleetOptions& options);
};

PhoneNumber number(const std::string& e164);

} // namespace callbox::simulation
