// SPDX-License-Identifier: GPL-2.0-or-later
// The emulated modem's messages (3GPP TS 27.005): what is submitted goes to the SMS centre, reports and messages come
// back at once or through its memories.
#include <callbox/lab/at_modem.h>
#include <charconv>

namespace callbox::lab {

namespace {

constexpr Duration acknowledgeWithin = 15s; // 27.005 3.4.4: the network's own patience

int numberIn(std::string_view s)
{
    int n = -1;
    std::from_chars(s.data(), s.data() + s.size(), n);
    return n;
}

std::string_view argument(std::string_view list, unsigned n)
{
    for (; n > 0; --n) {
        const auto comma = list.find(',');
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return list.substr(0, list.find(','));
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
    std::from_chars(hex.data(), hex.data() + std::min<std::size_t>(hex.size(), 2), centre, 16);
    const std::size_t octets = hex.size() / 2;
    return std::to_string(octets > 1 + centre ? octets - 1 - centre : 0);
}

} // namespace

std::size_t AtModem::stored() const
{
    std::size_t n = 0;
    for (const auto& [name, memory] : memories_)
        n += memory.messages.size();
    return n;
}

bool AtModem::settings(const std::string& c)
{
    const std::string use = std::to_string(selected().messages.size()) + "," + std::to_string(config_.memorySize);
    const std::string named = "\"" + selected_ + "\"," + use;
    if (c == "AT+CMGF=?") {
        ok({"+CMGF: (0,1)"});
    } else if (c == "AT+CPMS=?") {
        ok({"+CPMS: (\"SM\",\"ME\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")"});
    } else if (c == "AT+CPMS?") {
        ok({"+CPMS: " + named + "," + named + "," + named});
    } else if (c.starts_with("AT+CPMS=\"")) {
        selected_ = c.substr(9, c.find('"', 9) - 9);
        const std::string now = std::to_string(selected().messages.size()) + "," + std::to_string(config_.memorySize);
        ok({"+CPMS: " + now + "," + now + "," + now});
    } else if (c == "AT+CNMI=?") {
        ok({config_.directReports ? "+CNMI: (0-2),(0-3),(0-3),(0-2),(0,1)" : "+CNMI: (0-2),(0,1),(0),(0,2),(0,1)"});
    } else if (c == "AT+CNMI?") {
        ok({"+CNMI: 2," + std::to_string(messageMode_) + ",0," + std::to_string(reportMode_) + ",0"});
    } else if (c.starts_with("AT+CNMI=")) {
        indications(c.substr(8));
    } else if (c == "AT+CSMS?") {
        ok({config_.acknowledged ? "+CSMS: 1,1,1,1" : "+CSMS: 0,1,1,1"});
    } else if (c.starts_with("AT+CSMS=")) {
        if (config_.acknowledged && c == "AT+CSMS=0")
            line("+CMS ERROR: 302");
        else
            ok({"+CSMS: 1,1,1"});
    } else if (c.starts_with("AT+CNMA")) {
        acknowledgeTimer_.cancel();
        ok();
    } else {
        return false;
    }
    return true;
}

void AtModem::indications(const std::string& arguments)
{
    const int messages = numberIn(argument(arguments, 1));
    const int reports = numberIn(argument(arguments, 3));
    if (reports == 1 && !config_.directReports) {
        error(4);
        return;
    }
    messageMode_ = std::max(messages, 0);
    reportMode_ = std::max(reports, 0);
    ok();
}

bool AtModem::memory(const std::string& c)
{
    auto& messages = selected().messages;
    if (c.starts_with("AT+CMGL")) {
        if (faults_.refuseList) {
            line("+CMS ERROR: 320");
            return true;
        }
        for (const auto& [place, hex] : messages)
            line("+CMGL: " + std::to_string(place) + ",0,," + tpduLength(hex) + "\r\n" + hex);
        ok();
    } else if (c.starts_with("AT+CMGR=")) {
        const auto it = messages.find(numberIn(c.substr(8)));
        if (it == messages.end())
            line("+CMS ERROR: 321");
        else
            ok({"+CMGR: 0,," + tpduLength(it->second) + "\r\n" + it->second});
    } else if (c.starts_with("AT+CMGD=")) {
        if (faults_.refuseDelete) {
            line("+CMS ERROR: 320");
            return true;
        }
        messages.erase(numberIn(c.substr(8)));
        ok();
        while (!kept_.empty() && memories_["SM"].messages.size() < config_.memorySize) {
            const std::string next = kept_.front();
            kept_.pop_front();
            deliver(next);
        }
    } else if (c.starts_with("AT+CMGS=")) {
        announcedLength_ = static_cast<std::size_t>(std::max(numberIn(c.substr(8)), 0));
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
    const bool good = pdu && tpduLength(hex) == std::to_string(announcedLength_);
    const SmsCentre::Submitted s = good ? centre_.submit(config_.name, *pdu) : SmsCentre::Submitted{304, {}, false};
    if (s.cmsError != 0) {
        line("+CMS ERROR: " + std::to_string(s.cmsError));
        return;
    }
    const std::uint8_t reference = ++reference_;
    if (s.wantsReport)
        reportsFollow(reference, s.to);
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

void AtModem::reportsFollow(std::uint8_t reference, const std::string& to)
{
    TimePoint when = edges_.loop.now();
    for (const std::uint8_t status : centre_.reports(to)) {
        when += config_.reportAfter;
        edges_.loop.startTimer(when, [this, alive = alive_, reference, to, status] {
            if (*alive)
                report(reference, to, status);
        });
    }
}

void AtModem::report(std::uint8_t reference, const std::string& to, std::uint8_t status)
{
    const bool international = to.starts_with('+') && !config_.nationalReports;
    std::string digits = to.starts_with('+') ? to.substr(1) : to;
    if (config_.nationalReports && digits.size() > 10)
        digits = digits.substr(digits.size() - 10);
    const std::string time = "62112291800000";
    const std::string hex = "0006" + hexOctet(reference) + hexOctet(static_cast<unsigned>(digits.size())) +
                            (international ? "91" : "A1") + semiOctets(digits) + time + time + hexOctet(status);
    if (reportMode_ == 1)
        unasked("+CDS: " + tpduLength(hex), hex);
    else if (reportMode_ == 2)
        if (const int place = store(config_.reportMemory, hex); place > 0)
            line("+CDSI: \"" + config_.reportMemory + "\"," + std::to_string(place));
}

// At once, past the memory. Who does not acknowledge is told nothing more.
void AtModem::unasked(const std::string& announcement, const std::string& pdu)
{
    line(announcement + "\r\n" + pdu);
    if (config_.acknowledged)
        acknowledgeTimer_.after(acknowledgeWithin, [this] { messageMode_ = reportMode_ = 0; });
}

// The place; 0: full.
int AtModem::store(const std::string& memory, const std::string& pdu)
{
    auto& messages = memories_[memory].messages;
    for (int place = 1; place <= static_cast<int>(config_.memorySize); ++place)
        if (messages.emplace(place, pdu).second)
            return place;
    return 0;
}

void AtModem::deliver(const std::string& pduHex)
{
    if (messageMode_ == 2) {
        unasked("+CMT: ," + tpduLength(pduHex), pduHex);
        return;
    }
    const int place = store("SM", pduHex);
    if (place == 0)
        kept_.push_back(pduHex);
    else if (messageMode_ == 1)
        line("+CMTI: \"SM\"," + std::to_string(place));
}

} // namespace callbox::lab
