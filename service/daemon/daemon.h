// SPDX-License-Identifier: GPL-2.0-or-later
// What callboxd and callbox-switchd do alike at their start and end. Everything here is called once, from main().
#pragma once
#include "control/http.h"
#include "lines/machine.h"
#include <callbox/base/ini.h>
#include <iostream>
#include <variant>

namespace callbox::daemon {

struct Program {
    std::string name; // before each message
    std::string does; // one line, for --help
};

struct Read {
    ini::Document document;
    std::vector<ini::Problem> problems;
};
// Reads --config FILE. An exit code when the daemon is not to run: 0 after --help, 2 for a wrong command line, 1 for a
// file that cannot be read; why is said on standard error.
std::variant<Read, int> readCommandLine(int argc, char** argv, const Program&);

// Listens on the control socket, and on `http` if there is one. Where that is, which the system may have picked, is
// written to http.address in `folder`.
Result<void> listen(control::HttpServer&, const std::string& control, const std::string& http,
                    const std::string& folder);

template <class Config> struct Start {
    Config config;
    std::string rendered;           // all keys with their values, for whoever asks
    lines::MachineSettings machine; // [machine]
};

// From the command line to the exit code. Config: read(document, problems), render(document, config),
// run(start) -> Result<void>.
template <class Config, class ReadConfig, class Render, class Run>
int main(int argc, char** argv, const Program& program, ReadConfig read, Render render, Run run)
{
    auto given = readCommandLine(argc, argv, program);
    if (const int* code = std::get_if<int>(&given))
        return *code;
    auto& [document, problems] = std::get<Read>(given);
    Start<Config> start;
    start.config = read(document, problems);
    for (const ini::Problem& p : problems)
        std::cerr << p.message() << "\n";
    if (!problems.empty())
        return 1;
    start.rendered = render(document, start.config);
    start.machine = lines::readMachine(document, problems);
    if (Result<void> r = run(start); !r) {
        std::cerr << program.name << ": " << r.error().what << "\n";
        return 1;
    }
    return 0;
}

} // namespace callbox::daemon
