// SPDX-License-Identifier: GPL-2.0-or-later
// What is asked of a card for diagnosis, while its ports are at work and whatever it answers.
#include "../../../hal/backends/usb/card_questions.h"
#include "../../../hal/backends/usb/card_words.h"
#include "../../../hal/backends/usb/cards.h"
#include "../../../hal/backends/usb/usb_span.h"
#include "../../support/span_heard.h"
#include "../../support/usbip_host.h"
#include <gmock/gmock.h>
#include <random>

namespace callbox::tests {

namespace {

using namespace hal;

using firmware::Personality;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <class T> Task<> keep(Task<T> task, std::optional<Result<T>>& out)
{
    Result<T> r = co_await check(std::move(task));
    out.emplace(std::move(r));
}

struct CardsTest : testing::Test {
    template <class T> Result<T> outcome(Task<T> task)
    {
        std::optional<Result<T>> out;
        TaskGroup tasks(loop);
        tasks.start(keep(std::move(task), out));
        loop.runUntil([&] { return out.has_value(); }, 30s);
        return out ? std::move(*out) : Result<T>(Error{Errc::timeout, "it did not end"});
    }
    Result<void> outcome(Task<> task)
    {
        std::optional<Result<void>> out;
        TaskGroup tasks(loop);
        tasks.start(std::move(task), [&](Result<void> r) { out = std::move(r); });
        loop.runUntil([&] { return out.has_value(); }, 30s);
        return out ? std::move(*out) : Result<void>(Error{Errc::timeout, "it did not end"});
    }
    std::unique_ptr<Card> open(const std::string& id) { return std::move(*cards->open(id)); }
    static std::optional<std::uint32_t> count(const CardPortCounts& p, std::string_view name)
    {
        for (const CardCount& c : p.counts)
            if (c.name == name)
                return c.value;
        ADD_FAILURE() << name;
        return std::nullopt;
    }

