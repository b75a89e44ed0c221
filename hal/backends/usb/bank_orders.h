// SPDX-License-Identifier: GPL-2.0-or-later
// Commands to an analog bank, one after the other. Loop thread only.
#pragma once
#include "protocol/card_protocol.h"
#include "transport.h"
#include <callbox/base/result.h>
#include <cstring>
#include <deque>

namespace callbox::hal::usb {

class BankOrders {
public:
    // `failed`: the card does not take the one of this tag. It may destroy this. The device outlives it.
    BankOrders(Device& device, const Endpoint& endpoint, std::function<void(card_u16, Error)> failed)
        : failed_(std::move(failed)),
          transfer_(device.transfer(endpoint, 1, [this](Outcome outcome) { done(outcome); }))
    {
    }
    // Its tag is given here, and returned; the card answers it with an event.
    card_u16 send(card_bank_command c)
    {
        c.tag = card_make16(++tag_);
        const card_u16 tag = tag_;
        waiting_.push_back(c);
        if (!underWay_)
            next();
        return tag;
    }

private:
    void next()
    {
        const card_bank_command c = waiting_.front();
        waiting_.pop_front();
        sent_ = card_get16(c.tag);
        std::memcpy(transfer_->room(0).data(), &c, sizeof c);
        transfer_->packets()[0] = {sizeof c, 0, false};
        const auto r = transfer_->submit();
        underWay_ = r.has_value();
        if (!r)
            waiting_.clear(); // the card has left; its stream tells
    }
    void done(Outcome outcome)
    {
        underWay_ = false;
        const std::weak_ptr life = life_;
        if (outcome == Outcome::failed)
            failed_(sent_, {Errc::io, "the card does not take a command"});
        if (!life.expired() && outcome != Outcome::gone && !underWay_ && !waiting_.empty())
            next();
    }
    std::function<void(card_u16, Error)> failed_;
    std::unique_ptr<Transfer> transfer_;
    std::deque<card_bank_command> waiting_;
    card_u16 tag_ = 0, sent_ = 0; // given last; under way last
    bool underWay_ = false;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace callbox::hal::usb
