// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/test_call.h"
#include <algorithm>
#include <callbox/hal/dtmf.h>

namespace callbox::box {

namespace {

constexpr double sentDbm0 = -10;
constexpr double forwardHertz = 1004, backHertz = 804; // apart, so that a loop is known by its tone
constexpr Duration answerLimit = 30s;                  // from SETUP; an analog line's caller id takes some seconds
constexpr Duration strayLimit = 2s;                    // answered, and it has not come to us
constexpr Duration settling = 500ms;                   // after each beginning of a tone: it may come so late
constexpr Duration quietFor = 500ms, toneFor = 1s;
constexpr Duration tail = 500ms; // beyond what is measured, of a tone and of the quiet after it
constexpr Duration giveUp = 2s;  // beyond the time the samples take

std::size_t samplesIn(Duration d)
{
    return static_cast<std::size_t>(toMs(d)) * hal::samplesPerSecond / 1000;
}

bool gone(const hal::Call& c)
{
    return c.released() || c.stage() == hal::CallStage::releasing;
}

// What one leg hears: so many samples after so many others.
class Ear final : public hal::AudioSink {
public:
    explicit Ear(hal::Call& call) : call_(call) { call_.setTap(this); }
    ~Ear() { call_.setTap(nullptr); }
    Ear(const Ear&) = delete;
    Ear& operator=(const Ear&) = delete;

    void listen(Duration after, Duration length)
    {
        skip_ = samplesIn(after);
        wanted_ = samplesIn(length);
        heard_.clear();
        lost_ = 0;
    }
    [[nodiscard]] bool full() const { return heard_.size() == wanted_; }
    [[nodiscard]] const OctetBuffer& heard() const { return heard_; }
    [[nodiscard]] std::uint64_t lost() const { return lost_; }
    [[nodiscard]] hal::Law law() const { return call_.law(); }

private:
    void append(Octets samples, std::uint32_t lost) override
    {
        const std::size_t skipped = std::min(skip_, samples.size());
        skip_ -= skipped;
        if (full() || skip_ > 0)
            return;
        lost_ += heard_.empty() ? 0 : lost;
        const Octets rest = samples.subspan(skipped);
        heard_.insert(heard_.end(), rest.begin(),
                      rest.begin() + std::ptrdiff_t(std::min(rest.size(), wanted_ - heard_.size())));
    }
    [[nodiscard]] bool failed() const override { return false; }

    hal::Call& call_;
    std::size_t skip_ = 0, wanted_ = 0;
    OctetBuffer heard_;
    std::uint64_t lost_ = 0;
};

// The line it goes out on. Two channels are needed, and on demand no more than that.
Result<lines::Line*> lineFor(const TestDesk& d, const TestCallOrder& order)
{
    if (!order.span.empty()) {
        lines::Line* line = d.lines.find(order.span);
        if (!line)
            return Error{Errc::not_found,
                         "span " + order.span + ": there is none of this name; span status names them"};
        return line;
    }
    for (const lines::Use use : {lines::Use::trunk, lines::Use::tie}) {
        lines::Line* best = nullptr;
        for (lines::Line* line : d.lines.used(use))
            if (line->trunk().status().usable && (!best || line->trunk().status().idle > best->trunk().status().idle))
                best = line;
        if (best)
            return best;
    }
    return nullptr;
}

// `out`: where it goes out. From a PRI no call comes back on an analog line, nor the other way round.
Result<void> checkRoom(const TestDesk& d, const TestCallOrder& order, const lines::Line& out)
{
    const auto isAnalog = [](const lines::Line& l) { return l.settings().span.type == hal::SpanType::analog; };
    unsigned idle = 0;
    for (const auto& line : d.lines.all()) {
        const hal::TrunkStatus s = line->trunk().status();
        if (!s.usable || isAnalog(*line) != isAnalog(out))
            continue;
        idle += s.idle;
        const unsigned kept = line->settings().use == lines::Use::trunk ? std::max(1U, unsigned(d.config.reserve)) : 1U;
        if (!order.onDemand && s.channels < 2 + kept)
            return Error{Errc::no_space, "span " + line->name() + " has " + std::to_string(s.channels) +
                                             " channels; a test call takes two and leaves " + std::to_string(kept) +
                                             " to calls. callbox test call makes one all the same"};
        if (!order.onDemand && s.idle < 2 + kept)
            return Error{Errc::busy, "span " + line->name() + " has " + std::to_string(s.idle) +
                                         " idle channels: they are left to calls"};
    }
    if (idle < 2)
        return Error{Errc::busy, "a test call needs two idle channels, one out and one back; idle here: " +
                                     std::to_string(idle) + "; call list tells who has the others"};
    return {};
}

TestLeg legOf(const hal::Call& c)
{
    return {c.id(), c.identity().span, c.slot()};
}

std::string placeOf(const TestLeg& l)
{
    return l.span + (l.slot ? "/" + std::to_string(hal::index(*l.slot)) : "");
}

// One test call while it lives: its two legs, and what has happened to either.
class TestRun {
public:
    TestRun(TestDesk desk, TestCallOrder order)
        : d_(desk), order_(std::move(order)), loop_(desk.edges.loop), changes_(loop_)
    {
        result_.at = loop_.wallNow();
        result_.to = order_.to.empty() ? usualTestNumber(d_.config) : order_.to;
    }
    ~TestRun()
    {
        d_.reception.ownCall().forget();
        for (const auto* call : {&out_, &in_})
            if (*call)
                (*call)->setObserver({});
    }
    TestRun(const TestRun&) = delete;
    TestRun& operator=(const TestRun&) = delete;

