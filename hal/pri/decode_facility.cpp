// SPDX-License-Identifier: GPL-2.0-or-later
// The components of a Facility (EN 300 196-1 11.2.2.1; QSIG: ECMA-165) in words: what is asked, answered, refused. Of
// arguments only DivertingLegInformation2 is read, by whom call control reads it; others are there in the capture.
#include "decode_parts.h"
#include "diversion.h"
#include <algorithm>
#include <fmt/format.h>

namespace callbox::hal::pri {

namespace {

constexpr std::uint8_t networkingExtensions = 0x1F; // QSIG's profile
constexpr Word profiles[] = {{0x11, "supplementary services"}, {0x12, "CMIP"}, {0x13, "ACSE"}, {0x1F, "QSIG"}};

// EN 300 207-1, EN 300 182-1, EN 300 369-1, EN 300 130-1: local values
constexpr Word etsi[] = {{3, "MCIDRequest"},
                         {6, "EctExecute"},
                         {7, "ActivationDiversion"},
                         {8, "DeactivationDiversion"},
                         {9, "ActivationStatusNotificationDiv"},
                         {10, "DeactivationStatusNotificationDiv"},
                         {11, "InterrogationDiversion"},
                         {12, "DiversionInformation"},
                         {13, "CallDeflection"},
                         {14, "CallRerouting"},
                         {15, "DivertingLegInformation2"},
                         {17, "InterrogateServedUserNumbers"},
                         {18, "DivertingLegInformation1"},
                         {19, "DivertingLegInformation3"},
                         {30, "ChargingRequest"},
                         {31, "AOCSCurrency"},
                         {32, "AOCSSpecialArr"},
                         {33, "AOCDCurrency"},
                         {34, "AOCDChargingUnit"},
                         {35, "AOCECurrency"},
                         {36, "AOCEChargingUnit"}};
// ECMA-164, 174, 176, 178, 242 (ISO/IEC 13868, 13869, 13873, 13874, 15506)
constexpr Word qsig[] = {{0, "callingName"},
                         {1, "calledName"},
                         {2, "connectedName"},
                         {3, "busyName"},
                         {4, "pathReplacement"},
                         {7, "callTransferIdentify"},
                         {8, "callTransferAbandon"},
                         {9, "callTransferInitiate"},
                         {10, "callTransferSetup"},
                         {11, "callTransferActive"},
                         {12, "callTransferComplete"},
                         {13, "callTransferUpdate"},
                         {14, "subaddressTransfer"},
                         {15, "activateDiversionQ"},
                         {16, "deactivateDiversionQ"},
                         {17, "interrogateDiversionQ"},
                         {18, "checkRestriction"},
                         {19, "callRerouting"},
                         {20, "divertingLegInformation1"},
                         {21, "divertingLegInformation2"},
                         {22, "divertingLegInformation3"},
                         {23, "cfnrDivertedLegFailed"},
                         {40, "ccbsRequest"},
                         {80, "mwiActivate"},
                         {81, "mwiDeactivate"},
                         {82, "mwiInterrogate"}};
struct Global {
    std::string_view oid, name;
};
constexpr Global globals[] = {{"0.4.0.369.1.1", "ExplicitEctExecute"},
                              {"0.4.0.369.1.2", "RequestSubaddress"},
                              {"0.4.0.369.1.3", "SubaddressTransfer"},
                              {"0.4.0.369.1.4", "EctLinkIdRequest"},
                              {"0.4.0.369.1.5", "EctInform"},
                              {"0.4.0.369.1.6", "EctLoopTest"},
                              {"1.2.840.10005.0.4", "InformationFollowing"},
                              {"1.2.840.10005.0.8", "InitiateTransfer"},
                              {"1.3.12.9.0", "callingName"},
                              {"1.3.12.9.1", "calledName"},
                              {"1.3.12.9.2", "connectedName"},
                              {"1.3.12.9.3", "busyName"}};
// EN 300 196-1 clause D, EN 300 207-1; ECMA-165 has the general ones with the same values
constexpr Word errors[] = {{0, "not subscribed"},
                           {1, "rejected by network"},
                           {2, "rejected by user"},
                           {3, "not available"},
                           {4, "not implemented"},
                           {5, "insufficient information"},
                           {6, "invalid served user number"},
                           {7, "invalid call state"},
                           {8, "basic service not provided"},
                           {9, "not an incoming call"},
                           {11, "resource unavailable"},
                           {12, "invalid diverted-to number"},
                           {14, "special service number"},
                           {15, "diversion to the served user's number"},
                           {23, "incoming call accepted"},
                           {24, "number of diversions exceeded"},
                           {25, "call failure"},
                           {43, "procedural error"},
                           {46, "not activated"},
                           {48, "request already accepted"}};
constexpr Word diversions[] = {{0, "unknown"},       {1, "busy"},       {2, "no reply"},
                               {3, "unconditional"}, {4, "deflection"}, {5, "mobile not reachable"}};

struct Tlv {
    std::uint8_t tag = 0;
    Octets value;
    bool cut = false; // says that it is longer
};

// One from the front of `rest`; of one that is cut off what there is. Indefinite lengths are taken to the end.
std::optional<Tlv> take(Octets& rest)
{
    if (rest.size() < 2)
        return {};
    Tlv t;
    t.tag = rest[0];
    std::size_t header = 2, length = rest[1];
    if (length == 0x80) {
        length = rest.size() - 2;
    } else if (length > 0x80) {
        const std::size_t more = length & 0x7F;
        length = 0;
        if (more > 2 || rest.size() < 2 + more) {
            rest = {};
            return {};
        }
        for (std::size_t i = 0; i < more; ++i)
            length = length << 8 | rest[2 + i];
        header += more;
    }
    t.cut = rest.size() - header < length;
    length = std::min(length, rest.size() - header);
    t.value = rest.subspan(header, length);
    rest = rest.subspan(header + length);
    return t;
}

std::string integer(Octets value)
{
    if (value.empty() || value.size() > 4)
        return toHex(value);
    std::int64_t v = value[0] & 0x80 ? -1 : 0;
    for (std::uint8_t o : value)
        v = v * 256 + o;
    return std::to_string(v);
}

std::string dotted(Octets value)
{
    std::string out;
    std::uint64_t arc = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        arc = (arc & 0x00FFFFFF) << 7 | (value[i] & 0x7F); // no arc of these operations is longer
        if (value[i] & 0x80)
            continue;
        if (out.empty())
            out = std::to_string(std::min<std::uint64_t>(arc / 40, 2)) + "." +
                  std::to_string(arc - 40 * std::min<std::uint64_t>(arc / 40, 2));
        else
            out += "." + std::to_string(arc);
        arc = 0;
    }
    return out;
}

std::string operationOf(const std::optional<Tlv>& t, bool isQsig)
{
    if (!t || (t->tag != 0x02 && t->tag != 0x06))
        return "no operation";
    if (t->tag == 0x06) {
        const std::string oid = dotted(t->value);
        for (const Global& g : globals)
            if (g.oid == oid)
                return std::string(g.name);
        return "operation " + oid;
    }
    if (t->value.size() != 1)
        return "operation " + integer(t->value);
    const std::span<const Word> own = isQsig ? std::span<const Word>(qsig) : std::span<const Word>(etsi);
    for (const Word& w : own)
        if (w.code == t->value[0])
            return std::string(w.word);
    return "operation " + integer(t->value);
}

std::string partyText(const std::optional<PartyNumber>& n)
{
    if (!n)
        return "not given";
    if (n->digits.empty())
        return n->presentation == Presentation::restricted ? "restricted" : "not available";
    return n->digits + (n->presentation == Presentation::restricted ? " (restricted)" : "");
}

// The reader leaves out what is no digit, stars of a masked number too: here a number is shown as it stands in
// `content`.
std::optional<PartyNumber> asItStands(Octets content, std::optional<PartyNumber> n)
{
    const auto isMaskedDigit = [](std::uint8_t o) { return (o >= '0' && o <= '9') || o == '*'; };
    if (!n)
        return n;
    for (auto from = content.begin(); from != content.end();) {
        const auto to = std::find_if_not(from, content.end(), isMaskedDigit);
        const std::string run(from, to);
        std::string digits = run;
        std::erase(digits, '*');
        if (!run.empty() && digits == n->digits) {
            n->digits = run;
            return n;
        }
        from = to == content.end() ? to : to + 1;
    }
    return n;
}

std::string diversionText(Octets content)
{
    const auto d = readDiversion(content);
    if (!d)
        return "";
    return fmt::format(": {} diversion{}, reason {}, diverted by {}, first called {}", d->counter,
                       d->counter == 1 ? "" : "s", wordOf(diversions, unsigned(d->reason)),
                       partyText(asItStands(content, d->diverting)), partyText(asItStands(content, d->originalCalled)));
}

std::string invokeText(Octets inside, bool isQsig, Octets whole)
{
    const auto id = take(inside);
    std::string out = "invoke " + (id && id->tag == 0x02 ? integer(id->value) : "without id") + " ";
    auto next = take(inside);
    if (next && next->tag == 0x80) { // linked id
        out += "(answers " + integer(next->value) + ") ";
        next = take(inside);
    }
    const std::string operation = operationOf(next, isQsig);
    out += operation;
    if (operation == "DivertingLegInformation2")
        out += diversionText(whole);
    return out;
}

std::string resultText(Octets inside, bool isQsig)
{
    const auto id = take(inside);
    std::string out = "result of " + (id ? integer(id->value) : "no id");
    auto sequence = take(inside);
    if (sequence && sequence->tag == 0x30) {
        Octets within = sequence->value;
        out += " " + operationOf(take(within), isQsig);
    }
    return out;
}

std::string errorText(Octets inside)
{
    const auto id = take(inside);
    const auto what = take(inside);
    std::string out = "error to " + (id ? integer(id->value) : "no id") + ": ";
    if (what && what->tag == 0x02 && what->value.size() == 1)
        return out + wordOf(errors, what->value[0]);
    return out + (what ? (what->tag == 0x06 ? dotted(what->value) : integer(what->value)) : "none said");
}

std::string rejectText(Octets inside)
{
    constexpr std::string_view problems[] = {"general", "invoke", "result", "error"};
    const auto id = take(inside);
    const auto problem = take(inside);
    std::string out = "reject of " + (id && id->tag == 0x02 ? integer(id->value) : "what has no id");
    if (problem && (problem->tag & 0xFC) == 0x80)
        out += fmt::format(": {} problem {}", problems[problem->tag & 3], integer(problem->value));
    return out;
}

} // namespace

