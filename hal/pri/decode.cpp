// SPDX-License-Identifier: GPL-2.0-or-later
// Layer 2, the message's header and the walk over its elements. parseElements() (ie.h) ends where a message can no more
// be acted on and leaves out other codesets; here both are what is looked for.
#include "decode_parts.h"
#include "ie.h"
#include <algorithm>
#include <callbox/hal/decode.h>
#include <fmt/format.h>

namespace callbox::hal {

namespace {

using namespace pri;

constexpr std::uint8_t q931 = 0x08;
constexpr std::uint8_t maintenance = 0x03, maintenanceNational = 0x43; // TR 41459; National ISDN 2
constexpr std::uint8_t changeStatusElement = 0x01;

constexpr Word messageTypes[] = {{0x00, "ESCAPE"},
                                 {0x01, "ALERTING"},
                                 {0x02, "CALL PROCEEDING"},
                                 {0x03, "PROGRESS"},
                                 {0x05, "SETUP"},
                                 {0x07, "CONNECT"},
                                 {0x0D, "SETUP ACKNOWLEDGE"},
                                 {0x0F, "CONNECT ACKNOWLEDGE"},
                                 {0x20, "USER INFORMATION"},
                                 {0x21, "SUSPEND REJECT"},
                                 {0x22, "RESUME REJECT"},
                                 {0x24, "HOLD"},
                                 {0x25, "SUSPEND"},
                                 {0x26, "RESUME"},
                                 {0x28, "HOLD ACKNOWLEDGE"},
                                 {0x2D, "SUSPEND ACKNOWLEDGE"},
                                 {0x2E, "RESUME ACKNOWLEDGE"},
                                 {0x30, "HOLD REJECT"},
                                 {0x31, "RETRIEVE"},
                                 {0x33, "RETRIEVE ACKNOWLEDGE"},
                                 {0x37, "RETRIEVE REJECT"},
                                 {0x45, "DISCONNECT"},
                                 {0x46, "RESTART"},
                                 {0x4D, "RELEASE"},
                                 {0x4E, "RESTART ACKNOWLEDGE"},
                                 {0x5A, "RELEASE COMPLETE"},
                                 {0x60, "SEGMENT"},
                                 {0x62, "FACILITY"},
                                 {0x64, "REGISTER"},
                                 {0x6E, "NOTIFY"},
                                 {0x75, "STATUS ENQUIRY"},
                                 {0x79, "CONGESTION CONTROL"},
                                 {0x7B, "INFORMATION"},
                                 {0x7D, "STATUS"}};

constexpr Word maintenanceTypes[] = {{0x07, "SERVICE ACKNOWLEDGE"}, {0x0F, "SERVICE"}};
// National ISDN has them the other way round.
constexpr Word nationalTypes[] = {{0x07, "SERVICE"}, {0x0F, "SERVICE ACKNOWLEDGE"}};

std::string nameOf(std::span<const Word> words, unsigned code, std::string_view kind)
{
    for (const Word& w : words)
        if (w.code == code)
            return std::string(w.word);
    return fmt::format("{} {:02x}", kind, code);
}

// Q.921 table 5, modifier bits of U frames without the P/F bit.
constexpr Word unnumbered[] = {{0x6F, "SABME"}, {0x0F, "DM"},   {0x03, "UI"}, {0x43, "DISC"},
                               {0x63, "UA"},    {0x87, "FRMR"}, {0xAF, "XID"}};
constexpr Word supervisory[] = {{0x01, "RR"}, {0x05, "RNR"}, {0x09, "REJ"}};

std::string known(std::span<const Word> words, unsigned code)
{
    for (const Word& w : words)
        if (w.code == code)
            return std::string(w.word);
    return "unknown";
}

// Where the information field begins; 0: there is none.
std::size_t readLayer2(Octets f, std::optional<bool> fromNetwork, DecodedFrame& d)
{
    if (f.size() < 3) {
        d.kind = "unknown";
        d.damage.push_back(fmt::format("only {} octets: no frame of Q.921", f.size()));
        return 0;
    }
    d.sapi = f[0] >> 2;
    d.tei = f[1] >> 1;
    if ((f[0] & 1) || !(f[1] & 1))
        d.damage.emplace_back("address extension bits are wrong (Q.921 3.2)");
    // Q.921 3.3.2: the network's commands have C/R 1, the user's 0.
    if (fromNetwork)
        d.command = bool(f[0] & 2) == *fromNetwork;
    const std::uint8_t control = f[2];
    if ((control & 3) == 3) {
        d.kind = known(unnumbered, control & 0xEFU);
        d.pollFinal = control & 0x10;
        return d.kind == "UI" ? 3 : 0;
    }
    if (f.size() < 4) {
        d.kind = control & 1 ? known(supervisory, control) : "I";
        d.damage.emplace_back("ends within the control field");
        return 0;
    }
    d.receiveNumber = f[3] >> 1;
    d.pollFinal = f[3] & 1;
    if (control & 1) {
        d.kind = known(supervisory, control);
        return 0;
    }
    d.kind = "I";
    d.sendNumber = control >> 1;
    return 4;
}

// 4.5.2 to 4.5.4: which codeset the next element is of.
class Codeset {
public:
    void shift(std::uint8_t octet)
    {
        now_ = octet & 7;
        if (!(octet & 0x08)) // bit 4 not set: from here on
            locked_ = now_;
    }
    unsigned next() { return std::exchange(now_, locked_); }

private:
    unsigned now_ = 0, locked_ = 0;
};

void readElements(Octets f, std::size_t at, bool maintains, DecodedMessage& m, std::vector<std::string>& damage)
{
    Codeset codeset;
    while (at < f.size()) {
        const std::uint8_t id = f[at];
        if ((id & 0xF0) == 0x90) {
            codeset.shift(id);
            ++at;
            continue;
        }
        DecodedElement e;
        e.codeset = codeset.next();
        // Of an element of one octet the upper half says which it is, but for those of type 2 (4.5.1).
        e.id = id & 0x80 && (id & 0xF0) != 0xA0 ? id & 0xF0 : id;
        // Maintenance messages have Change status in codeset 0 or, of some switches, in 6 behind a shift.
        const unsigned read = maintains && e.id == changeStatusElement ? 0 : e.codeset;
        e.name = elementName(read, e.id);
        if (id & 0x80) {
            e.text = elementText(read, e.id, f.subspan(at, 1), damage);
            m.elements.push_back(std::move(e));
            ++at;
            continue;
        }
        const std::size_t said = at + 1 < f.size() ? f[at + 1] : 0;
        const std::size_t there = f.size() - std::min(f.size(), at + 2);
        if (at + 1 >= f.size() || said > there)
            damage.push_back("ends within " + e.name);
        const std::size_t size = std::min(said, there);
        e.text = size ? elementText(read, e.id, f.subspan(at + 2, size), damage) : "(empty)";
        m.elements.push_back(std::move(e));
        at += 2 + size;
    }
}

void readMessage(Octets f, std::size_t at, DecodedFrame& d)
{
    if (at >= f.size()) {
        d.damage.emplace_back("has no message in it");
        return;
    }
    DecodedMessage m;
    const std::uint8_t protocol = f[at];
    const bool maintains = protocol == maintenance || protocol == maintenanceNational;
    m.protocol = protocol == q931 ? "Q.931" : maintains ? "maintenance" : fmt::format("protocol {:02x}", protocol);
    if (protocol != q931 && !maintains) {
        if (at + 1 < f.size())
            m.elements.push_back({0, 0, "Octets", toHex(f.subspan(at + 1))});
        d.message = std::move(m);
        return;
    }
    const std::size_t length = at + 1 < f.size() ? f[at + 1] & 0x0F : 0;
    const std::size_t type = at + 2 + length;
    if (at + 1 >= f.size() || type >= f.size()) {
        d.damage.emplace_back("ends before its message type");
        d.message = std::move(m);
        return;
    }
    if (f[at + 1] & 0xF0)
        d.damage.emplace_back("bits 5 to 8 before the call reference are not 0 (4.3)");
    if (length > 2)
        d.damage.push_back(fmt::format("a call reference of {} octets", length));
    if (length > 0) {
        m.fromDestination = f[at + 2] & 0x80;
        unsigned value = f[at + 2] & 0x7F;
        for (std::size_t i = 1; i < std::min<std::size_t>(length, 4); ++i)
            value = value << 8 | f[at + 2 + i];
        m.call = value;
    }
    const std::span<const Word> types = protocol == maintenance           ? std::span<const Word>(maintenanceTypes)
                                        : protocol == maintenanceNational ? std::span<const Word>(nationalTypes)
                                                                          : std::span<const Word>(messageTypes);
    m.type = nameOf(types, f[type], "message");
    readElements(f, type + 1, maintains, m, d.damage);
    d.message = std::move(m);
}

std::string layer2Of(const DecodedFrame& d)
{
    std::string out = fmt::format("SAPI {} TEI {}", d.sapi, d.tei);
    if (d.sendNumber)
        out += fmt::format(" N(S) {}", *d.sendNumber);
    if (d.receiveNumber)
        out += fmt::format(" N(R) {}", *d.receiveNumber);
    if (d.command)
        out += *d.command ? " command" : " response";
    if (d.pollFinal)
        out += d.command ? (*d.command ? " P" : " F") : " P/F";
    return out;
}

std::string headOf(const DecodedMessage& m)
{
    std::string out = m.protocol == "Q.931" ? m.type : m.type.empty() ? m.protocol : m.protocol + " " + m.type;
    if (out.empty())
        out = m.protocol;
    if (m.call)
        out += *m.call ? fmt::format("  call {} {}", *m.call,
                                     m.fromDestination ? "to its originator" : "from its originator")
                       : std::string("  global call reference");
    else if (!m.type.empty())
        out += "  no call reference";
    return out;
}

std::string clean(std::string text)
{
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F)
            c = '?';
    return text;
}

} // namespace

DecodedFrame decodeFrame(Octets frame, std::optional<bool> fromNetwork)
{
    DecodedFrame d;
    if (const std::size_t at = readLayer2(frame, fromNetwork, d))
        readMessage(frame, at, d);
    return d;
}

std::vector<std::string> linesOf(const DecodedFrame& d)
{
    std::vector<std::string> lines;
    lines.push_back(clean(d.message ? fmt::format("{:<44}  [{} {}]", headOf(*d.message), d.kind, layer2Of(d))
                                    : d.kind + "  [" + layer2Of(d) + "]"));
    if (d.message)
        for (const DecodedElement& e : d.message->elements)
            lines.push_back(clean("    " + e.name + (e.text.empty() ? "" : ": " + e.text)));
    for (const std::string& what : d.damage)
        lines.push_back(clean("    ! " + what));
    return lines;
}

} // namespace callbox::hal
