// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <limits>

namespace callbox::switching::tests {

using namespace callbox::hal;

Party::Party(const Edges& edges, const SpanConfig& config, const PriConfig& pri, std::unique_ptr<SpanIo> io)
    : span(edges, config, std::move(io))
{
    auto made = makePriTrunk(edges, span, pri);
    if (made)
        trunk = std::move(*made);
    EXPECT_TRUE(span.start());
}

void Hears::append(Octets samples, std::uint32_t lost)
{
    all.insert(all.end(), samples.begin(), samples.end());
    lostSamples += lost;
}

Taker::Taker(Loop& loop, Trunk& trunk) : loop_(loop), tasks_(loop)
{
    trunk.setIncoming([this](std::unique_ptr<Call> call) {
        setups.push_back(call->setup());
        calls.push_back(std::move(call));
        tasks_.start(take(*calls.back()));
    });
}

std::size_t Taker::live() const
{
    std::size_t n = 0;
    for (const auto& c : calls)
        n += c->released() ? 0 : 1;
    return n;
}

Task<> Taker::take(Call& call)
{
    if (manner.kind == Manner::Kind::silent)
        co_return;
    if (manner.kind == Manner::Kind::refuse) {
        call.hangup(manner.cause);
        co_return;
    }
    if (manner.kind == Manner::Kind::ringThenAnswer) {
        co_await call.proceeding();
        co_await call.alerting();
        co_await sleepFor(loop_, 2s);
    }
    hears.all.clear();
    call.setTap(&hears);
    co_await call.answer();
    if (says)
        co_await say(call);
}

Task<> Taker::say(Call& call)
{
    says->rewind();
    PlayOutcome played = co_await call.play(*says, {});
    EXPECT_TRUE(played.finished);
}

Task<> Told::expect(std::string box, PhoneNumber number, fleet::ExpectedCall call, Duration)
{
    const bool taken = busy.contains(number);
    rows.push_back({std::move(box), std::move(number), std::move(call)});
    if (taken)
        co_await fail(Errc::busy, "the number stands for another call that has not come yet");
    if (!refuses.empty())
        co_await fail(Errc::io, refuses);
    if (!answers)
        co_await fail(Errc::timeout, "no answer within 1000 ms");
}

World::World(Options o) : options(o)
{
    config.access = {*PhoneNumber::parse("+12125559000")};
    config.allow = {*parseRange("+12125550000-+12125558999")};
    config.reserve = options.reserve;
    makeSpans();
    makeBoxes();
    lines::LinesWorld world;
    world.clock = tieClock.get();
    world.openSpan = [this](const lines::SpanSettings& s) -> Result<std::unique_ptr<SpanIo>> {
        return std::move(switchEnds.at(s.name()));
    };
    auto opened = lines::Lines::open(edges, config.lines, world);
    EXPECT_TRUE(opened);
    lines = std::move(*opened);
    std::map<std::string, fleet::AskBox> asks;
    for (unsigned i = 0; i < options.boxes; ++i)
        asks["box" + std::to_string(i + 1)] = [this, i]() -> std::optional<status::StatusRecord> {
            if (!answers[i])
                return std::nullopt;
            status::StatusRecord& r = records[i];
            ++r.sequence;
            r.monotonicMs = toMs(loop.now().time_since_epoch());
            r.spans.clear();
            for (unsigned t = 0; t < options.ties; ++t) {
                const TrunkStatus s = boxes[i * options.ties + t]->trunk->status();
                r.spans.push_back(
                    {s.name, s.usable ? "up" : "down", {}, s.usable, s.dChannelUp ? "up" : "down", s.channels, s.idle});
            }
            return r;
        };
    if (options.far)
        asks["far"] = [this, sequence = std::uint64_t(0)]() mutable -> std::optional<status::StatusRecord> {
            status::StatusRecord r;
            r.box = "far";
            r.bootId = "boot1";
            r.canRecord = true;
            r.sequence = ++sequence;
            r.monotonicMs = toMs(loop.now().time_since_epoch());
            r.spans.push_back({"trunk1", "up", {}, true, "up", 30, 30});
            return r;
        };
    source = fleet::makeFunctionSource(edges, asks);
    service = std::make_unique<Switch>(edges, config, *lines, *source, nullptr, &told);
    service->start();
    lines->start();
}

World::~World()
{
    service.reset();
    boxTakers.clear();
    exchangeTakers.clear();
}

void World::makeSpans()
{
    const bool e1 = options.type == SpanType::e1;
    const auto settings = [&](const std::string& name, lines::Use use) {
        lines::SpanSettings s;
        s.use = use;
        s.span = {.name = name,
                  .type = options.type,
                  .law = e1 ? Law::alaw : Law::mulaw,
                  .dChannel = dChannelSlot(options.type)};
        s.pri.switchType = e1 ? PriSwitchType::euroIsdn : PriSwitchType::ni2;
        if (!options.profile.empty() && use == lines::Use::trunk) {
            s.pri.profile = findProfile(options.profile);
            s.pri.switchType = s.pri.profile->switchType;
        }
        s.pri.timers = options.timers;
        s.pri.form = e1 ? RedirectingForm::facility : RedirectingForm::ie;
        s.pri.role = use == lines::Use::tie ? PriRole::network : PriRole::user;
        s.pri.highestChannelFirst = s.pri.role == PriRole::network;
        s.country = e1 ? "eu" : "us";
        s.plan = lines::dialPlan(s.country);
        return s;
    };
    const auto other = [](lines::SpanSettings s) {
        s.pri.role = s.pri.role == PriRole::user ? PriRole::network : PriRole::user;
        s.pri.highestChannelFirst = s.pri.role == PriRole::network;
        return s;
    };
    for (unsigned i = 0; i < options.trunks; ++i) {
        const auto s = settings("trunk" + std::to_string(i + 1), lines::Use::trunk);
        VirtualPair pair = makeVirtualPair(loop, *clock);
        exchange.push_back(std::make_unique<Party>(edges, s.span, other(s).pri, std::move(pair.first)));
        exchangeTakers.push_back(std::make_unique<Taker>(loop, *exchange.back()->trunk));
        switchEnds[s.name()] = std::move(pair.second);
        config.lines.spans.push_back(s);
    }
    for (unsigned b = 0; b < options.boxes; ++b)
        for (unsigned t = 0; t < options.ties; ++t) {
            const auto s = settings("box" + std::to_string(b + 1) + "-tie" + std::to_string(t + 1), lines::Use::tie);
            VirtualPair pair = makeVirtualPair(loop, *tieClock);
            tieIo.push_back(pair.second.get());
            boxes.push_back(std::make_unique<Party>(edges, s.span, other(s).pri, std::move(pair.second)));
            boxTakers.push_back(std::make_unique<Taker>(loop, *boxes.back()->trunk));
            switchEnds[s.name()] = std::move(pair.first);
            config.lines.spans.push_back(s);
        }
}

void World::makeBoxes()
{
    for (unsigned i = 0; i < options.boxes; ++i) {
        BoxConfig b;
        b.id = "box" + std::to_string(i + 1);
        for (unsigned t = 0; t < options.ties; ++t)
            b.ties.push_back(b.id + "-tie" + std::to_string(t + 1));
        b.pool = *parseRange("+1212555900" + std::to_string(i + 1));
        config.boxes.push_back(b);
        status::StatusRecord r;
        r.box = b.id;
        r.bootId = "boot1";
        r.canRecord = true;
        records.push_back(r);
        answers.push_back(true);
    }
    if (options.far) {
        BoxConfig b;
        b.id = "far";
        b.weight = 1000;
        b.numbers = {*PhoneNumber::parse("+12125557001"), *PhoneNumber::parse("+12125557002")};
        config.boxes.push_back(b);
    }
}

void World::up()
{
    ASSERT_TRUE(until([this] {
        for (const auto& line : lines->all())
            if (!line->trunk().status().usable || line->trunk().status().idle != line->trunk().status().channels)
                return false;
        const nlohmann::json shown = service->boxesJson();
        for (const auto& box : shown["boxes"])
            if (!box["usable"])
                return false;
        return true;
    })) << service->boxesJson().dump(2);
}

CallSetup World::setup(const std::string& from, const std::string& to, const std::string& redirecting) const
{
    const DialPlan plan = config.lines.spans.front().plan;
    CallSetup s;
    if (!from.empty()) {
        s.calling = fromE164(*PhoneNumber::parse(from), plan);
        s.calling.screening = Screening::network;
    }
    s.called = fromE164(*PhoneNumber::parse(to), plan);
    if (!redirecting.empty())
        s.redirecting = Diversion{fromE164(*PhoneNumber::parse(redirecting), plan), DiversionReason::noReply};
    s.form = options.type == SpanType::e1 ? RedirectingForm::facility : RedirectingForm::ie;
    return s;
}

std::unique_ptr<Call> World::call(const CallSetup& s)
{
    auto placed = exchange.front()->trunk->place(s);
    EXPECT_TRUE(placed) << (placed ? "" : placed.error().what);
    return placed ? std::move(*placed) : nullptr;
}

void World::expectAllIdle()
{
    EXPECT_TRUE(until([this] { return service->carrying() == 0; }));
    loop.runFor(1s);
    const auto check = [](const Trunk& trunk) {
        for (const ChannelRow& row : trunk.channels())
            EXPECT_EQ(row.state, ChannelState::idle) << trunk.name() << " " << index(row.slot) << " " << row.call;
    };
    for (const auto& line : lines->all())
        check(line->trunk());
    for (const auto& parties : {&exchange, &boxes})
        for (const auto& p : *parties)
            check(*p->trunk);
}

nlohmann::json World::explained(const Call& call) const
{
    const auto r = service->explain(call.id());
    EXPECT_TRUE(r) << (r ? "" : r.error().what);
    return r ? (*r)["decision"] : nlohmann::json();
}

std::string World::stages(const std::vector<std::unique_ptr<Call>>& calls) const
{
    std::string out;
    for (const auto& c : calls) {
        const auto r = service->explain(c->id());
        out += c->id() + " " + std::string(name(c->stage())) + " " + std::string(text(c->cause())) + " " +
               (r ? (*r)["decision"]["attempts"].dump() : "not decided") + "\n";
    }
    return out;
}

void World::cut(SpanIo& io, bool out)
{
    VirtualFaults f;
    f.los = out;
    dynamic_cast<FaultInjection&>(io).setFaults(f);
}

void World::dChannel(unsigned tie, bool in)
{
    const VirtualFaults f{.dropFrames = in ? 0 : std::numeric_limits<unsigned>::max()};
    dynamic_cast<FaultInjection&>(*tieIo.at(tie)).setFaults(f);
    EXPECT_TRUE(lines->find(boxes.at(tie)->span.name())->setFaults(f));
}

} // namespace callbox::switching::tests
