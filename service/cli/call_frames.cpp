// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/call_frames.h"
#include "cli/pcap_file.h"
#include <callbox/hal/decode.h>
#include <charconv>

namespace callbox::cli {

namespace {

struct Kept {
    std::string_view record; // with its header
    hal::CapturedFrame frame;
};

// Of the call reference flag, Q.931 4.3: 0 from the side that originated the reference.
bool isOf(const hal::CapturedFrame& f, const hal::DecodedMessage& m, const CallId& id)
{
    const bool byNetwork = (f.traced.direction == hal::Direction::sent) == f.networkSide;
    return m.call == id.reference && id.reference != 0 && (byNetwork != m.fromDestination) == id.originatedByNetwork;
}

} // namespace

std::optional<CallId> parseCallId(const std::string& text)
{
    const std::size_t dash = text.rfind('-');
    if (dash == std::string::npos || dash == 0)
        return std::nullopt;
    CallId id;
    id.span = text.substr(0, dash);
    std::string_view number = std::string_view(text).substr(dash + 1);
    if (number.starts_with('u')) {
        id.originatedByNetwork = false;
        number.remove_prefix(1);
    }
    const auto [end, ec] = std::from_chars(number.data(), number.data() + number.size(), id.reference);
    if (ec != std::errc() || end != number.data() + number.size() || id.reference == 0 || id.reference > 0x7FFF)
        return std::nullopt;
    return id;
}

Result<CallFrames> framesOfCall(std::string_view pcap, const CallId& id, std::optional<WallTime> at)
{
    const auto records = pcapRecords(pcap);
    if (!records)
        return records.error();
    const std::string header(pcap.substr(0, pcapHeaderSize));
    std::vector<Kept> call;
    bool over = false;
    for (const PcapRecord& r : *records) {
        const std::string one = header + std::string(r.octets);
        const auto read = hal::readCapture(asOctets(one));
        if (!read)
            return read.error();
        if (read->frames.empty())
            continue;
        const hal::CapturedFrame& frame = read->frames.front();
        const hal::DecodedFrame d = hal::decodeFrame(frame.traced.frame);
        if (!d.message || d.message->protocol != "Q.931" || !isOf(frame, *d.message, id))
            continue;
        if (d.message->type == "SETUP" && (over || call.empty())) { // a repeated SETUP begins no call
            if (at && frame.traced.at > *at)
                break;
            call.clear();
            over = false;
        }
        over = over || d.message->type == "RELEASE COMPLETE" || d.message->type == "RELEASE";
        call.push_back({r.octets, frame});
    }
    CallFrames out;
    out.pcap = header;
    for (Kept& k : call) {
        out.pcap += k.record;
        out.frames.push_back(std::move(k.frame));
    }
    return out;
}

} // namespace callbox::cli