std::string facilityText(Octets content, std::vector<std::string>& damage)
{
    const unsigned profile = content[0] & 0x1F;
    const bool isQsig = profile == networkingExtensions;
    std::string out;
    if (profile == 0x12 || profile == 0x13)
        return wordOf(profiles, profile) + " " + toHex(content.subspan(1));
    for (Octets rest = content.subspan(1); !rest.empty();) {
        const auto c = take(rest);
        if (!c) {
            damage.emplace_back("Facility: its component is no BER");
            break;
        }
        if (c->cut)
            damage.emplace_back("Facility: ends within a component");
        std::string text;
        switch (c->tag) {
        case 0xA1:
            text = invokeText(c->value, isQsig, content);
            break;
        case 0xA2:
            text = resultText(c->value, isQsig);
            break;
        case 0xA3:
            text = errorText(c->value);
            break;
        case 0xA4:
            text = rejectText(c->value);
            break;
        case 0x8B: // interpretation APDU: what to do with what is not known
        case 0xAA: // network facility extension: between which entities
        case 0x92: // network protocol profile
            continue;
        default:
            text = fmt::format("component {:02x} {}", c->tag, toHex(c->value));
        }
        out += (out.empty() ? "" : "; ") + text;
    }
    return wordOf(profiles, profile) + (out.empty() ? "" : ": " + out);
}

} // namespace callbox::hal::pri
