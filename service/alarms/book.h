// SPDX-License-Identifier: GPL-2.0-or-later
// What a daemon has to complain about: alarms are raised, acknowledged and cleared, and stay listed for a while after
// that. Kept over restarts: an alarm that was acknowledged and still stands is not news. Loop thread only.
#pragma once
#include "alarms/kinds.h"
#include "status/record.h"
#include <callbox/base/edges.h>
#include <set>

namespace callbox::alarms {

class AlarmBook {
public:
    // `path`: the file it is kept in; empty: not kept.
    explicit AlarmBook(const Edges& edges, std::string path = {});
    ~AlarmBook();
    AlarmBook(const AlarmBook&) = delete;
    AlarmBook& operator=(const AlarmBook&) = delete;

    // At start, may block. Alarms that stood at the last stop stand until they are found again, or until a minute has
    // passed without that: none stays because nobody looks for it any more. A file that cannot be read is as good as
    // none, with a warning.
    void load();

    // A new one, or one that was cleared: raised and counted once more. Of one that stands only text and time change.
    void raise(const Kind&, std::string_view of = {}, const std::string& detail = {});
    void clear(const Kind&, std::string_view of = {}); // harmless for one that does not stand
    void set(bool stands, const Kind&, std::string_view of = {}, const std::string& detail = {});
    // In force at once; kept when this returns. It goes on standing: somebody has seen it. Errc::not_found: no alarm of
    // this name stands, with those that do; Errc::invalid: `by` is too long; any other: a restart forgets it.
    Task<> acknowledge(std::string name, std::string by);

    [[nodiscard]] bool stands(std::string_view name) const;
    [[nodiscard]] const status::AlarmRecord* find(std::string_view name) const; // null: none; until the next change
    [[nodiscard]] const std::vector<status::AlarmRecord>& all() const { return alarms_; }

    // Called after each raise, clear and acknowledgement, one listener. Not to change the book from in there.
    using Changed = std::function<void(const status::AlarmRecord&)>;
    void onChange(Changed changed) { changed_ = std::move(changed); }

private:
    void forgetOld();
    void changed(const status::AlarmRecord&);
    void keepSoon();
    Task<> keep();
    void settle();

    Edges edges_;
    std::string path_;
    std::vector<status::AlarmRecord> alarms_;
    std::set<std::string> carried_; // stood at the last stop and were not found since
    Changed changed_;
    Timer settled_;
    Timer soon_; // several changes of one moment are kept together
    TaskGroup keeping_;
};

// "span-los:tie1", "no-modem-ready".
std::string alarmName(const Kind&, std::string_view of);

} // namespace callbox::alarms
