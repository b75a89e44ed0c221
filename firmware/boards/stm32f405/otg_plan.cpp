// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/stm32f405/otg_plan.h"
#include <algorithm>

namespace callbox::board {

namespace {

constexpr unsigned controlWords = 64 / 4;

// 34.13.1: for SETUP packets; one that says that OUT is stopped; the largest packet with its status twice, since one
// may come while the one before is fetched; for each endpoint that a transfer is over, of two packets.
unsigned receiveNeeded(const OtgPlan& p)
{
    unsigned largest = controlWords, outs = 1;
    for (const OtgEndpoint& e : p.out)
        if (e.address != 0) {
            largest = std::max(largest, e.words());
            ++outs;
        }
    return 10 + 1 + 2 * (largest + 1) + 2 * outs;
}

} // namespace

OtgPlan planEndpoints(firmware::Octets d)
{
    OtgPlan p;
    for (; d.size() >= 2 && d[0] >= 2 && d[0] <= d.size(); d = d.subspan(d[0])) {
        if (d[1] != firmware::usb::endpoint || d[0] < 7)
            continue;
        const OtgEndpoint e{d[2], d[3], static_cast<std::uint16_t>(d[4] | (d[5] & 7) << 8)};
        if (e.number() == 0 || e.number() >= otg::endpoints) {
            p.trouble = "an endpoint has a number that the USB core does not have";
            return p;
        }
        OtgEndpoint& to = (e.address & 0x80 ? p.in : p.out)[e.number()];
        if (to.address == 0 || to.size < e.size) // of all alternate settings the largest
            to = e;
    }
    if (!d.empty()) {
        p.trouble = "the configuration descriptor is cut";
        return p;
    }
    p.receiveWords = receiveNeeded(p);
    p.transmitWords[0] = controlWords;
    for (unsigned n = 1; n < otg::endpoints; ++n)
        if (p.in[n].address != 0)
            p.transmitWords[n] = std::max(otg::transmitLeast, p.in[n].words());
    p.needed = p.receiveWords;
    for (const unsigned words : p.transmitWords)
        p.needed += words;
    if (p.needed > otg::fifoWords)
        p.trouble = "its packets are more than the USB core has memory for";
    else
        p.receiveWords += otg::fifoWords - p.needed; // what is left is time for whoever fetches
    return p;
}

} // namespace callbox::board
