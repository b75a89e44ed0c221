// SPDX-License-Identifier: GPL-2.0-or-later
#include "answers.h"
#include <algorithm>

namespace callbox::hal::pri {

namespace {

constexpr std::size_t lapdHeader = 4;

Octets information(Octets frame)
{
    return frame.subspan(lapdHeader);
}

bool isAnswer(MessageType t)
{
    return t == MessageType::release || t == MessageType::releaseComplete || t == MessageType::status;
}

} // namespace

void Answers::expect(unsigned key, AnswerChange change)
{
    if (awaited_.size() >= mostAwaited)
        awaited_.clear(); // cannot be: libpri answers each of them
    awaited_[key] = change;
}

std::optional<AnswerChange> Answers::take(unsigned key, const Message& m)
{
    const auto it = isAnswer(m.type) ? awaited_.find(key) : awaited_.end();
    if (it == awaited_.end())
        return {};
    const AnswerChange change = it->second;
    awaited_.erase(it);
    return change;
}

std::optional<OctetBuffer> Answers::before(Octets frame) const
{
    const auto& slot = sent_[frame[2] >> 1];
    if (!slot || !std::ranges::equal(slot->original, information(frame)))
        return {};
    OctetBuffer out(frame.begin(), frame.begin() + lapdHeader); // N(R) and P may be other ones now
    out.insert(out.end(), slot->changed.begin(), slot->changed.end());
    return out;
}

void Answers::remember(Octets frame, Octets changed)
{
    auto& slot = sent_[frame[2] >> 1];
    kept_ += !slot;
    const Octets from = information(frame), to = information(changed);
    slot = Sent{OctetBuffer(from.begin(), from.end()), OctetBuffer(to.begin(), to.end())};
}

void Answers::reset()
{
    sent_.fill({});
    kept_ = 0;
    acknowledged_ = 0;
}

void Answers::heard(Octets frame)
{
    if ((frame[2] & 3) == 3) {
        if (const unsigned type = frame[2] & 0xEF;
            type == 0x6F || type == 0x63) // SABME, UA: layer 2 begins anew, nothing is left of before
            reset();
        return;
    }
    const unsigned next = frame[3] >> 1; // N(R): all before it have arrived
    for (; kept_ > 0 && acknowledged_ != next; acknowledged_ = (acknowledged_ + 1) % modulus) {
        kept_ -= sent_[acknowledged_].has_value();
        sent_[acknowledged_].reset();
    }
    acknowledged_ = next;
}

OctetBuffer networkState(Octets frame, const Message& m)
{
    // Who has set the call up and who has sent DISCONNECT look the other way round from there.
    constexpr std::pair<std::uint8_t, std::uint8_t> mirrored[] = {{1, 6}, {2, 25}, {3, 9}, {4, 7}, {11, 12}};
    OctetBuffer out(frame.begin(), frame.end());
    for (const Element& e : parseElements(frame, m.elements)) {
        if (e.id != ie::callState || e.content.empty())
            continue;
        std::uint8_t& state = out[e.offset + 2];
        for (const auto& [one, other] : mirrored)
            if (e.content[0] == one || e.content[0] == other)
                state = e.content[0] == one ? other : one;
    }
    return out;
}

OctetBuffer changeAnswer(Octets frame, const Message& m, const AnswerChange& change)
{
    if (!change.asStatus)
        return writeCause(frame, m, change.cause);
    std::uint8_t location = 0x80; // user
    std::uint8_t state = 0;       // null
    for (const Element& e : parseElements(frame, m.elements)) {
        if (e.id == ie::cause && !e.content.empty())
            location = e.content[0];
        if (e.id == ie::callState && !e.content.empty())
            state = e.content[0];
    }
    OctetBuffer out(frame.begin(), frame.begin() + std::ptrdiff_t(m.elements));
    out.back() = static_cast<std::uint8_t>(MessageType::status);
    const std::uint8_t cause = static_cast<std::uint8_t>(0x80 | unsigned(change.cause));
    out.insert(out.end(), {ie::cause, 2, location, cause, ie::callState, 1, state});
    return out;
}

} // namespace callbox::hal::pri
