// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/update_session.h"
#include <algorithm>

namespace callbox::firmware {

namespace {

using boot::Wrong;

constexpr unsigned confirmAfter = 1000; // ms

constexpr bool same(Wrong w, int protocol)
{
    return static_cast<int>(w) == protocol;
}
static_assert(same(Wrong::nothing, CARD_UPDATE_WRONG_NOTHING) && same(Wrong::noImage, CARD_UPDATE_WRONG_NO_IMAGE) &&
              same(Wrong::header, CARD_UPDATE_WRONG_HEADER) && same(Wrong::otherCard, CARD_UPDATE_WRONG_OTHER_CARD) &&
              same(Wrong::place, CARD_UPDATE_WRONG_PLACE) && same(Wrong::program, CARD_UPDATE_WRONG_PROGRAM) &&
              same(Wrong::cut, CARD_UPDATE_WRONG_CUT) && same(Wrong::noneHere, CARD_UPDATE_WRONG_NONE_HERE) &&
              same(Wrong::flash, CARD_UPDATE_WRONG_FLASH));

} // namespace

void UpdateSession::start(boot::Slots* slots, unsigned running)
{
    slots_ = slots;
    running_ = running;
    looked_ = false;
    configuredFor_ = 0;
    update_.reset();
    state_ = CARD_UPDATE_NONE;
    wrong_ = Wrong::nothing;
    received_ = blocks_ = 0;
    look(); // here it disturbs nobody
}

void UpdateSession::look()
{
    if (looked_ || !slots_)
        return;
    for (unsigned i = 0; i < states_.size(); ++i)
        states_[i] = slots_->look(i);
    free_ = 1 - running_;
    looked_ = true;
}

// What an earlier update wrote would be started with the next reset: that is over. False: the flash keeps it so.
bool UpdateSession::takeBack()
{
    const boot::Slots::State& s = states_[free_];
    if (!s.startable() || s.confirmed || s.sequence < states_[running_].sequence)
        return true;
    looked_ = false;
    return slots_->forget(free_);
}

bool UpdateSession::order(unsigned what)
{
    if (!slots_ || state_ == CARD_UPDATE_BUSY)
        return false;
    look();
    switch (what) {
    case CARD_UPDATE_DROP:
        if (!takeBack())
            return false;
        state_ = CARD_UPDATE_NONE;
        update_.reset();
        return true;
    case CARD_UPDATE_BEGIN:
        if (!states_[running_].confirmed) // its own slot would count as the one to be overwritten
            return false;
        update_.emplace(*slots_);
        if (update_->slot() != free_ || !takeBack()) {
            update_.reset();
            return false;
        }
        state_ = CARD_UPDATE_READY;
        wrong_ = Wrong::nothing;
        received_ = blocks_ = 0;
        return true;
    case CARD_UPDATE_END:
        if (state_ != CARD_UPDATE_READY)
            return false;
        ends_ = true;
        state_ = CARD_UPDATE_BUSY;
        return true;
    default:
        return false;
    }
}

bool UpdateSession::block(unsigned number, Octets data)
{
    if (state_ != CARD_UPDATE_READY || number != (blocks_ & 0xffff) || data.empty() || data.size() > block_.size())
        return false;
    std::copy(data.begin(), data.end(), block_.begin());
    held_ = data.size();
    ends_ = false;
    state_ = CARD_UPDATE_BUSY;
    return true;
}

std::optional<unsigned> UpdateSession::work()
{
    looked_ = false; // whatever lay in the slot that is free
    wrong_ = ends_ ? update_->end() : update_->feed(Octets(block_).first(held_));
    if (wrong_ != Wrong::nothing) {
        state_ = CARD_UPDATE_FAILED;
        update_.reset();
        return CARD_LOG_UPDATE_WRONG + static_cast<unsigned>(wrong_);
    }
    if (ends_) {
        state_ = CARD_UPDATE_WRITTEN;
        update_.reset();
        return 2;
    }
    received_ += static_cast<std::uint32_t>(held_);
    ++blocks_;
    state_ = CARD_UPDATE_READY;
    return std::nullopt;
}

std::optional<unsigned> UpdateSession::millisecond(bool configured)
{
    if (!slots_)
        return std::nullopt;
    if (state_ == CARD_UPDATE_BUSY)
        return work();
    if (!configured) {
        configuredFor_ = 0;
        return std::nullopt;
    }
    if (configuredFor_ >= confirmAfter || ++configuredFor_ < confirmAfter)
        return std::nullopt;
    return confirm();
}

std::optional<unsigned> UpdateSession::confirm()
{
    look();
    if (states_[running_].confirmed)
        return std::nullopt;
    const bool told = wrong_ == Wrong::flash; // there is no update before
    if (slots_->confirm(running_)) {
        states_[running_].confirmed = true;
        wrong_ = Wrong::nothing;
        return 3;
    }
    configuredFor_ = 0; // in a second it is tried again
    wrong_ = Wrong::flash;
    return told ? std::nullopt : std::optional<unsigned>(4);
}

card_update UpdateSession::tell()
{
    card_update u{};
    if (!slots_)
        return u;
    const bool underWay = state_ == CARD_UPDATE_READY || state_ == CARD_UPDATE_BUSY;
    if (!underWay)
        look();
    const boot::Slots::State &mine = states_[running_], &other = states_[free_];
    u.state = state_;
    u.wrong = static_cast<card_u8>(wrong_);
    u.running = static_cast<card_u8>(running_);
    u.confirmed = mine.confirmed ? 1 : 0;
    u.hardware = card_make32(slots_->part().hardware);
    u.version = card_make32(mine.image.version);
    u.other = card_make32(!underWay && other.startable() ? other.image.version : 0);
    u.address = card_make32(slots_->part().slots[free_].address);
    u.room = card_make32(slots_->part().slots[free_].size);
    u.received = card_make32(received_);
    u.next = card_make16(static_cast<card_u16>(blocks_));
    return u;
}

} // namespace callbox::firmware
