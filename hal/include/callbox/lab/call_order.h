// SPDX-License-Identifier: GPL-2.0-or-later
// One test call of the exchange: what it is told to do, and what it says of it afterwards. The options are those of
// `callbox lab call` (contract.md).
#pragma once
#include <callbox/hal/call.h>

namespace callbox::lab {

// When a caller begins to speak.
enum class PlayAt {
    beep,    // 200 ms after the end of the first beep; 15 s after connect when there was none
    connect, // with the first sample
    after,   // CallOrder::playAfter after connect
};
constexpr Duration afterBeep = 200ms;
constexpr Duration withoutBeep = 15s;
constexpr Duration beforeDigits = 500ms; // from connect, when nothing is played
constexpr Duration afterDigit = 100ms;   // of a number that is dialled digit by digit

struct CallOrder {
    std::string tag; // Exchange::hangup() knows the call by it; may be empty
    PhoneNumber from, to;
    PhoneNumber redirecting, redirectingOriginal;       // the last and the first diverting party; may be empty
    std::optional<hal::RedirectingForm> form;           // absent: as the trunk's country does it
    bool withhold = false;                              // presentation restricted; the number is there
    hal::Screening screening = hal::Screening::network; // of the caller's number
    hal::Bearer bearer = hal::Bearer::speech;           // what a modem or router asks for instead
    bool overlap = false;  // the called number goes out digit by digit (EN 300 403-1 5.2.4), afterDigit apart
    std::string keysFirst; // keyed beforeDigits after the connect, before anything is said
    std::shared_ptr<hal::AudioSource> play; // what is said; null: nothing
    PlayAt playAt = PlayAt::beep;
    Duration playAfter{};
    std::string digits;           // keyed after it; 'p' = 1 s of nothing
    std::optional<Duration> hold; // hang up so long after connect
    std::string record;           // file for what was heard from connect; empty: none
    bool keepHeard = false;       // in CallReport::heard
    bool everyBeep = true;        // false: nobody listens after the first one
};

struct CallEvent {
    Duration at{}; // since SETUP
    // setup proceeding alerting progress connect beep play-start play-end digit disconnect release
    std::string_view what;
};

struct CallReport {
    std::string call; // id; empty: no trunk had a channel
    std::string trunk;
    bool connected = false;
    hal::Cause cause = hal::Cause::none;
    std::optional<Duration> setup; // SETUP to CONNECT
    Duration duration{};           // CONNECT to the beginning of the clearing
    std::optional<hal::Law> law;   // absent: no trunk had a channel
    std::vector<CallEvent> events;
    bool farEndCleared = false; // it hung up first
    bool saidAll = false;       // play and digits went out whole
    std::uint64_t heardSamples = 0, lostSamples = 0;
    OctetBuffer heard;
};

} // namespace callbox::lab