    Task<TestCallResult> run();

private:
    Result<bool> place(lines::Line& line);
    void came(std::unique_ptr<hal::Call> call, const hal::DialPlan& plan);
    Task<bool> through();
    Task<> measure();
    Task<> quietly(Ear& out, Ear& in);
    Task<TestPath> path(hal::Call& from, double hertz, Ear& near, Ear& far);
    Task<> untilFull(const Ear& one, const Ear& other, Duration length);
    void watch(hal::Call& call)
    {
        call.setObserver([this](hal::CallStage) { changes_.push(true); });
    }

    TestDesk d_;
    TestCallOrder order_;
    Loop& loop_;
    TestCallResult result_;
    Queue<bool> changes_;
    TimePoint placed_{};
    hal::CallStage reached_ = hal::CallStage::placed;
    std::unique_ptr<hal::Call> out_, in_;
    lines::CallTable::Entry outEntry_, inEntry_; // before the calls they show
    double quietOut_ = -96, quietIn_ = -96;
};

// False: nothing was placed, and the result says why.
Result<bool> TestRun::place(lines::Line& line)
{
    hal::CallSetup setup;
    setup.called = hal::fromE164(result_.to, line.settings().plan);
    setup.calling = hal::fromE164(result_.from, line.settings().plan);
    if (auto r = d_.reception.ownCall().expect(
            result_.to,
            [this](std::unique_ptr<hal::Call> call, const hal::DialPlan& plan) { came(std::move(call), plan); });
        !r)
        return r.error();
    auto placed = line.trunk().place(setup);
    if (!placed && placed.error().code == Errc::no_space)
        return Error{Errc::busy, placed.error().what};
    if (!placed) {
        result_.findings.push_back({"no-line", "no call can be placed: " + placed.error().what});
        return false;
    }
    out_ = std::move(*placed);
    placed_ = loop_.now();
    outEntry_ = d_.reception.calls().add(*out_, "test", line.settings().plan);
    result_.out = legOf(*out_);
    watch(*out_);
    d_.edges.log.info("test call", {{"call", out_->id()}, {"to", result_.to}});
    return true;
}

void TestRun::came(std::unique_ptr<hal::Call> call, const hal::DialPlan& plan)
{
    in_ = std::move(call);
    inEntry_ = d_.reception.calls().add(*in_, "test", plan);
    result_.in = legOf(*in_);
    watch(*in_);
    d_.edges.log.info("test call comes back", {{"call", in_->id()}, {"of", out_ ? out_->id() : ""}});
    changes_.push(true);
}

// Until both legs are connected; false: they will not be, and the result says why.
Task<bool> TestRun::through()
{
    bool answering = false;
    TimePoint until = placed_ + answerLimit;
    while (!gone(*out_) && !(in_ && gone(*in_)) && loop_.now() < until) {
        if (out_->stage() == hal::CallStage::connected && reached_ != hal::CallStage::connected) {
            result_.setup = loop_.now() - placed_;
            if (!in_)
                until = std::min(until, loop_.now() + strayLimit);
        }
        reached_ = out_->stage();
        if (in_ && !std::exchange(answering, true))
            (void)co_await check(in_->answer()); // a failure is seen by its stage
        if (in_ && in_->stage() == hal::CallStage::connected && out_->stage() == hal::CallStage::connected) {
            if (!result_.setup)
                result_.setup = loop_.now() - placed_;
            result_.out = legOf(*out_);
            result_.in = legOf(*in_);
            co_return true;
        }
        co_await changes_.next(std::max(Duration(1ms), until - loop_.now()));
    }
    TestEnd end;
    end.stage = reached_;
    end.cameBack = in_ != nullptr;
    end.anotherCame = d_.reception.ownCall().anotherCame();
    if (gone(*out_))
        end.cause = co_await out_->ended();
    else if (in_ && gone(*in_))
        end.cause = co_await in_->ended();
    result_.cause = end.cause;
    result_.findings.push_back(whyNotThrough(end, result_.to));
    co_return false;
}

Task<> TestRun::untilFull(const Ear& one, const Ear& other, Duration length)
{
    const TimePoint end = loop_.now() + settling + length + giveUp;
    while (!(one.full() && other.full()) && loop_.now() < end && !gone(*out_) && !gone(*in_))
        co_await sleepFor(loop_, 20ms);
    if (gone(*out_) || gone(*in_))
        co_await fail(Errc::gone, "the call ended");
}

Task<> TestRun::quietly(Ear& out, Ear& in)
{
    for (Ear* ear : {&out, &in})
        ear->listen(settling, quietFor);
    co_await untilFull(out, in, quietFor);
    quietOut_ = hal::measureLevel(out.heard(), out.law()).rmsDbm0;
    quietIn_ = hal::measureLevel(in.heard(), in.law()).rmsDbm0;
}

Task<TestPath> TestRun::path(hal::Call& from, double hertz, Ear& near, Ear& far)
{
    TestPath p;
    p.hertz = hertz;
    p.dbm0 = sentDbm0;
    for (Ear* ear : {&near, &far})
        ear->listen(settling, toneFor);
    const std::unique_ptr<hal::AudioSource> tone =
        hal::makeSoundSource({hal::makeSine(hertz, sentDbm0, settling + toneFor + tail, from.law())});
    const hal::PlayOptions options;
    co_await from.play(*tone, options);
    co_await untilFull(near, far, toneFor);
    p.lost = far.lost();
    p.heard = hal::measureTone(far.heard(), far.law());
    p.ownTone = hal::measureTone(near.heard(), near.law());
    co_return p;
}

Task<> TestRun::measure()
{
    for (hal::Call* call : {out_.get(), in_.get()})
        call->setDetecting(false);
    Ear out(*out_), in(*in_);
    co_await quietly(out, in);
    TestPath forward = co_await path(*out_, forwardHertz, out, in);
    forward.from = placeOf(result_.out);
    forward.to = placeOf(result_.in);
    forward.quietDbm0 = quietIn_;
    result_.forward = forward;
    co_await sleepFor(loop_, tail); // what a loop brings back late is not taken for the other tone
    TestPath back = co_await path(*in_, backHertz, in, out);
    back.from = placeOf(result_.in);
    back.to = placeOf(result_.out);
    back.quietDbm0 = quietOut_;
    result_.back = back;
}

Task<TestCallResult> TestRun::run()
{
    if (!isOwnNumber(result_.to, d_.config))
        co_await fail(Errc::invalid, "to: " + result_.to.e164() +
                                         ": a number whose calls come to this box and no other: one of its link "
                                         "numbers or, without a switch, an access number");
    result_.from = d_.config.number.empty() ? result_.to : d_.config.number;
    lines::Line* line = co_await lineFor(d_, order_);
    if (!line) {
        result_.findings.push_back({"no-line", "no line is usable; span status says what is wrong with each"});
        co_return std::move(result_);
    }
    if (line->trunk().status().usable)
        co_await checkRoom(d_, order_, *line);
    if (!d_.reception.isOpen())
        co_await fail(Errc::gone, "the box stops");
    const bool placed = co_await place(*line);
    if (!placed)
        co_return std::move(result_);
    const bool both = co_await through();
    if (both) {
        Result<void> measured = co_await check(measure());
        if (!measured) {
            hal::Call& ended = gone(*out_) ? *out_ : *in_;
            TestEnd end;
            end.stage = reached_;
            end.cameBack = true;
            end.cause = co_await ended.ended();
            result_.cause = end.cause;
            result_.findings.push_back(whyNotThrough(end, result_.to));
        } else {
            judgePath(*result_.forward, order_.toleranceDb, result_.findings);
            judgePath(*result_.back, order_.toleranceDb, result_.findings);
        }
    }
    if (!d_.reception.isOpen())
        co_await fail(Errc::gone, "the box stops");
    out_->hangup(hal::Cause::normalClearing);
    if (in_)
        in_->hangup(hal::Cause::normalClearing);
    co_await out_->ended();
    if (in_)
        co_await in_->ended();
    co_return std::move(result_);
}

} // namespace

PhoneNumber usualTestNumber(const BoxConfig& config)
{
    for (const AccessNumber& a : config.access)
        if (isOwnNumber(a.number, config))
            return a.number;
    return config.pool.first;
}

Task<TestCallResult> testCall(TestDesk desk, TestCallOrder order)
{
    TestRun run(desk, std::move(order));
    co_return co_await run.run();
}

} // namespace callbox::box
