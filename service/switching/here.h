// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the switch: a Carried is in the switch's list while its script runs.
#pragma once
#include "switching/switch.h"

namespace callbox::switching {

// The far side may be gone already; its release is told elsewhere.
inline void passOn(const Result<void>&) {}

class Switch::Here {
public:
    Here(Switch& s, Carried& c) : list_(s.carried_), c_(c) { list_.push_back(&c); }
    ~Here() { std::erase(list_, &c_); }
    Here(const Here&) = delete;
    Here& operator=(const Here&) = delete;

private:
    std::vector<Carried*>& list_;
    Carried& c_;
};

} // namespace callbox::switching
