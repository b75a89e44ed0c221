// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine.h"
#include <algorithm>
#include <cctype>
#include <charconv>

namespace callbox::hal::modem {

namespace {

constexpr std::size_t traceLines = 2000;
constexpr int mostLimits = 12; // a command whose answer never ends is given up after so many times its limit
constexpr std::string_view submitCommand = "AT+CMGS=";

std::string visible(std::string_view octets)
{
    std::string out;
    for (const char c : octets)
        switch (c) {
        case '\r':
            out += "<CR>";
            break;
        case '\n':
            out += "<LF>";
            break;
        case 0x1A:
            out += "<SUB>";
            break;
        case 0x1B:
            out += "<ESC>";
            break;
        default: // an octet outside ASCII would make the line no UTF-8
            out += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E ? '?' : c;
        }
    return out;
}

// "+CREG" of "AT+CREG=1" and of "AT+CREG?".
std::string nameOf(const std::string& command)
{
    const std::string rest = command.size() > 2 ? command.substr(2) : "";
    return rest.substr(0, rest.find_first_of("=?"));
}

// "+CREG: ...", "^RSSI:...": a code with a name (27.007 4.2; other signs are each maker's own).
bool hasName(const std::string& line)
{
    return line.size() > 2 && std::string_view("+^*%$#&").find(line[0]) != std::string_view::npos &&
           std::isupper(static_cast<unsigned char>(line[1])) && line.find(':') != std::string::npos;
}

bool isUnsolicited(const std::string& line, const std::string& commandName)
{
    static constexpr std::string_view words[] = {"+CMTI:", "+CDSI:",    "RING",       "NO CARRIER",
                                                 "RDY",    "^SYSSTART", "Call Ready", "SMS Ready"};
    if (std::any_of(std::begin(words), std::end(words), [&](std::string_view w) { return line.starts_with(w); }))
        return true;
    return hasName(line) && !line.starts_with(commandName + ":");
}

bool isHex(const std::string& s)
{
    return !s.empty() && std::all_of(s.begin(), s.end(), [](unsigned char c) { return std::isxdigit(c); });
}

} // namespace

std::vector<std::string> fields(const std::string& line)
{
    std::vector<std::string> out;
    const auto colon = line.find(':');
    std::string field;
    bool quoted = false;
    for (std::size_t i = colon == std::string::npos ? line.size() : colon + 1; i < line.size(); ++i) {
        if (line[i] == '"')
            quoted = !quoted;
        else if (line[i] == ',' && !quoted)
            out.push_back(std::exchange(field, {}));
        else if (line[i] != ' ' || !field.empty())
            field += line[i];
    }
    out.push_back(field);
    return out;
}

int numberIn(const std::vector<std::string>& fields, std::size_t n)
{
    int value = -1;
    if (n < fields.size())
        std::from_chars(fields[n].data(), fields[n].data() + fields[n].size(), value);
    return value;
}

std::string serialNumber(const std::string& line)
{
    constexpr std::size_t shortest = 14; // an IMEI without check digit
    std::string s = line.starts_with("+CGSN:") ? fields(line)[0] : line;
    std::erase(s, '"');
    return s.size() >= shortest && s.find_first_not_of("0123456789") == std::string::npos ? s : std::string();
}

Result<void> Engine::open()
{
    close();
    lines_.clear();
    announced_.clear();
    echoed_ = false;
    if (auto r = io_->start(*this); !r)
        return r;
    open_ = true;
    gone_ = false;
    return {};
}

void Engine::close()
{
    if (std::exchange(open_, false))
        io_->stop();
    pending_.reset();
    gone_ = true;
}

void Engine::traced(bool sent, std::string text)
{
    if (trace_.size() >= traceLines)
        trace_.pop_front();
    trace_.push_back({edges_.loop.wallNow(), sent, std::move(text)});
}

// While the modem has a PIN before it, what it repeats of it may come in any state.
std::string Engine::masked(const std::string& line) const
{
    if (secret_.empty())
        return visible(line);
    const bool answer = line == "OK" || line == "ERROR" || line.starts_with("+CME ERROR:");
    if (pending_ && !pending_->command.secret.empty() && !answer)
        return "***";
    return visible(line.find(secret_) == std::string::npos ? line : "***");
}

Task<Answer> Engine::command(Command c)
{
    if (!c.secret.empty())
        secret_ = c.secret;
    traced(true, c.secret.empty() ? visible(c.text + "\r") : c.text.substr(0, c.text.find('=') + 1) + "***<CR>");
    std::string octets = c.text + "\r";
    std::string name = nameOf(c.text);
    return wait(std::move(octets), std::move(c), std::move(name));
}

Task<Answer> Engine::pdu(std::string hex, Duration limit)
{
    std::string octets = hex + "\x1A";
    traced(true, visible(octets));
    Command c;
    c.text = std::move(hex);
    c.limit = limit;
    c.expects = "+CMGS:";
    return wait(std::move(octets), std::move(c), "+CMGS");
}

Task<Answer> Engine::wait(std::string octets, Command c, std::string name)
{
    if (gone_)
        co_await fail(Errc::gone, "the modem is unplugged");
    Loop& loop = edges_.loop;
    const auto pending = std::make_shared<Pending>(loop);
    const Duration limit = c.limit;
    const TimePoint end = loop.now() + limit * mostLimits;
    pending->command = std::move(c);
    pending->name = std::move(name);
    pending->heardAt = loop.now();
    pending_ = pending;
    Result<void> written = io_->write(asOctets(octets));
    if (!written) {
        pending_.reset();
        co_await std::move(written);
    }
    std::optional<Result<Answer>> r;
    while (!r && loop.now() < std::min(pending->heardAt + limit, end)) {
        const Duration left = std::min(pending->heardAt + limit, end) - loop.now();
        r = co_await pending->done.waitFor(left);
    }
    if (pending_ == pending)
        pending_.reset();
    if (!r)
        co_await fail(Errc::timeout, "the modem did not answer within " + std::to_string(toMs(limit)) + " ms");
    Answer a = co_await std::move(*r);
    co_return a;
}

Task<> Engine::quiet(Duration calm, Duration limit)
{
    const TimePoint from = edges_.loop.now();
    const TimePoint end = from + limit;
    for (;;) {
        const TimePoint calmAt = std::max(heardAt_, from) + calm;
        if (edges_.loop.now() >= std::min(calmAt, end))
            co_return;
        co_await sleepFor(edges_.loop, std::min(calmAt, end) - edges_.loop.now());
    }
}

void Engine::abandonPrompt()
{
    if (gone_)
        return;
    traced(true, "<ESC>");
    (void)io_->write(asOctets("\x1B"));
}

void Engine::onBytes(Octets octets)
{
    heardAt_ = edges_.loop.now();
    lines_.feed(octets, [this](const std::string& line) { onLine(line); });
}

void Engine::onGone(Error e)
{
    gone_ = true;
    if (pending_)
        pending_->done.set(std::move(e));
    if (onGoneAway)
        onGoneAway();
}

// The line after +CMT or +CDS; one that is no PDU is what it is, the PDU was lost.
bool Engine::takePdu(const std::string& line)
{
    const std::string about = std::exchange(announced_, {});
    if (about.empty() || !isHex(line))
        return false;
    if (onUnsolicited)
        onUnsolicited(about, line);
    return true;
}

void Engine::onLine(const std::string& line)
{
    traced(false, masked(line));
    if (takePdu(line))
        return;
    if (line.starts_with("+CMT:") || line.starts_with("+CDS:")) {
        announced_ = line;
        return;
    }
    const auto pending = pending_;
    if (!pending || pending->done.isSet()) {
        if (onUnsolicited)
            onUnsolicited(line, "");
        return;
    }
    if (line == pending->command.text || line == pending->command.text + '\x1A') { // its echo
        echoed_ = echoed_ || line.starts_with("AT");
        return;
    }
    if (finalResult(line, *pending))
        return;
    if (isUnsolicited(line, pending->name)) {
        if (onUnsolicited)
            onUnsolicited(line, "");
        return;
    }
    const Command& c = pending->command;
    const bool expected = c.digits ? !serialNumber(line).empty() : line.starts_with(c.expects);
    pending->expectedSeen = pending->expectedSeen || expected;
    pending->heardAt = edges_.loop.now();
    pending->answer.info.push_back(line);
}

// True when the line ends the command, or is a result that belongs to an earlier one.
bool Engine::finalResult(const std::string& line, Pending& p)
{
    Answer& a = p.answer;
    const bool submits = p.command.text.starts_with(submitCommand);
    if (line == ">") {
        if (!submits)
            return true;
        a.ok = a.prompt = true;
    } else if (line == "OK") {
        const bool asked = !p.command.expects.empty() || p.command.digits;
        if (submits || (asked && !p.expectedSeen))
            return true; // a late one
        a.ok = true;
    } else if (line.starts_with("+CMS ERROR:")) {
        a.cms = true;
        a.code = numberIn(fields(line), 0);
    } else if (line.starts_with("+CME ERROR:")) {
        a.code = numberIn(fields(line), 0);
    } else if (line != "ERROR" && line != "COMMAND NOT SUPPORT") {
        return false;
    }
    a.words = visible(line);
    p.done.set(std::move(a));
    return true;
}

} // namespace callbox::hal::modem
