// SPDX-License-Identifier: GPL-2.0-or-later
// callboxd: wiring only. Reads its configuration, opens lines and store, runs one Box until SIGTERM.
#include "alarms/targets.h"
#include "box/api.h"
#include "box/daemon_edges.h"
#include "box/technician_sms.h"
#include "box/test_sms.h"
#include "daemon/daemon.h"
#include "fleet/route_key.h"
#include "linetest/line_tests.h"
#include "monitor/monitor.h"
#include <csignal>

namespace {

using namespace callbox;

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

Result<void> run(const daemon::Start<box::BoxConfig>& start)
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
    const auto client = control::makeHttpClient(loop);
    alarms::Pusher pusher(edges, config.alarms.least);
    alarms::addTargets(pusher, config.alarms, *client, "callboxd", config.id);
    box::addTechnicians(pusher, config, **opened);
    box::Box service(edges, config, parts);
    service.alarms().onChange([&pusher](const status::AlarmRecord& a) { pusher.changed(a); });
    linetest::LineTests tests(edges, parts.lines, service.reception().calls());
    monitor::Monitor watching(edges, parts.lines, service.reception().calls());
    TaskGroup ending(loop);
    std::vector<control::Route> routes = box::boxRoutes(service, parts, start.rendered, own.faults());
    if (!config.routeKeyFile.empty()) {
        auto key = fleet::readRouteKey(edges.files, config.routeKeyFile);
        if (!key)
            return key.error();
        routes.push_back(box::expectedRoute(service, std::move(*key), loop));
    }
    routes.push_back(box::testSmsRoute(edges, config, **opened));
    for (control::Route& r : tests.routes())
        routes.push_back(std::move(r));
    for (control::Route& r : watching.routes())
        routes.push_back(std::move(r));
    const auto server = control::makeHttpServer(loop, log.named("control"), std::move(routes));
    if (auto r = daemon::listen(*server, config.control, config.http, config.state); !r)
        return r;
    loop.onSignals({SIGTERM, SIGINT}, [&](int) {
        if (ending.running() == 0)
            ending.start(shutDown(service, **store, loop, log));
    });
    const auto machine = lines::hold(start.machine, log);
    service.start();
    log.info("started", {{"box", config.id}, {"boot", service.bootId()}, {"spans", config.lines.spans.size()}});
    loop.run();
    log.info("stopped");
    return {};
}

} // namespace

int main(int argc, char** argv)
{
    const daemon::Program program{"callboxd", "takes messages, tells recipients, plays what was left"};
    return daemon::main<box::BoxConfig>(argc, argv, program, box::readConfig, box::render, run);
}
