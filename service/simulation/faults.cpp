// SPDX-License-Identifier: GPL-2.0-or-later
// What breaks in a simulated fleet. Each fault mends itself before the next of its kind on the same box.
#include "simulation/life.h"

namespace callbox::simulation {

// Messages that lived through a fault may be told once more (design 9.3).
void Life::markTroubled()
{
    for (auto& [id, d] : deposits_)
        if (d->sms == 0 || fleet_.loop.now() - d->at < 10min)
            d->troubled = true;
}

Task<> Life::trouble()
{
    while (!quietening_) {
        co_await sleepFor(fleet_.loop, Duration(std::chrono::seconds(5 + chance_->below(20))));
        if (quietening_)
            co_return;
        SimBox& b = *fleet_.boxes[std::size_t(chance_->below(fleet_.boxes.size()))];
        const std::uint64_t what = chance_->below(20);
        if (!b.alive() || b.cannotRecordSince || b.cutOffSince)
            continue;
        if (what < 6)
            co_await crashOne(b);
        else if (what < 11)
            co_await cableOut(b);
        else if (what < 15)
            co_await modemFault(b);
        else if (what < 18)
            co_await diskFull(b);
        else
            co_await switchRestart();
    }
}

Task<> Life::crashOne(SimBox& b)
{
    ++totals_.crashes;
    markTroubled();
    b.crash(chance_->below(2) == 0);
    co_await sleepFor(fleet_.loop, Duration(std::chrono::seconds(1 + chance_->below(15))));
    b.start();
    markTroubled();
}

Task<> Life::cableOut(SimBox& b)
{
    ++totals_.otherFaults;
    markTroubled();
    b.tie().faults({.los = true});
    b.cutOffSince = fleet_.loop.now();
    co_await sleepFor(fleet_.loop, Duration(std::chrono::milliseconds(300 + chance_->below(15000))));
    b.tie().faults({});
    b.cutOffSince.reset();
}

Task<> Life::modemFault(SimBox& b)
{
    if (!b.modem())
        co_return;
    ++totals_.otherFaults;
    ++b.modemFaults;
    markTroubled();
    lab::AtModemFaults f;
    switch (chance_->below(4)) {
    case 0:
        f.silent = true;
        break;
    case 1:
        f.swallowResults = 1;
        break;
    case 2:
        f.refuseSends = 2;
        f.refuseCode = 42;
        break;
    default:
        b.plugModem(false);
    }
    b.modem()->setFaults(f);
    co_await sleepFor(fleet_.loop, Duration(std::chrono::seconds(5 + chance_->below(40))));
    b.modem()->setFaults({});
    b.plugModem(true);
    markTroubled();
}

Task<> Life::diskFull(SimBox& b)
{
    ++totals_.otherFaults;
    markTroubled();
    b.disk().setFull(true);
    b.cannotRecordSince = fleet_.loop.now();
    co_await sleepFor(fleet_.loop, Duration(std::chrono::seconds(5 + chance_->below(20))));
    b.disk().setFull(false);
    b.cannotRecordSince.reset();
    markTroubled();
}

Task<> Life::switchRestart()
{
    ++totals_.otherFaults;
    markTroubled();
    fleet_.stopSwitch();
    fleet_.startSwitch();
    co_await sleepFor(fleet_.loop, 10s);
}

} // namespace callbox::simulation
