// SPDX-License-Identifier: GPL-2.0-or-later
// One line on a person's terminal while something long is waited for; nothing where standard error is no terminal.
#pragma once
#include "cli/context.h"

namespace callbox::cli {

class Progress {
public:
    Progress(Context&, std::string what);
    ~Progress(); // clears the line
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void set(std::string what) { what_ = std::move(what); }

private:
    void tick();
    Context& context_;
    std::string what_;
    TimePoint start_;
    Timer timer_;
    bool shown_ = false;
};

} // namespace callbox::cli
