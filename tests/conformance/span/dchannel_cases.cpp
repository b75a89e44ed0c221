// SPDX-License-Identifier: GPL-2.0-or-later
#include "cases.h"

namespace callbox::tests {

namespace {

OctetBuffer frameOf(std::size_t size, unsigned seed)
{
    OctetBuffer frame(size);
    std::uint32_t state = seed * 2654435761U + 1;
    for (std::uint8_t& o : frame) {
        state = state * 1664525U + 1013904223U;
        o = static_cast<std::uint8_t>(state >> 24);
    }
    return frame;
}

std::vector<OctetBuffer> only(const OctetBuffer& frame)
{
    return {1, frame};
}

void framesInOrder(SpanPair& pair, Findings& f)
{
    Listener near, far;
    f.expect(bringUp(pair, near, far), "no ticks");
    std::vector<OctetBuffer> out;
    for (unsigned i = 0; i < 40; ++i) {
        out.push_back(frameOf(20, i));
        f.expect(pair.near().sendFrame(out.back()).has_value(), "near does not send");
        f.expect(pair.far().sendFrame(out.back()).has_value(), "far does not send");
    }
    pair.until([&] { return near.frames.size() >= out.size() && far.frames.size() >= out.size(); }, 5s);
    f.expect(near.frames == out, "what near received is not what was sent");
    f.expect(far.frames == out, "what far received is not what was sent");
}

void allSizes(SpanPair& pair, Findings& f)
{
    Listener near, far;
    f.expect(bringUp(pair, near, far), "no ticks");
    for (std::size_t size = 3; size <= longestFrame; size += size < 10 ? 1 : 13) {
        near.frames.clear();
        far.frames.clear();
        const OctetBuffer frame = frameOf(size, unsigned(size));
        f.expect(pair.near().sendFrame(frame).has_value() && pair.far().sendFrame(frame).has_value(), "does not send");
        pair.until([&] { return !near.frames.empty() && !far.frames.empty(); }, 2s);
        f.expect(near.frames == only(frame) && far.frames == only(frame),
                 "a frame of " + std::to_string(size) + " octets did not come through");
    }
    near.frames.clear();
    const OctetBuffer longest = frameOf(longestFrame, 1);
    f.expect(pair.far().sendFrame(longest).has_value(), "does not send the longest");
    pair.until([&] { return !near.frames.empty(); }, 2s);
    f.expect(near.frames == only(longest), "the longest frame did not come through");
}

void badFcsIsNoFrame(SpanPair& pair, Findings& f)
{
    Listener near, far;
    f.expect(bringUp(pair, near, far), "no ticks");
    const unsigned before = near.badFrames; // a far end that only begins may break off what it said
    pair.corruptTowardsNear(1);
    const OctetBuffer bad = frameOf(12, 1), good = frameOf(12, 2);
    f.expect(pair.far().sendFrame(bad).has_value() && pair.far().sendFrame(good).has_value(), "does not send");
    pair.until([&] { return !near.frames.empty() && near.frames.back() == good; }, 2s);
    f.expect(near.frames == only(good), "other than the good frame came");
    f.expect(near.badFrames == before + 1, "bad frames told: " + std::to_string(near.badFrames - before));
}

void deadLineForgets(SpanPair& pair, Findings& f)
{
    Listener near, far;
    f.expect(bringUp(pair, near, far), "no ticks");
    const std::size_t told = near.alarms.size(), farTold = far.alarms.size();
    pair.cable(false);
    pair.until(
        [&] {
            return near.alarms.size() > told && near.alarms.back().los && far.alarms.size() > farTold &&
                   far.alarms.back().los;
        },
        3s);
    const OctetBuffer lost = frameOf(12, 1), later = frameOf(12, 2);
    f.expect(pair.near().sendFrame(lost).has_value(), "sending into a dead line is an error");
    pair.pass(100ms);
    pair.cable(true);
    const std::size_t ticks = far.ticks.size();
    pair.until([&] { return far.ticks.size() > ticks + 5; }, 5s);
    f.expect(pair.near().sendFrame(later).has_value(), "does not send after the cable came back");
    pair.until([&] { return !far.frames.empty() && far.frames.back() == later; }, 2s);
    f.expect(far.frames == only(later), "a frame sent into a dead line came out later");
}

} // namespace

std::vector<Case<SpanPair>> dChannelCases()
{
    return {
        {"FramesInOrder", "frames arrive whole and in the order sent", "two queues", framesInOrder},
        {"AllSizes", "frames of 3 to 264 octets arrive as they are (Q.921 5.9.3)", "a short buffer", allSizes},
        {"BadFcsIsNoFrame", "a frame with a wrong FCS is told as bad, never handed on", "an FCS nobody checks",
         badFcsIsNoFrame},
        {"DeadLineForgets", "what is sent into a dead line is lost, not sent later", "a queue kept over an outage",
         deadLineForgets},
    };
}

} // namespace callbox::tests
