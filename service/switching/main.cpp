// SPDX-License-Identifier: GPL-2.0-or-later
// callbox-switchd: wiring only. Reads its configuration, opens its lines, runs one Switch until SIGTERM.
#include "alarms/targets.h"
#include "daemon/daemon.h"
#include "fleet/direct.h"
#include "fleet/route_key.h"
#include "linetest/line_tests.h"
#include "monitor/monitor.h"
#include "switching/switch.h"
#include <callbox/base/edges.h>
#include <csignal>
#include <filesystem>

namespace {

using namespace callbox;

Result<std::unique_ptr<LogSink>> openLog(const std::string& path)
{
    if (path.empty())
        return makeStderrLog(Level::info);
    return makeFileLog(path, Level::info);
}

Result<void> run(const daemon::Start<switching::SwitchConfig>& start)
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
    std::vector<fleet::ExpectingBox> expecting;
    for (const switching::BoxConfig& b : start.config.boxes) {
        if (b.routeKeyFile.empty())
            continue;
        auto key = fleet::readRouteKey(*files, b.routeKeyFile);
        if (!key)
            return key.error().because("[box " + b.id + "]");
        expecting.push_back({b.id, b.status, std::move(*key)});
    }
    const auto expecter = fleet::makeDirectExpecter(edges, *client, std::move(expecting));
    const auto source = fleet::makeDirectSource(edges, *client, boxes);
    alarms::Pusher pusher(edges, start.config.alarms.least);
    alarms::addTargets(pusher, start.config.alarms, *client, "callbox-switchd", "switch");
    switching::Switch service(edges, start.config, spans, *source, announcement, expecter.get());
    service.alarms().onChange([&pusher](const status::AlarmRecord& a) { pusher.changed(a); });
    linetest::LineTests tests(edges, spans, service.calls());
    monitor::Monitor watching(edges, spans, service.calls());
    std::vector<control::Route> routes = service.routes(start.rendered);
    for (control::Route& r : tests.routes())
        routes.push_back(std::move(r));
    for (control::Route& r : watching.routes())
        routes.push_back(std::move(r));
    const auto server = control::makeHttpServer(loop, log.named("control"), std::move(routes));
    if (auto r = daemon::listen(*server, start.config.control, start.config.http,
                                std::filesystem::path(start.config.control).parent_path());
        !r)
        return r;
    loop.onSignals({SIGTERM, SIGINT}, [&](int) { service.shutdown([&] { loop.stop(); }); });
    const auto machine = lines::hold(start.machine, log);
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
    const daemon::Program program{"callbox-switchd", "puts calls on the box that can take them"};
    return daemon::main<switching::SwitchConfig>(argc, argv, program, switching::readConfig, switching::render, run);
}
