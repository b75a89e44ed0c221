// SPDX-License-Identifier: GPL-2.0-or-later
// Channel associated signalling over our driver: slot 16 of an E1 and robbed bits of a T1 between two cards, as DAHDI's
// programs see it. Ioctls themselves: the dahdi backend has no such spans.
#include "../support/real_time.h"
#include "guest_cards.h"
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dahdi/user.h>
#include <linux/usbdevice_fs.h>

namespace callbox::tests {

namespace {

using firmware::Personality;
using usbip::BitPipe;

constexpr Duration soon = 3s;

// A channel of a span, open.
class Wire {
public:
    Wire(const GuestCards& cards, unsigned card, int slot) : number_(cards.firstChannel(card) + slot - 1)
    {
        fd_ = open("/dev/dahdi/channel", O_RDWR | O_NONBLOCK | O_CLOEXEC);
        EXPECT_TRUE(fd_ >= 0 && ioctl(fd_, DAHDI_SPECIFY, &number_) == 0) << "channel " << number_ << ": " << errno;
    }
    ~Wire() { close(fd_); }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    bool hook(int what) const { return ioctl(fd_, DAHDI_HOOK, &what) == 0 || errno == EINPROGRESS; }
    bool say(int bits) const { return ioctl(fd_, DAHDI_SETTXBITS, &bits) == 0; }
    [[nodiscard]] dahdi_params params() const
    {
        dahdi_params p{};
        EXPECT_EQ(ioctl(fd_, DAHDI_GET_PARAMS, &p), 0) << errno;
        return p;
    }
    [[nodiscard]] int rxBits() const { return params().rxbits & 15; } // of more DAHDI says what its neighbour hears
    // Whether this event comes; those before it are thrown away.
    bool hears(int wanted, Duration limit = soon) const
    {
        return waitFor(
            [&] {
                int event = 0;
                while (ioctl(fd_, DAHDI_GETEVENT, &event) == 0 && event != DAHDI_EVENT_NONE)
                    if (event == wanted)
                        return true;
                return false;
            },
            limit);
    }

private:
    int number_, fd_ = -1;
};

struct Cards {
    explicit Cards(hal::SpanType type, const Personality& kind = Personality::card(1)) : cards(kind, 2, type)
    {
        EXPECT_TRUE(cards.plugIn(0) && cards.plugIn(1));
    }
    ~Cards() { EXPECT_TRUE(kernelIsWell()); }
    bool configureChannel(unsigned card, int slot, int signalling, int idle = 0)
    {
        const int control = open("/dev/dahdi/ctl", O_RDWR | O_CLOEXEC);
        dahdi_chanconfig c{};
        c.chan = c.master = cards.firstChannel(card) + slot - 1;
        c.sigtype = signalling;
        c.deflaw = cards.type() == hal::SpanType::t1 ? DAHDI_LAW_MULAW : DAHDI_LAW_ALAW;
        c.idlebits = idle;
        const bool ok = control >= 0 && ioctl(control, DAHDI_CHANCONFIG, &c) == 0;
        close(control);
        return ok;
    }
    bool configure(bool d4 = false)
    {
        return cards.configure(0, {.d4 = d4, .cas = true}) &&
               cards.configure(1, {.lineIsClock = false, .d4 = d4, .cas = true});
    }
    bool well()
    {
        return waitFor([&] { return cards.status(0, "defects").empty() && cards.status(1, "defects").empty(); }, 5s);
    }
    GuestCards cards;
};

// DAHDI takes a change within 1.25 s of an on-hook as a flash, and none while it debounces its own off-hook.
void settle()
{
    waitFor([] { return false; }, 1500ms);
}

// One end is an exchange (fxo: it faces telephones), the other a telephone.
void callsBySignalling(Cards& at, std::initializer_list<int> slots)
{
    for (const int slot : slots) {
        SCOPED_TRACE(slot);
        settle();
        const Wire exchange(at.cards, 0, slot), telephone(at.cards, 1, slot);
        ASSERT_TRUE(telephone.hook(DAHDI_OFFHOOK));
        EXPECT_TRUE(exchange.hears(DAHDI_EVENT_RINGOFFHOOK));
        ASSERT_TRUE(exchange.hook(DAHDI_OFFHOOK));
        settle();
        ASSERT_TRUE(telephone.hook(DAHDI_ONHOOK));
        EXPECT_TRUE(exchange.hears(DAHDI_EVENT_ONHOOK, 5s));
        ASSERT_TRUE(exchange.hook(DAHDI_ONHOOK));
        settle();
        ASSERT_TRUE(exchange.hook(DAHDI_RING));
        EXPECT_TRUE(telephone.hears(DAHDI_EVENT_RINGOFFHOOK, 5s)) << "the end of a burst of ringing";
        ASSERT_TRUE(telephone.hook(DAHDI_OFFHOOK));
        EXPECT_TRUE(exchange.hears(DAHDI_EVENT_RINGOFFHOOK));
        settle();
        ASSERT_TRUE(exchange.hook(DAHDI_ONHOOK)); // kewlstart opens the loop
        EXPECT_TRUE(telephone.hears(DAHDI_EVENT_ONHOOK));
        ASSERT_TRUE(telephone.hook(DAHDI_ONHOOK));
    }
}

TEST(CardCas, HooksAndRingsOfAnE1GoByItsSlot16)
{
    Cards at(hal::SpanType::e1);
    ASSERT_TRUE(at.cards.configure(0, {.cas = true}) && at.cards.configure(1, {.lineIsClock = false, .cas = true}));
    for (const int slot : {1, 15, 17, 31}) {
        ASSERT_TRUE(at.configureChannel(0, slot, DAHDI_SIG_FXOKS)) << errno;
        ASSERT_TRUE(at.configureChannel(1, slot, DAHDI_SIG_FXSKS)) << errno;
    }
    EXPECT_FALSE(at.configureChannel(0, 16, DAHDI_SIG_FXOKS)) << "the signalling's own";
    ASSERT_TRUE(at.configure());
    ASSERT_TRUE(at.well()) << at.cards.status(0, "defects");
    EXPECT_EQ(at.cards.status(0, "signalling"), "slot 16");
    callsBySignalling(at, {1, 15, 17, 31});
    EXPECT_EQ(at.cards.count(0, "signals_refused"), 0u);
    EXPECT_EQ(at.cards.count(1, "signals_refused"), 0u);
}

TEST(CardCas, RawBitsArriveAndOnesThatSlot16CannotCarryAreRefused)
{
    Cards at(hal::SpanType::e1);
    ASSERT_TRUE(at.cards.configure(0, {.cas = true}) && at.cards.configure(1, {.lineIsClock = false, .cas = true}));
    for (const unsigned card : {0, 1})
        for (const int slot : {2, 18})
            ASSERT_TRUE(at.configureChannel(card, slot, DAHDI_SIG_CAS, 0xd)) << errno;
    ASSERT_TRUE(at.configure());
    ASSERT_TRUE(at.well());
    const Wire near2(at.cards, 0, 2), far2(at.cards, 1, 2), near18(at.cards, 0, 18), far18(at.cards, 1, 18);
    EXPECT_TRUE(waitFor([&] { return near2.rxBits() == 0xd && near18.rxBits() == 0xd; }, soon))
        << "idle: " << near2.rxBits() << " " << near18.rxBits();
    ASSERT_TRUE(far2.say(0x5));
    EXPECT_TRUE(near2.hears(DAHDI_EVENT_BITSCHANGED));
    EXPECT_EQ(near2.rxBits(), 0x5);
    ASSERT_TRUE(far18.say(0));
    EXPECT_TRUE(near18.hears(DAHDI_EVENT_BITSCHANGED));
    EXPECT_EQ(near18.rxBits(), 0);
    EXPECT_EQ(near2.rxBits(), 0x5) << "the other one stays";
    const unsigned before = at.cards.count(1, "signals_refused");
    far2.say(0);
    EXPECT_EQ(at.cards.count(1, "signals_refused"), before + 1);
    EXPECT_EQ(at.cards.count(1, "restarts"), 0u);
    // A line that was away, and a card that was asked while an event of it was lost.
    at.cards.on([&] { at.cards.card(0).wire(0).toCard.set(BitPipe::Signal::none); });
    ASSERT_TRUE(waitFor([&] { return at.cards.status(0, "defects") == "LOS"; }, soon));
    ASSERT_TRUE(far2.say(0x9));
    at.cards.on([&] { at.cards.card(0).wire(0).toCard.set(BitPipe::Signal::normal); });
    EXPECT_TRUE(waitFor([&] { return near2.rxBits() == 0x9; }, soon)) << near2.rxBits();
}

TEST(CardCas, AFarEndWithoutSlot16IsAnAlarm)
{
    Cards at(hal::SpanType::e1);
    ASSERT_TRUE(at.cards.configure(0, {.cas = true}) && at.cards.configure(1, {.lineIsClock = false}));
    EXPECT_TRUE(waitFor([&] { return at.cards.status(0, "defects") == "LOCASMF"; }, 5s))
        << at.cards.status(0, "defects");
    const auto alarms = [&] {
        dahdi_spaninfo info{};
        info.spanno = at.cards.span(0);
        const int control = open("/dev/dahdi/ctl", O_RDWR | O_CLOEXEC);
        EXPECT_EQ(ioctl(control, DAHDI_SPANSTAT, &info), 0);
        close(control);
        return info.alarms;
    };
    EXPECT_TRUE(waitFor(
        [&] { return (alarms() & (DAHDI_ALARM_RED | DAHDI_ALARM_LMFA)) == (DAHDI_ALARM_RED | DAHDI_ALARM_LMFA); },
        soon))
        << alarms();
    ASSERT_TRUE(at.cards.configure(1, {.lineIsClock = false, .cas = true}));
    EXPECT_TRUE(at.well());
    EXPECT_TRUE(waitFor([&] { return alarms() == 0; }, 5s)) << alarms();
}

void robsBits(bool d4)
{
    Cards at(hal::SpanType::t1);
    for (const int slot : {1, 2, 24}) {
        ASSERT_TRUE(at.configureChannel(0, slot, DAHDI_SIG_FXOKS)) << errno;
        ASSERT_TRUE(at.configureChannel(1, slot, DAHDI_SIG_FXSKS)) << errno;
    }
    for (const unsigned card : {0, 1}) {
        ASSERT_TRUE(at.configureChannel(card, 3, DAHDI_SIG_EM)) << errno;
        ASSERT_TRUE(at.configureChannel(card, 4, DAHDI_SIG_CLEAR)) << errno;
    }
    ASSERT_TRUE(at.configure(d4));
    ASSERT_TRUE(at.well()) << at.cards.status(0, "defects");
    EXPECT_EQ(at.cards.status(0, "signalling"), "robbed bits 0x100000e");
    std::uint32_t robbed = 0;
    at.cards.on([&] { robbed = at.cards.card(0).device().port(0).robbed(); });
    EXPECT_EQ(robbed, 0x0100000eu) << "the clear channel and those that nobody has stay clear";
    callsBySignalling(at, {1, 24});
    const Wire near(at.cards, 0, 3), far(at.cards, 1, 3);
    ASSERT_TRUE(far.hook(DAHDI_OFFHOOK));
    EXPECT_TRUE(near.hears(DAHDI_EVENT_RINGOFFHOOK));
    ASSERT_TRUE(far.hook(DAHDI_ONHOOK));
    EXPECT_TRUE(near.hears(DAHDI_EVENT_ONHOOK));
    ASSERT_TRUE(at.configureChannel(0, 2, DAHDI_SIG_CLEAR)) << errno;
    at.cards.on([&] { robbed = at.cards.card(0).device().port(0).robbed(); });
    EXPECT_EQ(robbed, 0x0100000au) << "at once, while the others are in use";
}

TEST(CardCas, HooksAndRingsOfAnEsfT1GoByRobbedBits)
{
    robsBits(false);
}

TEST(CardCas, HooksAndRingsOfAD4T1GoByRobbedBits)
{
    robsBits(true);
}

TEST(CardCas, AnIceE1usbIsToldClearlyThatItHasNone)
{
    Cards at(hal::SpanType::e1, Personality::iceE1usb(1));
    EXPECT_FALSE(at.cards.configure(0, {.cas = true}));
    EXPECT_EQ(at.cards.status(0, "signalling"), "none");
    EXPECT_FALSE(at.configureChannel(0, 1, DAHDI_SIG_FXOKS));
    EXPECT_TRUE(at.cards.configure(0)) << "ccs, as before";
}

// What a program asks a card while our driver has its ports.
class Beside {
public:
    Beside(const GuestCards& cards, unsigned card)
    {
        std::ifstream busFile(cards.device(card) + "/busnum"), numberFile(cards.device(card) + "/devnum");
        unsigned bus = 0, number = 0;
        busFile >> bus;
        numberFile >> number;
        fd_ = open(fmt::format("/dev/bus/usb/{:03}/{:03}", bus, number).c_str(), O_RDWR | O_CLOEXEC);
        EXPECT_GE(fd_, 0) << errno;
    }
    ~Beside() { close(fd_); }
    Beside(const Beside&) = delete;
    Beside& operator=(const Beside&) = delete;
    bool order(const card_bert& what) const
    {
        card_bert data = what;
        return transfer(0x40, CARD_REQ_BERT, &data, sizeof data) == sizeof data;
    }
    [[nodiscard]] card_bert_result result() const
    {
        card_bert_result r{};
        EXPECT_EQ(transfer(0xc0, CARD_REQ_GET_BERT, &r, sizeof r), static_cast<int>(sizeof r)) << errno;
        return r;
    }

private:
    int transfer(std::uint8_t type, std::uint8_t request, void* data, std::uint16_t length) const
    {
        usbdevfs_ctrltransfer t{type, request, 0, 0, length, 1000, data};
        return ioctl(fd_, USBDEVFS_CONTROL, &t);
    }
    int fd_ = -1;
};

TEST(CardCas, TheBitErrorTestRunsBesideTheDriver)
{
    Cards at(hal::SpanType::e1);
    ASSERT_TRUE(at.well());
    const Beside near(at.cards, 0), far(at.cards, 1);
    for (const Beside* card : {&near, &far})
        ASSERT_TRUE(card->order({CARD_BERT_START, CARD_BERT_15, 0, 0, card_make32(0xfffefffe)}));
    ASSERT_TRUE(waitFor([&] { return near.result().state == 2 && far.result().state == 2; }, soon));
    ASSERT_TRUE(far.order({CARD_BERT_SPOIL, 0, 0, 100, card_make32(0)}));
    EXPECT_TRUE(waitFor([&] { return card_get32(near.result().bits_low) > 30 * 64000; }, 10s));
    EXPECT_EQ(card_get32(near.result().errors_low), 100u);
    EXPECT_EQ(card_get32(far.result().errors_low), 0u);
    EXPECT_EQ(card_get32(near.result().losses) + card_get32(far.result().losses), 0u);
}

} // namespace
} // namespace callbox::tests