    SimLoop loop;
    usbip::VirtualCard ours{Personality::card(2), "00000000000000a1", "1-1"};
    usbip::VirtualCard stock{Personality::iceE1usb(2), "dc697407e7881531", "1-2"};
    UsbipHost host{loop};
    std::unique_ptr<Cards> cards = usb::makeCards(loop, host.bus());
    void SetUp() override
    {
        host.plug(ours);
        host.plug(stock);
        host.run({&ours, &stock});
    }
};

TEST_F(CardsTest, AreFoundByTheNamesOfCardList)
{
    const auto all = cards->list();
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ(all->at(0).id, "usb:00000000000000a1");
    EXPECT_EQ(open("00000000000000a1")->facts().location, "1-1");
    EXPECT_EQ(open("@1-2")->facts().id, "usb:dc697407e7881531");
    EXPECT_EQ(open("usb:@1-2")->facts().model, "icE1usb");
    const auto none = cards->open("usb:a2");
    EXPECT_EQ(none.error().code, Errc::not_found);
    EXPECT_THAT(none.error().what, HasSubstr("there is usb:00000000000000a1, usb:dc697407e7881531"));
    usbip::VirtualCard twin{Personality::card(1), "00000000000000a1", "1-3"};
    host.plug(twin);
    EXPECT_THAT(cards->open("00000000000000a1").error().what, HasSubstr("usb:@1-1 or usb:@1-3"));
    host.unplug(twin);
}

TEST_F(CardsTest, OursTellsWhatItIsAndTheOtherOneWhatItDoesNotTell)
{
    const auto a = open("@1-1");
    const auto info = outcome(a->info());
    ASSERT_TRUE(info) << info.error().what;
    EXPECT_FALSE(info->stock);
    EXPECT_EQ(info->protocol, "1.0");
    EXPECT_EQ(info->firmware, "callbox-0.1");
    EXPECT_THAT(info->abilities, Contains("self-test"));
    ASSERT_EQ(info->ports.size(), 2U);
    EXPECT_EQ(info->ports[1].type, "e1");
    EXPECT_EQ(info->ports[1].state, "off");
    EXPECT_EQ(info->ports[1].loop, "none");
    EXPECT_EQ(info->maintenance, false);
    EXPECT_EQ(info->unknown, "");
    const auto b = open("@1-2");
    const auto other = outcome(b->info());
    ASSERT_TRUE(other) << other.error().what;
    EXPECT_TRUE(other->stock);
    EXPECT_EQ(other->firmware, "0.3");
    EXPECT_THAT(other->abilities, ElementsAre("gps-do"));
    ASSERT_EQ(other->ports.size(), 2U);
    EXPECT_FALSE(other->ports[0].state);
    EXPECT_THAT(other->unknown, HasSubstr("icE1usb"));
    EXPECT_EQ(outcome(b->selfTest()).error().code, Errc::unsupported);
    EXPECT_EQ(outcome(b->locate(5)).error().code, Errc::unsupported);
    EXPECT_THAT(outcome(b->sensors())->unknown, HasSubstr("icE1usb"));
    EXPECT_THAT(outcome(b->log())->unknown, HasSubstr("icE1usb"));
}

TEST_F(CardsTest, SayWhatClockTheyGoBy)
{
    const auto card = open("@1-1");
    ours.drift(50);
    const auto own = outcome(card->info());
    ASSERT_TRUE(own && own->clock);
    EXPECT_EQ(own->clock->state, "free");
    EXPECT_EQ(own->clock->source, "own");
    EXPECT_THAT(own->clock->order, ElementsAre("own"));
    EXPECT_EQ(own->clock->offset, 50'000);
    EXPECT_FALSE(own->clock->antenna || own->clock->fix || own->clock->hertz);
    const card_clock wish{0, 0, {CARD_CLOCK_PORT + 1, CARD_CLOCK_OWN, CARD_CLOCK_NONE, CARD_CLOCK_NONE}, {}, {}};
    const auto* const octets = reinterpret_cast<const std::uint8_t*>(&wish);
    OctetBuffer data(octets, octets + sizeof wish);
    ASSERT_GE(ours.device().control({0x40, CARD_REQ_CLOCK, 0, 0, sizeof wish}, data), 0);
    ours.device().port(1).alarms(0); // its line has frames
    const auto line = outcome(card->info());
    ASSERT_TRUE(line && line->clock);
    EXPECT_EQ(line->clock->state, "locked");
    EXPECT_EQ(line->clock->source, "port 1");
    EXPECT_THAT(line->clock->order, ElementsAre("port 1", "own"));
    EXPECT_FALSE(line->clock->offset) << "the line's is what it goes by";

    stock.device().clockMode = 1;
    const auto gps = outcome(open("@1-2")->info());
    ASSERT_TRUE(gps && gps->clock);
    EXPECT_EQ(gps->clock->state, "hold over");
    EXPECT_EQ(gps->clock->antenna, "open");
    EXPECT_EQ(gps->clock->fix, false);
    EXPECT_FALSE(gps->clock->source || gps->clock->offset || gps->clock->hertz);
    host.refuse(stock, CARD_ICE1_GET_GPSDO_STATUS);
    EXPECT_FALSE(outcome(open("@1-2")->info())->clock) << "a build without one";
}

// A span has the port, as a daemon or a kernel driver would, and nothing of it is touched.
TEST_F(CardsTest, AreAskedWhileTheirPortsAreAtWork)
{
    ours.plug(0, ours, 1);
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    SpanHeard events[2];
    std::unique_ptr<SpanIo> spans[2];
    for (unsigned i = 0; i < 2; ++i) {
        spans[i] = usb::makeSpan({loop, *random, *files, *disk, Log()}, {"@1-1/" + std::to_string(i), i == 0, 16},
                                 [this] { return Result<std::unique_ptr<usb::Bus>>(host.bus()); });
        ASSERT_TRUE(spans[i]->start({.name = "span"}, events[i]).has_value());
    }
    loop.runFor(2s);
    ASSERT_FALSE(events[0].alarms.any() || events[1].alarms.any());
    const std::uint64_t before = events[0].lost + events[1].lost + events[0].slips + events[1].slips;
    const auto card = open("@1-1");
    const auto counts = outcome(card->counters());
    ASSERT_EQ(counts->ports.size(), 2U);
    EXPECT_GT(count(counts->ports[0], "frames"), 1000U);
    EXPECT_FALSE(count(counts->ports[0], "alignment"));
    EXPECT_EQ(outcome(card->info())->ports[0].state, "running");
    const auto tests = outcome(card->selfTest());
    ASSERT_TRUE(tests) << tests.error().what;
    ASSERT_EQ(tests->size(), 1U);
    EXPECT_EQ(tests->front().name, "framer");
    EXPECT_EQ(tests->front().result, "passed");
    EXPECT_FALSE(ours.device().maintenance()) << "it is locked again";
    loop.runFor(1s);
    EXPECT_EQ(events[0].lost + events[1].lost + events[0].slips + events[1].slips, before);
    const auto log = outcome(card->log());
    EXPECT_EQ(log->entries.back().text, "maintenance is over");
    EXPECT_EQ(events[0].gone + events[1].gone, "");
}

TEST_F(CardsTest, AStockCardsFourCountersAreReadWithoutInventingOthers)
{
    const auto card = open("@1-2");
    const auto counts = outcome(card->counters());
    ASSERT_TRUE(counts) << counts.error().what;
    ASSERT_EQ(counts->ports.size(), 2U);
    EXPECT_EQ(count(counts->ports[0], "overflow"), 0U);
    EXPECT_TRUE(count(counts->ports[0], "alignment"));
    EXPECT_FALSE(count(counts->ports[0], "frames"));
}

TEST_F(CardsTest, ASensorThatMeasuresNothingSaysNothing)
{
    ours.drift(-20);
    const auto card = open("@1-1");
    const auto sensors = outcome(card->sensors());
    ASSERT_TRUE(sensors) << sensors.error().what;
    EXPECT_EQ(sensors->values.at(4).value, -20000);
    EXPECT_FALSE(sensors->values.at(0).value);
}

TEST_F(CardsTest, TheWholeLogIsReadInOrderHoweverOften)
{
    for (unsigned i = 0; i < 300; ++i)
        ours.device().say(CARD_LOG_SETTING, i % 2, 2, 1);
    const auto card = open("@1-1");
    for (unsigned again = 0; again < 2; ++again) {
        const auto log = outcome(card->log());
        ASSERT_TRUE(log) << log.error().what;
        ASSERT_EQ(log->entries.size(), 64U) << "two answers of 32";
        for (std::size_t i = 1; i < log->entries.size(); ++i)
            EXPECT_EQ(log->entries[i].sequence, log->entries[i - 1].sequence + 1);
        EXPECT_EQ(log->entries.back().text, "interface 1 was set to 1 (on)");
    }
}

TEST_F(CardsTest, TheLightBlinksUntilItIsToldOtherwise)
{
    bool on = false;
    ours.onBlink = [&](bool o) { on = o; };
    const auto card = open("@1-1");
    ASSERT_TRUE(outcome(card->locate(30)));
    EXPECT_TRUE(on);
    loop.runFor(29s);
    EXPECT_TRUE(on);
    loop.runFor(2s);
    EXPECT_FALSE(on);
    ASSERT_TRUE(outcome(card->locate(30)));
    ASSERT_TRUE(outcome(card->locate(0)));
    EXPECT_FALSE(on);
}

TEST_F(CardsTest, ACardPulledOutWhileItIsAskedIsGone)
{
    const auto card = open("@1-1");
    host.unplug(ours);
    EXPECT_EQ(outcome(card->info()).error().code, Errc::gone);
    EXPECT_EQ(outcome(card->log()).error().code, Errc::gone);
    EXPECT_EQ(outcome(card->selfTest()).error().code, Errc::gone);
}

// A card that answers anything, now and then in the right form.
class ChanceDevice final : public usb::Device {
public:
    ChanceDevice(Loop& loop, unsigned seed) : loop_(loop), chance_(seed) {}
    Result<void> claim(unsigned) override
    {
        ADD_FAILURE() << "nothing is claimed for a question";
        return {};
    }
    void select(unsigned, unsigned, Done) override { ADD_FAILURE() << "no setting is changed"; }
    std::unique_ptr<usb::Transfer> transfer(const usb::Endpoint&, unsigned, std::function<void(usb::Outcome)>) override
    {
        return nullptr;
    }
    void control(const usb::Request& r, OctetBuffer data, Done done) override
    {
        EXPECT_EQ(r.type & 0x60, 0x40) << "vendor requests alone need no claim";
        Result<OctetBuffer> answer = Error{Errc::unsupported, "stalled"};
        if (chance_() % 4 != 0) {
            OctetBuffer octets(r.in() ? chance_() % (data.size() + 1) : 0);
            for (std::uint8_t& o : octets)
                o = static_cast<std::uint8_t>(chance_());
            const std::uint8_t magic[] = {0x54, 0x4c, 0x43, 0x31, CARD_MAJOR, 0};
            if (r.request == CARD_REQ_GET_PROTO && octets.size() >= sizeof magic)
                std::copy(std::begin(magic), std::end(magic), octets.begin());
            answer = std::move(octets);
        }
        loop_.post([done = std::move(done), answer = std::move(answer)] { done(answer); });
    }

private:
    Loop& loop_;
    std::minstd_rand chance_;
};

TEST_F(CardsTest, ACardThatAnswersAnythingIsTakenForWhatItSays)
{
    unsigned told = 0, refused = 0;
    const auto add = [&](const auto& r) { ++(r ? told : refused); };
    for (unsigned seed = 1; seed <= 100; ++seed) {
        ChanceDevice device(loop, seed);
        const usb::DeviceFacts facts;
        add(outcome(usb::askInfo(loop, device, facts)));
        add(outcome(usb::askCounts(loop, device, facts)));
        add(outcome(usb::askSensors(loop, device)));
        add(outcome(usb::askLog(loop, device)));
        add(outcome(usb::runSelfTest(loop, device)));
        add(outcome(usb::blink(loop, device, 5)));
    }
    EXPECT_GT(told, 100U);
    EXPECT_GT(refused, 50U);
}

card_log_record record(unsigned sequence, unsigned code, unsigned port, unsigned value)
{
    return {card_make32(sequence),
            card_make32(7),
            0,
            static_cast<card_u8>(code),
            card_make16(static_cast<card_u16>(port)),
            card_make16(static_cast<card_u16>(value)),
            {}};
}

TEST(CardLogWords, AFailedProgramIsOneEntryWithItsReason)
{
    const unsigned halves[] = {5, 0x00ab, 0x0800, 0x0101, 0x0800, 0x8200, 0, 0x0004, 0x6000};
    std::vector<card_log_record> records{record(0, CARD_LOG_START, 0, 0)};
    for (unsigned i = 0; i < 9; ++i)
        records.push_back(record(1 + i, CARD_LOG_FAULT, i, halves[i]));
    records.push_back(record(10, CARD_LOG_NO_HOST, 1, 1));
    const auto entries = usb::inWords(records);
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[1].text,
              "the program failed before this start: a bus fault, an address that could not be reached (0x60000004); "
              "at 0x080000ab, to return to 0x08000101");
    EXPECT_THAT(entries[2].text, HasSubstr("nothing came from the host for 500 ms"));
    records.erase(records.begin() + 5); // a hole: parts are told as parts
    EXPECT_EQ(usb::inWords(records).size(), 10U);
    EXPECT_THAT(usb::inWords(records)[1].text, HasSubstr("part 0 of what is known"));
}

TEST(CardLogWords, WhatIsNotKnownHereHasItsNumber)
{
    const card_log_record strange[] = {record(0, 99, 3, 4)};
    const auto entries = usb::inWords(strange);
    EXPECT_EQ(entries.at(0).code, "99");
    EXPECT_EQ(entries.at(0).text, "code 99, value 4");
    EXPECT_EQ(usb::portTypeName(77), "unknown");
    EXPECT_EQ(usb::loopName(77), "unknown (77)");
    EXPECT_EQ(usb::alarmNames(CARD_ALARM_RAI | 0x4000), "RAI 0x4000");
    EXPECT_EQ(usb::testName(16), "the maker's test 16");
    EXPECT_THAT(usb::inWords({}), IsEmpty());
}

TEST(CardLogWords, WhatTheFarEndSaysIsInWords)
{
    const auto said = [](card_u8 code, card_u16 value) {
        const card_log_record r[] = {record(0, code, 1, value)};
        return usb::inWords(r).at(0);
    };
    EXPECT_EQ(said(CARD_LOG_FAR_WITHOUT_CRC, 1).code, "far-without-crc");
    EXPECT_THAT(said(CARD_LOG_FAR_WITHOUT_CRC, 1).text, HasSubstr("port 1: the far end finds no CRC-4"));
    EXPECT_EQ(said(CARD_LOG_LINK, CARD_LINK_LINE_LOOP).code, "link");
    EXPECT_THAT(said(CARD_LOG_LINK, CARD_LINK_LINE_LOOP).text, HasSubstr("asks for a loop of the line; nothing"));
    EXPECT_THAT(said(CARD_LOG_LINK, 0x12).text, HasSubstr("says 0x12 on the data link"));
}

} // namespace
} // namespace callbox::tests
