// SPDX-License-Identifier: GPL-2.0-or-later
// Masks the digits of numbers in a traced D channel frame, in place, lengths kept, so that a trace can be handed on.
// Not a decoder: it walks the information elements of a Q.931 message and touches nothing it does not know.
#include <algorithm>
#include <callbox/hal/trace_ring.h>

namespace callbox::hal {

namespace {

constexpr std::size_t kept = 5; // the first digits stay
constexpr std::size_t keptEnd = 2;

bool isDigit(std::uint8_t o)
{
    return (o >= '0' && o <= '9') || o == '*' || o == '#';
}

void maskRun(std::span<std::uint8_t> run)
{
    for (std::size_t i = std::min(kept, run.size() > keptEnd ? run.size() - keptEnd : 0); i + keptEnd < run.size(); ++i)
        run[i] = '*';
    if (run.size() <= kept + keptEnd)
        std::fill(run.begin(), run.end(), std::uint8_t{'*'});
}

// Every run of five or more digits: numbers inside a Facility's components have no fixed place.
void maskRuns(std::span<std::uint8_t> content)
{
    for (std::size_t i = 0; i < content.size();) {
        std::size_t end = i;
        while (end < content.size() && isDigit(content[end]))
            ++end;
        if (end - i >= 5)
            maskRun(content.subspan(i, end - i));
        i = end + 1;
    }
}

// Number IEs of Q.931: up to three octets of type, plan and the like (extension bit set on the last of them), then
// digits. Of a switch that sets no such bit all but the first octet may be digits.
void maskNumberIe(std::span<std::uint8_t> content)
{
    std::size_t i = 0;
    while (i < std::min<std::size_t>(content.size(), 3) && !(content[i] & 0x80))
        ++i;
    const bool ended = i < content.size() && (content[i] & 0x80);
    maskRun(content.subspan(std::min<std::size_t>(ended ? i + 1 : 1, content.size())));
}

void maskIe(std::uint8_t id, std::span<std::uint8_t> content)
{
    switch (id) {
    case 0x0C: // connected number (Q.951)
    case 0x4C: // connected number (T1.607)
    case 0x6C: // calling party number
    case 0x70: // called party number
    case 0x73: // original called number
    case 0x74: // redirecting number
    case 0x76: // redirection number
        maskNumberIe(content);
        break;
    case 0x1C: // facility
    case 0x28: // display
    case 0x2C: // keypad facility
    case 0x7E: // user-user
        maskRuns(content);
        break;
    default:
        break;
    }
}

} // namespace

void maskNumbers(std::span<std::uint8_t> frame)
{
    // An I frame (Q.921 3.6.2): address 2, control 2, then Q.931: discriminator 0x08, call reference, type, IEs.
    if (frame.size() < 8 || (frame[2] & 1) || frame[4] != 0x08)
        return;
    std::size_t i = 5 + 1 + (frame[5] & 0x0F) + 1;
    while (i < frame.size()) {
        const std::uint8_t id = frame[i];
        if (id & 0x80) { // single-octet element
            ++i;
            continue;
        }
        if (i + 1 >= frame.size())
            return;
        const std::size_t length = std::min<std::size_t>(frame[i + 1], frame.size() - i - 2);
        maskIe(id, frame.subspan(i + 2, length));
        i += 2 + length;
    }
}

} // namespace callbox::hal
