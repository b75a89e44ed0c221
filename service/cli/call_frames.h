// SPDX-License-Identifier: GPL-2.0-or-later
// One call's frames among a span's: by call reference, the side that originated it, and time. Pure.
#pragma once
#include <callbox/hal/pcap.h>
#include <optional>

namespace callbox::cli {

// "trunk1-17": reference 17, originated by the network; "trunk1-u17": by the user (hal/call.h).
struct CallId {
    std::string span;
    unsigned reference = 0;
    bool originatedByNetwork = true;
};
std::optional<CallId> parseCallId(const std::string& id);

struct CallFrames {
    std::string pcap; // a file with this call's frames alone
    std::vector<hal::CapturedFrame> frames;
};
// References come round again: of several calls the last one, or the last that had begun by `at`. Errc::invalid: no
// pcap file. Without frames: none of that call is kept any more.
Result<CallFrames> framesOfCall(std::string_view pcap, const CallId&, std::optional<WallTime> at = {});

} // namespace callbox::cli
