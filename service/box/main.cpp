// SPDX-License-Identifier: GPL-2.0-or-later
// callboxd: wiring only. Reads its configuration, opens lines and store, runs one Box until SIGTERM.
#include "box/api.h"
#include "box/daemon_edges.h"
#include <boost/program_options.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <variant>

namespace {

using namespace callbox;

struct Start {
    box::BoxConfig config;
    std::string rendered;
};

// Exit code when the daemon is not to run.
std::variant<Start, int> readArguments(int argc, char** argv)
{
    namespace po = boost::program_options;
    po::options_description options("callboxd: takes messages, tells recipients, plays what was left");
    options.add_options()("config", po::value<std::string>(), "the configuration file")("help", "this text");
    po::variables_map given;
    try {
        po::store(po::parse_command_line(argc, argv, options), given);
    } catch (const po::error& e) {
        std::cerr << "callboxd: " << e.what() << "\n" << options;
        return 2;
    }
    if (given.contains("help")) {
        std::cout << options;
        return 0;
    }
    if (!given.contains("config")) {
        std::cerr << "callboxd: --config FILE is needed\n" << options;
        return 2;
    }
    std::vector<ini::Problem> problems;
    const auto document = ini::load(given["config"].as<std::string>(), problems);
    if (!document) {
        std::cerr << "callboxd: " << document.error().what << "\n";
        return 1;
    }
    Start start;
    start.config = box::readConfig(*document, problems);
    for (const ini::Problem& p : problems)
        std::cerr << p.message() << "\n";
    if (!problems.empty())
        return 1;
    start.rendered = box::render(*document, start.config);
    return start;
}

// Where programs find the TCP address, which may have been picked by the system.
Result<void> tellAddress(const box::BoxConfig& config, const std::string& address)
{
    const std::string path = config.state + "/http.address";
    std::ofstream out(path + ".new", std::ios::trunc);
    out << address << "\n";
    out.close();
    std::error_code ec;
    std::filesystem::rename(path + ".new", path, ec);
    if (!out || ec)
        return Error{Errc::io, "writing " + path + (ec ? ": " + ec.message() : "")};
    return {};
}

Result<void> listen(control::HttpServer& server, const box::BoxConfig& config)
{
    if (auto r = server.listenUnix(config.control); !r)
        return r;
    if (config.http.empty())
        return {};
    auto address = server.listenTcp(config.http);
    if (!address)
        return address.error();
    return tellAddress(config, *address);
}

std::vector<hal::Law> laws(const box::BoxConfig& config)
{
    std::vector<hal::Law> out;
    for (const hal::Law law : {hal::Law::alaw, hal::Law::mulaw})
        for (const lines::SpanSettings& s : config.lines.spans)
            if (s.span.law == law && (out.empty() || out.back() != law))
                out.push_back(law);
    return out;
}

Task<> shutDown(box::Box& service, messages::Store& store, RealLoop& loop, Log log)
{
    log.info("stopping");
    Result<void> stopped = co_await check(service.stop());
    if (!stopped)
        log.error("stopping", {{"error", stopped.error()}});
    Result<void> closed = co_await check(store.close());
    if (!closed)
        log.error("closing the store", {{"error", closed.error()}});
    loop.stop();
}

Result<void> run(const Start& start)
{
    const box::BoxConfig& config = start.config;
    const auto opening = box::DaemonEdges::open(config);
    if (!opening)
        return opening.error();
    box::DaemonEdges& own = **opening;
    const Edges& edges = own.edges;
    RealLoop& loop = own.loop();
    const Log& log = edges.log;
    const auto store = messages::Store::open(edges, box::storeConfig(config));
    if (!store)
        return store.error().because("the message store in " + config.state);
    const auto prompts =
        prompts::PromptSet::load({config.promptFolder, config.language}, laws(config), log.named("prompts"));
    const auto opened = lines::Lines::open(edges, config.lines);
    if (!opened)
        return opened.error();
    const box::BoxParts parts{**opened, **store, *prompts};
    box::Box service(edges, config, parts);
    TaskGroup ending(loop);
    const auto server = control::makeHttpServer(loop, log.named("control"),
                                                box::boxRoutes(service, parts, start.rendered, own.faults()));
    if (auto r = listen(*server, config); !r)
        return r;
    loop.onSignals({SIGTERM, SIGINT}, [&](int) {
        if (ending.running() == 0)
            ending.start(shutDown(service, **store, loop, log));
    });
    service.start();
    log.info("started", {{"box", config.id}, {"boot", service.bootId()}, {"spans", config.lines.spans.size()}});
    loop.run();
    log.info("stopped");
    return {};
}

} // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    const auto start = readArguments(argc, argv);
    if (const int* code = std::get_if<int>(&start))
        return *code;
    if (auto r = run(std::get<Start>(start)); !r) {
        std::cerr << "callboxd: " << r.error().what << "\n";
        return 1;
    }
    return 0;
}
