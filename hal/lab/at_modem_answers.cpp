// SPDX-License-Identifier: GPL-2.0-or-later
// What the emulated modem answers to questions of who, where and which SIM (3GPP TS 27.007).
#include <algorithm>
#include <callbox/lab/at_modem.h>

namespace callbox::lab {

bool AtModem::basic(const std::string& c)
{
    static constexpr std::string_view accepted[] = {"ATV",       "AT&",      "AT+CMGF=", "AT+CSCS=\"", "AT+CFUN=1",
                                                    "AT+CLIP=",  "AT+CRC=",  "AT+CMMS=", "AT+CCWA=",   "AT+CUSD=",
                                                    "AT+CGREG=", "AT+COPS=", "AT+CSDH="};
    if (c.starts_with("ATE")) {
        if (config_.keepsEcho && c != "ATE1") {
            error(4);
            return true;
        }
        echo_ = c == "ATE1";
        ok();
    } else if (c == "AT+CFUN=1,1") {
        ok();
        ++resets_;
        restart(true);
    } else if (c.starts_with("AT+CMEE=")) {
        numericErrors_ = c != "AT+CMEE=0";
        ok();
    } else if (c.starts_with("AT+CREG=")) {
        tellsRegistration_ = c != "AT+CREG=0";
        ok();
    } else if (c == "AT" || c == "ATZ" ||
               std::any_of(std::begin(accepted), std::end(accepted), [&](auto a) { return c.starts_with(a); })) {
        ok();
    } else {
        return false;
    }
    return true;
}

bool AtModem::identity(const std::string& c)
{
    if (c == "AT+CGMI")
        ok({"Callbox Lab"});
    else if (c == "AT+CGMM")
        ok({"LM-1"});
    else if (c == "AT+CGMR")
        ok({"1.0"});
    else if (c == "AT+CGSN")
        ok({config_.imei});
    else if (c == "AT+CIMI")
        ok({"001010123456789"});
    else if (c == "AT+CFUN?")
        ok({"+CFUN: 1"});
    else if (c == "AT+CBC")
        ok({"+CBC: 0,100"});
    else if (c == "AT+CSCS=?")
        ok({"+CSCS: (\"GSM\",\"UCS2\",\"IRA\")"});
    else if (c == "AT+CSCS?")
        ok({"+CSCS: \"GSM\""});
    else
        return false;
    return true;
}

bool AtModem::sim(const std::string& c)
{
    if (faults_.noSim && c.starts_with("AT+C")) {
        error(10);
    } else if (c == "AT+CPIN?") {
        ok({"+CPIN: " + std::string(unlocked_ ? "READY" : pinTries_ > 0 ? "SIM PIN" : "SIM PUK")});
    } else if (c.starts_with("AT+CPINR") && config_.tellsPinTries) {
        ok({"+CPINR: SIM PIN," + std::to_string(pinTries_) + ",3"});
    } else if (c.starts_with("AT+CPIN=")) {
        pinCommand(c);
    } else if (!unlocked_ && c.starts_with("AT+C")) {
        error(pinTries_ > 0 ? 11 : 12);
    } else {
        return false;
    }
    return true;
}

void AtModem::pinCommand(const std::string& c)
{
    std::string given = c.substr(c.find('=') + 1);
    std::erase(given, '"');
    if (pinTries_ <= 0) {
        error(12);
    } else if (given == config_.pin) {
        pinTries_ = std::max(config_.pinTries, 3);
        unlocked_ = true;
        ok();
    } else {
        --pinTries_;
        error(16);
    }
}

int AtModem::registration() const
{
    return faults_.denied ? 3 : faults_.noNetwork ? 2 : 1;
}

bool AtModem::network(const std::string& c)
{
    const std::string registered = (tellsRegistration_ ? "1," : "0,") + std::to_string(registration());
    if (c == "AT+CSQ")
        ok({"+CSQ: " + std::to_string(faults_.noNetwork ? 99 : config_.rssi) + ",0"});
    else if (c == "AT+CREG?")
        ok({"+CREG: " + registered + ",\"00C3\",\"1A2B\""});
    else if (c == "AT+CGREG?")
        ok({"+CGREG: 2," + std::to_string(registration()) + ",\"00C3\",\"1A2B\""});
    else if (c == "AT+CGATT?")
        ok({"+CGATT: 1"});
    else if (c == "AT+COPS?")
        ok({"+COPS: 0,0,\"Callbox Lab\""});
    else if (c == "AT+CSCA?")
        ok({"+CSCA: \"+12025550100\",145"});
    else
        return false;
    return true;
}

} // namespace callbox::lab
