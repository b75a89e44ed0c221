// SPDX-License-Identifier: GPL-2.0-or-later
// A DAHDI span with a line that can be cut: the kernel's end of an "eth" span, our own far end behind a pair of virtual
// network interfaces.
#include "../support/real_time.h"
#include "ethernet_span.h"
#include "span/cases.h"
#include "stall.h"
#include <atomic>
#include <callbox/hal/backend.h>
#include <callbox/hal/span.h>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dahdi/user.h>

namespace callbox::tests {

namespace {

namespace fs = std::filesystem;

std::string addressOf(unsigned line)
{
    return "kernel0/02:00:00:00:00:02/" + std::to_string(line);
}
std::string idOf(unsigned line)
{
    return "DYN/eth/" + addressOf(line) + "/1";
}
const std::string id = idOf(0);

// The kernel's end of two lines, made once; they stay as long as the guest.
void makeLines()
{
    static const bool made = [] {
        if (std::system("modprobe veth && modprobe dahdi_dynamic_eth && "
                        "ip link add kernel0 address 02:00:00:00:00:01 type veth "
                        "peer name far0 address 02:00:00:00:00:02 && ip link set kernel0 up && ip link set far0 up") !=
            0)
            return false;
        const int control = open("/dev/dahdi/ctl", O_RDWR | O_CLOEXEC);
        bool ok = control >= 0;
        for (unsigned line = 0; line < 2; ++line) {
            dahdi_dynamic_span span{};
            std::snprintf(span.driver, sizeof span.driver, "eth");
            std::snprintf(span.addr, sizeof span.addr, "%s", addressOf(line).c_str());
            span.numchans = 31;
            ok = ok && ioctl(control, DAHDI_DYNAMIC_CREATE, &span) == 0;
        }
        close(control);
        return ok;
    }();
    ASSERT_TRUE(made) << "the kernel's end of the line could not be made";
}

// What a backend wants of the outside.
struct World {
    RealLoop loop;
    std::unique_ptr<Random> random = makeSystemRandom();
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeThreadExecutor(loop, "disk");
    std::unique_ptr<SpanIo> open(unsigned line)
    {
        makeLines();
        return std::move(*findBackend("dahdi")->open(edges(), {{"span", idOf(line)}}));
    }
    Edges edges() { return Edges{loop, *random, *files, *disk, Log()}; }
};

class Line final : public SpanPair {
public:
    Line() : near_(world_.open(0)), far_(world_.loop, "far0") {}
    ~Line() override { near_.reset(); }
    Loop& loop() override { return world_.loop; }
    bool until(const std::function<bool()>& done, Duration limit) override
    {
        return runUntil(world_.loop, done, limit);
    }
    SpanIo& near() override { return *near_; }
    EthernetSpan& far() override { return far_; }
    void cable(bool in) override { far_.setCable(in); }
    void corruptTowardsNear(unsigned frames) override { far_.corrupt(frames); }
    void slipAtNear() override { far_.dropBlock(); }

private:
    World world_;
    std::unique_ptr<SpanIo> near_;
    EthernetSpan far_;
};

std::vector<Case<SpanPair>> casesOfALine()
{
    std::vector<Case<SpanPair>> cases = allCases();
    // What never arrives at a card leaves no trace above it, and DAHDI counts no slips of such a span. A loss is made
    // on the kernel's own wire (dahdi_test.cpp), slips between cards (card_alarms_test.cpp).
    std::erase_if(cases, [](const auto& c) { return c.name == "LossIsTold" || c.name == "SlipIsCounted"; });
    return cases;
}

const Make<SpanPair> aLine = [] { return std::make_unique<Line>(); };

TEST(DahdiLine, KeepsTheContractOnALineThatCanBeCut)
{
    checkSubject(casesOfALine(), aLine);
}

TEST(DahdiLine, ABrokenTwinOfEachCaseFailsIt)
{
    checkTwinsByTheirOwnCases(casesOfALine(), brokenTwins(aLine));
}

TEST(DahdiTwins, OnALineThatCanBeCutEachFailsItsOwnCaseAndPassesTheRest)
{
    checkTwins(casesOfALine(), twinsOf(casesOfALine(), brokenTwins(aLine)));
}

TEST(DahdiLine, ARemoteAlarmIsRaiAndNotLos)
{
    Line line;
    Listener near, far;
    ASSERT_TRUE(bringUp(line, near, far));
    ASSERT_TRUE(line.until([&] { return !near.alarms.back().any(); }, 3s));
    line.far().setRemoteAlarm(true);
    EXPECT_TRUE(line.until([&] { return near.alarms.back() == Alarms{.rai = true}; }, 3s));
    line.far().setRemoteAlarm(false);
    EXPECT_TRUE(line.until([&] { return !near.alarms.back().any(); }, 3s));
}

// What `dahdi_span_assignments` does: the driver takes the span away, or gives it back.
void assign(bool on)
{
    for (const auto& entry : fs::directory_iterator("/sys/bus/dahdi_devices/devices")) {
        std::string hardware;
        std::getline(std::ifstream(entry.path() / "hardware_id") >> std::ws, hardware);
        if (hardware.find(addressOf(0)) == std::string::npos)
            continue;
        std::ofstream(entry.path() / (on ? "assign_span" : "unassign_span")) << (on ? "1:0:0\n" : "1\n");
        return;
    }
    FAIL() << "no such card in sysfs";
}

// Notes the end.
class Owner final : public SpanEvents {
public:
    void onTick(const SpanTick&) override { ++ticks; }
    void onFrame(Octets) override {}
    void onBadFrame(std::string_view) override {}
    void onAlarms(Alarms) override {}
    void onSlip() override {}
    void onLate(std::uint32_t) override {}
    void onGone(Error e) override { gone = e.what; }
    unsigned ticks = 0;
    std::string gone;
};

TEST(DahdiLine, ASpanTakenAwayInACallIsGoneAndWorksAgainWhenItIsBack)
{
    Line line;
    Owner near;
    Listener far;
    ASSERT_TRUE(line.near().start(line.config(), near));
    ASSERT_TRUE(line.far().start(line.config(), far));
    ASSERT_TRUE(line.near().openSlot(Timeslot{1}));
    ASSERT_TRUE(line.far().openSlot(Timeslot{1}));
    ASSERT_TRUE(line.until([&] { return near.ticks > 10; }, 5s));
    assign(false);
    EXPECT_TRUE(line.until([&] { return !near.gone.empty(); }, 3s));
    EXPECT_TRUE(near.gone.starts_with("DAHDI span " + id + ": ")) << near.gone;
    const auto r = line.near().start(line.config(), near);
    ASSERT_FALSE(r) << "it is not there";
    EXPECT_EQ(r.error().code, Errc::not_found) << r.error().what;
    assign(true);
    near.ticks = 0;
    ASSERT_TRUE(line.near().start(line.config(), near));
    ASSERT_TRUE(line.near().openSlot(Timeslot{1}));
    EXPECT_TRUE(line.until([&] { return near.ticks > 10; }, 5s));
}

// Says on a slot what it is told to, and notes at which of its ticks it hears how much.
class Speaker final : public SpanEvents {
public:
    void onTick(const SpanTick& t) override
    {
        ++ticks;
        lost += t.lost;
        for (const SlotBlock& s : t.slots) {
            ahead = s.ahead;
            std::fill(s.tx.begin(), s.tx.end(), say);
            loud = std::count(s.rx.begin(), s.rx.end(), 0x2A) > 0; // not near idle in A-law
        }
    }
    void onFrame(Octets) override {}
    void onBadFrame(std::string_view) override {}
    void onAlarms(Alarms) override {}
    void onSlip() override {}
    void onLate(std::uint32_t) override {}
    void onGone(Error) override {}
    unsigned ticks = 0;
    std::uint64_t lost = 0;
    std::uint32_t ahead = 0;
    std::uint8_t say = idleOctet(Law::alaw);
    bool loud = false;
};

// The far end in a process of its own: it does not stall with us.
class FarAway {
public:
    FarAway()
    {
        makeLines();
        void* shared =
            mmap(nullptr, sizeof(std::atomic<bool>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        loud_ = new (shared) std::atomic<bool>(false);
        child_ = fork();
        if (child_ != 0)
            return;
        RealLoop loop;
        EthernetSpan span(loop, "far0");
        Speaker speaker;
        if (!span.start({.name = "line"}, speaker) || !span.openSlot(Timeslot{1}))
            _exit(1);
        runUntil(
            loop,
            [&] {
                *loud_ = speaker.loud;
                return false;
            },
            1h);
        _exit(0);
    }
    ~FarAway()
    {
        kill(child_, SIGKILL);
        waitpid(child_, nullptr, 0);
    }
    FarAway(const FarAway&) = delete;
    FarAway& operator=(const FarAway&) = delete;
    [[nodiscard]] bool loud() const { return *loud_; }

private:
    std::atomic<bool>* loud_ = nullptr;
    pid_t child_ = -1;
};

TEST(DahdiLine, AStallOf300MsLosesNothingAndItsDelayIsGoneAfterAPause)
{
    const FarAway far;
    Line line;
    Speaker near;
    ASSERT_TRUE(line.near().start(line.config(), near));
    ASSERT_TRUE(line.near().openSlot(Timeslot{1}));
    ASSERT_TRUE(line.until([&] { return near.ticks > 50; }, 5s));
    EXPECT_EQ(near.ahead, 160u);
    near.say = 0x2A;
    ASSERT_TRUE(line.until([&] { return far.loud(); }, 1s));
    stall(line.loop(), 300ms);
    line.pass(200ms);
    EXPECT_GE(near.ahead, 10 * 160u) << "what was said into the stall waits";
    EXPECT_TRUE(far.loud());
    near.say = idleOctet(Law::alaw);
    line.pass(600ms);
    EXPECT_LE(near.ahead, 3 * 160u);
    EXPECT_FALSE(far.loud());
    EXPECT_EQ(near.lost, 0u);
    const TimePoint spoken = line.loop().now();
    near.say = 0x2A;
    ASSERT_TRUE(line.until([&] { return far.loud(); }, 1s));
    EXPECT_LE(toMs(line.loop().now() - spoken), 150);
}

TEST(DahdiLine, AStallLongerThanTheQueuesIsToldAsLost)
{
    const FarAway far;
    Line line;
    Speaker near;
    ASSERT_TRUE(line.near().start(line.config(), near));
    ASSERT_TRUE(line.near().openSlot(Timeslot{1}));
    ASSERT_TRUE(line.until([&] { return near.ticks > 50; }, 5s));
    ASSERT_EQ(near.lost, 0u);
    stall(line.loop(), 1500ms);
    line.pass(200ms);
    EXPECT_GE(near.lost, 8000u * 4 / 5); // 640 ms are kept
    EXPECT_LE(near.lost, 8000u);
}

// Two lines that end in this machine, a channel of each joined, a far end at each outer end.
class TwoLines {
public:
    TwoLines()
        : left(world.edges(), {.name = "left"}, world.open(0)), right(world.edges(), {.name = "right"}, world.open(1)),
          farLeft(world.loop, "far0", 0), farRight(world.loop, "far0", 1)
    {
        EXPECT_TRUE(left.start() && right.start());
        EXPECT_TRUE(farLeft.start({.name = "left"}, speaksLeft) && farRight.start({.name = "right"}, speaksRight));
        EXPECT_TRUE(farLeft.openSlot(Timeslot{1}) && farRight.openSlot(Timeslot{1}));
        runUntil(
            world.loop, [&] { return left.framesMoving() && right.framesMoving(); }, 3s);
        mine = std::move(*left.open(Timeslot{1}));
        theirs = std::move(*right.open(Timeslot{1}));
        pass(300ms);
    }
    void pass(Duration d)
    {
        runUntil(
            world.loop, [] { return false; }, d);
    }
    // From the left far end's line to the right one's; none: it does not arrive.
    std::optional<Duration> delay()
    {
        for (EthernetSpan* far : {&farLeft, &farRight})
            far->lookFor(0x2A);
        speaksLeft.say = 0x2A;
        pass(500ms);
        speaksLeft.say = idleOctet(Law::alaw);
        const auto sent = farLeft.seen().sent, heard = farRight.seen().heard;
        pass(300ms);
        return sent && heard ? std::optional(*heard - *sent) : std::nullopt;
    }
    World world;
    Span left, right;
    EthernetSpan farLeft, farRight;
    Speaker speaksLeft, speaksRight;
    std::unique_ptr<Channel> mine, theirs;
};

TEST(DahdiJoin, TheKernelAddsAtMostThreeMilliseconds)
{
    TwoLines lines;
    EXPECT_FALSE(lines.delay()) << "not joined yet";
    auto join = lines.mine->joinBelow(*lines.theirs);
    ASSERT_TRUE(join) << join.error().what;
    const auto delay = lines.delay();
    ASSERT_TRUE(delay);
    std::cout << "from line to line: " << delay->count() / 1000 << " us\n";
    EXPECT_LE(*delay, 5ms) << "two lines take some 2 ms by themselves";
    join->reset();
    EXPECT_FALSE(lines.delay()) << "the join has ended";
}

TEST(DahdiJoin, ASecondJoinIsRefusedAndTheFirstIsStillHeard)
{
    TwoLines lines;
    auto join = lines.mine->joinBelow(*lines.theirs);
    ASSERT_TRUE(join) << join.error().what;
    const auto again = lines.theirs->joinBelow(*lines.mine);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::busy);
    EXPECT_NE(again.error().what.find("joined already"), std::string::npos) << again.error().what;
    EXPECT_TRUE((*join)->stands());
    EXPECT_TRUE(lines.delay());
    join->reset();
    EXPECT_TRUE(lines.theirs->joinBelow(*lines.mine)) << "the first has ended";
}

// What a monitor is shown to go out.
struct Listener final : SpanMonitor {
    void onBlock(Timeslot, const AudioBlock& b) override
    {
        said = said || std::find(b.tx.begin(), b.tx.end(), 0x2A) != b.tx.end();
    }
    bool said = false;
};

TEST(DahdiJoin, WhoListensToOneLegHearsTheOtherPartyTooUntilTheJoinEnds)
{
    TwoLines lines;
    Listener listener;
    lines.right.addMonitor(listener);
    auto join = lines.mine->joinBelow(*lines.theirs);
    ASSERT_TRUE(join) << join.error().what;
    EXPECT_TRUE(lines.delay());
    EXPECT_TRUE(listener.said);
    join->reset();
    listener.said = false;
    EXPECT_FALSE(lines.delay());
    EXPECT_FALSE(listener.said);
    lines.right.removeMonitor(listener);
}

TEST(DahdiJoin, AChannelThatIsClosedIsHeardByNobodyAnyMore)
{
    TwoLines lines;
    auto join = lines.mine->joinBelow(*lines.theirs);
    ASSERT_TRUE(join) << join.error().what;
    lines.mine.reset();
    lines.mine = std::move(*lines.left.open(Timeslot{1})); // the next call on it
    lines.pass(300ms);
    EXPECT_FALSE(lines.delay());
}

} // namespace
} // namespace callbox::tests
