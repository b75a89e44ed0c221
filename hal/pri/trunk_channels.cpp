// SPDX-License-Identifier: GPL-2.0-or-later
// Channels of a PRI trunk: which one a call gets, glare, restarts, in and out of service, the auditor; and the D
// channel.
#include "trunk_impl.h"
#include <algorithm>

namespace callbox::hal::pri {

namespace {

constexpr Duration auditEvery = 60s;
// libpri gives up a RESTART in silence after T316 has run out N316 times; then we go on without an answer (N21).
constexpr Duration restartMargin = 1s;
constexpr Duration userGoesFirst = 3s;
constexpr Duration restartsApart = 1s;

} // namespace

// In the order of their references: an order by address would differ from run to run, and no failure could be replayed.
std::vector<std::shared_ptr<Record>> PriTrunk::those(const std::function<bool(const Record&)>& of) const
{
    std::vector<std::shared_ptr<Record>> out;
    for (const auto& [reference, record] : byReference_)
        if (of(*record))
            out.push_back(record->shared_from_this());
    return out;
}

// Q.931 5.1.2, 5.2.3: the channel asked for if it is idle; another where the far side leaves us the choice.
Cause PriTrunk::chooseChannel(const Event& e, Record& r)
{
    if (e.channel > 0) {
        const Timeslot asked{static_cast<std::uint8_t>(e.channel)};
        if (!ledger_.exists(asked))
            return Cause::noSuchChannel;
        if (ledger_.state(asked) == ChannelState::inUse)
            yieldChannel(asked);
        const ChannelState state = ledger_.state(asked);
        if (state == ChannelState::idle || state == ChannelState::restarting) {
            ledger_.take(asked, r.id);
            ledger_.worked(asked);
            restartTrouble_ = false;
            r.slot = asked;
            return Cause::none;
        }
        if (!e.flexible)
            return Cause::requestedChannelUnavailable;
    }
    if (arrived_ && arrived_->noChannel)
        return Cause::noChannelAvailable; // call waiting is not for us
    r.slot = ledger_.nextIdle();
    if (!r.slot)
        return e.channel > 0 && !e.flexible ? Cause::requestedChannelUnavailable : Cause::noChannelAvailable;
    ledger_.take(*r.slot, r.id);
    return Cause::none;
}

// Glare (Q.931 5.7): both ends have seized the channel. The network's call has it; ours waits for what the network
// says.
void PriTrunk::yieldChannel(Timeslot t)
{
    if (config_.role == PriRole::network)
        return;
    for (const auto& record : those([t](const Record& r) { return r.slot == t && !r.incoming && !r.responded; })) {
        edges_.log.info("glare: the channel goes to the network's call", {{"call", record->id}, {"ts", index(t)}});
        ledger_.release(t, record->id);
        record->slot.reset();
        return;
    }
}

// The far side's first answer says which channel it is.
void PriTrunk::takeChannel(Record& r, int channel)
{
    if (channel <= 0 || r.bearerGiven)
        return;
    const Timeslot said{static_cast<std::uint8_t>(channel)};
    if (r.slot == said)
        return;
    if (r.slot)
        ledger_.release(*r.slot, r.id);
    r.slot.reset();
    if (ledger_.exists(said) && ledger_.state(said) != ChannelState::inUse) {
        ledger_.take(said, r.id);
        r.slot = said;
    }
}

// With an answer of the far side; false: it is none that we can use, and the call is being cleared.
bool PriTrunk::haveChannel(Record& r, int channel)
{
    takeChannel(r, channel);
    if (r.slot)
        return true;
    hangup(r, Cause::channelUnacceptable);
    tellReleased(r, Cause::channelUnacceptable);
    return false;
}

void PriTrunk::onDChannel(bool up)
{
    if (up_ == up)
        return; // told once (N23)
    up_ = up;
    edges_.log.info(up ? "D channel up" : "D channel down", {{"span", name()}});
    if (up && !std::exchange(everUp_, true) && config_.restartAtStart && config_.role == PriRole::user)
        for (const ChannelRow& row : ledger_.rows())
            if (row.state == ChannelState::idle) {
                ledger_.setRestarting(row.slot, true);
                toRestart_.push_back(row.slot);
            }
    if (up) {
        dropClearing();
        restartDoubtful();
        nextRestart();
    } else {
        loss_ = DChannelLoss{edges_.loop.wallNow(), span_.counters().framesIn, span_.counters().framesBad};
        endUnanswered();
    }
    notify();
}

// Calls that nobody has answered yet die with the link, and libpri does not say so (N21); active ones live on until
// T309.
void PriTrunk::endUnanswered()
{
    for (const auto& record : those([](const Record& r) { return r.incoming && !r.responded && !r.clearing; }))
        hangup(*record, Cause::destinationOutOfOrder);
}

// A DISCONNECT that waited for a link which was set up anew is gone with the old one (Q.921 5.7), and libpri would send
// the RELEASE that comes next with T305 only: the far side would talk to nobody for half a minute.
void PriTrunk::dropClearing()
{
    for (const auto& record : those([](const Record& r) { return r.clearing && r.ended && !r.agreed; })) {
        doubt(*record);
        controller_->abandon(record->call);
        forget(*record);
        tellReleased(*record, *record->ended);
    }
}

// The far side has begun the link anew, perhaps because it has itself begun anew and knows of no call: then nobody
// hears what we play (EN 300 403-1 5.8.8, 5.8.10). What it does not know it says with the null state, and the call is
// over.
void PriTrunk::enquire()
{
    for (const auto& record : those([](const Record& r) { return r.responded && !r.clearing; })) {
        record->informations.assign(1, OctetBuffer()); // what was on its way is gone with the old link
        controller_->information(record->call);
    }
}

// A call that ends here and that the link has kept from ending there: the far side may still hold it and talk to nobody
// (design 9.4), so its channel is restarted when the link is back (EN 300 403-1 5.5).
void PriTrunk::doubt(const Record& r)
{
    if (!r.agreed && r.slot && ledger_.exists(*r.slot))
        doubtful_.insert(*r.slot);
}

// Both sides have the same doubts after an outage, and RESTARTs that cross cost each other T316, so the user side goes
// first; what it has restarted meanwhile is in no doubt any more (onRestart).
void PriTrunk::restartDoubtful()
{
    if (doubtful_.empty() || doubtTimer_.armed())
        return;
    doubtTimer_.after(config_.role == PriRole::user ? Duration(0ms) : userGoesFirst, [this] {
        if (!up_)
            return; // again when the link is back
        for (const Timeslot t : std::exchange(doubtful_, {})) {
            if (ledger_.state(t) != ChannelState::idle)
                continue; // a call has taken it meanwhile: the far side uses it, so it works
            ledger_.setRestarting(t, true);
            toRestart_.push_back(t);
        }
        nextRestart();
    });
}

Result<void> PriTrunk::restart(Timeslot t)
{
    if (!ledger_.exists(t))
        return Error{Errc::invalid, "span " + name() + " has no B channel " + std::to_string(index(t))};
    if (!up_)
        return Error{Errc::gone, "span " + name() + ": its D channel is down"};
    ledger_.setRestarting(t, true);
    if (std::find(toRestart_.begin(), toRestart_.end(), t) == toRestart_.end())
        toRestart_.push_back(t);
    for (const auto& record : those([t](const Record& r) { return r.slot == t; }))
        hangup(*record, Cause::temporaryFailure); // the restart follows when it is cleared
    nextRestart();
    return {};
}

// One at a time: RESTART belongs to the global call reference, of which there is one (Q.931 5.5).
void PriTrunk::nextRestart()
{
    if (restarting_ || !up_)
        return;
    for (auto it = toRestart_.begin(); it != toRestart_.end();) {
        const Timeslot t = *it;
        if (ledger_.state(t) == ChannelState::inUse && ledger_.restarting(t)) {
            ++it; // its call is still being cleared
            continue;
        }
        it = toRestart_.erase(it);
        if (!ledger_.restarting(t))
            continue; // a call has taken it meanwhile: the far side uses it, so it works
        beginRestart(t);
        return;
    }
    notify();
}

void PriTrunk::beginRestart(Timeslot t)
{
    const auto tries = config_.timers.find("N316");
    const int most = std::max(1, tries == config_.timers.end() ? config_.profile->n316 : tries->second);
    restarting_ = t;
    restartSent_ = edges_.loop.now();
    restartLimit_.after(
        timerOf("T316", std::chrono::milliseconds(config_.profile->t316)) * most + restartMargin, [this, t] {
            ++restartsUnanswered_;
            if (!std::exchange(restartTrouble_, true))
                edges_.log.warning("RESTART not acknowledged, channels taken as idle",
                                   {{"span", name()}, {"ts", index(t)}, {"waiting", toRestart_.size()}});
            ledger_.setRestarting(t, false);
            restarting_.reset();
            // The far side does not speak RESTART: the others would wait as long, each.
            for (const Timeslot other : std::exchange(toRestart_, {}))
                ledger_.setRestarting(other, false);
            notify();
        });
    controller_->restart(t);
}

// Layer 2 begins anew, a RESTART that was on its way is lost with it (Q.921 5.7.1), and T316 is minutes. A link that
// comes and goes makes no storm of them.
void PriTrunk::restartLost()
{
    if (!restarting_ || restartAgain_.armed())
        return;
    const Duration since = edges_.loop.now() - restartSent_;
    restartAgain_.after(std::max<Duration>(restartsApart - since, 0ms), [this] {
        if (restarting_ && up_)
            beginRestart(*restarting_);
    });
}

void PriTrunk::onRestartAck(int channel)
{
    if (!restarting_ || (channel > 0 && index(*restarting_) != static_cast<unsigned>(channel)))
        return; // not what we have asked for: T316 goes on
    restartTrouble_ = false;
    ledger_.setRestarting(*restarting_, false);
    restarting_.reset();
    restartLimit_.cancel();
    nextRestart();
}

// The far side has a call on a channel that is idle here (N21): it is asked to let go of it, and the channel gets no
// call until then. Where that does not help, it is asked again after growing pauses.
void PriTrunk::channelRefused(Timeslot t)
{
    if (!ledger_.exists(t) || ledger_.state(t) != ChannelState::idle)
        return;
    const Duration pause = ledger_.refused(t);
    edges_.log.warning("the far side refuses an idle channel (cause 44)",
                       {{"span", name()}, {"ts", index(t)}, {"restart_in_ms", toMs(pause)}});
    ledger_.setRestarting(t, true);
    Timer& timer = pauses_.try_emplace(t, edges_.loop).first->second;
    timer.after(pause, [this, t] {
        if (!ledger_.restarting(t))
            return; // a call of theirs has taken it: it works
        toRestart_.push_back(t);
        nextRestart();
    });
    notify();
}

// The far side restarts a channel, or all of them: its calls are over, without a message of their own (Q.931 5.5.2).
// Not a call of ours whose SETUP it has not answered yet: it has read the SETUP after it sent the RESTART, and frames
// keep their order. Where it had begun anew and lost the SETUP, T303 ends the call.
void PriTrunk::onRestart(int channel)
{
    if (channel <= 0)
        doubtful_.clear();
    else
        doubtful_.erase(Timeslot{static_cast<std::uint8_t>(channel)});
    const auto restarted = [channel](const Record& r) {
        if (!r.incoming && !r.responded && !r.clearing)
            return false;
        return channel <= 0 || (r.slot && index(*r.slot) == static_cast<unsigned>(channel));
    };
    for (const auto& record : those(restarted)) {
        record->clear(edges_.loop.now());
        record->agreed = true;
        controller_->abandon(record->call);
        forget(*record);
        tellReleased(*record, Cause::temporaryFailure);
    }
}

Result<void> PriTrunk::setInService(Timeslot t, bool in)
{
    if (!ledger_.exists(t))
        return Error{Errc::invalid, "span " + name() + " has no B channel " + std::to_string(index(t))};
    ledger_.setInService(t, Ledger::End::ours, in);
    if (northAmerican(config_.switchType) && up_)
        controller_->service(t, in);
    notify();
    return {};
}

Result<void> PriTrunk::setReserved(Timeslot t, bool reserved)
{
    if (!ledger_.exists(t))
        return Error{Errc::invalid, "span " + name() + " has no B channel " + std::to_string(index(t))};
    ledger_.setInService(t, Ledger::End::test, !reserved);
    notify();
    return {};
}

// Every minute. A call that libpri has dropped in silence, or does not clear, is over; a channel in use by a call that
// is no more goes back (N21). It cannot be; if it is, it is counted and said.
void PriTrunk::audit()
{
    const TimePoint now = edges_.loop.now();
    const auto lost = [this, now](const Record& r) {
        const bool channelLost = r.bearerGiven && !r.clearing && r.slot && ledger_.owner(*r.slot) != r.id;
        return !controller_->knows(r.call) || channelLost ||
               (r.clearing && now - r.clearingSince > clearingTakes() + 1s);
    };
    for (const auto& record : those(lost)) {
        ++reclaimed_;
        edges_.log.error("call without end taken back", {{"call", record->id}, {"so_far", reclaimed_}});
        controller_->abandon(record->call);
        record->clear(now);
        forget(*record);
        tellReleased(*record, Cause::temporaryFailure);
    }
    for (const ChannelRow& row : ledger_.rows()) {
        if (row.state != ChannelState::inUse)
            continue;
        const bool owned =
            std::any_of(records_.begin(), records_.end(), [&](const auto& r) { return r.second->id == row.call; });
        if (owned)
            continue;
        ++reclaimed_;
        edges_.log.error("channel without a call taken back",
                         {{"span", name()}, {"ts", index(row.slot)}, {"call", row.call}, {"so_far", reclaimed_}});
        ledger_.release(row.slot, row.call);
    }
    auditTimer_.after(auditEvery, [this] { audit(); });
}

} // namespace callbox::hal::pri
