// SPDX-License-Identifier: GPL-2.0-or-later
// What E1s of USB cards cost, by our driver (backend dahdi) or by libusb (backend usb), in a virtual machine: virtual
// cards whose lines are plugged into each other in pairs, every B channel in talk: octets that count, so that none may
// be missing.
#include "../vm/guest_cards.h"
#include "measure.h"
#include "two_ends.h"
#include <callbox/hal/backend.h>
#include <cstdio>
#include <cstdlib>
#include <sys/resource.h>

namespace callbox::bench {

namespace {

using hal::SpanTick;
using hal::Timeslot;
using tests::GuestCards;

// Counts on each of its slots, and looks whether what it hears counts as well.
class End final : public hal::SpanEvents {
public:
    void onTick(const SpanTick& t) override
    {
        ++ticks;
        lost += t.lost;
        for (const hal::SlotBlock& s : t.slots) {
            Slot& slot = slots_[hal::index(s.slot)];
            for (std::uint8_t& o : s.tx)
                o = slot.say++;
            for (const std::uint8_t o : s.rx) {
                breaks += o != slot.hear;
                slot.hear = static_cast<std::uint8_t>(o + 1);
            }
            samples += s.rx.size();
        }
    }
    void onFrame(Octets) override {}
    void onBadFrame(std::string_view) override {}
    void onAlarms(hal::Alarms a) override { alarms = a; }
    void onSlip() override { ++slips; }
    void onLate(std::uint32_t ms) override { late += ms; }
    void onGone(Error e) override { std::printf("gone: %s\n", e.what.c_str()); }
    std::uint64_t ticks = 0, samples = 0, lost = 0, breaks = 0, slips = 0, late = 0;
    hal::Alarms alarms;

private:
    struct Slot {
        std::uint8_t say = 0, hear = 0;
    };
    std::array<Slot, 32> slots_;
};

double ownSeconds() // of this thread
{
    rusage u{};
    getrusage(RUSAGE_THREAD, &u);
    const auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) * 1e-6; };
    return seconds(u.ru_utime) + seconds(u.ru_stime);
}

struct Sample {
    double time, busy, cards, program;
};
Sample now(World& w, GuestCards& cards)
{
    Sample s{};
    cards.on([&] { s.cards = ownSeconds(); });
    s.program = ownSeconds();
    s.busy = busySeconds().value_or(0);
    s.time = std::chrono::duration<double>(w.loop.now().time_since_epoch()).count();
    return s;
}

int measure(unsigned count, unsigned seconds, bool driver)
{
    World w;
    GuestCards cards(firmware::Personality::card(1), count, hal::SpanType::e1,
                     driver ? GuestCards::By::driver : GuestCards::By::libusb);
    std::vector<std::unique_ptr<hal::SpanIo>> spans;
    std::vector<End> ends(count);
    for (unsigned i = 0; i < count; ++i) {
        if (!cards.plugIn(i)) {
            std::fprintf(stderr, "card %u is not there\n", i);
            return 1;
        }
        hal::BackendKeys keys{{"span", cards.id(i)}};
        if (!driver) // the driver was told when its span was configured
            keys["clock"] = i % 2 == 0 ? "line" : "card";
        auto io = hal::findBackend(driver ? "dahdi" : "usb")->open(w.edges, keys);
        const hal::SpanConfig config{.name = "line" + std::to_string(i)};
        auto started = io ? (*io)->start(config, ends[i]) : Result<void>(io.error());
        for (std::uint8_t slot = 1; started && slot <= 31; ++slot)
            if (Timeslot{slot} != config.dChannel)
                started = (*io)->openSlot(Timeslot{slot});
        if (!started) {
            std::fprintf(stderr, "span of card %u: %s\n", i, started.error().what.c_str());
            return 1;
        }
        spans.push_back(std::move(*io));
    }
    const auto run = [&](Duration d) {
        Timer end(w.loop);
        end.after(d, [&] { w.loop.stop(); });
        w.loop.run();
    };
    run(4s); // alarms, filled buffers
    for (End& e : ends)
        e.ticks = e.samples = e.lost = e.breaks = e.slips = e.late = 0;
    const Sample before = now(w, cards);
    run(std::chrono::seconds(seconds));
    const Sample after = now(w, cards);
    End all;
    bool alarm = false;
    for (const End& e : ends) {
        all.samples += e.samples;
        all.lost += e.lost;
        all.breaks += e.breaks;
        all.slips += e.slips;
        all.late += e.late;
        alarm = alarm || e.alarms.any();
    }
    const double time = after.time - before.time, percent = 100 / time;
    const double program = after.program - before.program, firmware = after.cards - before.cards;
    const double rest = after.busy - before.busy - program - firmware;
    std::printf("%u cards by %s, %u B channels and %u D channels, %.1f s\n", count, driver ? "our driver" : "libusb",
                30 * count, count, time);
    std::printf("  samples heard %llu, lost %llu, breaks in the count %llu, slips %llu, late %llu ms%s\n",
                static_cast<unsigned long long>(all.samples), static_cast<unsigned long long>(all.lost),
                static_cast<unsigned long long>(all.breaks), static_cast<unsigned long long>(all.slips),
                static_cast<unsigned long long>(all.late), alarm ? ", AND AN ALARM" : "");
    std::printf(
        "  the processor, of which the cards' own firmware and lines had %.1f %%: per span %.2f %% the program, "
        "%.2f %% the kernel, together %.2f %%\n",
        firmware * percent, program * percent / count, rest * percent / count, (program + rest) * percent / count);
    for (unsigned i = 0; driver && i < count; ++i)
        for (const char* name : {"slips_left_out", "slips_said_twice", "frames_missing", "frames_overflow",
                                 "usb_errors", "restarts", "packets_bad"})
            if (const unsigned n = cards.count(i, name); n > 0)
                std::printf("  card %u, %s: %u\n", i, name, n);
    return 0;
}

} // namespace

} // namespace callbox::bench

int main(int argc, char** argv)
{
    using namespace callbox::bench;
    const Options o =
        readOptions(argc, argv, {{"cards", "4"}, {"seconds", "60"}, {"backend", "dahdi"}, {"quick", "-"}});
    if (!std::getenv("IN_GUEST")) {
        std::puts("these cards are plugged into the virtual machine's kernel: tests/vm/run ... bench_cards");
        return 77;
    }
    const bool quick = given(o, "quick");
    return measure(static_cast<unsigned>(quick ? 2 : number(o, "cards")),
                   static_cast<unsigned>(quick ? 2 : number(o, "seconds")), o.at("backend") == "dahdi");
}
