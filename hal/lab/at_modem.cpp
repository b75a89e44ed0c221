// SPDX-License-Identifier: GPL-2.0-or-later
// The emulated modem: what a plain 3GPP modem answers, and the faults that real ones have.
#include <algorithm>
#include <callbox/lab/at_modem.h>
#include <cctype>
#include <charconv>

namespace callbox::lab {

namespace {

constexpr Duration bootTakes = 2s;
constexpr std::size_t longestTyped = 4096;

bool startsWith(const std::string& s, std::string_view word)
{
    return s.starts_with(word);
}

int numberIn(const std::string& s, std::size_t from)
{
    int n = -1;
    if (from < s.size())
        std::from_chars(s.data() + from, s.data() + s.size(), n);
    return n;
}

std::string semiOctets(std::string digits)
{
    if (digits.size() % 2)
        digits += 'F';
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        std::swap(digits[i], digits[i + 1]);
    return digits;
}

std::string hexOctet(unsigned v)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    return {digits[v >> 4 & 15], digits[v & 15]};
}

// Octets of a PDU without the centre's address, as +CDS and +CMGR tell it.
std::string tpduLength(const std::string& hex)
{
    unsigned centre = 0;
    std::from_chars(hex.data(), hex.data() + 2, centre, 16);
    return std::to_string(hex.size() / 2 - 1 - centre);
}

} // namespace

AtModem::AtModem(const Edges& edges, SmsCentre& centre, AtModemConfig config)
    : edges_(edges), centre_(centre), config_(std::move(config)), pinTries_(config_.pinTries), resetTimer_(edges.loop)
{
    unlocked_ = config_.pin.empty();
}

AtModem::~AtModem()
{
    *alive_ = false;
}

void AtModem::reset()
{
    typed_.clear();
    echo_ = true;
    inPdu_ = false;
    numericErrors_ = false;
    reportMode_ = 0;
    unlocked_ = config_.pin.empty();
    ++resets_;
}

void AtModem::put(std::string octets)
{
    if (faults_.silent)
        return;
    if (faults_.answerDelay <= Duration::zero()) {
        if (output_)
            output_(asOctets(octets));
        return;
    }
    // Late answers stay in order: timers of one instant run in the order they were set.
    edges_.loop.startTimer(edges_.loop.now() + faults_.answerDelay, [this, alive = alive_, octets = std::move(octets)] {
        if (*alive && output_ && !faults_.silent)
            output_(asOctets(octets));
    });
}

void AtModem::line(const std::string& text)
{
    put("\r\n" + text + "\r\n");
}

void AtModem::ok(std::initializer_list<std::string> info)
{
    for (const std::string& i : info)
        line(i);
    line("OK");
}

void AtModem::error(int cme)
{
    line(numericErrors_ ? "+CME ERROR: " + std::to_string(cme) : "ERROR");
}

void AtModem::input(Octets octets)
{
    if (faults_.silent || resetTimer_.armed())
        return;
    if (echo_ && !inPdu_)
        put(std::string(asText(octets)));
    for (const std::uint8_t o : octets) {
        if (o == 0x1B) { // out of the prompt
            typed_.clear();
            if (std::exchange(inPdu_, false))
                line("OK");
        } else if (inPdu_ && o == 0x1A) {
            inPdu_ = false;
            pduGiven(std::exchange(typed_, {}));
        } else if (!inPdu_ && o == '\r') {
            const std::string command = std::exchange(typed_, {});
            if (!command.empty())
                execute(command);
        } else if (o != '\n' && o != 0x1A && typed_.size() < longestTyped) {
            typed_ += static_cast<char>(o);
        }
    }
}

void AtModem::execute(const std::string& typed)
{
    std::string c = typed;
    std::transform(c.begin(), c.end(), c.begin(), [](unsigned char x) { return static_cast<char>(std::toupper(x)); });
    if (!basic(c) && !identity(c) && !sim(c) && !network(c) && !memory(c))
        error(4);
}

