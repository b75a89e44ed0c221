// SPDX-License-Identifier: GPL-2.0-or-later
// Cards that tell of themselves, for diagnosis: USB cards, ours and an icE1usb. All is asked by requests that need no
// interface, so it works while a daemon or a kernel driver has the card's ports, and disturbs none of them. What a card
// does not tell is absent, with the reason in `unknown`; texts of a card may hold anything. Loop thread only.
#pragma once
#include <callbox/base/loop.h>
#include <optional>
#include <vector>

namespace callbox::hal {

struct CardFacts {
    std::string id;       // "usb:SERIAL" or "usb:@LOCATION": a span's, without its port
    std::string location; // "1-2.3": bus, and ports on the way to it
    std::string model;
    std::uint16_t vendor = 0, product = 0, release = 0; // as USB has them
};

struct CardPort {
    unsigned number = 0; // of the card
    std::string type;    // "e1", "t1", "fxo", "fxs"; "unknown"
    unsigned interface = 0;
    std::optional<std::string> state;  // "off", "waiting" for data, "running"
    std::optional<unsigned> hardware;  // revision
    std::optional<std::string> alarms; // "LOS RAI"; "" when clear
    std::optional<std::string> loop;   // "none", "line", "payload", "digital", "analog", "pcm", "other port"
};
// What ports go by whose timing is the card's: of our card its choice of sources, of an icE1usb its GPS-DO.
struct CardClock {
    std::string state; // "free", "locked", "hold over"; GPS-DO: "disabled", "calibrating", "coarse", "fine"
    std::optional<std::string> source;  // in use: "own", "gps", "port 0"
    std::vector<std::string> order;     // sources, the best first
    std::optional<int> offset;          // 1e-9, of the card's own oscillator while that is in use
    std::optional<std::string> antenna; // of a GPS-DO: "good", "open", "short"; "unknown"
    std::optional<bool> fix;            // its position is known
    std::optional<std::uint32_t> hertz; // estimated by it
};
struct CardInfo {
    bool stock = false;   // an icE1usb, or one that claims no more
    std::string firmware; // its build; "": it does not say
    std::string protocol; // "1.0"; "": stock
    std::optional<bool> maintenance;
    std::optional<CardClock> clock;
    std::vector<std::string> abilities;
    std::vector<CardPort> ports;
    std::string unknown;
};

struct CardCount {
    std::string_view name, meaning;
    std::optional<std::uint32_t> value; // since power on, modulo 2^32 (stock: 2^16)
};
struct CardPortCounts {
    unsigned port = 0;
    std::vector<CardCount> counts; // the same names for each port of each card
};
struct CardCounts {
    std::vector<CardPortCounts> ports;
    std::string unknown;
};

struct CardMeasure {
    std::string_view name, unit; // "temperature_c", "degrees Celsius"
    std::optional<double> value;
};
struct CardSensors {
    std::vector<CardMeasure> values; // the same names for each card
    std::string unknown;
};

struct CardLogEntry {
    std::uint32_t sequence = 0; // a gap: what lay between is gone
    std::uint32_t atMs = 0;     // since the card's power came on, modulo 2^32
    std::string_view level;     // "error", "warning", "info"
    std::string code;           // "start", ..., or the number of one that is not known here
    unsigned port = 0, value = 0;
    std::string text;
};
struct CardLog {
    std::vector<CardLogEntry> entries; // the oldest first
    std::string unknown;
};

struct CardTest {
    unsigned number = 0;
    std::string name;
    std::string_view result; // "passed", "failed", "not done"
};

class Card {
public:
    virtual ~Card() = default;
    [[nodiscard]] virtual const CardFacts& facts() const = 0;
    // The card outlives what it is asked. Errc::gone: it was pulled out; Errc::timeout: no answer within a second.
    virtual Task<CardInfo> info() = 0;
    virtual Task<CardCounts> counters() = 0;
    virtual Task<CardSensors> sensors() = 0;
    virtual Task<CardLog> log() = 0;
    // Unlocks the card for as long as it takes, ten seconds at most. Errc::unsupported: it has none.
    virtual Task<std::vector<CardTest>> selfTest() = 0;
    // Its light blinks for 1..255 seconds; 0: no more. Errc::unsupported: it has none.
    virtual Task<> locate(unsigned seconds) = 0;
};

class Cards {
public:
    virtual ~Cards() = default; // after its cards
    virtual Result<std::vector<CardFacts>> list() = 0;
    // By id, with or without "usb:", or by "@LOCATION". Errc::not_found: there is none, with those there are;
    // Errc::denied: this user may not.
    virtual Result<std::unique_ptr<Card>> open(const std::string& id) = 0;
};
// This machine's.
Result<std::unique_ptr<Cards>> machineCards(Loop&);

} // namespace callbox::hal
