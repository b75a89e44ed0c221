// SPDX-License-Identifier: GPL-2.0-or-later
// SQLite's way to the disk: our Files, the loop's time, our chance. So a simulated power cut or a full disk reaches
// the database too.
#pragma once
#include <callbox/base/edges.h>
#include <memory>
#include <string>

namespace callbox::messages {

class Vfs {
public:
    explicit Vfs(const Edges&);
    ~Vfs(); // no database may be open on it
    Vfs(const Vfs&) = delete;
    Vfs& operator=(const Vfs&) = delete;
    [[nodiscard]] const std::string& name() const;
    // The disk's own words for what failed last since the last call, or nothing: SQLite passes on only a number.
    [[nodiscard]] std::string takeFailure() const;
    struct Impl;

private:
    std::unique_ptr<Impl> impl_;
};

} // namespace callbox::messages
