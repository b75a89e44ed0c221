// SPDX-License-Identifier: GPL-2.0-or-later
// What the firmware has to say, kept until a host asks (CARD_REQ_GET_LOG): the last 64 records.
#pragma once
#include "device/usb.h"
#include "protocol/card_protocol.h"
#include <array>
#include <cstring>

namespace callbox::firmware {

class LogRing {
public:
    void add(std::uint32_t at, unsigned level, unsigned code, unsigned port, unsigned value)
    {
        card_log_record& r = records_[next_ % records_.size()];
        r = {card_make32(next_),
             card_make32(at),
             static_cast<card_u8>(level),
             static_cast<card_u8>(code),
             card_make16(static_cast<card_u16>(port)),
             card_make16(static_cast<card_u16>(value)),
             {}};
        ++next_;
    }
    // Whole records from sequence number `from` (its low half) on; from the oldest kept if that one is gone, or none
    // yet.
    std::size_t read(std::uint16_t from, Buffer out) const
    {
        const std::uint32_t oldest = next_ < records_.size() ? 0 : next_ - static_cast<std::uint32_t>(records_.size());
        std::uint32_t n = oldest;
        if (const std::uint16_t ahead = static_cast<std::uint16_t>(from - oldest); ahead <= next_ - oldest)
            n = oldest + ahead;
        std::size_t length = 0;
        for (; n < next_ && length + sizeof(card_log_record) <= out.size(); ++n, length += sizeof(card_log_record))
            std::memcpy(&out[length], &records_[n % records_.size()], sizeof(card_log_record));
        return length;
    }

private:
    std::array<card_log_record, 64> records_{};
    std::uint32_t next_ = 0;
};

} // namespace callbox::firmware
