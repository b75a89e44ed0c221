// SPDX-License-Identifier: GPL-2.0-or-later
// Processes on their way up: ended again unless all went well.
#pragma once
#include "lab/processes.h"

namespace callbox::lab {

inline constexpr Duration patience = 15s; // for a daemon to hang up its calls and close its store

// Ends everything it started unless told to keep it.
class Started {
public:
    explicit Started(std::string dir) : dir_(std::move(dir)) {}
    ~Started();
    Started(const Started&) = delete;
    Started& operator=(const Started&) = delete;
    void keep() { kept_ = true; }
    // And writes it down in DIR/processes.json.
    Result<void> start(Process p);
    [[nodiscard]] const std::vector<Process>& processes() const { return processes_; }

private:
    std::string dir_;
    bool kept_ = false;
    std::vector<Process> processes_;
};

// Errc::io: one ended, with the end of its log.
Result<void> allAlive(const std::vector<Process>& all);
// Errc::io: `who` was not ready in time because of `why`, with the end of its log.
Error tooLate(const std::vector<Process>& all, const std::string& who, const std::string& why, Duration limit);

// Errc::busy: something that was started in `dir` lives: "a lab runs in DIR already (pids 1 2)".
Result<void> refuseRunning(const std::string& dir, const std::string& what);

} // namespace callbox::lab
