// SPDX-License-Identifier: GPL-2.0-or-later
// Analog banks of two virtual cards, spans of our driver: one card's ports towards an exchange, the other's towards
// telephones, wired port to port; chips by their registers.
#include "../../hal/analog/caller_id.h"
#include "card_ends.h"
#include "line_ends.h"
#include <atomic>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <set>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dahdi/user.h>
#include <linux/usbdevice_fs.h>

namespace callbox::tests {

namespace {

using Asked = GuestCards::Asked;
using firmware::Personality;
using usbip::AnalogWire;

constexpr Timeslot first{1};
constexpr unsigned box = CardEnds::box, office = CardEnds::office;

std::unique_ptr<GuestCards> banks()
{
    auto cards = std::make_unique<GuestCards>(
        std::vector{Personality::card(0).withBank(linePorts, 0), Personality::card(0).withBank(0, linePorts)});
    EXPECT_TRUE(cards->plugIn(box) && cards->plugIn(office));
    // From plugging in on a port's own hook settles for 650 ms.
    EXPECT_TRUE(waitFor([&] { return cards->status(box, "port3") == "FXO battery"; }, 5s))
        << cards->status(box, "port3");
    return cards;
}

// Both ends run; what was told till then is forgotten.
class Line {
public:
    explicit Line(LineStart start = LineStart::kewl) : cards(banks()), ends(std::make_unique<CardEnds>(*cards))
    {
        ends->fxoLine().setLineEvents(&telephone);
        ends->fxsLine().setLineEvents(&exchange);
        EXPECT_TRUE(ends->fxs().start(bankOf(PortKind::fxs, 1, start), exchangeAudio));
        EXPECT_TRUE(ends->fxo().start(bankOf(PortKind::fxo, 1, start), telephoneAudio));
        EXPECT_TRUE(ends->fxs().openSlot(first) && ends->fxo().openSlot(first));
        EXPECT_TRUE(ends->until([&] { return telephone.told(1) == "battery-back"; }, 3s)) << telephone.told(1);
        EXPECT_TRUE(talks());
        forget();
    }
    ~Line()
    {
        ends->fxo().stop();
        ends->fxs().stop();
        ends.reset();
        EXPECT_EQ(cards->count(box, "commands_refused") + cards->count(office, "commands_refused"), 0u);
        EXPECT_TRUE(kernelIsWell());
    }
    void forget()
    {
        telephone.events.clear();
        exchange.events.clear();
    }
    void answer()
    {
        EXPECT_TRUE(ends->fxoLine().setHook(first, true));
        EXPECT_TRUE(ends->until([&] { return exchange.told(1) == "off-hook"; }, 3s)) << exchange.told(1);
        ends->pass(1s);
        forget();
    }
    // What the exchange says arrives; what the telephone says, if it is off hook.
    bool talks(bool bothWays = false)
    {
        telephoneAudio.heard.clear();
        exchangeAudio.heard.clear();
        return ends->until(
            [&] { return telephoneAudio.heard[0x22] > 1600 && (!bothWays || exchangeAudio.heard[0x11] > 1600); }, 5s);
    }
    void reset(unsigned card) { EXPECT_EQ(resetDevice(cards->device(card)), 0); }
    std::unique_ptr<GuestCards> cards;
    std::unique_ptr<CardEnds> ends;
    LineListener telephone, exchange;
    OneOctet telephoneAudio{0x11}, exchangeAudio{0x22};
};

std::vector<Case<LinePair>> casesOverDahdi()
{
    const std::set<std::string> cannot{
        "battery-is-told",     // our driver feeds a line from when DAHDI has the card, whoever runs the port: see below
        "open-loop-is-told",   // of an idle line, which DAHDI does not open: see below
        "short-gaps-are-none", // the same
    };
    std::vector<Case<LinePair>> cases = lineCases();
    std::erase_if(cases, [&](const auto& c) { return cannot.contains(c.name); });
    return cases;
}

TEST(CardBank, KeepsTheContractOfLines)
{
    const auto cards = banks();
    checkSubject<LinePair>(casesOverDahdi(), [&] {
        // A case may end with a telephone off hook; put down for less than 1250 ms it would have flashed.
        EXPECT_TRUE(waitFor([&] { return cards->status(office, "port1") == "FXS"; }, 3s));
        return std::make_unique<CardEnds>(*cards);
    });
    EXPECT_TRUE(kernelIsWell());
}

TEST(CardBank, ALineThatIsCutIsToldAndAnAlarmOfItsOwnAndABriefGapIsNothing)
{
    Line line;
    line.ends->wire([](AnalogWire& w) { w.cut = true; });
    line.ends->pass(20ms);
    line.ends->wire([](AnalogWire& w) { w.cut = false; });
    line.ends->pass(500ms);
    EXPECT_EQ(line.telephone.told(1), "");
    line.ends->wire([](AnalogWire& w) { w.cut = true; });
    EXPECT_TRUE(line.ends->until([&] { return line.telephone.told(1) == "battery-lost"; }, 1s));
    const auto alarms = [&](unsigned port) {
        dahdi_params p{};
        p.channo = line.cards->firstChannel(box) + static_cast<int>(port) - 1;
        const int control = open("/dev/dahdi/ctl", O_RDWR | O_CLOEXEC);
        EXPECT_EQ(ioctl(control, DAHDI_GET_PARAMS, &p), 0);
        close(control);
        return p.chan_alarms;
    };
    EXPECT_EQ(alarms(1), 0);
    EXPECT_TRUE(line.ends->until([&] { return alarms(1) == DAHDI_ALARM_RED; }, 3s));
    EXPECT_EQ(alarms(2), 0) << "that line is well";
    EXPECT_EQ(line.cards->status(box, "port1"), "FXO");
    line.ends->wire([](AnalogWire& w) { w.cut = false; });
    EXPECT_TRUE(line.ends->until([&] { return line.telephone.told(1) == "battery-lost battery-back"; }, 1s));
    EXPECT_TRUE(line.ends->until([&] { return alarms(1) == 0; }, 1s));
}

TEST(CardBank, AnExchangeThatClearsOpensTheLoopAndTheTelephoneHearsThatItIsOver)
{
    Line line;
    line.answer();
    ASSERT_TRUE(line.ends->fxsLine().openLoop(first, 500ms));
    EXPECT_TRUE(line.ends->until([&] { return line.telephone.told(1) == "battery-lost battery-back"; }, 2s))
        << line.telephone.told(1);
    ASSERT_TRUE(line.ends->fxoLine().setHook(first, false));
    EXPECT_TRUE(line.ends->until([&] { return line.exchange.told(1) == "on-hook"; }, 4s)) << line.exchange.told(1);
}

TEST(CardBank, ARingIsTrippedByTheAnswerAndBothHearEachOther)
{
    Line line;
    ASSERT_TRUE(line.ends->fxsLine().ring(first, true));
    ASSERT_TRUE(line.ends->until([&] { return line.telephone.told(1) == "ring-begin"; }, 1s));
    EXPECT_EQ(line.cards->status(office, "port1"), "FXS ringing");
    EXPECT_EQ(line.cards->status(box, "port1"), "FXO battery ringing");
    ASSERT_TRUE(line.ends->fxoLine().setHook(first, true));
    EXPECT_TRUE(line.ends->until([&] { return line.exchange.told(1) == "off-hook"; }, 500ms)) << line.exchange.told(1);
    EXPECT_TRUE(line.ends->until([&] { return line.telephone.told(1) == "ring-begin ring-end"; }, 1s))
        << line.telephone.told(1);
    const auto rings = [&] {
        bool now = true;
        line.ends->wire([&](AnalogWire& w) { now = w.ringing; });
        return now;
    };
    EXPECT_TRUE(line.ends->until([&] { return !rings(); }, 100ms)) << "into an ear";
    EXPECT_TRUE(line.talks(true));
    EXPECT_EQ(line.cards->status(office, "port1"), "FXS off-hook");
    ASSERT_TRUE(line.ends->fxoLine().setHook(first, false));
    EXPECT_TRUE(line.ends->until([&] { return line.exchange.told(1) == "off-hook on-hook"; }, 3s));
}

// Says what an exchange sends on hook, once, when it is told to.
class Identifies final : public SpanEvents {
public:
    void onTick(const SpanTick& t) override
    {
        for (const SlotBlock& s : t.slots) {
            std::fill(s.tx.begin(), s.tx.end(), idleOctet(Law::mulaw));
            if (source && source->read(s.tx, Law::mulaw) < s.tx.size())
                source.reset();
        }
    }
    void onFrame(Octets) override {}
    void onBadFrame(std::string_view) override {}
    void onAlarms(Alarms) override {}
    void onSlip() override { ++slips; }
    void onLate(std::uint32_t) override {}
    void onGone(Error) override {}
    std::unique_ptr<AudioSource> source;
    unsigned slips = 0;
};

class Receives final : public SpanEvents {
public:
    void onTick(const SpanTick& t) override
    {
        for (const SlotBlock& s : t.slots)
            if (auto id = receiver.feed(s.rx))
                heard.push_back(id->number);
    }
    void onFrame(Octets) override {}
    void onBadFrame(std::string_view) override {}
    void onAlarms(Alarms) override {}
    void onSlip() override {}
    void onLate(std::uint32_t) override {}
    void onGone(Error) override {}
    analog::CallerIdReceiver receiver{CallerIdKind::bell202, Law::mulaw};
    std::vector<std::string> heard;
};

TEST(CardBank, CallerIdArrivesBeforeARingAndBetweenRingsInTheLawThatDahdiHas)
{
    const auto cards = banks();
    CardEnds ends(*cards);
    Identifies exchange;
    Receives telephone;
    LineListener told;
    ends.fxoLine().setLineEvents(&told);
    SpanConfig faces = bankOf(PortKind::fxo), feeds = bankOf(PortKind::fxs);
    faces.law = feeds.law = Law::mulaw;
    ASSERT_TRUE(ends.fxs().start(feeds, exchange) && ends.fxo().start(faces, telephone));
    ASSERT_TRUE(ends.fxs().openSlot(first) && ends.fxo().openSlot(first));
    ends.pass(500ms);
    const auto identifies = [&](const char* number) {
        analog::CallerId id;
        id.number = number;
        id.presentation = Presentation::allowed;
        exchange.source = analog::makeCallerIdSource(CallerIdKind::bell202, id, WallTime{}, Law::mulaw);
        const std::size_t before = telephone.heard.size();
        return ends.until([&] { return telephone.heard.size() > before; }, 3s) && telephone.heard.back() == number;
    };
    EXPECT_TRUE(identifies("2125550123")) << "before any ring";
    ASSERT_TRUE(ends.fxsLine().ring(first, true));
    ends.pass(1s);
    ASSERT_TRUE(ends.fxsLine().ring(first, false));
    ends.pass(500ms);
    EXPECT_TRUE(identifies("2125550199")) << "between rings";
    ASSERT_TRUE(ends.fxsLine().ring(first, true));
    ends.pass(500ms);
    ASSERT_TRUE(ends.fxsLine().ring(first, false));
    EXPECT_TRUE(ends.until([&] { return told.told(1).ends_with("ring-begin ring-end ring-begin ring-end"); }, 1s))
        << told.told(1);
    ends.fxo().stop();
    ends.fxs().stop();
    EXPECT_TRUE(kernelIsWell());
}

TEST(CardBank, AResetInACallEndsWithTheCallGoingOn)
{
    Line line;
    line.answer();
    for (const unsigned card : {box, office}) { // the first opens its loop with it: a flash, or a pulse
        line.forget();
        line.reset(card);
        EXPECT_EQ(line.cards->status(card, "state"), "running");
        EXPECT_TRUE(line.talks(true)) << "card " << card;
        line.ends->pass(2s);
        EXPECT_EQ(line.cards->status(box, "port1"), "FXO battery off-hook");
        EXPECT_EQ(line.cards->status(office, "port1"), "FXS off-hook");
    }
    EXPECT_EQ(line.exchange.told(1), "");
}

TEST(CardBank, EventsThatTheBusLostAreAskedFor)
{
    Line line;
    std::atomic<bool> loses{true};
    line.cards->on([&] {
        line.cards->onAnswer(box, [&loses](const Asked& a, OctetBuffer& answer) {
            if (loses && a.event())
                fail(answer, -EPROTO);
            return true;
        });
    });
    std::atomic<unsigned> questions{0};
    line.ends->wire([](AnalogWire& w) { w.cut = true; });
    line.ends->pass(400ms);
    loses = false;
    // The line stays as it is: no event tells of it any more.
    EXPECT_TRUE(line.ends->until([&] { return line.cards->status(box, "port1") == "FXO"; }, 3s));
    line.cards->on([&] {
        line.cards->onAnswer(box, [&questions](const Asked& a, OctetBuffer&) {
            questions += a.vendor ? 1 : 0;
            return true;
        });
    });
    line.ends->pass(3s);
    EXPECT_LE(questions, 5u) << "counters; what is answered is not asked again";
    line.ends->wire([](AnalogWire& w) { w.cut = false; });
    EXPECT_TRUE(line.ends->until([&] { return line.cards->status(box, "port1") == "FXO battery"; }, 3s));
    EXPECT_GT(line.cards->count(box, "bank_events_lost"), 0u);
    line.cards->on([&] { line.cards->onAnswer(box, nullptr); });
}

TEST(CardBank, AStreamThatStopsInACallIsStartedAnewAndTheCallGoesOn)
{
    Line line;
    line.answer();
    for (const bool in : {true, false}) {
        SCOPED_TRACE(in);
        const unsigned before = line.cards->count(box, "restarts");
        std::atomic<bool> holds{true};
        line.cards->on([&] {
            line.cards->onAnswer(
                box, [&holds, in](const Asked& a, OctetBuffer&) { return !(holds && a.isochronous && a.in == in); });
        });
        EXPECT_TRUE(line.ends->until([&] { return line.cards->count(box, "restarts") > before; }, 5s));
        holds = false;
        EXPECT_TRUE(line.talks(true));
        EXPECT_EQ(line.cards->status(box, "port1"), "FXO battery off-hook");
        line.cards->on([&] { line.cards->onAnswer(box, nullptr); });
    }
}

TEST(CardBank, ACommandWhoseTransferFailsDoesNotHoldUpTheOnesBehindIt)
{
    Line line;
    std::atomic<bool> fails{true};
    const auto command = [](const Asked& a) { return !a.in && !a.isochronous && a.endpoint != 0; };
    line.cards->on([&] {
        line.cards->onAnswer(box, [&](const Asked& a, OctetBuffer& answer) {
            if (command(a) && fails.exchange(false))
                fail(answer, -EPIPE);
            return true;
        });
    });
    ASSERT_TRUE(line.ends->fxoLine().setHook(first, true));
    ASSERT_TRUE(line.ends->until([&] { return !fails; }, 1s));
    EXPECT_TRUE(line.ends->until([&] { return line.exchange.told(1) == "off-hook"; }, 1s));
    ASSERT_TRUE(line.ends->fxoLine().setHook(first, false));
    EXPECT_TRUE(line.ends->until([&] { return line.exchange.told(1) == "off-hook on-hook"; }, 3s))
        << line.exchange.told(1);
    EXPECT_EQ(line.cards->count(box, "usb_errors"), 1u);
    line.cards->on([&] { line.cards->onAnswer(box, nullptr); });
}

// What a program asks beside the driver, by usbfs.
std::optional<OctetBuffer> vendor(GuestCards& cards, unsigned card, std::uint8_t type, std::uint8_t request,
                                  unsigned port, unsigned length)
{
    std::ifstream busFile(cards.device(card) + "/busnum"), numberFile(cards.device(card) + "/devnum");
    unsigned bus = 0, number = 0;
    busFile >> bus;
    numberFile >> number;
    char path[64];
    std::snprintf(path, sizeof path, "/dev/bus/usb/%03u/%03u", bus, number);
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    EXPECT_GE(fd, 0) << path;
    OctetBuffer data(length);
    usbdevfs_ctrltransfer ask{
        type, request, 0, static_cast<std::uint16_t>(port << 8), static_cast<std::uint16_t>(length), 1000, data.data()};
    const int n = ioctl(fd, USBDEVFS_CONTROL, &ask);
    close(fd);
    if (n < 0)
        return std::nullopt;
    data.resize(static_cast<std::size_t>(n));
    return data;
}

card_line_test tested(GuestCards& cards, unsigned port)
{
    EXPECT_TRUE(vendor(cards, office, 0x41, CARD_BANK_LINE_TEST, port, 0));
    card_line_test t{};
    EXPECT_TRUE(waitFor(
        [&] {
            const auto answer = vendor(cards, office, 0xc1, CARD_BANK_LINE_TEST, port, sizeof t);
            if (answer && answer->size() == sizeof t)
                std::memcpy(&t, answer->data(), sizeof t);
            return t.state == CARD_TEST_DONE;
        },
        10s));
    return t;
}

TEST(CardBank, AShortedLineIsFoundBesideTheDriverWhileAnotherTalks)
{
    Line line;
    line.answer();
    line.cards->on([&] { line.cards->card(office).analog(1).shortOhms = 100; });
    const card_line_test shorted = tested(*line.cards, 1), good = tested(*line.cards, 2);
    EXPECT_EQ(shorted.failed, CARD_TEST_FAILED_RESISTIVE);
    EXPECT_NEAR(card_get32(shorted.ohms), 100, 30);
    EXPECT_EQ(good.failed, 0);
    EXPECT_NEAR(card_get16(good.ren), 100, 20);
    EXPECT_TRUE(line.talks(true));
    line.cards->on([&] { line.cards->card(office).analog(1).shortOhms = 0; });
    ASSERT_TRUE(line.ends->fxoLine().setHook(first, false));
    EXPECT_TRUE(line.ends->until([&] { return line.exchange.told(1) == "on-hook"; }, 4s)) << line.exchange.told(1);
}

TEST(CardBank, AMessageWaitingLightsTheTelephonesLampAndAGainReachesTheChip)
{
    const auto cards = banks();
    const int channel = cards->firstChannel(office);
    const int fd = openChannel(channel, DAHDI_SIG_FXOKS, 0);
    ASSERT_GE(fd, 0) << channel << ": errno " << errno;
    dahdi_vmwi_info shows{DAHDI_VMWI_HVAC};
    int messages = 3;
    EXPECT_EQ(ioctl(fd, DAHDI_VMWI_CONFIG, &shows), 0) << errno;
    EXPECT_EQ(ioctl(fd, DAHDI_VMWI, &messages), 0) << errno;
    const auto chip = [&](auto what) {
        bool is = false;
        cards->on([&] { is = what(cards->card(office).analogLines().fxs(0)); });
        return is;
    };
    EXPECT_TRUE(waitFor([&] { return chip([](const auto& m) { return m.lit(); }); }, 3s));
    EXPECT_EQ(cards->status(office, "port1"), "FXS message");
    messages = 0;
    EXPECT_EQ(ioctl(fd, DAHDI_VMWI, &messages), 0) << errno;
    EXPECT_TRUE(waitFor([&] { return chip([](const auto& m) { return !m.lit(); }); }, 3s));
    EXPECT_FALSE(waitFor([&] { return chip([](const auto& m) { return m.lit(); }); }, 2s));
    dahdi_hwgain gain{-35, 1};
    EXPECT_EQ(ioctl(fd, DAHDI_SET_HWGAIN, &gain), 0) << errno;
    EXPECT_TRUE(waitFor([&] { return chip([](const auto& m) { return m.gainToLine() < -3.4; }); }, 3s));
    gain.newgain = 61;
    EXPECT_EQ(ioctl(fd, DAHDI_SET_HWGAIN, &gain), -1);
    EXPECT_EQ(errno, EINVAL);
    close(fd);
    EXPECT_TRUE(kernelIsWell());
}

TEST(CardBank, TheModulesOpermodeIsInTheChipsAndANameThatIsNoneKeepsItOut)
{
    (void)std::system("rmmod callbox_card 2>/dev/null"); // of the tests before
    EXPECT_NE(std::system("modprobe callbox_card opermode=ATLANTIS 2>/dev/null"), 0);
    ASSERT_EQ(std::system("modprobe callbox_card opermode=uk alarm_loss_ms=300 alarm_remote_ms=100 "
                          "alarm_recover_ms=300"),
              0);
    {
        const auto cards = banks();
        unsigned termination = 0, hook = 0, telephone = 0;
        cards->on([&] {
            termination = cards->card(box).analogLines().fxo(linePorts - 1).regs[30];
            hook = cards->card(box).analogLines().fxo(0).regs[31];
            telephone = cards->card(office).analogLines().fxs(0).regs[10];
        });
        EXPECT_EQ(termination, 5u);
        EXPECT_EQ(hook, 0xabu);
        EXPECT_EQ(telephone, 8u) << "600 ohm: the Si3210 has not the UK's";
    }
    EXPECT_EQ(std::system("rmmod callbox_card"), 0);
    EXPECT_TRUE(kernelIsWell());
}

TEST(CardBank, OfACardWithBothDahdiShowsAnE1AndItsAnalogPorts)
{
    GuestCards cards(Personality::card(1).withBank(1, 2), 1);
    ASSERT_TRUE(cards.plugIn(0));
    const auto shows = [](const std::string& wanted) { // one interface after the other is the driver's
        for (const auto& device : std::filesystem::directory_iterator("/sys/bus/dahdi_devices/devices"))
            for (const auto& span : std::filesystem::directory_iterator(device.path()))
                if (span.path().filename().string().starts_with("span-") &&
                    firstLine(device.path() / "hardware_id") + " " + firstLine(span.path() / "spantype") + " " +
                            firstLine(span.path() / "channels") ==
                        wanted)
                    return true;
        return false;
    };
    EXPECT_TRUE(waitFor([&] { return shows("0000000000000001 E1 31"); }, 2s));
    EXPECT_TRUE(waitFor([&] { return shows("0000000000000001.bank ANALOG_MIXED 3"); }, 2s));
    EXPECT_TRUE(kernelIsWell());
}

TEST(CardBank, ABankPulledOutInACallIsToldAsGoneAndWorksWhenItIsBack)
{
    class Gone final : public SpanEvents {
    public:
        void onTick(const SpanTick&) override {}
        void onFrame(Octets) override {}
        void onBadFrame(std::string_view) override {}
        void onAlarms(Alarms) override {}
        void onSlip() override {}
        void onLate(std::uint32_t) override {}
        void onGone(Error e) override { what = e.what; }
        std::string what;
    };
    const auto cards = banks();
    CardEnds ends(*cards);
    for (unsigned round = 0; round < 3; ++round) {
        Gone near;
        LineListener told;
        ends.fxoLine().setLineEvents(&told);
        ASSERT_TRUE(ends.fxo().start(bankOf(PortKind::fxo), near));
        ASSERT_TRUE(ends.until([&] { return told.told(1) == "battery-back"; }, 3s)) << told.told(1);
        ASSERT_TRUE(ends.fxoLine().setHook(first, true));
        ends.pass(Duration(1ms) * (17 * round));
        cards->unplug(box);
        ASSERT_TRUE(ends.until([&] { return !near.what.empty(); }, 5s));
        ASSERT_TRUE(cards->gone(box));
        ASSERT_TRUE(cards->plugIn(box));
        ASSERT_TRUE(kernelIsWell()) << "round " << round;
    }
    ends.fxo().stop();
}

} // namespace
} // namespace callbox::tests
