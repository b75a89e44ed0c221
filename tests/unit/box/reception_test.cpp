// SPDX-License-Identifier: GPL-2.0-or-later
// Which calls a box takes: draining, maintenance, a disk that cannot record, numbers that are not its own, stopping.
#include "world.h"
#include <nlohmann/json.hpp>

using namespace callbox;
using namespace callbox::tests;

namespace {

constexpr std::size_t second = 8000;

Dial diverted()
{
    Dial d;
    d.redirecting = recipient;
    return d;
}

void setMode(World& w, status::Mode mode)
{
    status::ModeRecord m;
    m.state = mode;
    m.by = "test";
    ASSERT_TRUE(w.run(w.mode.set(m)));
}

Cause refusalOf(World& w, const Dial& d)
{
    Phone phone = w.dial(d);
    EXPECT_TRUE(phone.untilReleased(5s));
    EXPECT_FALSE(phone.call().samplesMoved()) << "it was answered";
    return phone.cause();
}

TEST(Reception, DrainingRefusesDepositsAndGoesOnPlaying)
{
    World w;
    const OctetBuffer speech = noise(2 * second, 40);
    const messages::MessageRow m = w.leave(speech);
    setMode(w, status::Mode::draining);
    EXPECT_EQ(refusalOf(w, diverted()), Cause::temporaryFailure);
    Dial d;
    d.from = recipient;
    d.to = m.recipients.at(0).linkNumber;
    Phone phone = w.dial(d);
    ASSERT_TRUE(phone.untilHeard(Prompt::retrievalMenu));
    EXPECT_TRUE(phone.heard(speech));
}

TEST(Reception, ACallUnderWayWhenDrainingBeginsIsServed)
{
    World w;
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    setMode(w, status::Mode::draining);
    phone.speak(noise(2 * second, 41));
    phone.press("#");
    EXPECT_TRUE(phone.untilHeard(Prompt::saved));
}

TEST(Reception, MaintenanceRefusesAll)
{
    World w;
    const messages::MessageRow m = w.leave(noise(2 * second, 42));
    setMode(w, status::Mode::maintenance);
    EXPECT_EQ(refusalOf(w, diverted()), Cause::networkOutOfOrder);
    Dial d;
    d.from = recipient;
    d.to = m.recipients.at(0).linkNumber;
    EXPECT_EQ(refusalOf(w, d), Cause::networkOutOfOrder);
}

TEST(Reception, ANumberThatIsNotOursIsUnallocated)
{
    World w;
    Dial d;
    d.to = number("+12125559999");
    EXPECT_EQ(refusalOf(w, d), Cause::unallocatedNumber);
}

TEST(Reception, OnATieABoxThatCannotRecordLeavesTheCallToTheNext)
{
    World w({}, lines::Use::tie);
    w.files.setFull(true);
    w.loop.runFor(3s); // the store notices by itself
    ASSERT_FALSE(w.store->health().canRecord);
    EXPECT_EQ(refusalOf(w, diverted()), Cause::temporaryFailure);
    w.files.setFull(false);
    ASSERT_TRUE(w.loop.runUntil([&] { return w.store->health().canRecord; }, 60s)) << "once full, for ever full";
    w.leave(noise(2 * second, 43));
}

TEST(Reception, StoppingKeepsWhatIsBeingSaid)
{
    World w;
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    const OctetBuffer speech = noise(2 * second, 44);
    phone.speak(speech);
    ASSERT_TRUE(w.run(w.reception->close(15s)));
    EXPECT_EQ(w.reception->calls().size(), 0u);
    EXPECT_TRUE(phone.untilReleased(5s));
    const auto rows = w.messages();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].state, messages::MessageState::stored);
    EXPECT_TRUE(rows[0].cutShort);
    EXPECT_NE(findRun(w.stored(rows[0].id), speech), std::string::npos);
    EXPECT_EQ(refusalOf(w, diverted()), Cause::temporaryFailure);
}

