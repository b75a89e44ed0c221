// SPDX-License-Identifier: GPL-2.0-or-later
// New firmware for a card: the file that is right, those that are not, and what becomes of a card that is pulled out,
// loses requests, or gets firmware that does not start.
#include "../../../hal/backends/usb/cards.h"
#include "../../../hal/backends/usb/firmware_requests.h"
#include "../../../hal/backends/usb/requests.h"
#include "../../../hal/backends/usb/usb_span.h"
#include "../../support/span_heard.h"
#include "../../support/usbip_host.h"
#include "image/virtual_program.h"
#include "pulled_out.h"
#include <callbox/hal/card_update.h>
#include <gmock/gmock.h>
#include <random>

namespace callbox::tests {

namespace {

using namespace hal;

using firmware::Personality;
using firmware::image::makeImage;
using firmware::image::virtualFile;
using firmware::image::virtualProgram;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint32_t v2 = 0x02000000, v3 = 0x03010000, factory = usbip::FlashMemory::factoryVersion;

template <class T> Task<> keep(Task<T> task, std::optional<Result<T>>& out)
{
    Result<T> r = co_await check(std::move(task));
    out.emplace(std::move(r));
}

// A small file, so that each of its bits can be tried.
OctetBuffer smallFile(std::uint32_t version = v2)
{
    OctetBuffer out;
    for (unsigned slot = 0; slot < 2; ++slot) {
        OctetBuffer program = virtualProgram(slot, true);
        program.resize(300); // its reset handler lies within
        const auto image = makeImage(firmware::boot::virtualCard, slot, version, std::move(program));
        out.insert(out.end(), image->begin(), image->end());
    }
    return out;
}

struct UpdateTest : testing::Test {
    template <class T> Result<T> outcome(Task<T> task, Duration limit = 90s)
    {
        std::optional<Result<T>> out;
        TaskGroup tasks(loop);
        tasks.start(keep(std::move(task), out));
        loop.runUntil([&] { return out.has_value(); }, limit);
        return out ? std::move(*out) : Result<T>(Error{Errc::timeout, "it did not end"});
    }
    Result<void> outcome(Task<> task)
    {
        std::optional<Result<void>> out;
        TaskGroup tasks(loop);
        tasks.start(std::move(task), [&](Result<void> r) { out = std::move(r); });
        loop.runUntil([&] { return out.has_value(); }, 90s);
        return out ? std::move(*out) : Result<void>(Error{Errc::timeout, "it did not end"});
    }
    Result<CardUpdated> update(OctetBuffer octets, UpdateProgress progress = {})
    {
        const auto file = readFirmware(std::move(octets));
        if (!file)
            return file.error();
        return outcome(updateCard(loop, *cards, "00000000000000a1", *file, std::move(progress)));
    }
    CardFirmware firmware()
    {
        const auto card = *cards->open("00000000000000a1");
        return *outcome(dynamic_cast<CardUpdate&>(*card).firmware());
    }
    std::pair<OctetBuffer, OctetBuffer> flash()
    {
        const auto copy = [&](unsigned slot) {
            const Octets all = ours.flash().read(slot);
            return OctetBuffer(all.begin(), all.end());
        };
        return {copy(0), copy(1)};
    }

