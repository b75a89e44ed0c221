// SPDX-License-Identifier: GPL-2.0-or-later
// The frames of a PRI trunk on their way to libpri and from it.
#include "trunk_impl.h"

namespace callbox::hal::pri {

namespace {

// EN 300 403-1 9.5, 9.6; libpri does not run these two.
constexpr Duration t310Network = 40s;
constexpr Duration t310User = 110s;
constexpr Duration t301 = 180s;
constexpr Duration t305 = 30s;
constexpr Duration t308 = 4s;

} // namespace

Duration PriTrunk::timerOf(const char* name, Duration usual) const
{
    const auto it = config_.timers.find(name);
    return it == config_.timers.end() ? usual : std::chrono::milliseconds(it->second);
}

Record* PriTrunk::recordOf(const Message& m, bool ours) const
{
    const bool ourFlag = m.fromDestination == ours;
    const auto it = byReference_.find(m.reference | (ourFlag ? flagBit : 0));
    return it == byReference_.end() ? nullptr : it->second;
}

// T305, then T308 twice (5.3.3).
Duration PriTrunk::clearingTakes() const
{
    return timerOf("T305", t305) + 2 * timerOf("T308", t308);
}

// ---- from the far side

// A looped line brings back what we have sent. Only commands have these forms, and a command's C/R bit says which side
// it is from (Q.921 3.3.2); taken for the far side's they would be calls and services of our own.
bool PriTrunk::isOurOwn(Octets frame) const
{
    const bool fromNetwork = frame.size() > 2 && (frame[0] & 0x02);
    const bool command = frame.size() > 2 && ((frame[2] & 0x01) == 0 || (frame[2] & 0xEF) == 0x6F); // I, SABME
    return command && fromNetwork == (config_.role == PriRole::network);
}

void PriTrunk::onFrame(Octets frame)
{
    if (isOurOwn(frame)) {
        sayWrong("our own frame: the line is looped");
        return;
    }
    const VetRules rules{config_.role == PriRole::network, northAmerican(config_.switchType), accepted_};
    const Vetted vetted = vet(frame, rules, [this](const Message& m) {
        const Record* r = recordOf(m, false);
        CallKnown known{r != nullptr, r && r->incoming, r && r->clearing};
        if (r && !r->incoming && !r->responded && config_.role == PriRole::user)
            known.asked = r->slot;
        return known;
    });
    // Layer 2 repeats what it thinks is lost: it is no news twice.
    const bool taken = vetted.withheld || sequence_.takes(frame);
    if (taken && !vetted.wrong.empty())
        sayWrong(vetted.wrong);
    if (taken && vetted.quirk)
        ++quirks_[std::string(hal::name(*vetted.quirk))];
    if (vetted.withheld)
        return;
    answers_.heard(frame);
    sequence_.heard(frame);
    if (!taken) { // what libpri has to say to it is said in layer 2
        controller_->receive(vetted.instead ? Octets(*vetted.instead) : frame);
        return;
    }
    const auto header = parseMessage(frame);
    if (header)
        beforeMessage(*header, frame);
    if (header && vetted.answer)
        answers_.expect(header->reference | (header->fromDestination ? 0 : flagBit), *vetted.answer);
    bool ours = false;
    if (Record* r = header ? recordOf(*header, false) : nullptr) {
        const auto kept = r->shared_from_this();
        ours = onFacility(*r, *header, frame) && header->type == MessageType::facility;
    }
    // An empty I frame counts for layer 2, and says nothing.
    controller_->receive(ours ? frame.first(4) : vetted.instead ? Octets(*vetted.instead) : frame);
    arrived_.reset();
    digits_.reset();
    causeMissing_ = false;
    if (header)
        afterMessage(*header, frame);
    const bool sabme = frame.size() == 3 && (frame[2] & 0xEF) == 0x6F;
    if (sabme && up_)
        enquire();
    if (sabme)
        restartLost();
}

void PriTrunk::sayWrong(std::string_view what)
{
    ++malformed_;
    if (malformed_ > 1 && edges_.loop.now() - lastWrong_ < 1s)
        return; // a storm says the same thing over and over
    lastWrong_ = edges_.loop.now();
    edges_.log.debug("frame not as it should be", {{"span", name()}, {"what", what}, {"so_far", malformed_}});
}

void PriTrunk::beforeMessage(const Message& m, Octets frame)
{
    if (m.type == MessageType::setup && !m.fromDestination) {
        arrived_ = readSetup(frame, m, accepted_);
        arrivedHeader_ = m;
    } else if (m.type == MessageType::information) {
        digits_ = readDigits(frame, m, accepted_);
    } else if (m.type == MessageType::release) {
        causeMissing_ = readCause(frame, m) == Cause::none && !accepted_.has(PriQuirk::causeMissing);
        if (Record* r = recordOf(m, false))
            r->agreed = true;
    } else if (m.type == MessageType::releaseComplete) {
        if (Record* r = recordOf(m, false))
            r->agreed = true;
    } else if (m.type == MessageType::disconnect) {
        if (Record* r = recordOf(m, false); r && r->incoming && !r->responded && !r->clearing)
            r->releaseDue = true;
    }
}

// libpri says nothing of a call that ends before we have answered its SETUP, nor of one whose RELEASE of ours was the
// first clearing message.
void PriTrunk::afterMessage(const Message& m, Octets frame)
{
    Record* r = recordOf(m, false);
    if (!r)
        return;
    const auto kept = r->shared_from_this();
    if (!controller_->knows(kept->call)) { // RELEASE COMPLETE, or STATUS with the null state (5.8.11)
        kept->clear(edges_.loop.now());
        kept->agreed = true;
        forget(*kept);
        // The cause of a STATUS says why it was sent, not why the call is gone: the far side has lost it.
        tellReleased(*kept, m.type == MessageType::status ? Cause::temporaryFailure : causeOf(frame, m));
    } else if (m.type == MessageType::disconnect && kept->releaseDue && !kept->clearing) {
        kept->clear(edges_.loop.now());
        // libpri has no T308 here.
        kept->limit.emplace(edges_.loop);
        kept->limit->after(2 * timerOf("T308", t308), [this, r] {
            const auto alive = r->shared_from_this();
            controller_->abandon(alive->call);
            forget(*alive);
        });
        tellReleased(*kept, causeOf(frame, m));
    }
}

// ---- towards the far side

void PriTrunk::onOutgoing(Octets frame, std::optional<OctetBuffer>& instead)
{
    sequence_.sent(frame);
    const auto m = parseMessage(frame);
    if (!m)
        return;
    instead = answers_.before(frame);
    if (instead)
        return; // layer 2 repeats it
    if (const auto change = answers_.take(m->reference | (m->fromDestination ? flagBit : 0), *m))
        instead = changeAnswer(frame, *m, *change);
    else
        changeOutgoing(*m, frame, recordOf(*m, true), instead);
    if (m->type == MessageType::status && m->reference != 0 && config_.role == PriRole::network)
        instead = networkState(instead ? Octets(*instead) : frame, *m);
    if (instead && instead->size() > longestFrame) {
        edges_.log.warning("message too long, sent as libpri made it", {{"span", name()}});
        instead.reset();
    }
    if (instead)
        answers_.remember(frame, *instead);
}

void PriTrunk::changeOutgoing(const Message& m, Octets frame, Record* r, std::optional<OctetBuffer>& instead)
{
    if (!r)
        return;
    switch (m.type) {
    case MessageType::setup:
        instead = writeSetup(
            frame, m, r->setup,
            {.fromNetwork = config_.role == PriRole::network,
             .withoutCalled = r->between.has_value(),
             .facility = config_.switchType == PriSwitchType::qsig ? FacilityDialect::qsig : FacilityDialect::etsi});
        break;
    case MessageType::disconnect:
        if (!r->clearing) { // not by us: T313 has run out
            onConnectTimeout(*r);
            instead = writeCause(frame, m, Cause::recoveryOnTimerExpiry);
        }
        break;
    case MessageType::information: // libpri's are all asked for here
        if (r->informations.empty())
            break;
        if (const OctetBuffer& element = r->informations.front(); !element.empty()) {
            instead = element[0] == ie::called ? writeInformation(frame, m, element) : writeFacility(frame, m, element);
        } else {
            instead = OctetBuffer(frame.begin(), frame.begin() + std::ptrdiff_t(m.elements));
            instead->back() = static_cast<std::uint8_t>(MessageType::statusEnquiry);
        }
        r->informations.pop_front();
        break;
    case MessageType::release:
        if (r->ended) // after T305 it has the cause of the DISCONNECT (5.3.3)
            instead = writeCause(frame, m, *r->ended);
        break;
    case MessageType::releaseComplete:
        if (r->releaseDue) {
            instead = OctetBuffer(frame.begin(), frame.end());
            (*instead)[m.elements - 1] = static_cast<std::uint8_t>(MessageType::release);
        }
        break;
    default:
        break;
    }
}

// 5.2.8: no CONNECT ACKNOWLEDGE within T313; libpri clears with DISCONNECT and does not say so.
void PriTrunk::onConnectTimeout(Record& r)
{
    r.clear(edges_.loop.now());
    r.ended = Cause::recoveryOnTimerExpiry;
    edges_.loop.post([kept = r.shared_from_this()] {
        if (kept->events && !std::exchange(kept->told, true))
            kept->events->onReleased(Cause::recoveryOnTimerExpiry);
    });
}

// ---- how long a called party may keep us waiting

void PriTrunk::limitWait(Record& r, const Event& e)
{
    if (e.kind == Event::Kind::answer) {
        r.limit.reset();
        return;
    }
    if (e.kind == Event::Kind::progress && !r.toDial.empty())
        return; // a tone to dial by: it is still digits that are awaited
    r.toDial.clear();
    const bool rings = e.kind != Event::Kind::proceeding; // or what is to be heard instead
    const Duration wait =
        rings ? timerOf("T301", t301) : timerOf("T310", config_.role == PriRole::network ? t310Network : t310User);
    if (!r.limit)
        r.limit.emplace(edges_.loop);
    r.limit->after(wait,
                   [this, record = &r, rings] { onLimit(*record, rings ? Cause::noAnswer : Cause::noUserResponding); });
}

// 5.2.5.3: cause 102 to the called side, 18 or 19 to the calling one.
void PriTrunk::onLimit(Record& r, Cause toCaller)
{
    const auto kept = r.shared_from_this();
    hangup(r, Cause::recoveryOnTimerExpiry);
    tellReleased(r, toCaller);
}

} // namespace callbox::hal::pri
