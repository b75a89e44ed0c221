// SPDX-License-Identifier: GPL-2.0-or-later
// What a box has to complain about: alarms are raised and cleared, and stay listed for a while after that. Loop
// thread only.
#pragma once
#include "status/record.h"
#include <callbox/base/edges.h>

namespace callbox::box {

class AlarmBook {
public:
    explicit AlarmBook(const Edges& edges) : edges_(edges) {}

    // A new one, or one that was cleared: raised and counted once more. Of one that stands only text and time change.
    void raise(const std::string& name, std::string_view severity, const std::string& text);
    void clear(const std::string& name); // harmless for one that does not stand
    void set(bool stands, const std::string& name, std::string_view severity, const std::string& text);
    [[nodiscard]] bool stands(const std::string& name) const;
    [[nodiscard]] const std::vector<status::AlarmRecord>& all() const { return alarms_; }

private:
    status::AlarmRecord* find(const std::string& name);
    void forgetOld();
    Edges edges_;
    std::vector<status::AlarmRecord> alarms_;
};

} // namespace callbox::box
