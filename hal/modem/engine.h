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
    std::vector<std::string> info;
};

struct Command {
    std::string text; // without the carriage return
    Duration limit = 5s;
    std::string expects; // the answer's first line begins so; a final result without it belongs to an earlier command
    bool digits = false; // the answer is a line of digits (AT+CGSN)
    bool secret = false; // the trace shows no argument
};

class Engine final : private ModemIoEvents {
public:
    Engine(const Edges& edges, std::unique_ptr<ModemIo> io) : edges_(edges), io_(std::move(io)) {}
    ~Engine() { close(); }

    Result<void> open();
    void close();
    [[nodiscard]] bool gone() const { return gone_; }
    // Errc::timeout: silence; Errc::gone: unplugged, now or before.
    Task<Answer> command(Command);
    // The PDU after the prompt; the answer to AT+CMGS.
    Task<Answer> pdu(std::string hex, Duration limit);
    void abandonPrompt(); // ESC: out of a prompt that nobody answers

    // Lines that no command asked for; the second is the PDU that follows +CMT and +CDS.
    std::function<void(const std::string& line, const std::string& pdu)> onUnsolicited;
    std::function<void()> onGoneAway;
    [[nodiscard]] const std::deque<AtTraceLine>& trace() const { return trace_; }

private:
    struct Pending {
        explicit Pending(Loop& loop) : done(loop) {}
        Command command;
        Answer answer;
        bool expectedSeen = false;
        Event<Result<Answer>> done;
    };
    Task<Answer> wait(std::string octets, Command);
    void onBytes(Octets) override;
    void onGone(Error) override;
    void onLine(const std::string&);
    bool finalResult(const std::string&, Pending&);
    void traced(bool sent, std::string text);

    Edges edges_;
    std::unique_ptr<ModemIo> io_;
    AtLines lines_;
    bool open_ = false;
    bool gone_ = true;
    std::shared_ptr<Pending> pending_;
    std::string announced_; // +CMT or +CDS, whose PDU is the next line
    std::deque<AtTraceLine> trace_;
};

} // namespace callbox::hal::modem
