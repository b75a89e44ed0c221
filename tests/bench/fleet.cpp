// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet.h"
#include "support/command.h"
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace callbox::bench {

using nlohmann::json;

void giveUp(const std::string& what)
{
    std::fprintf(stderr, "%s\n", what.c_str());
    std::exit(1);
}

std::vector<std::string> labOptions(const Options& o)
{
    std::vector<std::string> options{"--spans", std::to_string(number(o, "spans")), "--country", "eu"};
    if (given(o, "switch"))
        options.insert(options.end(), {"--boxes", "1"});
    else
        options.emplace_back("--standalone");
    if (const std::string& wires = o.at("wires"); !wires.empty())
        options.insert(options.end(), {"--wires", wires});
    return options;
}

Fleet::Fleet(std::vector<std::string> options)
{
    const auto up = tests::run(arguments("up", std::move(options)));
    if (up.exitCode != 0)
        giveUp("lab up: " + up.out + up.err);
    std::ifstream in(scratch_.path() + "/lab.json");
    lab_ = json::parse(in, nullptr, false);
}

Fleet::~Fleet()
{
    tests::run(arguments("down", {}));
}

std::vector<std::string> Fleet::arguments(const std::string& verb, std::vector<std::string> rest) const
{
    std::vector<std::string> argv{CALLBOX_BIN "/callbox", "lab", verb, "--dir", scratch_.path()};
    argv.insert(argv.end(), rest.begin(), rest.end());
    return argv;
}

int Fleet::callsNow() const
{
    const json status = ask("box");
    return status.is_object() ? status.value("calls", -1) : -1;
}

double Fleet::audioSeconds() const
{
    const json status = ask("span");
    if (!status.is_object() || !status.contains("spans") || status["spans"].empty())
        giveUp("the box says nothing of its spans");
    return status["spans"][0]["counters"].value("samples", 0.0) / 8000;
}

std::vector<std::pair<std::string, pid_t>> Fleet::processes() const
{
    std::vector<std::pair<std::string, pid_t>> all{{"exchange", lab_.at("exchange").at("pid")}};
    if (lab_.at("switch").is_object())
        all.emplace_back("switch", lab_.at("switch").at("pid"));
    all.emplace_back("callboxd", box());
    return all;
}

json Fleet::ask(const char* of) const
{
    const auto r =
        tests::run({CALLBOX_BIN "/callbox", of, "status", "--dir", scratch_.path(), "--box", "box1", "--json"});
    return json::parse(r.out, nullptr, false);
}

} // namespace callbox::bench