TEST(Reception, ABoxThatDiesInTheMiddleOfAMessageHasItAfterTheRestart)
{
    World w;
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    const OctetBuffer speech = noise(5 * second, 45);
    phone.speak(speech);
    w.files.processDied();
    w.reception.reset();
    w.reopenStore();
    const auto rows = w.messages();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].state, messages::MessageState::stored);
    EXPECT_TRUE(rows[0].cutShort);
    EXPECT_EQ(rows[0].recipients.at(0).number, recipient);
    EXPECT_EQ(rows[0].recipients.at(0).notifications.size(), 1u);
    // At most half a second is lost.
    const OctetBuffer begun(speech.begin(), speech.end() - second / 2);
    EXPECT_NE(findRun(w.stored(rows[0].id), begun), std::string::npos);
}

TEST(Reception, CallsAreListedAndHungUpByName)
{
    World w;
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    const nlohmann::json calls = w.reception->calls().toJson()["calls"];
    ASSERT_EQ(calls.size(), 1u);
    EXPECT_EQ(calls[0]["id"], phone.call().id());
    EXPECT_EQ(calls[0]["kind"], "deposit");
    EXPECT_EQ(calls[0]["from"], caller.e164());
    EXPECT_EQ(calls[0]["redirecting"], recipient.e164());
    EXPECT_EQ(calls[0]["stage"], "connected");
    ASSERT_TRUE(w.reception->calls().hangup(phone.call().id()));
    EXPECT_TRUE(phone.untilReleased(5s));
    EXPECT_TRUE(w.loop.runUntil([&] { return w.reception->calls().size() == 0 && w.allIdle(); }, 5s));
}

TEST(Reception, TheEndOfACallIsOneLineWithItsCauseInWords)
{
    World w;
    Phone phone = w.dial(diverted());
    ASSERT_TRUE(phone.untilHeard(Prompt::beep));
    const std::string id = phone.call().id();
    phone.call().hangup();
    ASSERT_TRUE(w.loop.runUntil([&] { return w.reception->calls().size() == 0; }, 10s));
    std::istringstream lines(w.logged());
    unsigned ends = 0;
    for (std::string line; std::getline(lines, line);)
        if (line.find("call ended") != std::string::npos) {
            ++ends;
            EXPECT_NE(line.find(id), std::string::npos) << line;
            EXPECT_NE(line.find("cause=16"), std::string::npos) << line;
            EXPECT_NE(line.find("normal"), std::string::npos) << line;
        }
    EXPECT_EQ(ends, 1U) << "(N30)";
}

TEST(Reception, ThirtyCallersAtOnceAreAllStoredBitExact)
{
    World w;
    std::vector<std::unique_ptr<Phone>> phones;
    std::vector<std::unique_ptr<hal::AudioSource>> speeches;
    std::vector<OctetBuffer> said;
    for (unsigned i = 0; i < 30; ++i) {
        Dial d = diverted();
        d.from = number("+1212555" + std::to_string(1000 + i));
        phones.push_back(std::make_unique<Phone>(w, w.place(d)));
    }
    for (unsigned i = 0; i < 30; ++i) {
        ASSERT_TRUE(phones[i]->untilHeard(Prompt::beep)) << i;
        said.push_back(allCodes(2 * second, 100 + i));
    }
    std::vector<std::optional<Result<hal::PlayOutcome>>> played(30);
    for (unsigned i = 0; i < 30; ++i) {
        auto sound = std::make_shared<hal::Sound>();
        sound->samples = said[i];
        speeches.push_back(hal::makeSoundSource({sound}));
        w.tasks.start(World::keep(phones[i]->call().play(*speeches[i], {}), played[i]));
    }
    for (unsigned i = 0; i < 30; ++i)
        ASSERT_TRUE(w.loop.runUntil([&] { return played[i].has_value(); }, 20s));
    for (const auto& p : phones)
        p->hangup();
    ASSERT_TRUE(w.loop.runUntil([&] { return w.reception->calls().size() == 0 && w.allIdle(); }, 20s));
    const auto rows = w.messages();
    ASSERT_EQ(rows.size(), 30u);
    for (const messages::MessageRow& m : rows) {
        const unsigned i = unsigned(std::stoul(m.from->e164().substr(8)) - 1000);
        EXPECT_NE(findRun(w.stored(m.id), said.at(i)), std::string::npos) << i;
    }
}

} // namespace
