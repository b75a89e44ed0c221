// SPDX-License-Identifier: GPL-2.0-or-later
// A transcript: calls of the tool and what each said, as a file that is compared octet by octet. One that is missing
// fails. CALLBOX_UPDATE_TRANSCRIPTS=1 writes them anew; the difference is then to be reviewed.
#pragma once
#include "calls.h"
#include "world.h"

namespace callbox::cli::tests {

class Transcript {
public:
    void add(const Words& words, const Said&);
    // Against transcripts/NAME.txt; a test failure says where they differ.
    void compare(const std::string& name) const;

private:
    std::string text_;
};

// The names of the files there are.
std::vector<std::string> transcriptNames();

} // namespace callbox::cli::tests
