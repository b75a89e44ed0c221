// SPDX-License-Identifier: GPL-2.0-or-later
// What an exchange plays is learnt from a call, whatever we took it for before (N19).
#include "bench.h"
#include <callbox/hal/line_learn.h>

using namespace callbox;
using namespace callbox::hal;
using namespace callbox::hal::tests;

namespace {

struct Learning {
    explicit Learning(const std::string& code, const Bench::Change& atBox = {}) : b(code, atBox)
    {
        b.exchange.trunk->setIncoming([this](std::unique_ptr<Call> c) {
            called.push_back(std::move(c));
            called.back()->hangup(Cause::userBusy);
        });
    }
    Result<LineMeasures> run(Timeslot port = Timeslot{2})
    {
        CallSetup setup;
        setup.called = fromE164(boxNumber, dialPlanUs());
        auto& lines = dynamic_cast<AnalogLines&>(*b.box.trunk);
        return b.run(learnLine(lines, port, b.law, setup));
    }
    std::vector<std::unique_ptr<Call>> called;
    Bench b;
};

TEST(LineLearn, EveryCountrysDialAndBusyToneIsMeasured)
{
    for (const CountryProfile& c : countryProfiles()) {
        Learning l{std::string(c.code)};
        const auto m = l.run();
        ASSERT_TRUE(m) << c.code << ": " << m.error().what;
        ASSERT_TRUE(m->dial) << c.code << ": " << m->dial.error().what;
        ASSERT_TRUE(m->after) << c.code << ": " << m->after.error().what;
        EXPECT_NEAR(m->dial->pattern.steps[0].first, c.dial.steps[0].first, 2) << c.code;
        EXPECT_EQ(m->dial->pattern.endless(), c.dial.endless()) << c.code;
        EXPECT_NEAR(m->after->pattern.steps[0].first, c.busy.steps[0].first, 2) << c.code;
        EXPECT_NEAR(m->after->pattern.steps[1].ms, c.busy.steps[1].ms, 20) << c.code;
        EXPECT_NEAR(m->after->dbm0, -10, 1.5) << c.code;
        EXPECT_TRUE(l.b.until([&] { return l.b.allIdle(); }, 5s)) << c.code;
    }
}

TEST(LineLearn, ALineTakenForAnotherCountrysIsLearntAllTheSame)
{
    Learning l("us", [](AnalogConfig& c) { c.country = *findCountry("de"); });
    const auto m = l.run();
    ASSERT_TRUE(m);
    ASSERT_TRUE(m->dial && m->after);
    EXPECT_EQ(m->dial->pattern.steps[0].second, 440);
    EXPECT_EQ(m->after->pattern.steps[0].second, 620);
}

TEST(LineLearn, ADeadLineATakenOneAndOneThatIsNotThereAreNamed)
{
    Learning l("us");
    EXPECT_EQ(l.run(Timeslot{9}).error().code, Errc::invalid);
    VirtualFaults cut;
    cut.cut = 1U << 2;
    l.b.box.faults().setFaults(cut);
    l.b.loop.runFor(4s);
    EXPECT_EQ(l.run().error().code, Errc::gone);
    Answered c(l.b);
    EXPECT_EQ(l.run(*c.in->slot()).error().code, Errc::busy);
}

} // namespace