    SimLoop loop;
    usbip::VirtualCard ours{Personality::card(2), "00000000000000a1", "1-1"};
    usbip::VirtualCard stock{Personality::iceE1usb(1), "dc697407e7881531", "1-2"};
    UsbipHost host{loop};
    std::unique_ptr<Cards> cards = usb::makeCards(loop, host.bus());
    void SetUp() override
    {
        host.plug(ours);
        host.plug(stock);
        host.run({&ours, &stock});
    }
};

TEST_F(UpdateTest, TheNewFirmwareRunsAndIsConfirmedWhenItIsSaidToBeDone)
{
    std::vector<std::size_t> told;
    const auto done = update(virtualFile(v2), [&](std::size_t n, std::size_t all) {
        told.push_back(n);
        EXPECT_EQ(all, virtualFile(v2).size() / 2) << "of the one image that is for the slot which is free";
        return true;
    });
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_EQ(done->card, "usb:00000000000000a1");
    EXPECT_EQ(done->from, factory);
    EXPECT_EQ(done->to, v2);
    EXPECT_EQ(told.back(), done->octets);
    EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
    const auto card = *cards->open("00000000000000a1");
    EXPECT_EQ(outcome(card->info())->firmware, "callbox-2.0");
    EXPECT_EQ(outcome(card->info())->maintenance, false);
    EXPECT_TRUE(firmware().confirmed);
    EXPECT_EQ(firmware().other, factory);
    const auto next = update(virtualFile(v3));
    ASSERT_TRUE(next) << next.error().what;
    EXPECT_EQ(next->from, v2);
    EXPECT_EQ(firmware().version, v3);
}

TEST_F(UpdateTest, AFileForAnotherCardIsRefusedAndTheCardIsNotTouched)
{
    const auto before = flash();
    OctetBuffer other;
    for (unsigned slot = 0; slot < 2; ++slot) {
        const auto image = makeImage(firmware::boot::stm32f405, slot, v2, virtualProgram(slot, true));
        other.insert(other.end(), image->begin(), image->end());
    }
    const auto done = update(other);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what,
              "the file is for a card with an STM32F405 (04050001), this is a virtual card (00010001)");
    const auto one = update(*makeImage(firmware::boot::virtualCard, 0, v2, virtualProgram(0, true)));
    EXPECT_THAT(one.error().what, HasSubstr("no image for the slot at 0x08080000"));
    EXPECT_EQ(flash(), before);
    EXPECT_FALSE(ours.device().maintenance());
}

TEST_F(UpdateTest, AFileCutAnywhereOrWithOneBitFlippedIsRefusedBeforeACardIsAsked)
{
    const OctetBuffer good = smallFile();
    ASSERT_TRUE(readFirmware(good));
    for (std::size_t n = 0; n < good.size(); ++n)
        if (n != good.size() / 2) { // there ends the first image, and a file of one is a file
            ASSERT_FALSE(readFirmware(OctetBuffer(good.begin(), good.begin() + long(n)))) << n;
        }
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        OctetBuffer f = good;
        f[bit / 8] ^= 1U << bit % 8;
        ASSERT_FALSE(readFirmware(std::move(f))) << bit;
    }
    OctetBuffer f = good;
    f.push_back(0);
    EXPECT_FALSE(readFirmware(f));
    EXPECT_THAT(readFirmware(OctetBuffer(700, 0x20)).error().what, HasSubstr("no firmware of a card"));
    EXPECT_THAT(readFirmware(OctetBuffer(good.begin(), good.end() - 9)).error().what,
                HasSubstr("cut: 9 octets of its program are missing"));
    OctetBuffer mixed = good;
    const OctetBuffer newer = smallFile(v3);
    std::copy(newer.begin() + long(newer.size() / 2), newer.end(), mixed.begin() + long(mixed.size() / 2));
    EXPECT_THAT(readFirmware(mixed).error().what, HasSubstr("of another version"));
}

TEST_F(UpdateTest, AnImageLongerThanTheSlotIsRefused)
{
    firmware::boot::Part big = firmware::boot::virtualCard;
    for (auto& slot : big.slots)
        slot.size *= 2;
    OctetBuffer program = virtualProgram(1, true);
    program.resize(0x10000, 0);
    const auto done = update(*makeImage(big, 1, v2, std::move(program)));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what, "the image has 66048 octets, the card's slot 65536");
}

