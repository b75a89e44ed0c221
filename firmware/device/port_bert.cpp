// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/port_bert.h"

namespace callbox::firmware {

bool PortBert::order(const card_bert& b, std::uint32_t possible)
{
    const std::uint32_t slots = card_get32(b.slots);
    switch (b.run) {
    case CARD_BERT_STOP:
        end();
        return true;
    case CARD_BERT_START: {
        if (b.pattern > CARD_BERT_FIXED || slots == 0 || slots & ~possible)
            return false;
        const auto pattern = static_cast<core::BertPattern>(b.pattern); // they have the same numbers
        slots_ = slots;
        sender_.begin(pattern, b.fixed);
        checker_.begin(pattern, b.fixed);
        sender_.insertErrors(b.spoil);
        running_ = true;
        return true;
    }
    case CARD_BERT_SPOIL:
        if (!running_)
            return false;
        sender_.insertErrors(b.spoil);
        return true;
    default:
        return false;
    }
}

card_bert_result PortBert::result() const
{
    const auto low = [](std::uint64_t v) { return card_make32(static_cast<std::uint32_t>(v)); };
    card_bert_result r{};
    r.state = !running_ ? 0 : checker_.inSync() ? 2 : 1;
    r.bits_low = low(checker_.bits());
    r.bits_high = low(checker_.bits() >> 32);
    r.errors_low = low(checker_.errors());
    r.errors_high = low(checker_.errors() >> 32);
    r.losses = card_make32(checker_.losses());
    r.spoiled = card_make32(sender_.inserted());
    return r;
}

} // namespace callbox::firmware
