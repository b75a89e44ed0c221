// SPDX-License-Identifier: GPL-2.0-or-later
// What becomes of messages that libpri sends: answers corrected, and every change kept until layer 2 has had it
// acknowledged, so that a repeated frame carries the same octets (N25), whatever has become of its call meanwhile.
#pragma once
#include "frame.h"
#include <array>
#include <map>

namespace callbox::hal::pri {

struct AnswerChange {
    Cause cause = Cause::none;
    bool asStatus = false; // STATUS, with the null state where libpri says RELEASE COMPLETE of a call unknown to it
};

class Answers {
public:
    // The next RELEASE, RELEASE COMPLETE or STATUS with this call reference (and our flag in bit 15) is changed.
    void expect(unsigned key, AnswerChange change);
    // The change awaited for this message, which is not awaited any more.
    std::optional<AnswerChange> take(unsigned key, const Message&);

    // What the frame was changed to when it went out before; empty: it goes out for the first time.
    [[nodiscard]] std::optional<OctetBuffer> before(Octets frame) const;
    void remember(Octets frame, Octets changed);
    // A frame of the far side acknowledges ours (N(R)), or begins the link anew.
    void heard(Octets frame);

private:
    void reset();
    static constexpr unsigned modulus = 128; // Q.921 3.5.2.1
    static constexpr std::size_t mostAwaited = 512;
    struct Sent {
        OctetBuffer original, changed; // information fields
    };
    std::map<unsigned, AnswerChange> awaited_;
    std::array<std::optional<Sent>, modulus> sent_;
    unsigned kept_ = 0; // how many of them
    unsigned acknowledged_ = 0;
};

// A STATUS as the network side says it: libpri tells the user side's states on both (EN 300 403-1 2.1.1, 2.1.2).
OctetBuffer networkState(Octets frame, const Message&);

// `frame`, a RELEASE, RELEASE COMPLETE or STATUS, as it should be.
OctetBuffer changeAnswer(Octets frame, const Message&, const AnswerChange&);

} // namespace callbox::hal::pri