// What a host does not see, the card does by itself.
TEST_F(UpdateTest, TheCardChecksTheImageTooAndItsReasonIsTold)
{
    const auto before = flash();
    const auto card = *cards->open("00000000000000a1");
    auto& update = dynamic_cast<CardUpdate&>(*card);
    const auto image = *makeImage(firmware::boot::virtualCard, 1, v2, virtualProgram(1, true));
    OctetBuffer f = image;
    f[4000] ^= 0x10;
    EXPECT_THAT(outcome(update.writeFirmware(f, {})).error().what, HasSubstr("program is damaged"));
    f = image;
    f[9] ^= 1;
    EXPECT_THAT(outcome(update.writeFirmware(f, {})).error().what, HasSubstr("header is damaged"));
    EXPECT_THAT(outcome(update.writeFirmware(*makeImage(firmware::boot::stm32f405, 1, v2, virtualProgram(1, true)), {}))
                    .error()
                    .what,
                HasSubstr("for other hardware"));
    EXPECT_EQ(flash().first, before.first) << "what runs is as it was";
    EXPECT_FALSE(ours.device().maintenance()) << "and locked again";
    EXPECT_EQ(outcome(card->log())->entries.back().code, "maintenance");
    EXPECT_FALSE(firmware().waits);
}

TEST_F(UpdateTest, ACardPulledOutInTheMiddleRunsItsOldFirmwareAndTakesTheFileAgain)
{
    const std::size_t lastButOne = (virtualFile(v2).size() / 2 - 1) / 512 * 512;
    for (const std::size_t at : {std::size_t{512}, std::size_t{2048}, lastButOne}) {
        const auto done = update(virtualFile(v2), [&](std::size_t n, std::size_t) {
            if (n == at)
                loop.post([&] {
                    ours.plugIn(false);
                    host.unplug(ours);
                });
            return true;
        });
        ASSERT_FALSE(done) << at;
        ASSERT_EQ(done.error().code, Errc::gone) << at << ": " << done.error().what;
        EXPECT_THAT(done.error().what, HasSubstr("goes on with 0.1.0"));
        loop.runFor(1s);
        ours.plugIn(true);
        host.plug(ours);
        EXPECT_FALSE(ours.device().maintenance());
        EXPECT_EQ(firmware().version, factory);
    }
    const auto done = update(virtualFile(v2));
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_EQ(firmware().version, v2);
}

TEST_F(UpdateTest, ACardPulledOutAtAnyMomentOfAnUpdateRunsTheOldFirmwareOrTheNew)
{
    const TimePoint began = loop.now();
    ASSERT_TRUE(update(virtualFile(v2)).has_value());
    const Duration takes = loop.now() - began;
    Moments moments(6);
    Timer pulled(loop);
    for (unsigned round = 0; round < pullsOfEach(5) && !HasFailure(); ++round) {
        SCOPED_TRACE(round);
        const std::uint32_t before = firmware().version, next = before == v2 ? v3 : v2;
        pulled.after(moments.within(takes), [&] {
            ours.plugIn(false);
            host.unplug(ours);
            pulled.after(1s, [&] {
                ours.plugIn(true);
                host.plug(ours);
            });
        });
        const auto done = update(virtualFile(next));
        loop.runFor(4s); // it is back, and has confirmed what it runs
        EXPECT_EQ(host.underWay(ours), 0U);
        EXPECT_FALSE(ours.device().maintenance());
        EXPECT_THAT(firmware().version, AnyOf(before, next));
        if (done)
            EXPECT_EQ(firmware().version, next);
        EXPECT_TRUE(firmware().confirmed) << "the next one is taken";
    }
    const auto done = update(virtualFile(0x04000000));
    ASSERT_TRUE(done) << done.error().what;
}

