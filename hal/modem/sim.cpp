// SPDX-License-Identifier: GPL-2.0-or-later
// The SIM and its PIN: one try for a PIN value, and never the last that the SIM allows (N57).
#include "errors.h"
#include "session.h"
#include <algorithm>

namespace callbox::hal::modem {

namespace {

// How modems tell the tries left; each is refused at no cost by those that do not know it.
struct TriesQuestion {
    const char* command;
    const char* answer;
    std::size_t field;
};
constexpr TriesQuestion triesQuestions[] = {
    {"AT+CPINR=\"SIM PIN\"", "+CPINR:", 1}, // 27.007 8.65
    {"AT^CPIN?", "^CPIN:", 1},              // Huawei
    {"AT+QPINC=\"SC\"", "+QPINC:", 1},      // Quectel
    {"AT+SPIC", "+SPIC:", 0},               // SIMCom
    {"AT^SPIC", "^SPIC:", 0},               // Cinterion
    {"AT#PCT", "#PCT:", 0},                 // Telit
};

} // namespace

// -1: not told.
Task<int> Session::pinTriesLeft()
{
    for (const TriesQuestion& q : triesQuestions) {
        const Answer a = co_await ask(q.command, q.answer);
        if (!a.ok)
            continue;
        for (const std::string& line : a.info) {
            const int tries = line.starts_with(q.answer) ? numberIn(fields(line), q.field) : -1;
            if (tries >= 0)
                co_return tries;
        }
    }
    co_return -1;
}

Task<bool> Session::mayTryPin()
{
    if (config_.pin.empty()) {
        status_.lastError = "the SIM wants its PIN: set pin in the configuration";
        co_return false;
    }
    if (pinRefused_)
        co_return false;
    const int left = co_await pinTriesLeft();
    if (left == 0 || left == 1) {
        status_.lastError = "one PIN try is left: enter the right PIN in a phone, then in the configuration";
        co_return false;
    }
    co_return true; // a modem that does not tell: one try is within what a fresh SIM allows
}

Task<> Session::tryPin()
{
    Command c;
    c.text = "AT+CPIN=\"" + config_.pin.reveal() + "\"";
    c.limit = config_.answerLimit;
    c.secret = config_.pin.reveal();
    pinRefused_ = true; // until it says otherwise: silence, too, may have used a try up
    const Answer tried = co_await engine_.command(std::move(c));
    if (tried.ok) {
        pinRefused_ = false;
        setState(ModemState::searching);
        co_return;
    }
    const std::string words(cmeMeaning(tried.code).words);
    setState(ModemState::pinRequired,
             tried.code < 0 ? "the PIN was not taken: it is not tried again; correct it in the configuration" : words);
}

Task<> Session::unlock()
{
    constexpr int noSim[] = {10, 13, 15}, busy = 14;
    const Answer a = co_await ask("AT+CPIN?", "+CPIN:");
    if (!a.ok) {
        const std::string words =
            a.code < 0 ? "the modem does not tell the SIM's state: " + a.words : std::string(cmeMeaning(a.code).words);
        const bool missing = std::find(std::begin(noSim), std::end(noSim), a.code) != std::end(noSim);
        if (missing || a.code == 12)
            setState(missing ? ModemState::noSim : ModemState::pinRequired, words);
        else if (a.code == busy || status_.state != ModemState::ready)
            status_.lastError = words;
        co_return;
    }
    std::string wanted;
    for (const std::string& line : a.info)
        if (line.starts_with("+CPIN:"))
            wanted = fields(line)[0];
    if (wanted == "READY") {
        if (status_.state == ModemState::pinRequired || status_.state == ModemState::noSim)
            setState(ModemState::searching);
        co_return;
    }
    if (wanted.starts_with("NOT")) { // not inserted, not ready
        setState(ModemState::noSim, "no SIM: the modem says " + wanted);
        co_return;
    }
    if (wanted == "SIM PIN") {
        const bool may = co_await mayTryPin();
        if (may)
            co_await tryPin();
        else
            setState(ModemState::pinRequired);
        co_return;
    }
    setState(ModemState::pinRequired, "the SIM wants " + wanted + ": unblock it in a phone");
}

} // namespace callbox::hal::modem
