// SPDX-License-Identifier: GPL-2.0-or-later
// One AT command at a time: writes it, collects what comes back, tells unsolicited lines apart, keeps the trace.
// Loop thread only.
#pragma once
#include "at_lines.h"
#include <callbox/base/async.h>
#include <callbox/hal/modem.h>

namespace callbox::hal::modem {

struct Answer {
    bool ok = false;
    bool prompt = false; // the modem wants a PDU
    bool cms = false;    // `code` is of +CMS ERROR, else of +CME ERROR
    int code = -1;       // -1: plain ERROR
    std::string words;   // the final line as it came
    std::vector<std::string> info;
};

struct Command {
    std::string text; // without the carriage return
    Duration limit = 5s;
    std::string expects; // the answer has a line that begins so; an OK without it belongs to an earlier command
    bool digits = false; // the answer has a line of digits (AT+CGSN)
    std::string secret;  // never in the trace, whoever repeats it
};

class Engine final : private ModemIoEvents {
public:
    Engine(const Edges& edges, std::unique_ptr<ModemIo> io) : edges_(edges), io_(std::move(io)) {}
    ~Engine() { close(); }
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    Result<void> open();
    void close();
    [[nodiscard]] bool gone() const { return gone_; }
    // Errc::timeout: no line of an answer for the command's limit; Errc::gone: unplugged, now or before.
    Task<Answer> command(Command);
    // The PDU after the prompt; the answer to AT+CMGS.
    Task<Answer> pdu(std::string hex, Duration limit);
    void abandonPrompt(); // ESC: out of a prompt that nobody answers
    // Until nothing has come for `calm`, so that the next answer is the next command's; `limit` at most.
    Task<> quiet(Duration calm, Duration limit);
    // True once after the modem has repeated a command: its echo is on (again).
    bool takeEcho() { return std::exchange(echoed_, false); }

    // Lines that no command asked for; the second is the PDU that follows +CMT and +CDS.
    std::function<void(const std::string& line, const std::string& pdu)> onUnsolicited;
    std::function<void()> onGoneAway;
    [[nodiscard]] const std::deque<AtTraceLine>& trace() const { return trace_; }

private:
    struct Pending {
        explicit Pending(Loop& loop) : done(loop) {}
        Command command;
        std::string name; // "+CREG" of "AT+CREG?"
        Answer answer;
        bool expectedSeen = false;
        TimePoint heardAt{};
        Event<Result<Answer>> done;
    };
    Task<Answer> wait(std::string octets, Command, std::string name);
    void onBytes(Octets) override;
    void onGone(Error) override;
    void onLine(const std::string&);
    bool takePdu(const std::string&);
    bool finalResult(const std::string&, Pending&);
    void traced(bool sent, std::string text);
    [[nodiscard]] std::string masked(const std::string& line) const;

    Edges edges_;
    std::unique_ptr<ModemIo> io_;
    AtLines lines_;
    bool open_ = false;
    bool gone_ = true;
    bool echoed_ = false;
    TimePoint heardAt_{};
    std::shared_ptr<Pending> pending_;
    std::string announced_; // +CMT or +CDS, whose PDU is the next line
    std::string secret_;    // the last one given to the modem
    std::deque<AtTraceLine> trace_;
};

// The fields of "+CREG: 2,1,\"00C3\"" after the colon, quotes removed.
std::vector<std::string> fields(const std::string& line);
// Of field `n`; -1 when there is none or it is no number.
int numberIn(const std::vector<std::string>& fields, std::size_t n);
// The digits of a line that holds a serial number and nothing else: 490154203237518, "490154203237518",
// +CGSN: 490154203237518. Empty: another line.
std::string serialNumber(const std::string& line);

} // namespace callbox::hal::modem
