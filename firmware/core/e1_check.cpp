// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/e1_check.h"
#include "core/e1_receiver.h"
#include "core/e1_transmitter.h"

namespace callbox::firmware::core {

namespace {

using Frame = std::array<std::uint8_t, 32>;

// Slot 0 of a multiframe of the slots below, C bits by the division of G.704 2.3.3.4 on paper, E bits 1, Sa bits 1.
constexpr std::array<std::uint8_t, 16> slotZero{0x9b, 0x5f, 0x9b, 0x5f, 0x9b, 0xdf, 0x9b, 0x5f,
                                                0x1b, 0xdf, 0x1b, 0xdf, 0x9b, 0xdf, 0x1b, 0xdf};

Frame slots(unsigned number)
{
    Frame f{};
    for (unsigned s = 1; s < f.size(); ++s)
        f[s] = static_cast<std::uint8_t>(number * 31 + s * 7 + 3);
    f[0] = 0xff;
    return f;
}

struct Line {
    explicit Line(const Meanwhile& m) : meanwhile(m) {}

    const Meanwhile& meanwhile;
    E1Transmitter transmitter;
    E1Receiver receiver{E1Framing::crc4};
    unsigned delay = 0; // bits, 0..255
    Frame before{};
    unsigned right = 0; // frames that came as they were sent
    unsigned number = 0;

    Frame shifted(const Frame& now) const
    {
        Frame out{};
        for (unsigned bit = 0; bit < 256; ++bit) {
            const unsigned from = (256 + bit - delay) % 256;
            const Frame& of = bit < delay ? before : now;
            out[bit / 8] =
                static_cast<std::uint8_t>(out[bit / 8] | (of[from / 8] >> (7 - from % 8) & 1) << (7 - bit % 8));
        }
        return out;
    }
    // frames multiframes; one bit of each is wrong if `flip`.
    void run(unsigned frames, bool flip = false)
    {
        for (unsigned i = 0; i < frames; ++i) {
            Frame now = slots(number);
            number = (number + 1) % 16;
            transmitter.frame(now);
            if (flip && i % 16 == 5)
                now[9] ^= 0x10;
            const Frame line = shifted(now);
            before = now;
            take(line);
        }
    }
    void take(const Frame& line)
    {
        meanwhile();
        Frame got{};
        if (!receiver.receive(line, got) || !receiver.multiframe())
            return;
        const Frame expected = slots(receiver.number());
        bool same = true;
        for (unsigned s = 1; s < got.size(); ++s)
            same = same && got[s] == expected[s];
        right += same;
    }
};

const char* checkSlotZero(const Meanwhile& meanwhile)
{
    E1Transmitter t;
    t.begin(E1Slot0::crc4);
    for (unsigned i = 0; i < 48; ++i) {
        meanwhile();
        Frame f = slots(i % 16);
        t.frame(f);
        if (i >= 16 && f[0] != slotZero[i % 16])
            return "slot 0 is not G.704's";
        for (unsigned s = 1; s < f.size(); ++s)
            if (f[s] != slots(i % 16)[s])
                return "the transmitter changed a slot";
    }
    return nullptr;
}

const char* checkAlignment(unsigned delay, const Meanwhile& meanwhile)
{
    Line line(meanwhile);
    line.delay = delay;
    line.transmitter.begin(E1Slot0::crc4);
    line.run(80);
    if (!line.receiver.multiframe() || line.receiver.defects() != 0)
        return "no alignment within 10 ms";
    const E1Counters before = line.receiver.counters();
    line.right = 0;
    line.run(320);
    const E1Counters& after = line.receiver.counters();
    if (line.right != 320)
        return "frames came out other than they went in";
    if (after.crc != before.crc || after.fas != before.fas || after.losses != before.losses)
        return "errors were counted where there are none";
    line.run(160, true);
    line.run(16);
    if (after.crc - before.crc != 10)
        return "ten errored blocks were not counted as ten";
    return nullptr;
}

const char* checkDefects(const Meanwhile& meanwhile)
{
    Line line(meanwhile);
    line.transmitter.begin(E1Slot0::crc4);
    line.run(80);
    Frame same{};
    for (unsigned i = 0; i < 80; ++i)
        line.take(same);
    if (!(line.receiver.defects() & los))
        return "10 ms of zeros are no loss of signal";
    same.fill(0xff);
    for (unsigned i = 0; i < 80; ++i)
        line.take(same);
    if (!(line.receiver.defects() & ais) || line.receiver.defects() & los)
        return "10 ms of ones are no AIS";
    line.transmitter.setRemoteAlarm(true);
    line.run(160);
    if (line.receiver.defects() != rai)
        return "the far end's alarm is not seen";
    return nullptr;
}

} // namespace

const char* checkE1Framer(unsigned apart, Meanwhile meanwhile)
{
    const char* wrong = checkSlotZero(meanwhile);
    for (unsigned delay = 0; delay < 256 && !wrong; delay += apart)
        wrong = checkAlignment(delay, meanwhile);
    return wrong ? wrong : checkDefects(meanwhile);
}

} // namespace callbox::firmware::core
