// SPDX-License-Identifier: GPL-2.0-or-later
// The claims of hal/modem_io.h. At the other end is any AT modem with its echo on.
#include "bench.h"

namespace callbox::tests {

namespace {

constexpr Duration soon = 3s;
constexpr Duration aWhile = 100ms;

bool started(ModemIo& io, Ear& ear, Findings& f)
{
    const Result<void> r = io.start(ear);
    return f.expect(r.has_value(), "start() fails: " + (r ? "" : r.error().what));
}

bool answers(Bench& b, ModemIo& io, Ear& ear)
{
    ear.heard.clear();
    const Result<void> r = ear.write(io, "AT\r");
    return r && b.until([&] { return ear.heard.find("OK\r\n") != std::string::npos; }, soon);
}

// What is written comes back from the echo exactly, before any answer.
void expectEcho(Bench& b, const std::string& text, Findings& f)
{
    const auto io = b.io();
    Ear ear;
    if (!started(*io, ear, f))
        return;
    f.expect(ear.write(*io, text).has_value(), "write() of " + std::to_string(text.size()) + " octets fails");
    b.until([&] { return ear.heard.size() >= text.size(); }, soon);
    f.expect(ear.heard.substr(0, text.size()) == text, "of " + std::to_string(text.size()) + " octets " +
                                                           std::to_string(ear.heard.size()) + " came back, or others");
}

void everyOctet(Bench& b, Findings& f)
{
    std::string text;
    for (unsigned o = 0; o < 256; ++o)
        if (o != '\r' && o != 0x1B) // the modem would act on them
            text += static_cast<char>(o);
    expectEcho(b, text, f);
}

void inOrder(Bench& b, Findings& f)
{
    const auto io = b.io();
    Ear ear;
    if (!started(*io, ear, f))
        return;
    std::string all;
    for (int i = 0; i < 50; ++i) {
        const std::string piece = "<" + std::to_string(i) + ">";
        all += piece;
        f.expect(ear.write(*io, piece).has_value(), "write() fails");
        if (i % 10 == 0)
            b.pass(5ms);
    }
    b.until([&] { return ear.heard.size() >= all.size(); }, soon);
    f.expect(ear.heard == all, "said in pieces " + all + ", heard " + ear.heard);
}

void muchAtOnce(Bench& b, Findings& f)
{
    std::string text;
    for (int i = 0; text.size() < 20000; ++i)
        text += std::to_string(i) + " ";
    expectEcho(b, text, f);
}

void neverInsideWrite(Bench& b, Findings& f)
{
    const auto io = b.io();
    Ear ear;
    if (!started(*io, ear, f))
        return;
    for (int i = 0; i < 5; ++i)
        answers(b, *io, ear);
    f.expect(ear.insideWrite == 0, "an event came inside write()");
}

void goneIsTold(Bench& b, Findings& f)
{
    const auto io = b.io();
    Ear ear;
    if (!started(*io, ear, f) || !f.expect(answers(b, *io, ear), "no OK after AT"))
        return;
    b.plug(false);
    f.expect(b.until([&] { return ear.gone > 0; }, soon), "unplugged, and nobody is told");
    const unsigned events = ear.events;
    b.pass(aWhile);
    f.expect(ear.gone == 1 && ear.events == events, "events after onGone()");
    f.expect(ear.why == Errc::gone, "onGone() with another code than gone");
}

void absentIsNotFound(Bench& b, Findings& f)
{
    const auto io = b.io();
    Ear ear;
    b.plug(false);
    const Result<void> r = io->start(ear);
    f.expect(!r && r.error().code == Errc::not_found, "start() without a device is not Errc::not_found");
}

void foundAgain(Bench& b, Findings& f)
{
    const auto io = b.io();
    Ear ear;
    if (!started(*io, ear, f))
        return;
    b.plug(false);
    b.until([&] { return ear.gone > 0; }, soon);
    b.plug(true);
    if (started(*io, ear, f))
        f.expect(answers(b, *io, ear), "no OK after AT when it is plugged in again");
}

void nothingAfterStop(Bench& b, Findings& f)
{
    const auto io = b.io();
    Ear ear;
    if (!started(*io, ear, f) || !f.expect(answers(b, *io, ear), "no OK after AT"))
        return;
    (void)ear.write(*io, "AT\r");
    io->stop();
    const unsigned events = ear.events;
    b.pass(aWhile);
    b.plug(false);
    b.pass(aWhile);
    f.expect(ear.events == events, "events after stop()");
}

void stoppedInsideAnEvent(Bench& b, Findings& f)
{
    const auto io = b.io();
    Ear ear;
    ear.whenHeard = [&] { io->stop(); };
    if (!started(*io, ear, f))
        return;
    (void)ear.write(*io, "AT\r");
    b.until([&] { return ear.events > 0; }, soon);
    b.pass(aWhile);
    f.expect(ear.events == 1, "events after a stop() inside an event");
}

void startsAgain(Bench& b, Findings& f)
{
    const auto io = b.io();
    Ear ear;
    if (!started(*io, ear, f))
        return;
    io->stop();
    if (started(*io, ear, f))
        f.expect(answers(b, *io, ear), "no OK after AT when started again");
}

void notStartedTakesNothing(Bench& b, Findings& f)
{
    const auto io = b.io();
    Ear ear;
    f.expect(!ear.write(*io, "AT\r").has_value(), "write() before start() succeeds");
    if (!started(*io, ear, f))
        return;
    io->stop();
    f.expect(!ear.write(*io, "AT\r").has_value(), "write() after stop() succeeds");
    b.pass(aWhile);
}

} // namespace

std::vector<Case<Bench>> lineCases()
{
    return {
        {"EveryOctet", "all 256 octets pass", "a terminal that is not raw: flow control eats XON and XOFF", everyOctet},
        {"InOrder", "octets come as they were written, in whatever pieces", "two queues for one line", inOrder},
        {"MuchAtOnce", "a write larger than the line's buffer is queued", "a short write taken for a whole one",
         muchAtOnce},
        {"NeverInsideWrite", "events come from the loop, never inside write()", "an emulator that answers at once",
         neverInsideWrite},
        {"GoneIsTold", "unplugging is told once, and is the last event", "a hang-up read as an end without octets",
         goneIsTold},
        {"AbsentIsNotFound", "no device is Errc::not_found", "a system's error passed on as it came", absentIsNotFound},
        {"FoundAgain", "plugged in again it can be started again", "a descriptor kept over the hang-up", foundAgain},
        {"NothingAfterStop", "no event after stop()", "an event posted before and run after", nothingAfterStop},
        {"StoppedInsideAnEvent", "stop() may be called inside an event", "a loop over pieces that does not look again",
         stoppedInsideAnEvent},
        {"StartsAgain", "stopped, it can be started again", "a lock that is not given back", startsAgain},
        {"NotStartedTakesNothing", "write() without start() fails", "octets queued for later", notStartedTakesNothing},
    };
}

} // namespace callbox::tests
