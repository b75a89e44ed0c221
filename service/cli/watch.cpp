// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/watch.h"
#include "cli/changes.h"
#include <algorithm>
#include <callbox/base/async.h>
#include <poll.h>
#include <sstream>

namespace callbox::cli {

namespace {

constexpr Duration gonePoll = 1s; // how soon a reader that left is noticed while nothing changes

struct Look {
    std::string out, err;
    Exit exit = Exit::ok;
};

// What the command says now; nothing reaches the terminal, so that the screen never shows half of a look.
Task<Look> look(const Command& command, Context& c, const Values& values)
{
    std::ostringstream out;
    std::ostringstream err;
    Terminal terminal{out, err, c.terminal.outIsTerminal, c.terminal.errIsTerminal, c.terminal.width};
    Context once(values, terminal, c.loop, c.http, c.programs);
    Look seen;
    seen.exit = co_await runOnce(command, once);
    seen.out = out.str();
    seen.err = err.str();
    co_return std::move(seen);
}

// Whether a look found nothing to watch: nobody was reached, or those who were have nothing.
bool nothingThere(const Look& seen)
{
    if (seen.exit == Exit::ok)
        return false;
    const json document = json::parse(seen.out, nullptr, false);
    if (!document.is_object())
        return true;
    for (const auto& [key, value] : document.items())
        if (key != "version" && key != "unreached" && !(value.is_array() && value.empty()))
            return false;
    return true;
}

// Says what is new since the last look.
class Teller {
public:
    Teller(Context& c, const Command& command) : c_(c), command_(command) {}

    void tell(const Look& seen)
    {
        const json document = json::parse(seen.out, nullptr, false);
        if (document.is_object())
            tell(document);
        tellErrors(seen.err);
    }
    void tellErrors(const std::string& err)
    {
        if (err != lastErrors_)
            c_.terminal.err << err << std::flush;
        lastErrors_ = err;
    }

private:
    void tell(const json& document)
    {
        const json known = knownAfter(last_, document);
        const std::vector<std::string> lines = command_.news ? command_.news(last_, known) : changes(last_, known);
        last_ = known;
        if (lines.empty())
            return;
        const std::string now = command_.news ? "" : shortTime(isoUtc(c_.loop.wallNow())) + ' ';
        if (c_.json())
            c_.out() << document.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
        else
            for (const std::string& line : lines)
                c_.out() << now << line << '\n';
        c_.out() << std::flush;
    }
    Context& c_;
    const Command& command_;
    json last_;
    std::string lastErrors_;
};

void draw(Context& c, const Look& seen)
{
    c.out() << "\033[H\033[2J" << seen.out << std::flush;
}

} // namespace

bool readerLeft(int fd)
{
    pollfd p{fd, 0, 0};
    return ::poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLHUP)) != 0;
}

Task<Exit> runOnce(const Command& command, Context& c)
{
    Result<Exit> r = co_await check(command.run(c));
    if (r)
        co_return *r;
    c.say("callbox: " + r.error().what);
    co_return exitOf(r.error());
}

Task<Exit> watch(const Command& command, Context& c, Values asJson, std::function<bool()> readerGone)
{
    const bool drawn = c.terminal.outIsTerminal && !c.json();
    Look seen = co_await look(command, c, asJson);
    if (nothingThere(seen)) {
        c.terminal.err << seen.err << std::flush;
        co_return seen.exit;
    }
    const Values& values = drawn ? c.values : asJson;
    Teller teller(c, command);
    for (bool known = !drawn;; known = false) { // a picture is asked for anew
        if (!known)
            seen = co_await look(command, c, values);
        if (!drawn) {
            teller.tell(seen);
        } else {
            draw(c, seen);
            if (c.terminal.errIsTerminal)
                c.terminal.err << seen.err << std::flush; // part of the picture
            else
                teller.tellErrors(seen.err);
        }
        if (!c.out().good())
            co_return Exit::ok;
        const auto every =
            std::chrono::duration_cast<Duration>(std::chrono::duration<double>(c.values.decimal("every")));
        const TimePoint next = c.loop.now() + every;
        while (c.loop.now() < next) {
            co_await sleepFor(c.loop, std::min<Duration>(gonePoll, next - c.loop.now()));
            if (readerGone && readerGone())
                co_return Exit::ok;
        }
    }
}

} // namespace callbox::cli
