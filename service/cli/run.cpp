// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/run.h"
#include "cli/help.h"
#include "cli/parse.h"
#include "cli/watch.h"
#include <csignal>
#include <ostream>

namespace callbox::cli {

namespace {

constexpr int interrupted = 130; // as shells tell it: 128 + SIGINT

Task<> keep(Task<Exit> task, std::optional<Exit>& outcome)
{
    const Exit e = co_await std::move(task);
    outcome = e;
}

int runCommand(const Command& command, const Values& values, const Values& asJson, Terminal& terminal,
               const std::string& programs, RealLoop& loop, std::function<bool()> readerGone)
{
    const auto http = control::makeHttpClient(loop);
    Context context(values, terminal, loop, *http, programs);
    std::optional<Exit> outcome;
    int stopped = 0;
    const bool watching = command.watch && values.flag("watch");
    const bool endless = watching || (command.endless && command.endless(values));
    loop.onSignals({SIGINT, SIGTERM, SIGHUP}, [&](int) {
        if (context.onInterrupt)
            return std::exchange(context.onInterrupt, {})();
        stopped = endless ? 0 : interrupted; // whoever watches ends it so
        loop.stop();
    });
    TaskGroup tasks(loop);
    Task<Exit> work = watching ? watch(command, context, asJson, std::move(readerGone)) : runOnce(command, context);
    tasks.start(keep(std::move(work), outcome), [&](Result<void>) { loop.stop(); });
    loop.run();
    tasks.cancelAll(); // an interrupted `lab up` takes down what it started
    terminal.out.flush();
    if (outcome)
        return static_cast<int>(*outcome);
    return stopped;
}

} // namespace

namespace {

int runWords(const std::vector<std::string>& words, Terminal& terminal, const std::string& programs, RealLoop& loop,
             const std::function<bool()>& readerGone)
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
    std::vector<std::string> more = words;
    if (command.json && !parsed->values.flag("json"))
        more.push_back("--json");
    const auto asJson = parse(table, more);
    return runCommand(command, parsed->values, asJson ? asJson->values : parsed->values, terminal, programs, loop,
                      readerGone);
}

} // namespace

int run(const std::vector<std::string>& words, Terminal& terminal, const std::string& programs, RealLoop& loop,
        std::function<bool()> readerGone)
{
    const int code = runWords(words, terminal, programs, loop, readerGone);
    terminal.out.flush();
    if (terminal.out || (readerGone && readerGone())) // whoever has read enough has all that was wanted
        return code;
    terminal.err << "callbox: standard output takes no more (a full disk?): what was written is cut off" << std::endl;
    return code == 0 ? static_cast<int>(Exit::problem) : code;
}

} // namespace callbox::cli