bool AtModem::basic(const std::string& c)
{
    if (startsWith(c, "ATE")) {
        echo_ = c == "ATE1";
        ok();
    } else if (c == "AT+CFUN=1,1") {
        ok();
        reset();
        resetTimer_.after(bootTakes, [this] { line("RDY"); });
    } else if (startsWith(c, "AT+CMEE=")) {
        numericErrors_ = c != "AT+CMEE=0";
        ok();
    } else if (c == "AT" || c == "ATZ" || startsWith(c, "ATV") || startsWith(c, "AT&") || startsWith(c, "AT+CMGF=") ||
               startsWith(c, "AT+CSCS=\"") || startsWith(c, "AT+CFUN=1") || startsWith(c, "AT+CLIP=") ||
               startsWith(c, "AT+CRC=") || startsWith(c, "AT+CMMS=") || startsWith(c, "AT+CCWA=") ||
               startsWith(c, "AT+CUSD=") || startsWith(c, "AT+CREG=") || startsWith(c, "AT+CGREG=") ||
               startsWith(c, "AT+COPS=")) {
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
    if (c == "AT+CPIN?") {
        ok({"+CPIN: " + std::string(unlocked_ ? "READY" : pinTries_ > 0 ? "SIM PIN" : "SIM PUK")});
    } else if (startsWith(c, "AT+CPINR")) {
        ok({"+CPINR: SIM PIN," + std::to_string(pinTries_) + ",3"});
    } else if (startsWith(c, "AT+CPIN=")) {
        pinCommand(c);
    } else if (!unlocked_ && startsWith(c, "AT+C")) {
        error(pinTries_ > 0 ? 11 : 12);
    } else {
        return false;
    }
    return true;
}

void AtModem::pinCommand(const std::string& c)
{
    std::string given = c.substr(8);
    std::erase(given, '"');
    if (pinTries_ <= 0) {
        error(12);
    } else if (given == config_.pin) {
        pinTries_ = config_.pinTries;
        unlocked_ = true;
        ok();
    } else {
        --pinTries_;
        error(16);
    }
}

bool AtModem::network(const std::string& c)
{
    const std::string registered = faults_.denied ? "3" : faults_.noNetwork ? "2" : "1";
    if (c == "AT+CSQ")
        ok({"+CSQ: " + std::to_string(faults_.noNetwork ? 99 : config_.rssi) + ",0"});
    else if (c == "AT+CREG?")
        ok({"+CREG: 2," + registered + ",\"00C3\",\"1A2B\""});
    else if (c == "AT+CGREG?")
        ok({"+CGREG: 2," + registered + ",\"00C3\",\"1A2B\""});
    else if (c == "AT+CGATT?")
        ok({"+CGATT: 1"});
    else if (c == "AT+COPS?")
        ok({"+COPS: 0,0,\"Callbox Lab\""});
    else if (c == "AT+CSCA?")
        ok({"+CSCA: \"+12025550100\",145"});
    else if (startsWith(c, "AT+CSMS"))
        ok({"+CSMS: 1,1,1"});
    else
        return false;
    return true;
}

bool AtModem::memory(const std::string& c)
{
    const std::string used = std::to_string(memory_.size());
    if (c == "AT+CMGF=?") {
        ok({"+CMGF: (0,1)"});
    } else if (c == "AT+CPMS=?") {
        ok({"+CPMS: (\"SM\",\"ME\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")"});
    } else if (c == "AT+CPMS?") {
        ok({"+CPMS: \"SM\"," + used + ",30,\"SM\"," + used + ",30,\"SM\"," + used + ",30"});
    } else if (startsWith(c, "AT+CPMS=")) {
        ok({"+CPMS: " + used + ",30," + used + ",30," + used + ",30"});
    } else if (c == "AT+CNMI=?") {
        ok({"+CNMI: (0-2),(0-3),(0-3),(0-2),(0,1)"});
    } else if (c == "AT+CNMI?") {
        ok({"+CNMI: 2,1,0," + std::to_string(reportMode_) + ",0"});
    } else if (startsWith(c, "AT+CNMI=")) {
        const std::string args = c.substr(8);
        const std::size_t third = args.size() > 6 ? 6 : std::string::npos;
        const int mode = third == std::string::npos ? 0 : numberIn(args, third);
        if (mode == 1 && !config_.directReports) {
            error(4);
            return true;
        }
        reportMode_ = mode;
        ok();
    } else if (startsWith(c, "AT+CMGL")) {
        for (const auto& [index, hex] : memory_)
            line("+CMGL: " + std::to_string(index) + ",0,," + tpduLength(hex) + "\r\n" + hex);
        ok();
    } else if (startsWith(c, "AT+CMGR=")) {
        const auto it = memory_.find(numberIn(c, 8));
        if (it == memory_.end())
            line("+CMS ERROR: 321");
        else
            ok({"+CMGR: 0,," + tpduLength(it->second) + "\r\n" + it->second});
    } else if (startsWith(c, "AT+CMGD=")) {
        memory_.erase(numberIn(c, 8));
        ok();
    } else if (startsWith(c, "AT+CMGS=")) {
        inPdu_ = true;
        put("\r\n> ");
    } else {
        return false;
    }
    return true;
}

void AtModem::pduGiven(const std::string& hex)
{
    if (faults_.loseMessages > 0) {
        --faults_.loseMessages;
        return;
    }
    if (faults_.noNetwork || faults_.denied) {
        line("+CMS ERROR: 331");
        return;
    }
    if (faults_.refuseSends > 0) {
        --faults_.refuseSends;
        line("+CMS ERROR: " + std::to_string(faults_.refuseCode));
        return;
    }
    const auto pdu = fromHex(hex);
    const SmsCentre::Submitted s = pdu ? centre_.submit(config_.name, *pdu) : SmsCentre::Submitted{304, {}, false};
    if (s.cmsError != 0) {
        line("+CMS ERROR: " + std::to_string(s.cmsError));
        return;
    }
    const std::uint8_t reference = ++reference_;
    if (s.wantsReport)
        edges_.loop.startTimer(edges_.loop.now() + config_.reportAfter, [this, alive = alive_, reference, to = s.to] {
            if (*alive)
                report(reference, to, centre_.reportStatus(to));
        });
    if (faults_.swallowResults > 0) {
        --faults_.swallowResults;
        return;
    }
    edges_.loop.startTimer(edges_.loop.now() + config_.sendTakes, [this, alive = alive_, reference] {
        if (!*alive)
            return;
        line("+CMGS: " + std::to_string(reference));
        line("OK");
    });
}

void AtModem::report(std::uint8_t reference, const std::string& to, std::uint8_t status)
{
    const bool international = to.starts_with('+');
    const std::string digits = international ? to.substr(1) : to;
    const std::string time = "62112291800000";
    const std::string hex = "0006" + hexOctet(reference) + hexOctet(static_cast<unsigned>(digits.size())) +
                            (international ? "91" : "81") + semiOctets(digits) + time + time + hexOctet(status);
    if (reportMode_ == 1) {
        line("+CDS: " + tpduLength(hex) + "\r\n" + hex);
        return;
    }
    if (reportMode_ == 0)
        return;
    const int index = memory_.empty() ? 1 : memory_.rbegin()->first + 1;
    memory_[index] = hex;
    line("+CDSI: \"SM\"," + std::to_string(index));
}

void AtModem::deliver(const std::string& pduHex)
{
    const int index = memory_.empty() ? 1 : memory_.rbegin()->first + 1;
    memory_[index] = pduHex;
    line("+CMTI: \"SM\"," + std::to_string(index));
}

} // namespace callbox::lab
