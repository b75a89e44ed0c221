// SPDX-License-Identifier: GPL-2.0-or-later
#include "card_bert.h"
#include <algorithm>

namespace callbox::hal::usb {

namespace {

constexpr Duration askEvery = 100ms;
constexpr unsigned insertMost = 255; // of one order

struct CardPattern {
    std::uint8_t pattern, fixed;
};

std::optional<CardPattern> patternOf(BertPattern p)
{
    switch (p) {
    case BertPattern::prbs11:
        return CardPattern{CARD_BERT_11, 0};
    case BertPattern::prbs15:
        return CardPattern{CARD_BERT_15, 0};
    case BertPattern::qrss:
        return CardPattern{CARD_BERT_QRSS, 0};
    case BertPattern::ones:
        return CardPattern{CARD_BERT_FIXED, 0xff};
    case BertPattern::alternating:
        return CardPattern{CARD_BERT_FIXED, 0xaa};
    case BertPattern::prbs23:
    case BertPattern::threeIn24:
        break;
    }
    return std::nullopt;
}

std::uint64_t wide(card_le32 low, card_le32 high)
{
    return card_get32(low) | std::uint64_t{card_get32(high)} << 32;
}

} // namespace

void CardBert::open(Device& device, const CardKind& kind, unsigned port)
{
    close();
    device_ = &device;
    can_ = kind.can(CARD_CAN_BERT);
    port_ = static_cast<std::uint16_t>(port);
}

void CardBert::close() noexcept
{
    life_.reset();
    next_.cancel();
    device_ = nullptr;
    can_ = false;
    last_ = Error{Errc::gone, "no bit error test runs"};
}

bool CardBert::tests(BertPattern p) const
{
    return can_ && patternOf(p).has_value();
}

Result<void> CardBert::begin(Timeslot slot, BertPattern p)
{
    if (!device_)
        return Error{Errc::gone, "the span is not running"};
    const auto pattern = patternOf(p);
    if (!can_ || !pattern)
        return Error{Errc::unsupported, "the card has no bit error test with this pattern"};
    life_ = std::make_shared<int>(0);
    last_ = HardwareBertCounts{};
    toInsert_ = 0;
    order({CARD_BERT_START, pattern->pattern, pattern->fixed, 0, card_make32(1U << index(slot))});
    next_.after(askEvery, [this] { ask(); });
    return {};
}

void CardBert::insertErrors(unsigned bits)
{
    if (life_)
        toInsert_ += bits; // with the next question: there is time between them to go out
}

void CardBert::end() noexcept
{
    if (!life_)
        return;
    life_.reset();
    next_.cancel();
    last_ = Error{Errc::gone, "no bit error test runs"};
    order({CARD_BERT_STOP, 0, 0, 0, card_make32(0)});
}

void CardBert::order(const card_bert& what)
{
    device_->control({0x40, CARD_REQ_BERT, 0, port_}, write(what),
                     [this, life = std::weak_ptr(life_)](const Result<OctetBuffer>& r) {
                         if (!life.expired() && !r)
                             failed(r.error());
                     });
}

void CardBert::failed(const Error& why)
{
    last_ = why.code == Errc::unsupported ? Error{Errc::unsupported, "the card refuses a bit error test of this slot"}
                                          : why;
}

void CardBert::ask()
{
    if (const unsigned now = std::min(toInsert_, insertMost); now > 0) {
        toInsert_ -= now;
        order({CARD_BERT_SPOIL, 0, 0, static_cast<card_u8>(now), card_make32(0)});
    }
    device_->control({0xc0, CARD_REQ_GET_BERT, 0, port_}, OctetBuffer(sizeof(card_bert_result)),
                     [this, life = std::weak_ptr(life_)](const Result<OctetBuffer>& r) {
                         if (life.expired() || !last_)
                             return;
                         if (!r)
                             return failed(r.error());
                         const auto now = read<card_bert_result>(*r);
                         if (now.state == 0) // somebody else ended it, or began one of his own and did
                             return failed({Errc::gone, "the card's bit error test was ended by another program"});
                         last_ = HardwareBertCounts{now.state == 2, wide(now.bits_low, now.bits_high),
                                                    wide(now.errors_low, now.errors_high), card_get32(now.losses),
                                                    card_get32(now.spoiled)};
                     });
    next_.after(askEvery, [this] { ask(); });
}

Result<HardwareBertCounts> CardBert::counts() const
{
    return last_;
}

} // namespace callbox::hal::usb
