// SPDX-License-Identifier: GPL-2.0-or-later
#include "simulation/fleet.h"
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>

namespace callbox::simulation {

using namespace callbox::hal;

PhoneNumber number(const std::string& e164)
{
    return *PhoneNumber::parse(e164);
}

// What a replayed seed says of itself, with simulated times.
class Told final : public LogSink {
public:
    Told(std::ostream& out, Loop& loop, std::string who) : out_(out), loop_(loop), who_(std::move(who)) {}
    [[nodiscard]] bool enabled(Level l, std::string_view) const override { return l != Level::debug; }
    void write(const LogRecord& r) override
    {
        out_ << std::setw(10) << toMs(loop_.now().time_since_epoch()) << ' ' << who_ << ' ' << r.category << ": "
             << r.text;
        for (const Field& f : r.fields)
            out_ << ' ' << f.key << '=' << f.value;
        out_ << '\n';
    }

private:
    std::ostream& out_;
    Loop& loop_;
    std::string who_;
};

std::unique_ptr<LogSink> makeTeller(std::ostream* out, Loop& loop, std::string who)
{
    return out ? std::make_unique<Told>(*out, loop, std::move(who)) : nullptr;
}

Log logTo(const std::unique_ptr<LogSink>& sink)
{
    return sink ? Log(*sink, "sim") : Log();
}

// ---- hardware

class HardSpan::Lent final : public SpanIo {
public:
    explicit Lent(HardSpan& hard) : hard_(hard) {}
    ~Lent() override { Lent::stop(); }
    Result<void> start(const SpanConfig& c, SpanEvents& e) override { return hard_.io_->start(c, e); }
    void stop() noexcept override
    {
        for (const Timeslot t : mine_)
            hard_.open_.erase(t);
        mine_.clear();
        hard_.io_->stop();
    }
    Result<void> openSlot(Timeslot t) override
    {
        hard_.open_.insert(t);
        mine_.insert(t);
        return hard_.io_->openSlot(t);
    }
    void closeSlot(Timeslot t) noexcept override
    {
        hard_.open_.erase(t);
        mine_.erase(t);
        hard_.io_->closeSlot(t);
    }
    Result<void> sendFrame(Octets f) override { return hard_.io_->sendFrame(f); }

private:
    HardSpan& hard_;
    std::set<Timeslot> mine_;
};

std::unique_ptr<SpanIo> HardSpan::lend()
{
    return std::make_unique<Lent>(*this);
}

void HardSpan::faults(const VirtualFaults& f)
{
    dynamic_cast<FaultInjection&>(*io_).setFaults(f);
}

// ---- a box

SimBox::SimBox(Loop& loop, Random& random, Plant& plant, const Voices& voices, lab::SmsCentre* centre,
               box::BoxConfig config, HardSpan& tie, std::ostream* log)
    : loop_(loop), random_(random), plant_(plant), voices_(voices), config_(std::move(config)), tie_(tie),
      teller_(makeTeller(log, loop, config_.id))
{
    if (!centre)
        return;
    modemExecutor_ = makeSimExecutor(loop_, 1ms);
    const Edges plain{loop_, random_, disk_, *modemExecutor_, Log()};
    lab::AtModemConfig modem;
    modem.name = config_.id + "-modem1";
    modem_ = std::make_unique<lab::AtModem>(plain, *centre, modem);
}

SimBox::~SimBox()
{
    if (alive())
        crash(false);
}

void SimBox::start()
{
    executor_ = makeSimExecutor(loop_, 1ms);
    edges_ = std::make_unique<Edges>(Edges{loop_, random_, plant_.files(disk_), *executor_, logTo(teller_)});
    (void)edges_->files.makeDirectories(config_.state); // the store says what is wrong with it
    auto store = messages::Store::open(*edges_, box::storeConfig(config_));
    if (!store)
        return; // a full disk: it stays down until somebody starts it again
    store_ = plant_.store(std::move(*store));
    lines::LinesWorld world;
    world.openSpan = [this](const lines::SpanSettings&) -> Result<std::unique_ptr<SpanIo>> {
        return plant_.boxTie(tie_.lend());
    };
    world.openModem = [this](const lines::ModemSettings&) -> Result<std::unique_ptr<ModemIo>> {
        auto port = lab::makeEmulatedPort(loop_, *modem_);
        port_ = port.get();
        port_->plug(plugged_);
        return plant_.modem(std::move(port));
    };
    auto opened = lines::Lines::open(*edges_, config_.lines, world);
    if (!opened) {
        trouble = "no lines: " + opened.error().what;
        return;
    }
    lines_ = std::move(*opened);
    box_ = std::make_unique<box::Box>(*edges_, config_, box::BoxParts{*lines_, *store_, *voices_.prompts});
    box_->start();
    cutOffSince.reset();
}

// What was not synced is gone if the power fails; if only the process dies, what was written stays.
void SimBox::crash(bool powerCut)
{
    if (powerCut)
        disk_.powerCut([this](std::uint64_t unsynced) { return random_.below(unsynced + 1); });
    else
        disk_.processDied();
    box_.reset();
    port_ = nullptr;
    lines_.reset();
    store_.reset();
    executor_.reset();
    ++crashes;
    cutOffSince = loop_.now();
}

std::optional<status::StatusRecord> SimBox::status()
{
    if (!alive())
        return {};
    return box_->status();
}

void SimBox::plugModem(bool in)
{
    plugged_ = in;
    if (port_)
        port_->plug(in);
}

// ---- the fleet

Fleet::Fleet(FleetOptions options, Plant& p)
    : random(makeSeededRandom(options.seed)), teller(makeTeller(options.log, loop, "switch")),
      executor(makeSimExecutor(loop, 1ms)), edges{loop, *random, files, *executor, logTo(teller)}, plant(p),
      clock(VirtualClock::paced(loop)), tieClock(VirtualClock::following(loop))
{
    exchange = std::make_unique<lab::Exchange>(edges);
    makeTrunks(options.trunks);
    makeBoxes(options);
    switchConfig.access = {access()};
    switchConfig.allow = {*parseRange("+12125550000-+12125558999")};
    switchConfig.reserve = 4;
    startSwitch();
    for (auto& b : boxes)
        b->start();
}

Fleet::~Fleet()
{
    exchange->hangupAll(Cause::normalClearing);
    for (auto& b : boxes)
        if (b->alive())
            b->crash(false);
    stopSwitch();
    exchange.reset();
    exchangeTrunks.clear();
    exchangeSpans.clear();
}

PhoneNumber Fleet::access() const
{
    return number("+12125559000");
}

namespace {

lines::SpanSettings settings(const std::string& name, lines::Use use, PriRole role)
{
    lines::SpanSettings s;
    s.use = use;
    s.span.name = name;
    s.pri.role = role;
    s.pri.highestChannelFirst = role == PriRole::network;
    s.pri.form = RedirectingForm::facility;
    s.country = "eu";
    s.plan = lines::dialPlan("eu");
    return s;
}

} // namespace

void Fleet::makeTrunks(unsigned count)
{
    for (unsigned i = 0; i < count; ++i) {
        const std::string name = "trunk" + std::to_string(i + 1);
        VirtualPair pair = makeVirtualPair(loop, *clock);
        const auto s = settings(name, lines::Use::trunk, PriRole::network);
        exchangeSpans.push_back(std::make_unique<Span>(edges, s.span, std::move(pair.first)));
        auto trunk = makePriTrunk(edges, *exchangeSpans.back(), s.pri);
        if (!exchangeSpans.back()->start() || !trunk) {
            trouble = "the exchange has no " + name;
            return;
        }
        exchangeTrunks.push_back(std::move(*trunk));
        exchange->addTrunk(*exchangeTrunks.back(), s.plan, RedirectingForm::facility);
        trunkEnds.push_back(std::make_unique<HardSpan>(std::move(pair.second)));
        switchConfig.lines.spans.push_back(settings(name, lines::Use::trunk, PriRole::user));
    }
}

void Fleet::makeBoxes(const FleetOptions& options)
{
    for (unsigned i = 0; i < options.boxes; ++i) {
        const std::string id = "box" + std::to_string(i + 1);
        const std::string tie = id + "-tie1";
        VirtualPair pair = makeVirtualPair(loop, *tieClock);
        tieSwitchEnds.push_back(std::make_unique<HardSpan>(std::move(pair.first)));
        tieBoxEnds.push_back(std::make_unique<HardSpan>(std::move(pair.second)));
        switchConfig.lines.spans.push_back(settings(tie, lines::Use::tie, PriRole::network));

        box::BoxConfig c;
        c.id = id;
        c.state = "/state";
        c.country = "eu";
        c.access = {{access(), {}}};
        c.number = access();
        // Small pools, so that pairs rest and numbers come round again within a run.
        c.pool = *parseRange("+12125559" + std::to_string(i + 1) + "01-+12125559" + std::to_string(i + 1) + "40");
        c.quarantine = 3min;
        c.retention = 2h;
        c.keepHeard = 2min;
        c.allow = {*parseRange("+12125550000-+12125558999")};
        c.silence = 2s;
        c.limit = 20s;
        c.lines.spans.push_back(settings(tie, lines::Use::tie, PriRole::user));
        const bool withModem = !(options.lastBoxWithoutModem && i + 1 == options.boxes);
        if (withModem) {
            lines::ModemSettings m;
            m.modem.name = id + "-modem1";
            m.device = "simulated";
            c.lines.modems.push_back(m);
            c.protocols = {"sms", "dialout"};
        } else {
            c.protocols = {"dialout"};
        }
        switching::BoxConfig b;
        b.id = id;
        b.ties = {tie};
        b.pool = c.pool;
        switchConfig.boxes.push_back(b);
        boxes.push_back(std::make_unique<SimBox>(loop, *random, plant, voices, withModem ? &centre : nullptr,
                                                 std::move(c), *tieBoxEnds.back(), options.log));
    }
}

void Fleet::startSwitch()
{
    lines::LinesWorld world;
    world.clock = tieClock.get();
    world.openSpan = [this](const lines::SpanSettings& s) -> Result<std::unique_ptr<SpanIo>> {
        for (std::size_t i = 0; i < switchConfig.lines.spans.size(); ++i) {
            if (switchConfig.lines.spans[i].name() != s.name())
                continue;
            if (i < trunkEnds.size())
                return plant.switchTrunk(trunkEnds[i]->lend());
            return tieSwitchEnds[i - trunkEnds.size()]->lend();
        }
        return Error{Errc::not_found, s.name()};
    };
    auto opened = lines::Lines::open(edges, switchConfig.lines, world);
    if (!opened) {
        trouble = "the switch has no lines: " + opened.error().what;
        return;
    }
    switchLines = std::move(*opened);
    std::map<std::string, fleet::AskBox> asks;
    for (auto& b : boxes)
        asks[b->id()] = plant.status([box = b.get()] { return box->status(); });
    source = fleet::makeFunctionSource(edges, std::move(asks));
    service = std::make_unique<switching::Switch>(edges, switchConfig, *switchLines, *source);
    service->start();
    switchLines->start();
}

void Fleet::stopSwitch()
{
    service.reset();
    source.reset();
    switchLines.reset();
}

bool Fleet::up(Duration limit)
{
    return loop.runUntil(
        [this] {
            if (!service)
                return false;
            for (const auto& line : switchLines->all())
                if (!line->trunk().status().usable)
                    return false;
            const nlohmann::json told = service->boxesJson();
            for (const auto& b : told["boxes"])
                if (!b["usable"])
                    return false;
            return true;
        },
        limit);
}

bool Fleet::quiet(std::string& why) const
{
    if (!service) {
        why = "there is no switch";
        return false;
    }
    const auto idle = [&](const Trunk& t, const std::string& where) {
        for (const ChannelRow& row : t.channels())
            if (row.state == ChannelState::inUse)
                why += where + " " + t.name() + ": channel " + std::to_string(index(row.slot)) + " taken by " +
                       row.call + "; ";
    };
    for (const auto& t : exchangeTrunks)
        idle(*t, "exchange");
    for (const auto& line : switchLines->all())
        idle(line->trunk(), "switch");
    if (service->carrying() > 0)
        why += "the switch carries " + std::to_string(service->carrying()) + "; ";
    for (const auto* ends : {&trunkEnds, &tieSwitchEnds, &tieBoxEnds})
        for (const auto& e : *ends)
            if (e->open() > 0)
                why += std::to_string(e->open()) + " slots open on a span; ";
    const nlohmann::json told = service->boxesJson();
    for (const auto& b : told["boxes"])
        if (b["status"].is_object() && b["status"].value("calls", 0) != 0)
            why += b.value("box", "") + " counts " + std::to_string(b["status"].value("calls", 0)) + " calls; ";
    return why.empty();
}

} // namespace callbox::simulation
