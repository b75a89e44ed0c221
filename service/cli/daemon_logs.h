// SPDX-License-Identifier: GPL-2.0-or-later
// What a daemon has written about what it did, whether it runs or not.
#pragma once
#include "cli/daemons.h"

namespace callbox::cli {

struct WrittenLog {
    std::string name, place; // "log.txt"; the file it is from
    Result<std::string> text;
};

// Its log file, if its configuration (the text of it) names one, and in a lab what it printed; of each at most the last
// `most` octets. Without either it writes to the journal.
std::vector<WrittenLog> logsOf(const Values&, const Daemon&, const std::string& config, std::size_t most);
// The command that prints what the journal has of the daemons of this machine.
std::vector<std::string> journalOfDaemons();

// The lines that speak of a call: those with its id as a word.
std::string linesOf(const std::string& text, const std::string& call);

} // namespace callbox::cli
