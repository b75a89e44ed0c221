// SPDX-License-Identifier: GPL-2.0-or-later
// The status record: what a box says of itself, as contract.md names it (`callbox box status`), and its JSON both
// ways. Field names in JSON are the snake_case of these.
#pragma once
#include <callbox/base/number.h>
#include <callbox/base/time.h>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace callbox::status {

enum class Mode { active, draining, maintenance };
std::string_view name(Mode);
std::optional<Mode> mode(std::string_view);

struct ModeRecord {
    Mode state = Mode::active;
    std::string by, why;
    std::optional<WallTime> until;
};
struct SpanRecord {
    std::string name;
    std::string state; // up, alarm, d-channel-down, down, gone
    std::vector<std::string> alarms;
    bool framesMoving = false;
    std::string dChannel; // up, down
    unsigned channels = 0;
    unsigned idle = 0;
};
struct ModemRecord {
    std::string name;
    std::string state;
    std::optional<int> signalDbm;
    std::size_t queued = 0;
};
struct AlarmRecord {
    std::string name, severity, state,
        text; // severity: warning, minor, major, critical; state: raised, acknowledged, cleared
    WallTime first{}, last{};
    unsigned count = 0;
    std::string acknowledgedBy = {}; // empty unless acknowledged
};
struct LinkPool {
    PhoneNumber first, last;
};

struct SelfTestRecord { // the last test call: box, line, box
    WallTime at{};
    bool passed = false;
    bool counts = false;          // young enough to say something of the box now
    std::vector<std::string> why; // what was wrong, in words
};

struct StatusRecord {
    std::string box;
    std::string bootId; // made anew at each start
    std::uint64_t sequence = 0;
    WallTime at{};
    std::int64_t monotonicMs = 0; // the box's steady clock when it made this record
    std::string software;
    ModeRecord mode;
    std::vector<SpanRecord> spans;
    bool canRecord = false;
    std::int64_t recordSecondsLeft = 0;
    std::int64_t storeLastSyncMs = 0;
    std::vector<LinkPool> linkPools;
    std::size_t poolSize = 0, pairsLive = 0, pairsQuarantined = 0, fullestRecipient = 0;
    std::vector<ModemRecord> modems;
    std::size_t outboxQueued = 0;
    std::int64_t outboxOldestS = 0;
    unsigned calls = 0;
    std::optional<SelfTestRecord> selfTest; // empty: none since the box started
    std::vector<AlarmRecord> alarms;
};

nlohmann::json toJson(const StatusRecord&);
nlohmann::json toJson(const AlarmRecord&);
// A list of them under "alarms", as a daemon keeps and tells it. Errc::invalid as below.
Result<std::vector<AlarmRecord>> alarmsFromJson(const nlohmann::json&);
// Errc::invalid names the field that is missing or of the wrong type.
Result<StatusRecord> fromJson(const nlohmann::json&);

} // namespace callbox::status
