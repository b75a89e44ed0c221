// SPDX-License-Identifier: GPL-2.0-or-later
#include "span_pair.h"
#include <algorithm>

namespace callbox::tests {

Listener::Slot& Listener::talk(unsigned slot, std::uint32_t seed)
{
    Slot& s = slots[slot];
    s.talks = true;
    s.state = seed;
    return s;
}

void Listener::onTick(const SpanTick& tick)
{
    ++events;
    tickBeforeAlarms = tickBeforeAlarms || alarms.empty();
    ticks.push_back({tick.clock, tick.samples, tick.lost});
    for (const SlotBlock& block : tick.slots) {
        Slot& s = slots[index(block.slot)];
        ++s.ticks;
        s.heard.insert(s.heard.end(), block.rx.begin(), block.rx.end());
        s.idleOnEntry = s.idleOnEntry && std::all_of(block.tx.begin(), block.tx.end(),
                                                     [&](std::uint8_t o) { return o == idleOctet(law); });
        if (!s.talks)
            continue;
        for (std::uint8_t& o : block.tx) {
            s.state = s.state * 1664525U + 1013904223U;
            o = static_cast<std::uint8_t>(s.state >> 24);
            s.said.push_back(o);
        }
    }
}

void Listener::onAlarms(Alarms a)
{
    ++events;
    alarms.push_back(a);
}

bool bringUp(SpanPair& pair, Listener& near, Listener& far)
{
    near.law = far.law = pair.config().law;
    if (!pair.near().start(pair.config(), near) || !pair.far().start(pair.config(), far))
        return false;
    return pair.until([&] { return near.ticks.size() > 4 && far.ticks.size() > 4; }, 5s);
}

bool heardAsOneRun(const OctetBuffer& said, const OctetBuffer& heard, std::size_t least, Law law)
{
    if (said.size() < 160 || heard.size() < least)
        return false;
    const auto begin = std::search(heard.begin(), heard.end(), said.begin(), said.begin() + 160);
    const auto n = static_cast<std::size_t>(heard.end() - begin);
    if (begin == heard.end() || n < least || n > said.size())
        return false;
    const bool quietBefore = std::all_of(heard.begin(), begin, [&](std::uint8_t o) { return o == idleOctet(law); });
    return quietBefore && std::equal(begin, heard.end(), said.begin());
}

} // namespace callbox::tests
