// SPDX-License-Identifier: GPL-2.0-or-later
// The bit error test of one port of a card: begins it, orders wrong bits, and asks how it stands while it runs.
#pragma once
#include "requests.h"
#include <callbox/hal/hardware_bert.h>

namespace callbox::hal::usb {

class CardBert {
public:
    explicit CardBert(Loop& loop) : next_(loop) {}

    // The card that knows it is on now, or none is; what runs is forgotten, since the card ends it then.
    void open(Device& device, const CardKind& kind, unsigned port);
    void close() noexcept;

    [[nodiscard]] bool tests(BertPattern) const;
    Result<void> begin(Timeslot, BertPattern);
    void insertErrors(unsigned bits);
    void end() noexcept;
    [[nodiscard]] Result<HardwareBertCounts> counts() const;

private:
    void order(const card_bert&);
    void ask();
    void failed(const Error&);

    Timer next_;
    Device* device_ = nullptr;
    bool can_ = false;
    std::uint16_t port_ = 0;
    unsigned toInsert_ = 0; // not yet ordered
    Result<HardwareBertCounts> last_ = Error{Errc::gone, "no bit error test runs"};
    std::shared_ptr<int> life_; // of the test that runs
};

} // namespace callbox::hal::usb
