// SPDX-License-Identifier: GPL-2.0-or-later
// Active, draining or maintenance: who said so, why, until when. Kept over restarts in one small file of the state
// folder; `until` ends it by itself. Loop thread only.
#pragma once
#include "status/record.h"
#include <callbox/base/edges.h>

namespace callbox::box {

class ModeKeeper {
public:
    ModeKeeper(const Edges& edges, std::string path) : edges_(edges), path_(std::move(path)) {}

    // At start, may block. A file that cannot be read or understood is as good as none, with a warning.
    void load();
    [[nodiscard]] const status::ModeRecord& current() const { return mode_; }
    // In force at once; durable when this returns. An error: it is in force and a restart forgets it.
    Task<> set(status::ModeRecord mode);
    // Ends a mode whose time has come; call about once a second. True: it did.
    bool endWhenDue();
    [[nodiscard]] bool isPast(WallTime t) const { return t <= edges_.loop.wallNow(); }

private:
    Edges edges_;
    std::string path_;
    status::ModeRecord mode_;
};

// What a request's or a file's JSON says: {state, by, why, until}. Errc::invalid names the key.
Result<status::ModeRecord> modeFromJson(const nlohmann::json&);
nlohmann::json toJson(const status::ModeRecord&); // with "version"

} // namespace callbox::box
