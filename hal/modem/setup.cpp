// SPDX-License-Identifier: GPL-2.0-or-later
// Setting a modem up, and its state: who it is, PIN, network, signal.
#include "errors.h"
#include "session.h"
#include <charconv>

namespace callbox::hal::modem {

namespace {

std::string firstLine(const Answer& a)
{
    return a.ok && !a.info.empty() ? a.info.front() : std::string();
}

int toInt(const std::string& s)
{
    int n = -1;
    std::from_chars(s.data(), s.data() + s.size(), n);
    return n;
}

} // namespace

Task<> Session::setUp()
{
    const bool awake = co_await answers();
    if (!awake)
        co_await fail(engine_.gone() ? Errc::gone : Errc::timeout, "the modem does not answer");
    (void)co_await ask("ATE0");
    (void)co_await ask("AT+CMEE=1");
    const bool inStep = co_await answers(); // with errors as numbers from here on
    if (!inStep)
        co_await fail(Errc::timeout, "the modem does not answer");
    co_await identify();
    co_await unlock();
    const Answer mode = co_await ask("AT+CMGF=0");
    if (!mode.ok)
        status_.lastError = "the modem has no PDU mode";
}

Task<> Session::identify()
{
    Answer a = co_await ask("AT+CGMI");
    status_.manufacturer = firstLine(a);
    a = co_await ask("AT+CGMM");
    status_.model = firstLine(a);
    a = co_await ask("AT+CGMR");
    status_.revision = firstLine(a);
}

// Delivery reports at once (+CDS), else from the memory (+CDSI); messages always from the memory (27.005 3.4.1).
Task<> Session::askForReports()
{
    for (const char* command : {"AT+CNMI=2,1,0,1,0", "AT+CNMI=2,1,0,2,0", "AT+CNMI=1,1,0,1,0", "AT+CNMI=2,1,0,0,0"}) {
        const Answer a = co_await ask(command);
        if (a.ok)
            co_return;
    }
    status_.lastError = "the modem tells neither messages nor reports";
}

// One try for a PIN value, and never the last that the SIM allows (N57).
Task<bool> Session::mayTryPin()
{
    if (config_.pin.empty() || pinRefused_)
        co_return false;
    const Answer a = co_await ask("AT+CPINR=\"SIM PIN\"", "+CPINR:");
    if (!a.ok)
        co_return true; // not every modem tells; one try is within what a fresh SIM allows
    const auto f = fields(firstLine(a));
    if (f.size() > 1 && toInt(f[1]) >= 0 && toInt(f[1]) < 2) {
        status_.lastError = "one PIN try is left: enter the PIN in a phone";
        co_return false;
    }
    co_return true;
}

Task<> Session::unlock()
{
    const Answer a = co_await ask("AT+CPIN?", "+CPIN:");
    const std::string line = firstLine(a);
    if (!a.ok) {
        const bool noSim = a.code == 10 || a.code == 13 || a.code == 15;
        setState(noSim ? ModemState::noSim : ModemState::starting, std::string(cmeWords(a.code)));
        co_return;
    }
    if (line.find("READY") != std::string::npos) {
        if (status_.state == ModemState::pinRequired || status_.state == ModemState::noSim)
            setState(ModemState::searching);
        co_return;
    }
    const bool tryIt = line.find("SIM PIN") != std::string::npos && line.find("PIN2") == std::string::npos;
    if (tryIt) {
        const bool may = co_await mayTryPin();
        if (may) {
            Command c;
            c.text = "AT+CPIN=\"" + config_.pin.reveal() + "\"";
            c.limit = config_.answerLimit;
            c.secret = true;
            const Answer tried = co_await engine_.command(std::move(c));
            if (tried.ok) {
                setState(ModemState::searching);
                co_return;
            }
            pinRefused_ = true;
            status_.lastError = std::string(cmeWords(tried.code));
        }
    }
    setState(ModemState::pinRequired, status_.lastError.empty() ? "the SIM wants: " + line : status_.lastError);
}

Task<> Session::poll()
{
    co_await unlock();
    if (status_.state == ModemState::pinRequired || status_.state == ModemState::noSim)
        co_return;
    Answer a = co_await ask("AT+CREG?", "+CREG:");
    const auto registration = fields(firstLine(a));
    const int state = registration.size() > 1 ? toInt(registration[1]) : -1;
    a = co_await ask("AT+CSQ", "+CSQ:");
    const int rssi = toInt(fields(firstLine(a))[0]);
    switch (state) {
    case 1:
    case 5:
        status_.roaming = state == 5;
        if (status_.state != ModemState::ready) {
            co_await askForReports();
            co_await askNetwork();
            co_await readAll();
            status_.lastError.clear();
            setState(ModemState::ready);
        }
        break;
    case 3:
        setState(ModemState::denied, "the network refuses this SIM");
        break;
    default:
        setState(ModemState::searching);
    }
    // 27.007 8.5: 0 to 31 in steps of 2 dB from -113 dBm, 99 = not known
    status_.signalDbm = rssi >= 0 && rssi <= 31 ? std::optional(-113 + 2 * rssi) : std::nullopt;
}

Task<> Session::askNetwork()
{
    (void)co_await ask("AT+COPS=3,0");
    const Answer a = co_await ask("AT+COPS?", "+COPS:");
    const auto f = fields(firstLine(a));
    if (f.size() > 2)
        status_.network = f[2];
}

} // namespace callbox::hal::modem