TEST_F(UpdateTest, ACardPulledOutWithTheLastBlockMayRunEitherAndThatIsSaid)
{
    Timer pulled(loop);
    for (unsigned after = 0; after < 6; ++after) { // ms; of the last of them the card has heard that it is whole
        const auto done = update(virtualFile(v2), [&](std::size_t n, std::size_t all) {
            if (n == all)
                pulled.after(1ms * after, [&] {
                    ours.plugIn(false);
                    host.unplug(ours);
                });
            return true;
        });
        ASSERT_FALSE(done) << after;
        EXPECT_THAT(done.error().what,
                    AnyOf(HasSubstr("all of it was sent: when it starts again it runs 0.1.0 or 2.0.0"),
                          HasSubstr("the firmware is written")))
            << after;
        loop.runFor(1s);
        ours.plugIn(true);
        host.plug(ours);
        EXPECT_THAT(firmware().version, AnyOf(factory, v2)) << after;
        if (firmware().version == v2)
            return;
    }
    ADD_FAILURE() << "nothing was ever written";
}

TEST_F(UpdateTest, FirmwareThatDoesNotStartIsSaidAndTheOldOneRuns)
{
    const auto done = update(virtualFile(v2, false));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what, "the new firmware did not start: the card runs 0.1.0 again");
    EXPECT_EQ(firmware().version, factory);
    EXPECT_TRUE(update(virtualFile(v3)));
}

TEST_F(UpdateTest, ACardThatDoesNotComeBackIsToldAfterAMinute)
{
    const auto done = update(virtualFile(v2), [&](std::size_t n, std::size_t all) {
        if (n == all) // it will leave the bus, and its host will not find it
            loop.post([&] { ours.exported().present = false; });
        return true;
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::timeout);
    EXPECT_THAT(done.error().what, HasSubstr("60 s after its restart the card is not back"));
}

TEST_F(UpdateTest, AnIceE1usbIsUpdatedByOtherMeans)
{
    const auto file = readFirmware(virtualFile(v2));
    const auto done = outcome(updateCard(loop, *cards, "dc697407e7881531", *file, {}));
    EXPECT_EQ(done.error().code, Errc::unsupported);
    EXPECT_THAT(done.error().what, HasSubstr("DFU"));
}

// Spans have its ports, as a daemon would: they lose nothing while the firmware is written, and are gone at the
// restart.
TEST_F(UpdateTest, PortsAtWorkAreToldAndGoOnUntilTheRestart)
{
    ours.plug(0, ours, 1);
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    SpanHeard events[2];
    std::unique_ptr<SpanIo> spans[2];
    EXPECT_THAT(firmware().portsAtWork, IsEmpty());
    for (unsigned i = 0; i < 2; ++i) {
        spans[i] = usb::makeSpan({loop, *random, *files, *disk, Log()}, {"@1-1/" + std::to_string(i), i == 0, 16},
                                 [this] { return Result<std::unique_ptr<usb::Bus>>(host.bus()); });
        ASSERT_TRUE(spans[i]->start({.name = "span"}, events[i]).has_value());
    }
    loop.runFor(2s);
    EXPECT_THAT(firmware().portsAtWork, ElementsAre(0U, 1U));
    const std::uint64_t lost = events[0].lost + events[0].slips;
    const auto done = update(virtualFile(v2), [&](std::size_t, std::size_t) {
        EXPECT_EQ(events[0].gone, "");
        EXPECT_EQ(events[0].lost + events[0].slips, lost);
        return true;
    });
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_NE(events[0].gone, "") << "whoever has it starts it again";
    EXPECT_THAT(firmware().portsAtWork, IsEmpty());
}

// Requests or their answers are lost, now and then.
class LossyDevice final : public usb::Device {
public:
    LossyDevice(Loop& loop, std::unique_ptr<usb::Device> good, unsigned every)
        : loop_(loop), good_(std::move(good)), every_(every)
    {
    }
    Result<void> claim(unsigned i) override { return good_->claim(i); }
    void select(unsigned i, unsigned s, Done done) override { good_->select(i, s, std::move(done)); }
    std::unique_ptr<usb::Transfer> transfer(const usb::Endpoint& e, unsigned n,
                                            std::function<void(usb::Outcome)> done) override
    {
        return good_->transfer(e, n, std::move(done));
    }
    void control(const usb::Request& r, OctetBuffer data, Done done) override
    {
        const bool ofUpdate =
            r.request == CARD_REQ_UPDATE || r.request == CARD_REQ_UPDATE_DATA || r.request == CARD_REQ_RESET;
        if (!ofUpdate || ++count_ % every_ != 0)
            return good_->control(r, std::move(data), std::move(done));
        ++lost;
        const Error how =
            lost % 2 ? Error{Errc::io, "damaged on the bus"} : Error{Errc::timeout, "no answer in a second"};
        const auto late = [&loop = loop_, done = std::move(done), how](Result<OctetBuffer>) {
            loop.post([done, how] { done(how); });
        };
        if (count_ % (2 * every_) == 0) // the card heard it
            return good_->control(r, std::move(data), late);
        late(OctetBuffer());
    }
    unsigned lost = 0;

private:
    Loop& loop_;
    std::unique_ptr<usb::Device> good_;
    unsigned every_, count_ = 0;
};

TEST_F(UpdateTest, BlocksWhoseAnswersAreLostAreSentAgainOnlyIfTheCardHasThemNot)
{
    const auto bus = host.bus();
    for (const unsigned every : {5U, 7U, 11U}) {
        LossyDevice device(loop, std::move(*bus->open(bus->devices()->at(0))), every);
        const auto image = *makeImage(firmware::boot::virtualCard, 1, v2, virtualProgram(1, true));
        const auto done = outcome(usb::writeImage(loop, device, image, {}));
        ASSERT_TRUE(done) << done.error().what << " " << every;
        EXPECT_GT(device.lost, 1U);
        EXPECT_TRUE(firmware().waits);
        const Octets written = ours.flash().read(1).subspan(512, image.size() - 512);
        EXPECT_TRUE(std::equal(written.begin(), written.end(), image.begin() + 512));
    }
}

TEST_F(UpdateTest, ARestartWhoseAnswerIsDamagedOnTheBusIsNoFailure)
{
    const auto bus = host.bus();
    LossyDevice device(loop, std::move(*bus->open(bus->devices()->at(0))), 1);
    for (unsigned i = 0; i < 2; ++i) {
        const auto done = outcome(usb::restartCard(loop, device));
        EXPECT_TRUE(done) << done.error().what;
    }
    EXPECT_EQ(device.lost, 2U);
}

TEST_F(UpdateTest, AnUpdateThatIsStoppedIsDroppedAndTheCardLocked)
{
    const auto done = update(virtualFile(v2), [](std::size_t n, std::size_t) { return n < 2048; });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what,
              "stopped before all of it was written; it goes on with 0.1.0, and the update can be tried again");
    EXPECT_FALSE(ours.device().maintenance());
    EXPECT_EQ(ours.device().update().tell().state, CARD_UPDATE_NONE);
    EXPECT_TRUE(update(virtualFile(v2)));
}

