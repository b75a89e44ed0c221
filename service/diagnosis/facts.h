// SPDX-License-Identifier: GPL-2.0-or-later
// What was found on a machine and at its daemons. A value: nothing here looks anywhere. What could not be looked at is
// absent and named in `notLooked`; a rule says nothing about what it does not know.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace callbox::diagnosis {

struct Channels {
    std::size_t all = 0, idle = 0, inUse = 0, restarting = 0, outOfService = 0;
};

// What was lost in a stretch of time.
struct Lost {
    std::int64_t seconds = 0, samples = 0;
};

// As GET /v1/spans says it.
struct SpanFacts {
    std::string name, daemon, backend, use, type, state;
    std::string loop, loopUntil;     // "": no loop stands
    bool inService = true;           // false: a technician has taken it out
    std::string clockSet, clockFrom; // "card", "line", "line 2"; "card", "line", "other"; "": not known
    std::vector<std::string> alarms;
    bool framesMoving = false;
    bool dChannelUp = false;
    std::string dChannelLostAt; // "": it has not gone down since the start
    std::optional<bool>
        sameSide; // whether the SABMEs that come while it is down are of our own side; none came: absent
    std::int64_t framesInAtLoss = 0, framesBadAtLoss = 0;
    Channels channels;
    Lost quarter, day; // this quarter of an hour so far, and the last 24 hours with it
    std::int64_t slips = 0, lateMs = 0;
    std::int64_t framesIn = 0, framesOut = 0, framesBad = 0, alarmChanges = 0;
    [[nodiscard]] bool has(const char* alarm) const;
    [[nodiscard]] bool analog() const { return type == "analog"; } // lines, and no D channel
};

struct ModemFacts {
    std::string name, daemon, state, network, lastError;
    std::optional<std::int64_t> signalDbm, memoryUsed, memoryTotal;
    std::int64_t queued = 0, resets = 0;
    bool roaming = false;
};

struct CallFacts {
    std::string id, daemon, kind, stage;
    std::int64_t seconds = 0;
};

struct AlarmFacts {
    std::string name, severity, state, text;
};

// As GET /v1/status says it.
struct BoxFacts {
    std::string daemon, mode, why;
    bool canRecord = true;
    std::int64_t recordSecondsLeft = 0, lastSyncMs = 0, outboxQueued = 0, outboxOldestS = 0;
    std::int64_t poolSize = 0, fullestRecipient = 0;
    std::vector<AlarmFacts> alarms;
};

// As GET /v1/boxes says it.
struct SwitchView {
    std::string box, state;
    bool usable = false;
    std::vector<std::string> why;
};

struct DaemonFacts {
    std::string who;
    bool reached = false, permitted = true;
    std::string error; // why it was not reached
};

struct ConfiguredSpan {
    std::string name, backend, id; // id: as the backend's probe names it, "HARDWARE_ID/N"; "" where it has none
};
struct ProbedSpan {
    std::string backend, id, model;
    std::string byPlace = {}; // another name of it, "@1-2/0"; "" where it has none
};

struct MachineFacts {
    std::optional<std::vector<std::string>> modules; // loaded kernel modules
    std::optional<bool> dahdiDevices;                // /dev/dahdi is there
    std::optional<std::vector<ProbedSpan>> probed;
    std::vector<ConfiguredSpan> configured;
    std::vector<std::string> configProblems; // "FILE:LINE: KEY = VALUE: what is allowed"
    std::optional<bool> clockSynchronised;
    struct Disk {
        std::string path;
        std::uint64_t free = 0, total = 0; // octets
    };
    std::vector<Disk> disks;
};

struct Facts {
    MachineFacts machine;
    std::vector<DaemonFacts> daemons;
    std::vector<SpanFacts> spans;
    std::vector<CallFacts> calls;
    std::vector<BoxFacts> boxes;
    std::vector<ModemFacts> modems;
    std::vector<SwitchView> switchViews;
    std::vector<std::string> notLooked; // "the switch: not reached", in words
};

// The answers of one daemon; fields that are missing or of another type are as a daemon leaves them at start.
void readSpans(Facts&, const std::string& daemon, const nlohmann::json& answer);
void readCalls(Facts&, const std::string& daemon, const nlohmann::json& answer);
void readStatus(Facts&, const std::string& daemon, const nlohmann::json& answer);
void readModems(Facts&, const std::string& daemon, const nlohmann::json& answer);
void readSwitchView(Facts&, const nlohmann::json& answer);

} // namespace callbox::diagnosis
