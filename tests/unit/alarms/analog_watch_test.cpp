// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of a bank that die one after the other: each is told by its number, all of them as one fault.
#include "alarms/line_watch.h"
#include "world.h"
#include <callbox/hal/virtual_span.h>
#include <gmock/gmock.h>

using namespace callbox;
using namespace callbox::alarms;
using namespace callbox::alarms::tests;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

// A box's bank of two lines at an exchange's.
struct Bench : World {
    Bench()
    {
        std::vector<ini::Problem> problems;
        const std::string bank = "type = analog\nline_profile = us\nnumber = 1-2 +12125559000\n";
        const ini::Document doc = ini::parse("[span lines]\n" + bank + "connect = /x\n[span far]\n" + bank +
                                                 "signalling = fxo_ks\nlisten = /x\n",
                                             "box.ini", problems);
        lines::LinesConfig near = lines::readLines(doc, problems);
        EXPECT_THAT(problems, IsEmpty());
        lines::LinesConfig farEnd = near;
        std::erase_if(near.spans, [](const auto& s) { return s.name() != "lines"; });
        std::erase_if(farEnd.spans, [](const auto& s) { return s.name() != "far"; });
        lines::LinesWorld outside;
        outside.clock = clock.get();
        outside.openSpan = [this](const lines::SpanSettings& s) -> Result<std::unique_ptr<hal::SpanIo>> {
            return std::move(s.name() == "far" ? pair.first : pair.second);
        };
        exchange = std::move(*lines::Lines::open(edges, farEnd, outside));
        box = std::move(*lines::Lines::open(edges, near, outside));
        exchange->start();
        box->start();
        watch = std::make_unique<LineWatch>(edges, *box, book);
        each();
        loop.runFor(15s);
        EXPECT_THAT(standing(book), IsEmpty());
    }
    void each()
    {
        watch->look();
        second.after(1s, [this] { each(); });
    }
    void cut(std::uint32_t ports)
    {
        hal::VirtualFaults f;
        f.cut = ports;
        EXPECT_TRUE(box->all()[0]->setFaults(f));
        loop.runFor(5s);
    }
    std::unique_ptr<hal::VirtualClock> clock = hal::VirtualClock::paced(loop);
    hal::VirtualPair pair = hal::makeVirtualPair(loop, *clock);
    AlarmBook book{edges};
    std::unique_ptr<lines::Lines> exchange, box;
    std::unique_ptr<LineWatch> watch;
    Timer second{loop};
};

TEST(AnalogWatch, ADeadLineOfABankIsAnAlarmOfItsOwn)
{
    Bench b;
    b.cut(1U << 2);
    EXPECT_THAT(standing(b.book), ElementsAre("line-dead:lines-2"));
    EXPECT_THAT(b.book.find("line-dead:lines-2")->text, HasSubstr("+1212*****00"));
    b.cut(0);
    EXPECT_THAT(standing(b.book), IsEmpty());
}

TEST(AnalogWatch, ABankOfDeadLinesIsOneAlarm)
{
    Bench b;
    b.cut(1U << 1);
    b.cut(1U << 1 | 1U << 2);
    EXPECT_THAT(standing(b.book), ElementsAre("line-dead:lines-1", "line-no-battery:lines", "no-span-up"))
        << "what stood stands, and the last line is told as the bank's fault alone";
    b.cut(1U << 2);
    EXPECT_THAT(standing(b.book), ElementsAre("line-dead:lines-2"));
    b.cut(0);
    EXPECT_THAT(standing(b.book), IsEmpty());
}

TEST(AnalogWatch, ALineThatIsStillDeadIsNotSaidToBeWellWhenTheWholeBankGoes)
{
    Bench b;
    b.cut(1U << 2);
    std::vector<std::string> told;
    b.book.onChange([&](const status::AlarmRecord& a) { told.push_back(a.name + " " + a.state); });
    b.cut(1U << 1 | 1U << 2);
    b.cut(1U << 2);
    EXPECT_THAT(told, testing::Not(testing::Contains("line-dead:lines-2 cleared")));
    hal::VirtualFaults gone;
    gone.cut = 1U << 2;
    gone.los = true;
    ASSERT_TRUE(b.box->all()[0]->setFaults(gone));
    b.loop.runFor(5s);
    EXPECT_EQ(stateOf(b.book, "line-dead:lines-2"), "raised");
    b.cut(0);
    EXPECT_EQ(stateOf(b.book, "line-dead:lines-2"), "cleared");
}

TEST(AnalogWatch, AnExchangeThatOpensTheLoopForTwoAndAHalfSecondsIsNoAlarm)
{
    Bench b;
    unsigned changes = 0;
    b.book.onChange([&](const status::AlarmRecord&) { ++changes; });
    auto& far = dynamic_cast<hal::LineIo&>(b.exchange->all()[0]->span().io());
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(far.openLoop(hal::Timeslot{1}, 2500ms));
        b.loop.runFor(5s);
    }
    EXPECT_EQ(changes, 0U);
}

TEST(AnalogWatch, AnExchangeThatOpensTheLoopAtTheEndOfACallIsNoAlarm)
{
    Bench b;
    unsigned changes = 0;
    b.book.onChange([&](const status::AlarmRecord&) { ++changes; });
    auto& far = dynamic_cast<hal::LineIo&>(b.exchange->all()[0]->span().io());
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(far.openLoop(hal::Timeslot{1}, 600ms));
        b.loop.runFor(1700ms);
    }
    EXPECT_EQ(changes, 0U);
}

} // namespace