TEST_F(UpdateTest, MaintenanceThatABrokenOffUpdateLeftOpenEndsWithTheNextOne)
{
    const auto bus = host.bus();
    const auto device = std::move(*bus->open(bus->devices()->at(0)));
    ASSERT_TRUE(outcome(usb::unlock(loop, *device)));
    EXPECT_FALSE(outcome(usb::writeImage(loop, *device, OctetBuffer(700, 0x20), {})));
    EXPECT_FALSE(ours.device().maintenance());
}

// Another program ends maintenance before the update begins.
class LockedDevice final : public usb::Device {
public:
    LockedDevice(std::unique_ptr<usb::Device> good, firmware::Device& card) : good_(std::move(good)), card_(card) {}
    Result<void> claim(unsigned i) override { return good_->claim(i); }
    void select(unsigned i, unsigned s, Done done) override { good_->select(i, s, std::move(done)); }
    std::unique_ptr<usb::Transfer> transfer(const usb::Endpoint& e, unsigned n,
                                            std::function<void(usb::Outcome)> done) override
    {
        return good_->transfer(e, n, std::move(done));
    }
    void control(const usb::Request& r, OctetBuffer data, Done done) override
    {
        if (r.request == CARD_REQ_UPDATE && !r.in())
            card_.setMaintenance(false);
        good_->control(r, std::move(data), std::move(done));
    }

private:
    std::unique_ptr<usb::Device> good_;
    firmware::Device& card_;
};

