// SPDX-License-Identifier: GPL-2.0-or-later
#include "frame.h"
#include "referral.h"
#include <algorithm>

namespace callbox::hal::pri {

namespace {

void takeDiversion(const DivertingLegInformation2& d, CallSetup& s)
{
    s.diversions = d.counter;
    if (d.diverting)
        s.redirecting = Diversion{*d.diverting, d.reason};
    if (d.originalCalled)
        s.original = Diversion{*d.originalCalled, DiversionReason::unknown};
}

DivertingLegInformation2 diversionOf(const CallSetup& s)
{
    DivertingLegInformation2 d;
    if (s.redirecting) {
        d.diverting = s.redirecting->number;
        d.reason = s.redirecting->reason;
    }
    if (s.original)
        d.originalCalled = s.original->number;
    d.counter = std::clamp(s.diversions ? s.diversions : (s.original ? 2U : 1U), 1U, mostDiversions);
    return d;
}

// Display (4.5.16): at most 80 characters; some switches put a character set octet first, its bit 8 set.
constexpr std::size_t longestName = 80;

std::string readDisplay(Octets content)
{
    if (!content.empty() && content[0] & 0x80)
        content = content.subspan(1);
    std::string name(asText(content.first(std::min(content.size(), longestName))));
    std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    return name;
}

OctetBuffer writeDisplay(const std::string& name)
{
    const std::string cut = name.substr(0, longestName);
    OctetBuffer out{ie::display, static_cast<std::uint8_t>(cut.size())};
    out.insert(out.end(), cut.begin(), cut.end());
    return out;
}

// Our elements of a SETUP, in ascending order of their identifiers (EN 300 403-1 4.5.1).
std::vector<OctetBuffer> numberElements(const CallSetup& s, unsigned reference, const SetupStyle& style)
{
    std::vector<OctetBuffer> out;
    const bool diverted = s.redirecting || s.original;
    if (diverted && s.form != RedirectingForm::ie)
        out.push_back(writeDiversion(diversionOf(s), static_cast<std::uint8_t>(1 + reference % 127), style.facility));
    if (style.fromNetwork && !s.callingName.empty())
        out.push_back(writeDisplay(s.callingName));
    if (!s.calling.digits.empty() || s.calling.presentation == Presentation::restricted)
        out.push_back(writeNumber(ie::calling, s.calling));
    if (!s.called.digits.empty() && !style.withoutCalled)
        out.push_back(writeNumber(ie::called, s.called));
    if (s.form != RedirectingForm::facility) {
        if (s.original)
            out.push_back(writeRedirecting(ie::originalCalled, *s.original));
        if (s.redirecting)
            out.push_back(writeRedirecting(ie::redirecting, *s.redirecting));
    }
    return out;
}

bool isOurs(const Element& e)
{
    return e.id == ie::display || e.id == ie::calling || e.id == ie::called || e.id == ie::originalCalled ||
           e.id == ie::redirecting;
}

} // namespace

ReadSetup readSetup(Octets frame, const Message& m, const QuirkSet& accepted)
{
    ReadSetup r;
    r.quirks.accepted = accepted;
    CallSetup& s = r.setup;
    s.calling.presentation = Presentation::unavailable; // until a number says otherwise
    s.bearer = Bearer::other;
    std::optional<DivertingLegInformation2> facility;
    bool inIe = false, bearerSeen = false, callingSeen = false;
    for (const Element& e : parseElements(frame, m.elements)) {
        switch (e.id) {
        case ie::bearer:
            if (!std::exchange(bearerSeen, true))
                s.bearer = readBearer(e.content);
            break;
        case ie::channel:
            r.noChannel = !e.content.empty() && (e.content[0] & 3) == 0;
            break;
        case ie::facility:
            if (!facility)
                facility = readDiversion(e.content);
            if (const auto c = readComponent(e.content, FacilityDialect::rlt))
                r.rltAsked = r.rltAsked || c->operation == Operation::rltOperation;
            break;
        case ie::display:
            s.callingName = readDisplay(e.content);
            break;
        case ie::calling: // a second one is the other of two delivered numbers (EN 300 092): the first counts
            if (!std::exchange(callingSeen, true))
                s.calling = readNumber(e, r.quirks).value_or(s.calling);
            break;
        case ie::called:
            if (s.called.digits.empty())
                s.called = readNumber(e, r.quirks).value_or(s.called);
            break;
        case ie::sendingComplete:
            r.complete = true;
            break;
        case ie::originalCalled:
            s.original = readRedirecting(e, r.quirks);
            inIe = true;
            break;
        case ie::redirecting:
            // Several: the last diverting party stands last.
            s.redirecting = readRedirecting(e, r.quirks);
            inIe = true;
            break;
        default:
            break;
        }
    }
    if (facility)
        s.form = inIe ? RedirectingForm::both : RedirectingForm::facility;
    else if (inIe)
        s.form = RedirectingForm::ie;
    if (facility)
        takeDiversion(*facility, s); // where the forms differ, facility wins
    return r;
}

ReadDigits readDigits(Octets frame, const Message& m, const QuirkSet& accepted)
{
    ReadDigits r;
    NumberQuirks quirks{.accepted = accepted, .seen = {}};
    for (const Element& e : parseElements(frame, m.elements)) {
        if (e.id == ie::called) {
            if (const auto n = readNumber(e, quirks))
                r.number = *n;
        } else if (e.id == ie::keypad) {
            for (const std::uint8_t o : e.content)
                if ((o >= '0' && o <= '9') || o == '*' || o == '#')
                    r.number.digits += static_cast<char>(o);
        } else if (e.id == ie::sendingComplete) {
            r.complete = true;
        }
    }
    return r;
}

OctetBuffer writeSetup(Octets frame, const Message& m, const CallSetup& setup, const SetupStyle& style)
{
    OctetBuffer out(frame.begin(), frame.begin() + std::ptrdiff_t(m.elements));
    std::vector<OctetBuffer> ours = numberElements(setup, m.reference, style);
    auto next = ours.begin();
    const auto putUpTo = [&](unsigned id) {
        for (; next != ours.end() && (*next)[0] < id; ++next)
            out.insert(out.end(), next->begin(), next->end());
    };
    std::size_t copied = m.elements;
    for (const Element& e : parseElements(frame, m.elements)) {
        out.insert(out.end(), frame.begin() + std::ptrdiff_t(copied), frame.begin() + std::ptrdiff_t(e.offset));
        copied = e.offset + e.size;
        if (isOurs(e) || (style.withoutCalled && e.id == ie::sendingComplete))
            continue;
        if (!(e.id & 0x80))
            putUpTo(e.id);
        else if (e.id == ie::sendingComplete)
            putUpTo(0x100); // it stays behind the numbers
        out.insert(out.end(), frame.begin() + std::ptrdiff_t(e.offset), frame.begin() + std::ptrdiff_t(copied));
    }
    putUpTo(0x100);
    out.insert(out.end(), frame.begin() + std::ptrdiff_t(copied), frame.end());
    return out;
}

OctetBuffer writeInformation(Octets frame, const Message& m, const OctetBuffer& element)
{
    OctetBuffer out(frame.begin(), frame.begin() + std::ptrdiff_t(m.elements));
    out.insert(out.end(), element.begin(), element.end());
    return out;
}

OctetBuffer writeCause(Octets frame, const Message& m, Cause cause)
{
    OctetBuffer out(frame.begin(), frame.end());
    for (const Element& e : parseElements(frame, m.elements))
        if (const std::size_t at = e.content.empty() || e.content[0] & 0x80 ? 1 : 2;
            e.id == ie::cause && at < e.content.size())
            out[e.offset + 2 + at] = static_cast<std::uint8_t>(0x80 | unsigned(cause));
    return out;
}

} // namespace callbox::hal::pri
