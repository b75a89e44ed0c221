// SPDX-License-Identifier: GPL-2.0-or-later
// One channel's audio from a daemon, into a WAV file or to standard output as it comes.
#pragma once
#include "cli/daemons.h"

namespace callbox::cli {

struct ListenOptions {
    std::string span;
    std::int64_t slot = 0;
    double seconds = 60;
    std::string side; // both, rx, tx: what standard output gets
    std::string file; // a WAV file with both directions; empty: standard output
};

// "trunk1:7". Errc::invalid says how it is written.
Result<std::pair<std::string, std::int64_t>> channelOf(const std::string& text);
// 16-bit little-endian samples of one channel, out of those of both directions.
std::string oneSide(std::string_view both, std::string_view side);
// Until its call ends, the time is over, nobody reads, or it is interrupted: all are good ends, with a report. What
// stood in the file is kept until something is heard.
Task<Exit> listenTo(Context&, Daemon, ListenOptions);

} // namespace callbox::cli