TEST_F(UpdateTest, ALockByAnotherProgramIsNotToldAsFirmwareThatIsNotConfirmed)
{
    const auto bus = host.bus();
    LockedDevice device(std::move(*bus->open(bus->devices()->at(0))), ours.device());
    const auto done = outcome(usb::writeImage(loop, device, virtualFile(v2), {}));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::busy);
    EXPECT_THAT(done.error().what, HasSubstr("another program ended maintenance"));
}

TEST_F(UpdateTest, AWornCardIsToldAsOneAndNotToWait)
{
    const auto file = readFirmware(virtualFile(v2));
    CardFirmware card = firmware();
    card.confirmed = false;
    EXPECT_THAT(imageFor(*file, card).error().what, HasSubstr("after a second on the bus"));
    card.worn = true;
    EXPECT_THAT(imageFor(*file, card).error().what, HasSubstr("the card is worn out"));
}

// 0 is what a card says of a slot in which there is none.
TEST_F(UpdateTest, FirmwareOfVersionNoughtIsRefused)
{
    EXPECT_EQ(readFirmware(smallFile(0)).error().what, "octet 12: version 0 is none");
}

// A card that answers anything ends an update sooner or later, and a good end is one that it said.
class ChanceDevice final : public usb::Device {
public:
    ChanceDevice(Loop& loop, unsigned seed) : loop_(loop), chance_(seed) {}
    Result<void> claim(unsigned) override { return Error{Errc::busy, "nothing is claimed for an update"}; }
    void select(unsigned, unsigned, Done) override { ADD_FAILURE() << "no setting is changed"; }
    std::unique_ptr<usb::Transfer> transfer(const usb::Endpoint&, unsigned, std::function<void(usb::Outcome)>) override
    {
        return nullptr;
    }
    void control(const usb::Request& r, OctetBuffer data, Done done) override
    {
        Result<OctetBuffer> answer = Error{chance_() % 2 ? Errc::unsupported : Errc::timeout, "no"};
        if (chance_() % 8 != 0) {
            OctetBuffer octets(r.in() ? chance_() % (data.size() + 1) : 0);
            for (std::uint8_t& o : octets)
                o = static_cast<std::uint8_t>(chance_() % 6);
            const std::uint8_t magic[] = {0x54, 0x4c, 0x43, 0x31, CARD_MAJOR, 0, 16, 0, 1, 0, 0, 0, 0, 0, 2, 0};
            if (r.request == CARD_REQ_GET_PROTO)
                octets.assign(std::begin(magic), std::end(magic));
            answer = std::move(octets);
        }
        loop_.post([done = std::move(done), answer = std::move(answer)] { done(answer); });
    }

private:
    Loop& loop_;
    std::minstd_rand chance_;
};

TEST_F(UpdateTest, ACardThatAnswersAnythingEndsItWithAReason)
{
    unsigned failed = 0;
    for (unsigned seed = 1; seed <= 200; ++seed) {
        ChanceDevice device(loop, seed);
        const auto written = outcome(usb::writeImage(loop, device, virtualFile(v2), {}));
        failed += !written;
        EXPECT_TRUE(written || !written.error().what.empty());
        EXPECT_TRUE(written || written.error().what != "it did not end") << seed;
        (void)outcome(usb::askFirmware(loop, device));
        (void)outcome(usb::restartCard(loop, device));
    }
    EXPECT_EQ(failed, 200U) << "nineteen blocks in their order are not said by chance";
}

} // namespace
} // namespace callbox::tests
