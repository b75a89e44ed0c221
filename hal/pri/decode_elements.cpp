// SPDX-License-Identifier: GPL-2.0-or-later
// Information elements in words: one row of the table names an element and who reads it. Clauses are of EN 300 403-1
// where no other standard is named.
#include "decode_parts.h"
#include "ie.h"
#include <algorithm>
#include <fmt/format.h>

namespace callbox::hal::pri {

namespace {

using Damage = std::vector<std::string>;

constexpr Word codings[] = {{0, "ITU-T"}, {1, "ISO/IEC"}, {2, "national"}, {3, "network's own"}};

// 4.5.5
constexpr Word capabilities[] = {{0x00, "speech"},
                                 {0x08, "unrestricted digital information"},
                                 {0x09, "restricted digital information"},
                                 {0x10, "3.1 kHz audio"},
                                 {0x11, "unrestricted digital information with tones"},
                                 {0x18, "video"}};
constexpr Word modes[] = {{0, "circuit mode"}, {2, "packet mode"}};
constexpr Word rates[] = {{0x00, "packet"},      {0x10, "64 kbit/s"},   {0x11, "2 x 64 kbit/s"}, {0x13, "384 kbit/s"},
                          {0x15, "1536 kbit/s"}, {0x17, "1920 kbit/s"}, {0x18, "multirate"}};
constexpr Word layer1[] = {{1, "V.110"}, {2, "mu-law"},       {3, "A-law"}, {4, "G.721"},
                           {5, "H.221"}, {7, "not standard"}, {8, "V.120"}, {9, "X.31"}};
// Q.850 2.2.3
constexpr Word locations[] = {{0, "user"},
                              {1, "private network serving the local user"},
                              {2, "public network serving the local user"},
                              {3, "transit network"},
                              {4, "public network serving the remote user"},
                              {5, "private network serving the remote user"},
                              {7, "international network"},
                              {10, "network beyond an interworking point"}};
// 4.5.23
constexpr Word progresses[] = {{1, "call is not end-to-end ISDN; further progress may be in-band"},
                               {2, "destination address is non-ISDN"},
                               {3, "origination address is non-ISDN"},
                               {4, "call has returned to the ISDN"},
                               {5, "interworking has changed the telecommunication service"},
                               {8, "in-band information or an appropriate pattern is now available"}};
// 4.5.7; the same numbers on both sides, "U" or "N"
constexpr Word callStates[] = {{0, "null"},
                               {1, "call initiated"},
                               {2, "overlap sending"},
                               {3, "outgoing call proceeding"},
                               {4, "call delivered"},
                               {6, "call present"},
                               {7, "call received"},
                               {8, "connect request"},
                               {9, "incoming call proceeding"},
                               {10, "active"},
                               {11, "disconnect request"},
                               {12, "disconnect indication"},
                               {15, "suspend request"},
                               {17, "resume request"},
                               {19, "release request"},
                               {22, "call abort"},
                               {25, "overlap receiving"},
                               {0x3D, "restart request (global call reference)"},
                               {0x3E, "restart (global call reference)"}};
// 4.5.22 and the supplementary services' standards
constexpr Word notifications[] = {
    {0x00, "user suspended"},          {0x01, "user resumed"},           {0x02, "bearer service change"},
    {0x42, "conference established"},  {0x60, "call is a waiting call"}, {0x68, "diversion activated"},
    {0x69, "call transfer, alerting"}, {0x6A, "call transfer, active"},  {0x79, "remote hold"},
    {0x7A, "remote retrieval"},        {0x7B, "call is diverting"}};
// 4.5.25
constexpr Word restarts[] = {{0, "indicated channels"}, {6, "single interface"}, {7, "all interfaces"}};
constexpr Word numberTypes[] = {{0, "unknown"},    {1, "international"}, {2, "national"}, {3, "network specific"},
                                {4, "subscriber"}, {6, "abbreviated"},   {7, "reserved"}};
constexpr Word plans[] = {{0, "unknown plan"}, {1, "ISDN"},          {3, "data"},
                          {4, "telex"},        {8, "national plan"}, {9, "private plan"}};
constexpr Word presentations[] = {{0, "presentation allowed"}, {1, "presentation restricted"}, {2, "not available"}};
constexpr Word screenings[] = {{0, "user provided, not screened"},
                               {1, "user provided, verified and passed"},
                               {2, "user provided, verified and failed"},
                               {3, "network provided"}};
constexpr Word reasons[] = {{0, "unknown"},
                            {1, "busy"},
                            {2, "no reply"},
                            {4, "deflection"},
                            {9, "called DTE out of order"},
                            {10, "by the called DTE"},
                            {15, "unconditional"}};
constexpr Word highLayers[] = {{0x01, "telephony"},         {0x04, "facsimile group 2/3"},
                               {0x21, "facsimile group 4"}, {0x31, "teletex"},
                               {0x32, "videotex"},          {0x60, "audiovisual"}};
// T1.607 annex C; the last two as libpri has them.
constexpr Word statuses[] = {
    {0, "in service"}, {1, "maintenance"}, {2, "out of service"}, {3, "continuity check asked for"}, {4, "shut down"}};

std::string few(Octets octets)
{
    constexpr std::size_t most = 32;
    return toHex(octets.first(std::min(octets.size(), most))) + (octets.size() > most ? "..." : "");
}

// Octets of one group: up to and with the first whose extension bit is set (4.5.1). `at` moves behind them.
Octets group(Octets content, std::size_t& at)
{
    const std::size_t from = at;
    while (at < content.size() && !(content[at] & 0x80))
        ++at;
    at = std::min(content.size(), at + 1);
    return content.subspan(from, at - from);
}

std::string bearer(Octets c, Damage& damage)
{
    const unsigned coding = c[0] >> 5 & 3;
    std::string out = coding ? wordOf(codings, coding) + " coding, " : "";
    std::size_t at = 0;
    const Octets octet3 = group(c, at);
    out += coding ? few(octet3) : wordOf(capabilities, octet3[0] & 0x1FU);
    const Octets octet4 = group(c, at);
    if (octet4.empty()) {
        damage.emplace_back("Bearer capability ends before its octet 4");
        return out;
    }
    out += ", " + wordOf(modes, octet4[0] >> 5 & 3U) + ", " + wordOf(rates, octet4[0] & 0x1FU);
    while (at < c.size()) {
        const Octets next = group(c, at);
        if ((next[0] & 0x60) == 0x20)
            out += ", " + wordOf(layer1, next[0] & 0x1FU);
        else
            out += ", layer " + std::to_string(next[0] >> 5 & 3) + " protocol " + std::to_string(next[0] & 0x1F);
    }
    return out;
}

std::string cause(Octets c, Damage& damage)
{
    std::size_t at = 0;
    const Octets octet3 = group(c, at);
    if (at >= c.size()) {
        damage.emplace_back("Cause ends before its value");
        return "location: " + wordOf(locations, octet3[0] & 0x0FU);
    }
    const unsigned coding = octet3[0] >> 5 & 3U;
    const unsigned value = c[at++] & 0x7FU;
    std::string out = std::to_string(value) + ", " + (coding ? wordOf(codings, coding) + " coding" : causeText(value));
    out += "; location: " + wordOf(locations, octet3[0] & 0x0FU);
    if (at < c.size())
        out += "; diagnostic " + few(c.subspan(at));
    return out;
}

std::string callState(Octets c, Damage&)
{
    return std::to_string(c[0] & 0x3F) + ", " + wordOf(callStates, c[0] & 0x3FU);
}

// 4.5.13, octets 3.2 and 3.3: numbers, or a map of an interface's slots.
std::string channels(Octets c, Damage& damage)
{
    if (c.empty() || c.size() < 2) {
        damage.emplace_back("Channel identification ends before its channel number");
        return "no channel number";
    }
    if (c[0] & 0x10)
        return "slot map " + few(c.subspan(1));
    std::string out;
    for (std::size_t at = 1; at < c.size(); ++at) {
        out += (out.empty() ? "" : ", ") + std::to_string(c[at] & 0x7F);
        if (c[at] & 0x80)
            break;
    }
    return ((c[0] & 0x0F) == 3 ? "B channel " : "channel of type " + std::to_string(c[0] & 0x0F) + " ") + out;
}

std::string channel(Octets c, Damage& damage)
{
    constexpr std::string_view basic[] = {"no channel", "B1", "B2", "any channel"};
    const bool primary = c[0] & 0x20;
    const unsigned selection = c[0] & 3;
    std::string out = c[0] & 0x04 ? "D channel" : "";
    std::size_t at = 0;
    group(c, at); // octet 3 has no 3a
    if (c[0] & 0x40) {
        const Octets interface = group(c, at);
        out += (out.empty() ? "" : ", ") + std::string("interface ") +
               (interface.size() == 1 ? std::to_string(interface[0] & 0x7F) : few(interface));
    }
    const std::string before = out.empty() ? "" : out + ", ";
    if (!primary || selection == 0 || selection == 3)
        out = before + std::string(selection == 1 && primary ? "as indicated" : basic[selection]);
    else
        out = before + channels(c.subspan(std::min(at, c.size())), damage);
    if (selection != 0)
        out += c[0] & 0x08 ? ", exclusive" : ", preferred";
    return out;
}

std::string progress(Octets c, Damage& damage)
{
    const std::string where = "; location: " + wordOf(locations, c[0] & 0x0FU);
    if (c.size() < 2) {
        damage.emplace_back("Progress indicator ends before its description");
        return where.substr(2);
    }
    return std::to_string(c[1] & 0x7F) + ", " + wordOf(progresses, c[1] & 0x7FU) + where;
}

std::string notification(Octets c, Damage&)
{
    return wordOf(notifications, c[0] & 0x7FU);
}

std::string restart(Octets c, Damage&)
{
    return wordOf(restarts, c[0] & 7U);
}

std::string characters(Octets c, Damage&)
{
    std::string out;
    for (std::uint8_t o : c.subspan(!c.empty() && c[0] & 0x80 ? 1 : 0)) // a character set octet goes first, at times
        out += static_cast<char>(o);
    return "\"" + out + "\"";
}

// Where digits begin though no extension bit ended octet 3. Octet 3a "restricted, network provided" is a '#' too.
bool isDigitHere(Octets c, std::size_t at)
{
    const bool octet3a = at == 1 && c[at] == '#' && c.size() > 2 && (c[2] & 0x80);
    return at > 0 && ((c[at] >= '0' && c[at] <= '9') || c[at] == '*' || (c[at] == '#' && !octet3a));
}

// 4.5.8, 4.5.10: the number, then what octets 3, 3a and 3b say of it. readNumber() (ie.h) gives what call control makes
// of it; here the digits are shown as they came, masked ones too.
std::string number(std::uint8_t id, Octets c, Damage& damage)
{
    std::size_t at = 0;
    while (at < c.size() && at < 3 && !(c[at] & 0x80) && !isDigitHere(c, at))
        ++at;
    const bool marked = at < c.size() && (c[at] & 0x80);
    const Octets header = c.first(std::min(c.size(), at + (marked ? 1 : 0)));
    if (!marked)
        damage.push_back(elementName(0, id) + ": no extension bit ends its octet 3");
    std::string digits;
    for (std::uint8_t o : c.subspan(header.size()))
        digits += static_cast<char>(o & 0x7F);
    std::string out = (digits.empty() ? "no digits" : digits) + "  (" + wordOf(numberTypes, c[0] >> 4 & 7U) + ", " +
                      wordOf(plans, c[0] & 0x0FU);
    if (header.size() > 1)
        out += ", " + wordOf(presentations, header[1] >> 5 & 3U) + ", " + wordOf(screenings, header[1] & 3U);
    if (header.size() > 2)
        out += ", reason: " + wordOf(reasons, header[2] & 0x0FU);
    return out + ")";
}

template <std::uint8_t id> std::string numberOf(Octets c, Damage& damage)
{
    return number(id, c, damage);
}

std::string subaddress(Octets c, Damage&)
{
    return ((c[0] >> 4 & 7) == 0 ? "NSAP " : "user specified ") + few(c.subspan(1));
}

std::string highLayer(Octets c, Damage& damage)
{
    if (c.size() < 2) {
        damage.emplace_back("High layer compatibility ends before its characteristics");
        return few(c);
    }
    return wordOf(highLayers, c[1] & 0x7FU);
}

std::string dateTime(Octets c, Damage& damage)
{
    if (c.size() < 5) {
        damage.emplace_back("Date/time ends before its minute");
        return few(c);
    }
    return fmt::format("{:02}-{:02}-{:02} {:02}:{:02}", c[0], c[1], c[2], c[3], c[4]);
}

std::string userUser(Octets c, Damage&)
{
    return "protocol " + std::to_string(c[0]) + ", " + few(c.subspan(1));
}

std::string networkSpecific(Octets c, Damage&)
{
    return few(c);
}

std::string changeStatus(Octets c, Damage&)
{
    return wordOf(statuses, c[0] & 7U);
}

std::string oneOctet(Octets c, Damage&)
{
    return c[0] & 0x0F ? std::to_string(c[0] & 0x0F) : "";
}

std::string nothing(Octets, Damage&)
{
    return "";
}

std::string hex(Octets c, Damage&)
{
    return few(c);
}

struct Row {
    unsigned codeset;
    std::uint8_t id;
    std::string_view name;
    std::string (*text)(Octets, Damage&);
};

constexpr Row rows[] = {
    {0, 0x00, "Segmented message", hex},
    {0, 0x04, "Bearer capability", bearer},
    {0, 0x08, "Cause", cause},
    {0, 0x0C, "Connected address", numberOf<0x0C>},
    {0, 0x0D, "Extended facility", facilityText},
    {0, 0x10, "Call identity", hex},
    {0, 0x14, "Call state", callState},
    {0, 0x18, "Channel identification", channel},
    {0, 0x1C, "Facility", facilityText},
    {0, 0x1E, "Progress indicator", progress},
    {0, 0x20, "Network-specific facilities", networkSpecific},
    {0, 0x27, "Notification indicator", notification},
    {0, 0x28, "Display", characters},
    {0, 0x29, "Date/time", dateTime},
    {0, 0x2C, "Keypad facility", characters},
    {0, 0x34, "Signal", hex},
    {0, 0x40, "Information rate", hex},
    {0, 0x42, "End-to-end transit delay", hex},
    {0, 0x4C, "Connected number", numberOf<0x4C>},
    {0, 0x4D, "Connected subaddress", subaddress},
    {0, 0x6C, "Calling party number", numberOf<0x6C>},
    {0, 0x6D, "Calling party subaddress", subaddress},
    {0, 0x70, "Called party number", numberOf<0x70>},
    {0, 0x71, "Called party subaddress", subaddress},
    {0, 0x73, "Original called number", numberOf<0x73>},
    {0, 0x74, "Redirecting number", numberOf<0x74>},
    {0, 0x76, "Redirection number", numberOf<0x76>},
    {0, 0x78, "Transit network selection", hex},
    {0, 0x79, "Restart indicator", restart},
    {0, 0x7C, "Low layer compatibility", hex},
    {0, 0x7D, "High layer compatibility", highLayer},
    {0, 0x7E, "User-user", userUser},
    {0, 0xA0, "More data", nothing},
    {0, 0xA1, "Sending complete", nothing},
    {0, 0xB0, "Congestion level", oneOctet},
    {0, 0xD0, "Repeat indicator", oneOctet},
    {6, 0x01, "Originating line information", hex},
    {6, 0x37, "Generic digits", hex},
    {0, 0x01, "Change status", changeStatus},
};

const Row* rowOf(unsigned codeset, std::uint8_t id)
{
    const auto* it = std::find_if(std::begin(rows), std::end(rows),
                                  [&](const Row& r) { return r.codeset == codeset && r.id == id; });
    return it == std::end(rows) ? nullptr : it;
}

// Values of Q.850 that Cause (cause.h) has no use for.
constexpr Word moreCauses[] = {{2, "no route to specified transit network"},
                               {4, "send special information tone"},
                               {5, "misdialled trunk prefix"},
                               {7, "call awarded and being delivered in an established channel"},
                               {8, "preemption"},
                               {9, "preemption, circuit reserved for reuse"},
                               {14, "query on release: ported number"},
                               {20, "subscriber absent"},
                               {22, "number changed"},
                               {23, "redirection to new destination"},
                               {25, "exchange routing error"},
                               {26, "non-selected user clearing"},
                               {39, "permanent frame mode connection out of service"},
                               {40, "permanent frame mode connection operational"},
                               {43, "access information discarded"},
                               {46, "precedence call blocked"},
                               {49, "quality of service unavailable"},
                               {50, "requested facility not subscribed"},
                               {53, "outgoing calls barred within CUG"},
                               {54, "incoming calls barred"},
                               {55, "incoming calls barred within CUG"},
                               {62, "inconsistency in designated outgoing access information and subscriber class"},
                               {63, "service or option not available, unspecified"},
                               {66, "channel type not implemented"},
                               {69, "requested facility not implemented"},
                               {70, "only restricted digital information is available"},
                               {79, "service or option not implemented, unspecified"},
                               {83, "a suspended call exists, but this call identity does not"},
                               {84, "call identity in use"},
                               {85, "no call suspended"},
                               {86, "call having the requested call identity has been cleared"},
                               {87, "user not member of CUG"},
                               {90, "non-existent CUG"},
                               {91, "invalid transit network selection"},
                               {95, "invalid message, unspecified"},
                               {98, "message not compatible with call state or message type not implemented"},
                               {99, "information element not implemented"},
                               {103, "parameter not implemented, passed on"},
                               {110, "message with unrecognized parameter discarded"},
                               {111, "protocol error, unspecified"}};

} // namespace

std::string wordOf(std::span<const Word> words, unsigned code)
{
    for (const Word& w : words)
        if (w.code == code)
            return std::string(w.word);
    return "other (" + std::to_string(code) + ")";
}

std::string causeText(unsigned value)
{
    for (const Word& w : moreCauses)
        if (w.code == value)
            return std::string(w.word);
    return std::string(text(static_cast<Cause>(value)));
}

std::string elementName(unsigned codeset, std::uint8_t id)
{
    if (const Row* r = rowOf(codeset, id))
        return std::string(r->name);
    return fmt::format("Element {:02x}", id) + (codeset ? fmt::format(" of codeset {}", codeset) : "");
}

std::string elementText(unsigned codeset, std::uint8_t id, Octets content, std::vector<std::string>& damage)
{
    const Row* r = rowOf(codeset, id);
    if (content.empty())
        return "";
    return r ? r->text(content, damage) : toHex(content);
}

} // namespace callbox::hal::pri
