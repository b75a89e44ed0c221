// SPDX-License-Identifier: GPL-2.0-or-later
#include "vet.h"
#include <algorithm>
#include <array>

namespace callbox::hal::pri {

namespace {

constexpr std::size_t lapdHeader = 4; // address and control of an I frame

// Address: SAPI 0 (call control), TEI 0 (point to point), the only ones on a primary rate access (Q.921 3.3).
bool addressedToUs(Octets f)
{
    return (f[0] & 0xFD) == 0 && f[1] == 0x01;
}

Vetted withhold(std::string_view why)
{
    Vetted v;
    v.wrong = why;
    v.withheld = true;
    return v;
}

Vetted ignore(Octets frame, std::string_view why)
{
    Vetted v;
    v.wrong = why;
    v.instead = OctetBuffer(frame.begin(), frame.begin() + lapdHeader);
    return v;
}

// libpri is asked for the call's state in place of the message, so that it answers without acting on it. Of a call that
// it does not know it says RELEASE COMPLETE with cause 81 (5.8.3.2 a).
Vetted ask(Octets frame, const Message& m, std::string_view why, std::optional<AnswerChange> answer)
{
    Vetted v;
    v.wrong = why;
    v.instead = OctetBuffer(frame.begin(), frame.begin() + std::ptrdiff_t(m.elements));
    v.instead->back() = static_cast<std::uint8_t>(MessageType::statusEnquiry);
    v.answer = answer;
    return v;
}

constexpr AnswerChange status(Cause c)
{
    return {.cause = c, .asStatus = true};
}

bool implemented(MessageType t)
{
    switch (t) {
    case MessageType::alerting:
    case MessageType::callProceeding:
    case MessageType::progress:
    case MessageType::setup:
    case MessageType::connect:
    case MessageType::setupAcknowledge:
    case MessageType::connectAcknowledge:
    case MessageType::disconnect:
    case MessageType::restart:
    case MessageType::release:
    case MessageType::restartAcknowledge:
    case MessageType::releaseComplete:
    case MessageType::facility:
    case MessageType::notify:
    case MessageType::statusEnquiry:
    case MessageType::information:
    case MessageType::status:
        return true;
    }
    return false;
}

// ---- information elements

bool mandatory(MessageType t, std::uint8_t id, bool network)
{
    switch (t) {
    case MessageType::setup: // 3.1.14: the channel is mandatory from the network
        return id == ie::bearer || (id == ie::channel && !network);
    case MessageType::disconnect: // 3.1.5
        return id == ie::cause;
    case MessageType::status: // 3.1.16
        return id == ie::cause || id == ie::callState;
    case MessageType::restart: // 3.4.1, 3.4.2
    case MessageType::restartAcknowledge:
        return id == ie::restartIndicator;
    case MessageType::progress: // 3.1.8
        return id == ie::progress;
    default:
        return false;
    }
}

// Elements that may stand several times in one message (EN 300 403-1 clause 3, EN 300 196-1 for Facility); calling and
// redirecting numbers do in some networks (two delivered numbers), and libpri does not use ours.
bool repeatable(std::uint8_t id)
{
    constexpr std::array ids{ie::facility, ie::progress, ie::cause, ie::display, ie::calling, ie::redirecting};
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool contentFits(const Element& e)
{
    switch (e.id) {
    case ie::bearer: // octets 3 and 4 are always there (4.5.5)
    case ie::cause:  // 3 and 4 (4.5.12)
        return e.content.size() >= 2;
    case ie::channel:
    case ie::callState:
    case ie::restartIndicator:
        return !e.content.empty();
    default:
        return true;
    }
}

// libpri refuses some bearers with a cause of its own and lets others through: it gets speech, and the trunk, which
// knows the true one, decides.
constexpr std::array<std::uint8_t, 5> speechBearer{ie::bearer, 3, 0x80, 0x90, 0xA3};

struct Cleaner {
    Octets frame;
    const Message& m;
    const VetRules& rules;
    OctetBuffer out;
    std::string_view wrong;
    bool contentError = false; // of a mandatory element

    void leaveOut(const Element& e, std::string_view why)
    {
        wrong = why;
        contentError = contentError || mandatory(m.type, e.id, rules.network);
    }
    void take(const Element& e)
    {
        const Octets whole = frame.subspan(e.offset, e.size);
        out.insert(out.end(), whole.begin(), whole.end());
    }
    void consider(const Element& e, bool seenBefore)
    {
        if (seenBefore && !repeatable(e.id))
            wrong = "repeated element"; // 5.8.5.2: the first counts
        else if (!contentFits(e))
            leaveOut(e, "element too short");
        else if (e.id == ie::bearer && readBearer(e.content) == Bearer::other)
            out.insert(out.end(), speechBearer.begin(), speechBearer.end());
        else
            take(e);
    }
    // Gives the offset behind the last whole element.
    std::size_t run()
    {
        std::array<bool, 256> seen{};
        std::size_t at = m.elements;
        for (const Element& e : parseElements(frame, m.elements)) {
            // Shifts and elements of other codesets lie between.
            out.insert(out.end(), frame.begin() + std::ptrdiff_t(at), frame.begin() + std::ptrdiff_t(e.offset));
            consider(e, std::exchange(seen[e.id], true));
            at = e.offset + e.size;
        }
        return at;
    }
};

// Where a message ends whose last element is cut off; the frame's size when none is.
std::size_t wholeElements(Octets frame, std::size_t from)
{
    std::size_t i = from;
    while (i < frame.size()) {
        if (frame[i] & 0x80) {
            ++i;
            continue;
        }
        if (i + 1 >= frame.size() || i + 2 + frame[i + 1] > frame.size())
            return i;
        i += 2 + std::size_t(frame[i + 1]);
    }
    return i;
}

bool needsCleaning(Octets frame, const Message& m)
{
    std::array<bool, 256> seen{};
    for (const Element& e : parseElements(frame, m.elements)) {
        if ((std::exchange(seen[e.id], true) && !repeatable(e.id)) || !contentFits(e))
            return true;
        if (e.id == ie::bearer && readBearer(e.content) == Bearer::other)
            return true;
    }
    return false;
}

Vetted clean(Octets frame, const Message& m, const VetRules& rules)
{
    const std::size_t end = wholeElements(frame, m.elements);
    if (end == frame.size() && !needsCleaning(frame, m))
        return {};
    Cleaner c{frame.first(end), m, rules, OctetBuffer(frame.begin(), frame.begin() + std::ptrdiff_t(m.elements)), {}};
    const std::size_t done = c.run();
    c.out.insert(c.out.end(), frame.begin() + std::ptrdiff_t(done), frame.begin() + std::ptrdiff_t(end));
    if (end < frame.size()) {
        c.wrong = "element cut off";
        c.contentError = c.contentError || mandatory(m.type, frame[end], rules.network);
    }
    Vetted v;
    v.wrong = c.wrong;
    if (c.contentError) // without the element libpri says 96, mandatory element missing; it is 5.8.6.2, content error
        v.answer = AnswerChange{.cause = Cause::invalidIeContents};
    v.instead = std::move(c.out);
    return v;
}

// ---- known deviations (N24)

bool holds(Octets frame, const Message& m, std::uint8_t id)
{
    const auto elements = parseElements(frame, m.elements);
    return std::any_of(elements.begin(), elements.end(), [id](const Element& e) { return e.id == id; });
}

Vetted putUpWith(Octets frame, const Message& m, PriQuirk quirk, OctetBuffer missing)
{
    Vetted v;
    v.quirk = quirk;
    // The two that are put in stand first in their messages (EN 300 403-1 3.1).
    v.instead = OctetBuffer(frame.begin(), frame.begin() + std::ptrdiff_t(m.elements));
    v.instead->insert(v.instead->end(), missing.begin(), missing.end());
    v.instead->insert(v.instead->end(), frame.begin() + std::ptrdiff_t(m.elements), frame.end());
    return v;
}

bool answersSetup(MessageType t)
{
    return t == MessageType::alerting || t == MessageType::callProceeding || t == MessageType::connect ||
           t == MessageType::setupAcknowledge;
}

// What is lacking in `frame` is put into `cleaned`.
std::optional<Vetted> vetQuirk(Octets frame, Octets cleaned, const Message& m, const VetRules& rules,
                               const CallKnown& call)
{
    const auto lacks = [&](PriQuirk quirk, std::uint8_t id) {
        return rules.accepted.has(quirk) && !holds(frame, m, id);
    };
    const bool clears = m.type == MessageType::disconnect || (m.type == MessageType::release && !call.clearing);
    if (clears && lacks(PriQuirk::causeMissing, ie::cause))
        return putUpWith(cleaned, m, PriQuirk::causeMissing,
                         {ie::cause, 2, 0x80, static_cast<std::uint8_t>(0x80 | unsigned(Cause::normalUnspecified))});
    // 4.5.13: exclusive, as indicated, in octet 3.3, by number.
    if (answersSetup(m.type) && call.asked && lacks(PriQuirk::channelMissing, ie::channel))
        return putUpWith(cleaned, m, PriQuirk::channelMissing,
                         {ie::channel, 3, 0xA9, 0x83, static_cast<std::uint8_t>(0x80 | index(*call.asked))});
    if (m.type == MessageType::progress && lacks(PriQuirk::progressMissing, ie::progress)) {
        Vetted v = ignore(frame, {});
        v.quirk = PriQuirk::progressMissing;
        return v;
    }
    return {};
}

// ---- messages

// 5.8.3.2 f and i: on the global call reference only restarts and STATUS mean something.
Vetted vetGlobal(Octets frame, const Message& m, const VetRules& rules)
{
    const bool right = (m.type == MessageType::restart && !m.fromDestination) ||
                       (m.type == MessageType::restartAcknowledge && m.fromDestination);
    if (right)
        return clean(frame, m, rules);
    if (m.type == MessageType::status)
        return ignore(frame, {});
    return ask(frame, m, "global call reference", status(Cause::invalidCallReference));
}

std::optional<unsigned> reportedState(Octets frame, const Message& m)
{
    for (const Element& e : parseElements(frame, m.elements))
        if (e.id == ie::callState && !e.content.empty())
            return e.content[0] & 0x3F;
    return {};
}

Vetted vetUnknownCall(Octets frame, const Message& m, const VetRules& rules)
{
    switch (m.type) {
    case MessageType::setup:
        return m.fromDestination ? ignore(frame, "SETUP with call reference flag 1") // 5.8.3.2 d
                                 : clean(frame, m, rules);
    case MessageType::release:
    case MessageType::releaseComplete:
        return clean(frame, m, rules);
    case MessageType::statusEnquiry: { // 5.8.10: answered also for no call
        Vetted v;
        v.answer = status(Cause::statusEnquiryResponse);
        return v;
    }
    case MessageType::status: // 5.8.11: both sides have no call, all is well
        return reportedState(frame, m).value_or(0) == 0 ? ignore(frame, {}) : clean(frame, m, rules);
    default:
        return ask(frame, m, "unknown call reference", {});
    }
}

Vetted vetKnownCall(Octets frame, const Message& m, const VetRules& rules, const CallKnown& call)
{
    switch (m.type) {
    case MessageType::setup: // 5.8.3.2 e; the far side's T303 does that
        return ignore(frame, {});
    case MessageType::restart:
    case MessageType::restartAcknowledge:
        return ask(frame, m, "restart of a call", status(Cause::messageNotCompatible));
    case MessageType::alerting:
    case MessageType::callProceeding:
    case MessageType::setupAcknowledge:
    case MessageType::connect: // libpri would take a caller's CONNECT for an answer
        if (call.incoming)
            return ask(frame, m, "answer from the calling side", status(Cause::messageNotCompatible));
        break;
    case MessageType::connectAcknowledge: // libpri would stop T305 or T308 for it, and the call would never end
        if (call.clearing)
            return ask(frame, m, "CONNECT ACKNOWLEDGE while clearing", status(Cause::messageNotCompatible));
        break;
    default:
        break;
    }
    Vetted cleaned = clean(frame, m, rules);
    auto quirk = vetQuirk(frame, cleaned.instead ? Octets(*cleaned.instead) : frame, m, rules, call);
    if (!quirk)
        return cleaned;
    quirk->wrong = cleaned.wrong;
    return *quirk;
}

Vetted vetMessage(Octets frame, const VetRules& rules, const std::function<CallKnown(const Message&)>& lookUp)
{
    if (frame.size() > lapdHeader && (frame[4] == 0x03 || frame[4] == 0x43) && rules.maintenance) {
        // SERVICE of a B channel; libpri takes one of the D channel for the link's state.
        const auto m = parseMessage(frame, frame[4]);
        const auto elements = m ? parseElements(frame, m->elements) : std::vector<Element>{};
        const bool channel = std::any_of(elements.begin(), elements.end(), [](const Element& e) {
            return e.id == ie::channel && e.content.size() >= 3 && (e.content[0] & 3) == 1;
        });
        return channel ? Vetted{} : ignore(frame, "SERVICE without B channel");
    }
    const auto m = parseMessage(frame);
    if (!m) // 5.8.1, 5.8.2, 5.8.3.1
        return ignore(frame, "no message of ours");
    if (m->reference == 0)
        return vetGlobal(frame, *m, rules);
    const CallKnown call = lookUp(*m);
    if (!call.known)
        return implemented(m->type) ? vetUnknownCall(frame, *m, rules)
                                    : ask(frame, *m, "unknown message of no call", {});
    return implemented(m->type) ? vetKnownCall(frame, *m, rules, call)
                                : ask(frame, *m, "unknown message", status(Cause::messageTypeNotImplemented)); // 5.8.4
}

} // namespace

Vetted vet(Octets frame, const VetRules& rules, const std::function<CallKnown(const Message&)>& lookUp)
{
    if (frame.size() < 3)
        return withhold("too short");
    if (frame.size() > longestFrame)
        return withhold("longer than N201");
    if (!addressedToUs(frame))
        return withhold("not for SAPI 0, TEI 0");
    const bool unnumbered = (frame[2] & 3) == 3;
    if (!unnumbered && frame.size() < lapdHeader)
        return withhold("too short");
    if (unnumbered && (frame[2] & 0xEF) == 0x03)
        return withhold("UI frame"); // broadcasts are for basic access
    if ((frame[2] & 1) != 0)
        return {};
    return vetMessage(frame, rules, lookUp);
}

} // namespace callbox::hal::pri
