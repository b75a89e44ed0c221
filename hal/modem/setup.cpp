// SPDX-License-Identifier: GPL-2.0-or-later
// Setting a modem up, and its state: who it is, network, signal.
#include "session.h"

namespace callbox::hal::modem {

namespace {

constexpr Duration longestSearch = 10min; // then a reset may help

std::string firstLine(const Answer& a)
{
    return a.ok && !a.info.empty() ? a.info.front() : std::string();
}

// "+CGMI: Maker" or "Maker".
std::string word(const Answer& a)
{
    const std::string line = firstLine(a);
    return line.starts_with('+') ? fields(line)[0] : line;
}

bool registered(int state)
{
    // 27.007 7.2: at home, roaming; 6 and 7 the same, for short messages only
    return state == 1 || state == 5 || state == 6 || state == 7;
}

} // namespace

Task<> Session::setUp()
{
    const bool awake = co_await answers();
    if (!awake)
        co_await fail(engine_.gone() ? Errc::gone : Errc::timeout, "the modem does not answer");
    if (status_.state == ModemState::absent || status_.state == ModemState::silent)
        setState(ModemState::starting);
    stored_.clear();
    toAcknowledge_ = 0;
    const Answer echo = co_await ask("ATE0");
    (void)co_await ask("AT+CMEE=1");
    const bool inStep = co_await answers(); // with errors as numbers from here on
    if (!inStep)
        co_await fail(Errc::timeout, "the modem does not answer");
    echoIsOff_ = echo.ok;
    (void)engine_.takeEcho();
    restarted_ = false;
    co_await identify();
}

Task<> Session::identify()
{
    Answer a = co_await ask("AT+CGMI");
    status_.manufacturer = word(a);
    a = co_await ask("AT+CGMM");
    status_.model = word(a);
    a = co_await ask("AT+CGMR");
    status_.revision = word(a);
}

Task<> Session::poll()
{
    co_await unlock();
    if (status_.state == ModemState::pinRequired || status_.state == ModemState::noSim)
        co_return;
    const int state = co_await askRegistration();
    const Answer a = co_await ask("AT+CSQ", "+CSQ:");
    const int rssi = numberIn(fields(firstLine(a)), 0);
    if (registered(state)) {
        status_.roaming = state == 5 || state == 7;
        if (!ready())
            co_await becomeReady();
        else
            co_await askMemory();
    } else if (state == 3) {
        setState(ModemState::denied, "the network refuses this SIM: check its subscription");
    } else {
        co_await searching();
    }
    // 27.007 8.5: 0 to 31 in steps of 2 dB from -113 dBm, 99 = not known
    status_.signalDbm = rssi >= 0 && rssi <= 31 ? std::optional(-113 + 2 * rssi) : std::nullopt;
}

// -1: not told. A modem may be on LTE alone, which +CREG does not count.
Task<int> Session::askRegistration()
{
    int state = -1;
    for (const char* name : {"+CREG", "+CEREG"}) {
        const Answer a = co_await ask(std::string("AT") + name + "?", std::string(name) + ":");
        for (const std::string& line : a.info) {
            // The answer has two numbers or more; what comes unasked in between has one, or a cell in quotes.
            const auto f = fields(line);
            const bool cell = f.size() > 1 && line.find(",\"") < line.find(f[1]);
            if (line.starts_with(name) && f.size() > 1 && !cell)
                state = registered(state) ? state : numberIn(f, 1);
        }
        if (registered(state))
            break;
    }
    co_return state;
}

Task<> Session::searching()
{
    setState(ModemState::searching);
    const TimePoint now = edges_.loop.now();
    if (!since_)
        since_ = now;
    if (now - *since_ < longestSearch || !recovery_.mayReset(now))
        co_return;
    since_.reset();
    co_await resetModem();
    restarted_ = true;
    co_await fail(Errc::gone, "no network for ten minutes: the modem was reset; check aerial and SIM");
}

Task<> Session::becomeReady()
{
    const Answer mode = co_await ask("AT+CMGF=0");
    if (!mode.ok)
        status_.lastError = "the modem has no PDU mode: this program cannot use it";
    (void)co_await ask("AT+CREG=1"); // tells of changes by itself, where it can
    co_await askForReports();
    co_await askNetwork();
    memory_.clear();
    readAll_ = true;
    co_await readStored();
    if (!mode.ok)
        co_return;
    status_.lastError.clear();
    setState(ModemState::ready);
}

// Delivery reports at once (+CDS), else from the memory (+CDSI); messages from the memory if possible (27.005 3.4.1),
// where they wait for us. A modem of "phase 2+" wants what comes at once acknowledged, or it stops telling.
Task<> Session::askForReports()
{
    (void)co_await ask("AT+CSMS=0");
    const Answer service = co_await ask("AT+CSMS?", "+CSMS:");
    acknowledges_ = numberIn(fields(firstLine(service)), 0) == 1;
    static constexpr const char* plain[] = {"2,1,0,1,0", "2,1,0,2,0", "1,1,0,1,0", "2,2,0,1,0", "2,1,0,0,0"};
    static constexpr const char* acknowledged[] = {"2,1,0,2,0", "2,1,0,1,0", "1,1,0,2,0", "2,2,0,1,0", "2,1,0,0,0"};
    for (const char* modes : acknowledges_ ? acknowledged : plain) {
        const Answer a = co_await ask(std::string("AT+CNMI=") + modes);
        if (a.ok)
            co_return;
    }
    edges_.log.warning("modem tells neither messages nor reports", {{"modem", config_.name}});
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
