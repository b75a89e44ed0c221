// SPDX-License-Identifier: GPL-2.0-or-later
#include "end.h"
#include <algorithm>
#include <bit>

namespace callbox::hal::virtualspan {

namespace {

constexpr std::size_t heldLimit = 4096; // packets kept while `silent`

} // namespace

Result<void> End::start(const SpanConfig& config, SpanEvents& events)
{
    config_ = config;
    events_ = &events;
    clock_ = 0;
    openMask_ = deaf_ = 0;
    greeted_ = moving_ = everReported_ = false;
    peerState_ = 0;
    loopback_ = Loopback::none;
    looped_.clear();
    life_ = std::make_shared<int>(0);
    rebuildBlocks();
    lines_.start(config);
    if (auto r = link_->start(*this); !r) {
        events_ = nullptr;
        return r;
    }
    return {};
}

void End::stop() noexcept
{
    if (!events_)
        return;
    link_->stop();
    greeted_ = moving_ = false;
    held_.clear();
    lines_.stop();
    onLineChange();
    loopback_ = Loopback::none;
    onLoopback();
    life_.reset();
    events_ = nullptr;
}

Result<void> End::openSlot(Timeslot slot)
{
    openMask_ |= 1U << index(slot);
    rebuildBlocks();
    return {};
}

void End::closeSlot(Timeslot slot) noexcept
{
    openMask_ &= ~(1U << index(slot));
    if (loopedLocally())
        forgetLooped(slot);
    rebuildBlocks();
}

void End::rebuildBlocks()
{
    const std::size_t samples = samplesPerTick();
    const auto count = static_cast<std::size_t>(std::popcount(openMask_));
    idle_.assign(samples, idleOctet(config_.law));
    outgoing_.resize(sizeof(TickHeader) + count * samples);
    blocks_.clear();
    std::size_t at = sizeof(TickHeader);
    for (unsigned i = 0; i < 32; ++i) {
        if (!(openMask_ & 1U << i))
            continue;
        const std::span<std::uint8_t> tx(outgoing_.data() + at, samples);
        blocks_.push_back({Timeslot{static_cast<std::uint8_t>(i)}, idle_, tx});
        at += samples;
    }
}

Result<void> End::sendFrame(Octets frame)
{
    if (loopedLocally()) {
        loop_.post([this, life = std::weak_ptr(life_), frame = OctetBuffer(frame.begin(), frame.end())] {
            if (!life.expired() && loopedLocally())
                events_->onFrame(frame);
        });
        return {};
    }
    if (!lineUp() || sendsBack())
        return {}; // as on a line: it goes out and nobody gets it; layer 2 will notice
    if (faults_.dropFrames > 0) {
        --faults_.dropFrames;
        return {};
    }
    std::uint8_t packet[2 + longestFrame];
    packet[0] = static_cast<std::uint8_t>(Kind::frame);
    packet[1] = 0;
    if (faults_.corruptFrames > 0) {
        --faults_.corruptFrames;
        packet[1] = 1;
    }
    std::copy(frame.begin(), frame.end(), packet + 2);
    if (!link_->send(Octets(packet, 2 + frame.size())))
        return Error{Errc::busy, "span " + config_.name + ": the D channel's queue is full"};
    return {};
}

void End::setFaults(const VirtualFaults& faults)
{
    const bool wakes = faults_.silent && !faults.silent;
    faults_ = faults;
    errors_ += std::exchange(faults_.errors, {});
    if (!events_)
        return;
    tellState();
    lines_.setCut(faults.cut);
    if (!lineUp())
        setMoving(false);
    lineChanged();
    reportAlarms();
    while (wakes && events_ && !held_.empty()) {
        const OctetBuffer packet = std::move(held_.front());
        held_.pop_front();
        handle(packet);
    }
}

void End::lineChanged()
{
    lines_.setUp(events_ && lineUp());
    onLineChange();
}

Result<void> End::setClock(ClockChoice)
{
    return Error{Errc::unsupported, "span " + config_.name + " is virtual: the end that listens paces it"};
}

Result<void> End::setLoopback(Loopback loopback)
{
    if (!events_)
        return Error{Errc::gone, "span " + config_.name + " is not running"};
    if (loopback == loopback_)
        return {};
    const bool wasLocal = loopedLocally();
    loopback_ = loopback;
    looped_.clear();
    onLoopback();
    tellState();
    if (wasLocal) // the next tick from the other end says otherwise
        setMoving(false);
    reportAlarms();
    return {};
}

void End::keepLooped(const TickHeader& header, Octets packet)
{
    looped_.assign(packet.begin(), packet.end());
    if (!looped_.empty())
        std::memcpy(looped_.data(), &header, sizeof header);
}

// What its user has said last is not for the next one.
void End::forgetLooped(Timeslot slot)
{
    TickHeader h;
    const std::uint32_t bit = 1U << index(slot);
    if (!readHeader(looped_, h) || !(h.mask & bit))
        return;
    const auto before = static_cast<std::size_t>(std::popcount(h.mask & (bit - 1)));
    const auto at = looped_.begin() + std::ptrdiff_t(sizeof h + before * h.samples);
    std::fill(at, at + std::ptrdiff_t(h.samples), idleOctet(config_.law));
}

void End::tellState()
{
    std::uint8_t state = 0;
    state |= faults_.los ? stateLos : 0;
    state |= faults_.ais || loopedLocally() ? stateAis : 0;
    state |= faults_.rai ? stateRai : 0;
    const std::uint8_t packet[2] = {static_cast<std::uint8_t>(Kind::state), state};
    link_->send(packet);
}

void End::onConnected()
{
    Hello h;
    h.type = static_cast<std::uint8_t>(config_.type);
    h.law = static_cast<std::uint8_t>(config_.law);
    h.samples = samplesPerTick();
    link_->send(Octets(reinterpret_cast<const std::uint8_t*>(&h), sizeof h));
    tellState();
    reportAlarms();
}

void End::onDisconnected()
{
    greeted_ = false;
    peerState_ = 0;
    held_.clear();
    setMoving(false);
    lineChanged();
    reportAlarms();
}

void End::onPacket(Octets packet)
{
    if (!events_)
        return;
    if (faults_.silent) {
        if (held_.size() < heldLimit)
            held_.emplace_back(packet.begin(), packet.end());
        return;
    }
    handle(packet);
}

void End::handle(Octets packet)
{
    const auto kind = packet.empty() ? Kind{} : Kind{packet[0]};
    TickHeader tick;
    Hello hello;
    if (kind == Kind::frame && packet.size() >= 2) {
        if (packet.size() - 2 > longestFrame)
            events_->onBadFrame("too long");
        else if (loopedLocally() || (sendsBack() && !link_->send(packet)))
            return;
        else if (packet[1] & 1)
            events_->onBadFrame("FCS");
        else if (lineUp())
            events_->onFrame(packet.subspan(2));
    } else if (kind == audioKind() && readHeader(packet, tick) && tick.samples == samplesPerTick() &&
               packet.size() == sizeof tick + std::size_t(std::popcount(tick.mask)) * tick.samples) {
        onAudioPacket(tick, packet);
    } else if (kind == Kind::line && config_.type == SpanType::analog) {
        lines_.onPacket(packet);
    } else if (kind == Kind::state && packet.size() == 2) {
        peerState_ = packet[1];
        if (!lineUp())
            setMoving(false);
        lineChanged();
        reportAlarms();
    } else if (kind == Kind::hello && readHeader(packet, hello) && hello.version == 1 &&
               hello.type == static_cast<std::uint8_t>(config_.type) && hello.samples == samplesPerTick()) {
        greeted_ = true;
        lineChanged();
    } else {
        events_->onBadFrame("no packet of a virtual span of this type");
    }
}

void End::setMoving(bool moving)
{
    if (moving_ == moving || (!moving && loopedLocally()))
        return;
    moving_ = moving;
    reportAlarms();
}

void End::reportAlarms()
{
    if (!events_)
        return;
    Alarms a;
    a.los = !moving_;
    a.ais = moving_ && !loopedLocally() && (peerState_ & stateAis);
    a.rai = moving_ && !loopedLocally() && (peerState_ & stateRai);
    if (everReported_ && a == reported_)
        return;
    everReported_ = true;
    reported_ = a;
    events_->onAlarms(a);
}

void End::runTick(TickHeader in, Octets packet, std::uint32_t lost)
{
    setMoving(true);
    const std::size_t samples = samplesPerTick();
    if (sendsBack())
        keepLooped(in, packet);
    if (loopedLocally()) {
        packet = looped_;
        if (!readHeader(packet, in))
            packet = {};
        deaf_ = 0;
    }
    if (faults_.slips > 0) {
        // A controlled slip: a whole tick is dropped, and said so.
        --faults_.slips;
        lost += static_cast<std::uint32_t>(samples);
        packet = {};
        events_->onSlip();
    }
    for (SlotBlock& block : blocks_) {
        const std::uint32_t bit = 1U << index(block.slot);
        block.rx = idle_;
        if (!packet.empty() && (in.mask & bit) && !((deaf_ | lines_.muted()) & bit)) {
            const auto before = static_cast<std::size_t>(std::popcount(in.mask & (bit - 1)));
            block.rx = packet.subspan(sizeof(TickHeader) + before * samples, samples);
        }
        std::fill(block.tx.begin(), block.tx.end(), idleOctet(config_.law));
    }
    clock_ += lost; // they came before this tick's first sample
    const SpanTick tick{clock_, static_cast<std::uint32_t>(samples), lost, blocks_};
    clock_ += samples;
    events_->onTick(tick);
    if (events_ && loopedLocally())
        keepLooped(headerOf(openMask_), outgoing_);
}

TickHeader End::headerOf(std::uint32_t mask) const
{
    TickHeader h;
    h.kind = static_cast<std::uint8_t>(audioKind() == Kind::tick ? Kind::answer : Kind::tick);
    h.samples = samplesPerTick();
    h.mask = mask;
    return h;
}

void End::sendAudio(std::uint64_t number, std::uint32_t lost)
{
    OctetBuffer& packet = sendsBack() ? looped_ : outgoing_;
    TickHeader back;
    TickHeader h = headerOf(openMask_);
    if (loopback_ != Loopback::none)
        h.mask = sendsBack() && readHeader(packet, back) ? back.mask : 0;
    h.number = number;
    h.lost = lost;
    if (packet.size() < sizeof h)
        packet.resize(sizeof h);
    std::memcpy(packet.data(), &h, sizeof h);
    link_->send(h.mask == 0 ? Octets(packet).first(sizeof h) : Octets(packet));
}

} // namespace callbox::hal::virtualspan
