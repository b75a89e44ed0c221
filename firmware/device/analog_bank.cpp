// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/analog_bank.h"
#include <algorithm>
#include <cstring>
#include <utility>

namespace callbox::firmware {

namespace {

using core::AnalogEvent;

constexpr unsigned noHostAfter = 500; // ms
constexpr unsigned many = 16;         // samples for the host: with more a packet takes one more
constexpr unsigned usual = 8;

std::uint8_t idle(bool aLaw)
{
    return aLaw ? 0xd5 : 0xff;
}

} // namespace

void AnalogBank::Port::setLaw(bool a)
{
    aLaw = a;
    if (fxoChip)
        fxoChip->setLaw(a);
    else
        fxsChip->setLaw(a);
}

bool AnalogBank::Port::setGain(int toLine, int fromLine)
{
    return fxoChip ? fxoChip->setGain(toLine, fromLine) : fxsChip->setGain(toLine, fromLine);
}

AnalogBank::Port* AnalogBank::next()
{
    return count_ == all_.size() ? nullptr : &all_[count_++];
}

void AnalogBank::add(core::FxoChip& chip)
{
    if (Port* p = next()) {
        p->fxoChip = &chip;
        p->exchange.emplace(chip);
        p->country.dc = core::DaaCountry{}.dcv; // as begin() of its chip has it
        begin(*p);
    }
}

void AnalogBank::add(core::FxsChip& chip)
{
    if (Port* p = next()) {
        p->fxsChip = &chip;
        p->telephone.emplace(chip);
        begin(*p);
    }
}

// On hook and unfed; what its line is like is told anew.
void AnalogBank::begin(Port& p)
{
    p.endTest();
    p.breaks.stop();
    p.offHook = false;
    p.fault = 0;
    p.setGain(0, 0);
    AnalogEvent old{};
    if (p.exchange) {
        p.exchange->begin();
        while (p.exchange->take(old)) {
        }
    } else {
        p.telephone->begin();
        p.ringer = {};
        p.fxsChip->setRinger(p.ringer);
        while (p.telephone->take(old)) {
        }
    }
}

// ---- The bus ----

void AnalogBank::select(bool on)
{
    on_ = on;
    gone_ = running_ = false;
    silence_ = lost_ = 0;
    sentRead_ = sentWrite_ = read_ = write_ = 0;
    sequence_ = 0;
    age_ = 0;
    eventRead_ = eventWrite_ = 0;
    eventSequence_ = 0;
    eventsLost_ = false;
    for (unsigned i = 0; i < count_; ++i)
        begin(all_[i]);
}

void AnalogBank::hostIsThere()
{
    silence_ = 0;
    if (gone_) {
        gone_ = false;
        event(CARD_BANK_EVENT_FAULT, 0, CARD_BANK_FAULT_NO_HOST);
    }
    for (unsigned i = 0; i < count_; ++i) {
        if (all_[i].exchange)
            all_[i].exchange->hostAlive();
        else
            all_[i].telephone->hostAlive();
    }
}

void AnalogBank::makeSafe()
{
    gone_ = true;
    running_ = false;
    sentRead_ = sentWrite_;
    for (unsigned i = 0; i < count_; ++i) {
        Port& p = all_[i];
        p.endTest();
        p.breaks.stop();
        p.offHook = false;
        if (p.exchange)
            p.exchange->hostGone();
        else
            p.telephone->hostGone();
    }
}

void AnalogBank::out(Octets packet)
{
    if (!on_ || packet.empty())
        return;
    card_bank_header h{};
    if (packet.size() >= sizeof h)
        std::memcpy(&h, packet.data(), sizeof h);
    if (packet.size() < sizeof h || h.ports != count_ || h.samples > CARD_BANK_SAMPLES_MAX ||
        packet.size() != sizeof h + std::size_t{h.samples} * count_) {
        ++usb_;
        return;
    }
    hostIsThere();
    for (Octets rest = packet.subspan(sizeof h); !rest.empty(); rest = rest.subspan(count_)) {
        if (waiting() == CARD_BANK_BUFFER) {
            ++overflow_;
            continue;
        }
        std::copy_n(rest.begin(), count_, sent_[sentWrite_++ % CARD_BANK_BUFFER].begin());
    }
    running_ = running_ || waiting() >= CARD_BANK_START;
}

std::size_t AnalogBank::in(Buffer packet)
{
    if (!on_ || count_ == 0)
        return 0;
    const std::size_t room = packet.size() < CARD_BANK_HEADER ? 0 : (packet.size() - CARD_BANK_HEADER) / count_;
    const std::size_t due = received() > many ? CARD_BANK_SAMPLES_MAX : std::min(received(), usual);
    const std::size_t most = std::min(due, room);
    if (most == 0)
        return 0;
    card_bank_header h{sequence_++, lostBefore_[read_ % CARD_BANK_BUFFER], 0, static_cast<card_u8>(count_)};
    // The sample behind a loss begins a packet of its own.
    for (; h.samples < most && (h.samples == 0 || lostBefore_[read_ % CARD_BANK_BUFFER] == 0); ++h.samples, ++read_)
        std::copy_n(received_[read_ % CARD_BANK_BUFFER].begin(), count_,
                    &packet[sizeof h + std::size_t{h.samples} * count_]);
    std::memcpy(packet.data(), &h, sizeof h);
    return sizeof h + std::size_t{h.samples} * count_;
}

void AnalogBank::sample(Octets fromLines, Buffer toLines)
{
    if (fromLines.size() < count_ || toLines.size() < count_)
        return;
    ++age_;
    ++samples_;
    if (running_ && waiting() == 0) {
        running_ = false;
        ++underflow_;
    }
    if (running_)
        std::copy_n(sent_[sentRead_++ % CARD_BANK_BUFFER].begin(), count_, toLines.begin());
    else
        for (unsigned i = 0; i < count_; ++i)
            toLines[i] = idle(all_[i].aLaw);
    if (!on_)
        return;
    if (received() == CARD_BANK_BUFFER) {
        ++overflow_;
        ++lost_;
        return;
    }
    lostBefore_[write_ % CARD_BANK_BUFFER] = static_cast<std::uint8_t>(std::min(std::exchange(lost_, 0), 255u));
    std::copy_n(fromLines.begin(), count_, received_[write_++ % CARD_BANK_BUFFER].begin());
}

void AnalogBank::millisecond()
{
    if (on_ && !gone_ && ++silence_ >= noHostAfter)
        makeSafe();
    for (unsigned i = 0; i < count_; ++i)
        tick(i, all_[i]);
}

} // namespace callbox::firmware
