// SPDX-License-Identifier: GPL-2.0-or-later
// Our driver on cards that lie in everything they say. CALLBOX_FUZZ says how many packets each kind of card gives and
// takes; a share of them without it. How often one is plugged in follows from that. A failure names its seed.
#include "../support/fuzz.h"
#include "card_pair.h"
#include "lying_guest_card.h"
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <sstream>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dahdi/user.h>

namespace callbox::tests {

namespace {

namespace fs = std::filesystem;
using firmware::Personality;

// Somebody who has channels of a span open, and does with them and with it what may be done, by chance.
class User {
public:
    User(LyingGuestCard& card, hal::SpanType type, unsigned seed) : card_(card), type_(type), chance_(seed) {}
    ~User() { closeAll(); }
    void closeAll()
    {
        for (const int fd : channels_)
            close(fd);
        channels_.clear();
    }
    void act()
    {
        const int span = card_.span(), first = firstChannelOf(span);
        if (first == 0)
            return;
        openOne(first);
        for (const int fd : channels_)
            use(fd);
        switch (upTo(11)) {
        case 0:
            (void)maintainSpan(span, static_cast<int>(upTo(9)));
            break;
        case 1:
            if (upTo(3) == 0)
                (void)spanCall(DAHDI_SHUTDOWN, span);
            break;
        case 2:
            (void)startSpan(span, type_, {upTo(1) == 0, upTo(1) == 0, upTo(1) == 0});
            break;
        case 3:
            if (upTo(9) == 0)
                (void)resetDevice(card_.device());
            break;
        case 4:
            look(span);
            break;
        case 5:
            if (!channels_.empty())
                close(channels_.back()), channels_.pop_back();
            break;
        default:
            break;
        }
    }

private:
    unsigned upTo(unsigned most) { return static_cast<unsigned>(chance_()) % (most + 1); }
    void openOne(int first)
    {
        if (channels_.size() > 5)
            return;
        const bool analog = type_ == hal::SpanType::analog;
        constexpr std::array clear{DAHDI_SIG_CLEAR, DAHDI_SIG_HDLCFCS}, lines{DAHDI_SIG_FXSKS, DAHDI_SIG_FXOKS};
        const int fd = openChannel(first + static_cast<int>(upTo(analog ? 4 : 31)),
                                   analog ? lines[upTo(1)] : clear[upTo(1)], O_NONBLOCK);
        if (fd >= 0)
            channels_.push_back(fd);
    }
    void use(int fd)
    {
        std::array<std::uint8_t, 1000> octets;
        octets.fill(static_cast<std::uint8_t>(chance_()));
        (void)!write(fd, octets.data(), upTo(999));
        (void)!read(fd, octets.data(), upTo(999));
        int value = 0;
        (void)ioctl(fd, DAHDI_GETEVENT, &value);
        if (type_ != hal::SpanType::analog)
            return;
        value = static_cast<int>(upTo(6));
        (void)ioctl(fd, DAHDI_HOOK, &value);
        value = static_cast<int>(upTo(1));
        (void)ioctl(fd, upTo(1) ? DAHDI_SETPOLARITY : DAHDI_ONHOOKTRANSFER, &value);
    }
    void look(int span)
    {
        std::error_code none;
        std::stringstream all;
        all << std::ifstream("/proc/dahdi/" + std::to_string(span)).rdbuf();
        if (const std::string device = card_.device(); !device.empty())
            for (const auto& entry : fs::directory_iterator(device, none))
                for (const auto& file : fs::directory_iterator(entry.path() / "callbox", none))
                    all << std::ifstream(file.path()).rdbuf();
    }
    LyingGuestCard& card_;
    const hal::SpanType type_;
    std::mt19937 chance_;
    std::vector<int> channels_;
};

constexpr unsigned share = 6000;
constexpr unsigned perPlug = 2500;       // more or less, then it is gone by itself; what is refused gives none
constexpr unsigned plugsWithoutAny = 50; // in a row: chance alone does not do that

void lieToTheDriver(const Personality& kind, hal::SpanType type, unsigned seed, const std::string& parameters = {})
{
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    LyingGuestCard card(kind, seed, parameters);
    std::mt19937 chance(seed);
    const std::uint64_t wanted = packetsWanted(share);
    unsigned taken = 0, refused = 0, without = 0, tenths = 0;
    {
        User user(card, type, seed);
        while (card.packets() < wanted) {
            const std::uint64_t before = card.packets();
            const bool in = card.plugIn(std::min<std::uint64_t>(wanted - before, 1 + chance() % (2 * perPlug)));
            ++(in ? taken : refused);
            ASSERT_TRUE(kernelIsWell());
            if (in)
                (void)startSpan(card.span(), type, {});
            while (in && card.in() && chance() % 40 != 0) {
                pass(chance() % 30 * 1ms);
                user.act();
            }
            card.unplug();
            without = card.packets() > before ? 0 : without + 1;
            ASSERT_LT(without, plugsWithoutAny) << "no packets come any more";
            // Who stops it sees how far it came.
            if (const auto now = static_cast<unsigned>(card.packets() * 10 / wanted); now > tenths)
                std::cout << (tenths = now) << "0 % after " << taken + refused << " plugs" << std::endl;
        }
        // And on a card that says the truth again it works, whoever has old channels open.
        card.on([&] {
            std::cout << card.packets() << " packets, " << card.liar.events << " events, " << card.liar.requests
                      << " requests, " << card.liar.commands << " commands; plugged in, taken " << taken << ", refused "
                      << refused << std::endl;
            card.liar.lies = false;
        });
        ASSERT_TRUE(card.plugIn());
        ASSERT_TRUE(type == hal::SpanType::analog || startSpan(card.span(), type, {})) << errno;
    }
    const auto count = [&](const char* name) {
        const std::string n = driverFile(card.device(), name);
        return n.empty() ? 0UL : std::stoul(n);
    };
    EXPECT_TRUE(waitFor([&] { return driverFile(card.device(), "state") == "running" && count("ticks") > 1000; }, 10s));
    const unsigned long bad = count("packets_bad"), ticks = count("ticks");
    EXPECT_TRUE(waitFor([&] { return count("ticks") > ticks + 1000; }, 5s));
    EXPECT_EQ(count("packets_bad"), bad);
    EXPECT_GT(taken, 0U);
    card.on([&] { EXPECT_EQ(card.liar.wrong, ""); });
    EXPECT_TRUE(kernelIsWell());
}

TEST(CardFuzz, AnE1OfACardThatLies)
{
    lieToTheDriver(Personality::card(1), hal::SpanType::e1, 21);
}

TEST(CardFuzz, AnIcE1usbThatLies)
{
    lieToTheDriver(Personality::iceE1usb(1), hal::SpanType::e1, 22);
}

TEST(CardFuzz, ABankOfACardThatLies)
{
    lieToTheDriver(Personality::card(0).withBank(2, 2), hal::SpanType::analog, 23);
}

TEST(CardFuzz, AT1OfACardThatLies)
{
    (void)std::system("rmmod callbox_card 2>/dev/null"); // of the tests before
    lieToTheDriver(Personality::card(1, CARD_PORT_T1), hal::SpanType::t1, 24, "default_linemode=t1");
    EXPECT_EQ(std::system("rmmod callbox_card"), 0);
}

// ---- What a descriptor must not say, and what the kernel's log then says ----

using Endpoint = std::span<std::uint8_t>; // of a descriptor, USB 2.0 table 9-13
bool isochronous(Endpoint e)
{
    return (e[3] & 3) == 1;
}
bool feedback(Endpoint e)
{
    return isochronous(e) && (e[3] & 0x30) == 0x10;
}
bool in(Endpoint e)
{
    return e[2] & 0x80;
}
bool interrupt(Endpoint e)
{
    return (e[3] & 3) == 3;
}
void size(Endpoint e, unsigned octets)
{
    e[4] = static_cast<std::uint8_t>(octets);
    e[5] = static_cast<std::uint8_t>(octets >> 8);
}

struct Lie {
    const char* says; // the log
    std::function<void(Endpoint)> change;
};

class CardLies : public testing::Test {
protected:
    void refused(LyingGuestCard& card, const std::string& says)
    {
        EXPECT_FALSE(card.plugIn()) << says;
        EXPECT_FALSE(takenByDriver(card.device())) << says;
        EXPECT_NE(kernelLog().find("interface cannot be used: " + says), std::string::npos) << says;
        card.unplug();
    }
};

TEST_F(CardLies, APortWhoseDescriptorsLieIsRefusedAndTheLogSaysWhatIsWrong)
{
    const std::vector<Lie> lies{
        {"it has no setting with isochronous endpoints", [](Endpoint e) { isochronous(e) ? size(e, 0) : void(); }},
        {"it has two endpoints of one kind", [](Endpoint e) { feedback(e) ? void(e[3] = 1) : void(); }},
        {"it has an endpoint that no E1 port has", [](Endpoint e) { interrupt(e) ? void(e[3] = 2) : void(); }},
        {"wMaxPacketSize of its IN endpoint has no room for a frame",
         [](Endpoint e) { isochronous(e) && !feedback(e) && in(e) ? size(e, 35) : void(); }},
        {"wMaxPacketSize of its OUT endpoint has no room for 8 frames",
         [](Endpoint e) { isochronous(e) && !in(e) ? size(e, 200) : void(); }},
        {"wMaxPacketSize of its feedback endpoint is not that of a feedback",
         [](Endpoint e) { feedback(e) ? size(e, 2) : void(); }},
        {"wMaxPacketSize of its interrupt endpoint is not 10 to 64",
         [](Endpoint e) { interrupt(e) ? size(e, 9) : void(); }},
        {"bInterval of its data endpoints is not 1 ms",
         [](Endpoint e) { isochronous(e) && !feedback(e) && in(e) ? void(e[6] = 2) : void(); }},
    };
    LyingGuestCard card(Personality::card(1), 1);
    card.liar.lies = false;
    for (const Lie& lie : lies) {
        card.on([&] {
            card.onAnswer = [&](const firmware::Setup& setup, OctetBuffer& answer) {
                if (setup.type != 0x80 || setup.request != 6 || setup.value >> 8 != 2)
                    return;
                for (std::size_t at = 0; at + 7 <= answer.size() && answer[at] > 0; at += answer[at])
                    if (answer[at + 1] == 5)
                        lie.change(std::span(answer).subspan(at, 7));
            };
        });
        refused(card, lie.says);
    }
    card.on([&] { card.onAnswer = nullptr; });
    EXPECT_TRUE(card.plugIn()) << "without a lie it is taken";
    EXPECT_TRUE(kernelIsWell());
}

TEST_F(CardLies, ABankThatLiesOfItsPortsIsRefusedAndTheLogSaysWhatIsWrong)
{
    LyingGuestCard card(Personality::card(0).withBank(2, 2), 1);
    card.liar.lies = false;
    const auto says = [&](std::uint8_t request, std::size_t octet, std::uint8_t value) {
        card.on([&] {
            card.onAnswer = [=](const firmware::Setup& setup, OctetBuffer& answer) {
                if ((setup.type & 0x60) == 0x40 && setup.request == request && octet < answer.size())
                    answer[octet] = value;
            };
        });
    };
    says(CARD_REQ_GET_PROTO, offsetof(card_proto, fxs_ports), 7);
    refused(card, "the card says that it has none of 1 to 8 ports");
    says(CARD_REQ_GET_PROTO, offsetof(card_proto, major), CARD_MAJOR + 1);
    refused(card, "the card speaks another version of the protocol than this driver");
    says(CARD_REQ_GET_PROTO, offsetof(card_proto, magic), 0);
    refused(card, "the card does not speak this driver's protocol");
    says(CARD_BANK_GET_STATUS, offsetof(card_analog_status, type), CARD_PORT_E1);
    refused(card, "one of its ports is neither towards an exchange nor towards a telephone");
    card.on([&] { card.onAnswer = nullptr; });
    EXPECT_TRUE(card.plugIn()) << "without a lie it is taken";
    EXPECT_TRUE(kernelIsWell());
}

// It took 20 s of looking for it, most of a run's time.
TEST_F(CardLies, ACardThatTheKernelGivesUpIsNotWaitedFor)
{
    LyingGuestCard card(Personality::card(1), 1);
    card.liar.lies = false;
    card.on([&] {
        card.onAnswer = [](const firmware::Setup& setup, OctetBuffer& answer) {
            if (setup.type == 0x80 && setup.request == 6 && setup.value >> 8 == 2 && answer.size() > 1)
                answer[1] = 0; // bDescriptorType
        };
    });
    const auto since = std::chrono::steady_clock::now(); // of the guest
    EXPECT_FALSE(card.plugIn());
    EXPECT_LT(std::chrono::steady_clock::now() - since, 10s);
    EXPECT_NE(kernelLog().find("unable to enumerate USB device"), std::string::npos);
    card.unplug();
    card.on([&] { card.onAnswer = nullptr; });
    EXPECT_TRUE(card.plugIn()) << "without a lie it is taken";
    EXPECT_TRUE(kernelIsWell());
}

// After all of them: a call on cards that say the truth.
TEST(CardLiesTold, AndACallOnGoodCardsGoesOnAsEver)
{
    GuestCards cards(Personality::card(1));
    ASSERT_TRUE(cards.plugIn(0) && cards.plugIn(1));
    CardPair pair(cards);
    Caller near(0x11), far(0x22);
    ASSERT_TRUE(pair.near().start(pair.config(), near) && pair.far().start(pair.config(), far));
    ASSERT_TRUE(pair.near().openSlot(Timeslot{1}) && pair.far().openSlot(Timeslot{1}));
    EXPECT_TRUE(pair.until([&] { return near.heard > 1600 && far.heard > 1600; }, 20s));
    pair.near().stop();
    pair.far().stop();
    EXPECT_TRUE(kernelIsWell());
}

} // namespace
} // namespace callbox::tests
