// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine.h"
#include <algorithm>
#include <charconv>

namespace callbox::hal::modem {

namespace {

constexpr std::size_t traceLines = 2000;

int numberAfter(const std::string& line, std::size_t from)
{
    int n = -1;
    while (from < line.size() && line[from] == ' ')
        ++from;
    std::from_chars(line.data() + from, line.data() + line.size(), n);
    return n;
}

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
        default:
            out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
        }
    return out;
}

bool isUnsolicited(const std::string& line)
{
    static constexpr std::string_view words[] = {"+CMTI:",     "+CDSI:",    "RING",   "NO CARRIER", "+CRING:", "RDY",
                                                 "Call Ready", "SMS Ready", "^RSSI:", "^BOOT:",     "^MODE:"};
    return std::any_of(std::begin(words), std::end(words), [&](std::string_view w) { return line.starts_with(w); });
}

bool allDigits(const std::string& s)
{
    return s.size() >= 14 && s.find_first_not_of("0123456789") == std::string::npos;
}

} // namespace

Result<void> Engine::open()
{
    close();
    lines_.clear();
    announced_.clear();
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
    gone_ = true;
}

void Engine::traced(bool sent, std::string text)
{
    if (trace_.size() >= traceLines)
        trace_.pop_front();
    trace_.push_back({edges_.loop.wallNow(), sent, std::move(text)});
}

Task<Answer> Engine::command(Command c)
{
    traced(true, c.secret ? c.text.substr(0, c.text.find('=') + 1) + "***<CR>" : visible(c.text + "\r"));
    std::string octets = c.text + "\r";
    return wait(std::move(octets), std::move(c));
}

Task<Answer> Engine::pdu(std::string hex, Duration limit)
{
    std::string octets = hex + "\x1A";
    traced(true, visible(octets));
    Command c;
    c.text = hex;
    c.limit = limit;
    c.expects = "+CMGS:";
    return wait(std::move(octets), std::move(c));
}

Task<Answer> Engine::wait(std::string octets, Command c)
{
    if (gone_)
        co_await fail(Errc::gone, "the modem is unplugged");
    const auto pending = std::make_shared<Pending>(edges_.loop);
    const Duration limit = c.limit;
    pending->command = std::move(c);
    pending_ = pending;
    co_await io_->write(asOctets(octets));
    std::optional<Result<Answer>> r = co_await pending->done.waitFor(limit);
    if (pending_ == pending)
        pending_.reset();
    if (!r)
        co_await fail(Errc::timeout, "the modem did not answer within " + std::to_string(toMs(limit)) + " ms");
    Answer a = co_await std::move(*r);
    co_return a;
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

void Engine::onLine(const std::string& line)
{
    traced(false, visible(line));
    if (!announced_.empty()) {
        const std::string about = std::exchange(announced_, {});
        if (onUnsolicited)
            onUnsolicited(about, line);
        return;
    }
    if (line.starts_with("+CMT:") || line.starts_with("+CDS:")) {
        announced_ = line;
        return;
    }
    const auto pending = pending_;
    if (isUnsolicited(line) || !pending || pending->done.isSet()) {
        if (onUnsolicited)
            onUnsolicited(line, "");
        return;
    }
    if (line == pending->command.text || line == pending->command.text + '\x1A')
        return; // its echo
    if (finalResult(line, *pending))
        return;
    const Command& c = pending->command;
    const bool expected = c.digits ? allDigits(line) : line.starts_with(c.expects);
    pending->expectedSeen = pending->expectedSeen || expected;
    pending->answer.info.push_back(line);
}

// True when the line ends the command, or is a result that belongs to an earlier one.
bool Engine::finalResult(const std::string& line, Pending& p)
{
    Answer& a = p.answer;
    if (line == ">" || line == "> ") {
        if (!p.command.text.starts_with("AT+CMGS="))
            return true;
        a.ok = a.prompt = true;
    } else if (line == "OK") {
        const bool asked = !p.command.expects.empty() || p.command.digits;
        if (asked && !p.expectedSeen && !p.command.text.starts_with("AT+CMGS="))
            return true; // a late one
        a.ok = true;
    } else if (line.starts_with("+CMS ERROR:")) {
        a.cms = true;
        a.code = numberAfter(line, 11);
    } else if (line.starts_with("+CME ERROR:")) {
        a.code = numberAfter(line, 11);
    } else if (line != "ERROR" && line != "COMMAND NOT SUPPORT") {
        return false;
    }
    p.done.set(std::move(a));
    return true;
}

} // namespace callbox::hal::modem
