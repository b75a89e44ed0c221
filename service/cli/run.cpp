// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/run.h"
#include "cli/help.h"
#include "cli/parse.h"
#include <callbox/base/async.h>
#include <csignal>
#include <ostream>
#include <sstream>

namespace callbox::cli {

namespace {

constexpr int interrupted = 130; // as shells tell it: 128 + SIGINT

Task<Exit> runOnce(const Command& command, Context& c)
{
    Result<Exit> r = co_await check(command.run(c));
    if (r)
        co_return *r;
    c.say("callbox: " + r.error().what);
    co_return exitOf(r.error());
}

// Each look is drawn at once, so that the screen never shows half of one.
Task<Exit> runWatching(const Command& command, Context& c)
{
    while (true) {
        std::ostringstream drawn;
        Terminal terminal{drawn, c.terminal.err, c.terminal.outIsTerminal, c.terminal.errIsTerminal, c.terminal.width};
        Context look(c.values, terminal, c.loop, c.http, c.programs);
        co_await runOnce(command, look);
        if (c.terminal.outIsTerminal && !c.json())
            c.out() << "\033[H\033[2J";
        c.out() << drawn.str() << std::flush;
        if (!c.out().good())
            co_return Exit::problem; // whoever read it is gone
        co_await sleepFor(c.loop, std::chrono::seconds(c.values.number("every")));
    }
}

Task<> keep(Task<Exit> task, std::optional<Exit>& outcome)
{
    const Exit e = co_await std::move(task);
    outcome = e;
}

int runCommand(const Command& command, const Values& values, Terminal& terminal, const std::string& programs,
               RealLoop& loop)
{
    const auto http = control::makeHttpClient(loop);
    Context context(values, terminal, loop, *http, programs);
    std::optional<Exit> outcome;
    int stopped = 0;
    const bool watching = command.watch && values.flag("watch");
    const bool endless = watching || values.flag("follow");
    loop.onSignals({SIGINT, SIGTERM, SIGHUP}, [&](int) {
        stopped = endless ? 0 : interrupted; // whoever watches ends it so
        loop.stop();
    });
    TaskGroup tasks(loop);
    tasks.start(keep(watching ? runWatching(command, context) : runOnce(command, context), outcome),
                [&](Result<void>) { loop.stop(); });
    loop.run();
    tasks.cancelAll(); // an interrupted `lab up` takes down what it started
    terminal.out.flush();
    if (outcome)
        return static_cast<int>(*outcome);
    return stopped;
}

} // namespace

int run(const std::vector<std::string>& words, Terminal& terminal, const std::string& programs)
{
    RealLoop loop;
    return run(words, terminal, programs, loop);
}

int run(const std::vector<std::string>& words, Terminal& terminal, const std::string& programs, RealLoop& loop)
{
    const std::vector<Command>& table = allCommands();
    if (words.empty() || words[0] == "--help" || words[0] == "-h") {
        (words.empty() ? terminal.err : terminal.out) << overview(table);
        return static_cast<int>(words.empty() ? Exit::usage : Exit::ok);
    }
    if (words[0] == "--version") {
        terminal.out << "callbox " << CALLBOX_VERSION << '\n';
        return 0;
    }
    const auto parsed = parse(table, words);
    if (!parsed) {
        terminal.err << "callbox: " << parsed.error().what << std::endl;
        return static_cast<int>(Exit::usage);
    }
    const Command& command = *parsed->command;
    if (parsed->help) {
        terminal.out << helpOf(command);
        return 0;
    }
    if (!command.breaks.empty() && !parsed->values.flag("yes")) {
        terminal.err << "callbox: " << command.words() << ": " << command.breaks << " If that is meant, add --yes."
                     << std::endl;
        return static_cast<int>(Exit::usage);
    }
    if (command.direct)
        return command.direct(parsed->values);
    return runCommand(command, parsed->values, terminal, programs, loop);
}

} // namespace callbox::cli
