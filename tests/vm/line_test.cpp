// SPDX-License-Identifier: GPL-2.0-or-later
// The line suite on DAHDI: analog ports of two spans of a real kernel, wired to each other inside it (pair.conf), port
// n to port n. Such a line has its battery from the kernel, whoever runs or not, and no polarity; DAHDI opens the loop
// only to clear a call, for 500 ms. The cases that want more of a line run on the virtual backend.
#include "../support/real_time.h"
#include "line_ends.h"
#include <callbox/hal/backend.h>
#include <set>

namespace callbox::tests {

namespace {

constexpr Timeslot first{1};

class Wired : public LinePair {
public:
    Wired() : fxo_(open("DYN/loc/1:0/1")), fxs_(open("DYN/loc/1:1/1")) {}
    ~Wired() override
    {
        fxo_.reset();
        fxs_.reset();
    }
    Loop& loop() override { return loop_; }
    bool until(const std::function<bool()>& done, Duration limit) override { return runUntil(loop_, done, limit); }
    SpanIo& fxo() override { return *fxo_; }
    SpanIo& fxs() override { return *fxs_; }
    LineIo& fxoLine() override { return dynamic_cast<LineIo&>(*fxo_); }
    LineIo& fxsLine() override { return dynamic_cast<LineIo&>(*fxs_); }
    std::unique_ptr<SpanIo> open(const std::string& id)
    {
        const Edges edges{loop_, *random_, *files_, *disk_, Log()};
        auto io = findBackend("dahdi")->open(edges, {{"span", id}});
        return io ? std::move(*io) : nullptr;
    }

private:
    RealLoop loop_;
    std::unique_ptr<Random> random_ = makeSystemRandom();
    std::unique_ptr<Files> files_ = makeSystemFiles();
    std::unique_ptr<Executor> disk_ = makeThreadExecutor(loop_, "disk");
    std::unique_ptr<SpanIo> fxo_, fxs_;
};

void expectGood(const Result<void>& r)
{
    EXPECT_TRUE(r) << (r ? "" : r.error().what);
}

std::vector<Case<LinePair>> casesOfSuchALine()
{
    const std::set<std::string> wantMore{
        "battery-is-told",     // it is there when nobody runs the other end
        "open-loop-is-told",   // of an idle line, which DAHDI does not open
        "short-gaps-are-none", // of 20 ms
        "polarity-is-told",
    };
    std::vector<Case<LinePair>> cases = lineCases();
    std::erase_if(cases, [&](const auto& c) { return wantMore.contains(c.name); });
    return cases;
}

const Make<LinePair> aLine = [] { return std::make_unique<Wired>(); };

// A channel of a new kernel, which nobody has configured yet, looks like a telephone that is off-hook.
void configureOnce()
{
    Wired pair;
    Findings nothing;
    const UpLines once(pair, nothing);
}

TEST(DahdiLines, KeepTheContractOnWiresInsideTheKernel)
{
    configureOnce();
    checkSubject(casesOfSuchALine(), aLine);
}

TEST(DahdiTwins, OnAnalogLinesEachFailsItsOwnCaseAndPassesTheRest)
{
    configureOnce();
    checkTwins(casesOfSuchALine(), twinsOf(casesOfSuchALine(), brokenLines(aLine)));
}

// Both ends with one telephone that is off-hook.
struct InACall final : Wired {
    explicit InACall(LineStart start = LineStart::kewl)
    {
        fxoLine().setLineEvents(&telephone);
        fxsLine().setLineEvents(&exchange);
        expectGood(fxs().start(bankOf(PortKind::fxs, 1, start), exchange));
        expectGood(fxo().start(bankOf(PortKind::fxo, 1, start), telephone));
        EXPECT_TRUE(until([&] { return telephone.told(1) == "battery-back"; }, 3s));
        EXPECT_TRUE(fxoLine().setHook(first, true));
        EXPECT_TRUE(until([&] { return exchange.told(1) == "off-hook"; }, 3s));
        pass(300ms);
        telephone.events.clear();
        exchange.events.clear();
    }
    ~InACall() override
    {
        fxo().stop();
        fxs().stop();
    }
    LineListener telephone, exchange;
};

TEST(DahdiLines, AnExchangeOfKewlstartOpensTheLoopWhenItClearsAndHearsTheTelephoneGoWhenever)
{
    for (const Duration putDown : {100ms, 650ms, 1500ms}) { // DAHDI itself misses the second
        InACall line;
        ASSERT_TRUE(line.fxsLine().openLoop(first, 500ms));
        line.pass(putDown);
        ASSERT_TRUE(line.fxoLine().setHook(first, false));
        EXPECT_TRUE(line.until([&] { return line.exchange.told(1) == "on-hook"; }, 4s)) << toMs(putDown);
        line.pass(500ms);
        EXPECT_EQ(line.telephone.told(1), "battery-lost battery-back") << toMs(putDown);
        EXPECT_EQ(line.exchange.told(1), "on-hook") << toMs(putDown);
    }
}

TEST(DahdiLines, ATelephoneIsRungAsSoonAsDahdiHasClearedTheCallBefore)
{
    InACall line;
    ASSERT_TRUE(line.fxsLine().openLoop(first, 500ms));
    ASSERT_TRUE(line.fxoLine().setHook(first, false));
    ASSERT_TRUE(line.until([&] { return line.exchange.told(1) == "on-hook"; }, 4s));
    line.telephone.events.clear();
    ASSERT_TRUE(line.fxsLine().ring(first, true));
    EXPECT_TRUE(line.until([&] { return line.telephone.told(1).ends_with("ring-begin"); }, 2s))
        << line.telephone.told(1);
    line.telephone.events.clear();
    ASSERT_TRUE(line.fxoLine().setHook(first, true));
    EXPECT_TRUE(line.until([&] { return line.telephone.told(1) == "ring-end"; }, 1s)) << "an answer ends the ring";
    EXPECT_TRUE(line.fxsLine().ring(first, false));
}

TEST(DahdiLines, WhatDahdiCannotDoIsAnErrorThatSaysSo)
{
    InACall line(LineStart::loop);
    EXPECT_EQ(line.fxsLine().openLoop(first, 500ms).error().code, Errc::unsupported);
    EXPECT_EQ(line.fxsLine().setReversed(first, true).error().code, Errc::unsupported);
    EXPECT_EQ(line.fxsLine().ring(first, true).error().code, Errc::busy);
    ASSERT_TRUE(line.fxoLine().setHook(first, false));
    EXPECT_EQ(line.fxoLine().dialPulses(first, "1").error().code, Errc::invalid);
    line.fxo().stop();
    EXPECT_EQ(line.fxoLine().setHook(first, true).error().code, Errc::gone);
}

TEST(DahdiLines, PortsThatAreTakenOrNotThereAreErrorsThatNameThem)
{
    InACall line;
    const auto other = line.open("DYN/loc/1:0/1");
    LineListener nobody;
    const auto taken = other->start(bankOf(PortKind::fxo), nobody);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::busy);
    EXPECT_TRUE(taken.error().what.starts_with("port 1: ")) << taken.error().what;
    const auto small = line.open("DYN/loc/2:0/1"); // a T1
    const auto missing = small->start(bankOf(PortKind::fxo, 25), nobody);
    ASSERT_FALSE(missing);
    EXPECT_TRUE(missing.error().what.find("port 25: this span has 24 only") != std::string::npos)
        << missing.error().what;
}

TEST(DahdiLines, AudioGoesBothWaysOnHookAndOffHookAndAfterDialling)
{
    Wired pair;
    OneOctet telephone(0x11), exchange(0x22);
    LineListener events;
    pair.fxoLine().setLineEvents(&events);
    ASSERT_TRUE(pair.fxs().start(bankOf(PortKind::fxs), exchange) &&
                pair.fxo().start(bankOf(PortKind::fxo), telephone));
    ASSERT_TRUE(pair.fxs().openSlot(first) && pair.fxo().openSlot(first));
    const auto heard = [&](const char* when) {
        telephone.heard.clear();
        exchange.heard.clear();
        EXPECT_TRUE(pair.until([&] { return telephone.heard[0x22] > 1600 && exchange.heard[0x11] > 1600; }, 2s))
            << when << ": " << telephone.heard[0x22] << " and " << exchange.heard[0x11] << " samples";
    };
    heard("on-hook");
    ASSERT_TRUE(pair.fxoLine().setHook(first, true));
    pair.pass(300ms);
    heard("off-hook");
    ASSERT_TRUE(pair.fxoLine().dialPulses(first, "4"));
    EXPECT_EQ(pair.fxoLine().flash(first).error().code, Errc::busy);
    EXPECT_TRUE(pair.until([&] { return events.told(1).ends_with("dialled"); }, 4s));
    heard("after dialling");
    ASSERT_TRUE(pair.fxoLine().setHook(first, false));
    heard("on-hook again");
    pair.fxo().stop();
    pair.fxs().stop();
}

} // namespace
} // namespace callbox::tests
