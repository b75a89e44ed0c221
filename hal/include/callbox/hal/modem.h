// SPDX-License-Identifier: GPL-2.0-or-later
// A GSM modem that sends and receives short messages: AT commands of 3GPP TS 27.005 and 27.007, PDUs of TS 23.040.
// Recovers by itself from silence, refusal and unplugging. Loop thread only; nothing here blocks.
#pragma once
#include <callbox/base/number.h>
#include <callbox/base/task.h>
#include <callbox/hal/modem_io.h>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

namespace callbox::hal {

enum class ModemState {
    absent,      // no device
    starting,    // talking to it, not ready yet
    pinRequired, // SIM wants a PIN we do not have, or a PUK
    noSim,
    searching, // no network yet
    denied,    // the network refuses us
    ready,     // registered: can send
    silent,    // does not answer; being recovered
};
std::string_view name(ModemState);

struct ModemStatus {
    ModemState state = ModemState::absent;
    std::optional<int> signalDbm; // 27.007 8.5; empty = not known
    bool roaming = false;
    std::string manufacturer, model, revision, imei;
    std::string network; // operator as the modem names it
    std::string lastError;
    std::optional<int> memoryUsed, memoryTotal; // messages that wait in the modem, and how many it can hold
    std::uint64_t badMessages = 0;              // came and were not understood: deleted
    // How often it had to be helped
    std::uint64_t asked = 0;    // asked again after silence
    std::uint64_t reopened = 0; // its port closed and opened
    std::uint64_t resets = 0;   // AT+CFUN=1,1
    [[nodiscard]] std::uint64_t recoveries() const { return asked + reopened + resets; }
};

struct SmsToSend {
    PhoneNumber to;
    std::string text; // UTF-8; GSM-7 when it can be, else UCS2; split into parts when long
    bool wantReport = true;
};

enum class SmsOutcome {
    sent,    // the network took every part
    refused, // the network or modem said no for good: do not repeat as it is
    failed,  // not sent, may be tried again
    unknown, // handed over, no answer: it may have been sent
};
std::string_view name(SmsOutcome);
struct SmsResult {
    SmsOutcome outcome = SmsOutcome::failed;
    std::vector<std::uint8_t> references; // TP-MR of each part sent, for the reports
    int code = -1;                        // +CMS ERROR (27.005 3.2.5) or +CME ERROR (27.007 9.2)
    std::string reason;                   // in words, with what to do
};

struct SmsReport { // SMS-STATUS-REPORT (23.040 9.2.2.3)
    std::uint8_t reference = 0;
    PhoneNumber to;
    bool delivered = false;
    bool final = true;       // false: the centre goes on trying
    std::uint8_t status = 0; // TP-Status as it came
};

struct SmsReceived {
    std::string from; // as it came: may be letters
    std::string text;
};

struct ModemConfig {
    std::string name;
    Secret pin;                // empty: none
    Duration answerLimit = 5s; // silence after a command before it counts as dead
    Duration sendLimit = 60s;  // silence after a PDU before its outcome is unknown
    Duration pollEvery = 10s;  // signal and registration
    Duration retryAfter = 2s;  // between attempts to reach a silent or absent modem
};

struct AtTraceLine {
    WallTime at;
    bool sent = false;
    std::string text; // control characters as <CR> <LF> <SUB>; a PIN is never here
};

class Modem {
public:
    virtual ~Modem() = default;
    virtual void start() = 0;
    virtual void stop() = 0;
    [[nodiscard]] virtual const std::string& name() const = 0;
    [[nodiscard]] virtual const ModemStatus& status() const = 0;
    // One after another; Errc::busy never: they queue. Fails (outcome) rather than errs.
    virtual Task<SmsResult> send(SmsToSend) = 0;
    [[nodiscard]] virtual std::size_t queued() const = 0;
    virtual void onReport(std::function<void(const SmsReport&)>) = 0;
    virtual void onReceived(std::function<void(const SmsReceived&)>) = 0;
    virtual void onChange(std::function<void()>) = 0;
    [[nodiscard]] virtual const std::deque<AtTraceLine>& trace() const = 0; // the last 2000 lines
};

std::unique_ptr<Modem> makeModem(const Edges&, ModemConfig, std::unique_ptr<ModemIo>);

} // namespace callbox::hal
