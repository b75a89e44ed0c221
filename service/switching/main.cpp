// SPDX-License-Identifier: GPL-2.0-or-later
// callbox-switchd: wiring only. Reads its configuration, opens its lines, runs one Switch until SIGTERM.
#include "fleet/direct.h"
#include "switching/switch.h"
#include <boost/program_options.hpp>
#include <callbox/base/edges.h>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <variant>

namespace {

using namespace callbox;

struct Start {
    switching::SwitchConfig config;
    std::string rendered;
};

// Exit code when the daemon is not to run.
std::variant<Start, int> readArguments(int argc, char** argv)
{
    namespace po = boost::program_options;
    po::options_description options("callbox-switchd: puts calls on the box that can take them");
    options.add_options()("config", po::value<std::string>(), "the configuration file")("help", "this text");
    po::variables_map given;
    try {
        po::store(po::parse_command_line(argc, argv, options), given);
    } catch (const po::error& e) {
        std::cerr << "callbox-switchd: " << e.what() << "\n" << options;
        return 2;
    }
    if (given.contains("help")) {
        std::cout << options;
        return 0;
    }
    if (!given.contains("config")) {
        std::cerr << "callbox-switchd: --config FILE is needed\n" << options;
        return 2;
    }
    std::vector<ini::Problem> problems;
    const auto document = ini::load(given["config"].as<std::string>(), problems);
    if (!document) {
        std::cerr << "callbox-switchd: " << document.error().what << "\n";
        return 1;
    }
    Start start;
    start.config = switching::readConfig(*document, problems);
    for (const ini::Problem& p : problems)
        std::cerr << p.message() << "\n";
    if (!problems.empty())
        return 1;
    start.rendered = switching::render(*document, start.config);
    return start;
}

Result<std::unique_ptr<LogSink>> openLog(const std::string& path)
{
    if (path.empty())
        return makeStderrLog(Level::info);
    return makeFileLog(path, Level::info);
}

// Where programs find the TCP address, which may have been picked by the system.
Result<void> tellAddress(const switching::SwitchConfig& config, const std::string& address)
{
    const std::string path = std::filesystem::path(config.control).parent_path().string() + "/http.address";
    std::ofstream out(path + ".new", std::ios::trunc);
    out << address << "\n";
    out.close();
    std::error_code ec;
    std::filesystem::rename(path + ".new", path, ec);
    if (!out || ec)
        return Error{Errc::io, "writing " + path + (ec ? ": " + ec.message() : "")};
    return {};
}

Result<void> listen(control::HttpServer& server, const switching::SwitchConfig& config)
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

Result<void> run(const Start& start)
{
    auto sink = openLog(start.config.log);
    if (!sink)
        return sink.error();
    RealLoop loop;
    const auto random = makeSystemRandom();
    const auto files = makeSystemFiles();
    const auto disk = makeThreadExecutor(loop, "disk");
    const Log log(**sink, "switch");
    const Edges edges{loop, *random, *files, *disk, log};
    if (auto r = files->makeDirectories(start.config.state); !r)
        return r.error().because("state = " + start.config.state);
    const auto lock = FolderLock::take(start.config.state);
    if (!lock)
        return lock.error();
    hal::SoundPtr announcement;
    if (!start.config.announcement.empty()) {
        // A missing prompt ends no call: the cause tells it without words.
        if (auto sound = hal::loadWav(start.config.announcement, hal::Law::alaw))
            announcement = *sound;
        else
            log.error("no announcement", {{"why", sound.error()}});
    }
    auto opened = lines::Lines::open(edges, start.config.lines);
    if (!opened)
        return opened.error();
    lines::Lines& spans = **opened;
    const auto client = control::makeHttpClient(loop);
    std::vector<fleet::DirectBox> boxes;
    boxes.reserve(start.config.boxes.size());
    for (const switching::BoxConfig& b : start.config.boxes)
        boxes.push_back({b.id, b.status});
    const auto source = fleet::makeDirectSource(edges, *client, boxes);
    switching::Switch service(edges, start.config, spans, *source, announcement);
    const auto server = control::makeHttpServer(loop, log.named("control"), service.routes(start.rendered));
    if (auto r = listen(*server, start.config); !r)
        return r;
    loop.onSignals({SIGTERM, SIGINT}, [&](int) { service.shutdown([&] { loop.stop(); }); });
    service.start();
    spans.start();
    log.info("started", {{"boxes", start.config.boxes.size()}, {"spans", start.config.lines.spans.size()}});
    loop.run();
    log.info("stopped");
    return {};
}

} // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    auto start = readArguments(argc, argv);
    if (const int* code = std::get_if<int>(&start))
        return *code;
    if (auto r = run(std::get<Start>(start)); !r) {
        std::cerr << "callbox-switchd: " << r.error().what << "\n";
        return 1;
    }
    return 0;
}
