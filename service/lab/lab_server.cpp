// SPDX-License-Identifier: GPL-2.0-or-later
// Wiring of the exchange process: configuration, loop, virtual spans that pace the lab, exchange, modems, HTTP.
#include "lab/lab_server.h"
#include "lab/lab_api.h"
#include "lines/dial_plan.h"
#include <algorithm>
#include <csignal>
#include <iostream>
#include <sstream>

namespace callbox::lab {

namespace {

constexpr Duration endOfCalls = 3s; // what is still up is hung up and given so long to go

struct Subscriber {
    std::vector<std::string> spans;
    std::vector<NumberRange> numbers;
};

struct ServerConfig {
    std::string country, control;
    PhoneNumber access;
    std::vector<NumberRange> numbers; // of the subscriber whose trunks these are, but for those of others
    std::vector<Subscriber> others;
    Exchange::Referrals referrals = Exchange::Referrals::yes;
    lines::LinesConfig lines;
};

ini::Key numbersKey(std::vector<NumberRange>& target, std::string help)
{
    return ini::custom("numbers", "ranges FIRST-LAST or numbers in E.164", "", std::move(help),
                       [&target](const std::string& v) {
                           std::istringstream words(v);
                           for (std::string word; words >> word;) {
                               const auto range = parseRange(word);
                               if (!range)
                                   return false;
                               target.push_back(*range);
                           }
                           return true;
                       });
}

std::vector<ini::Key> exchangeKeys(ServerConfig& c)
{
    return {lines::countryKey(c.country, "how diversions are signalled: ie in us, else facility; default: eu"),
            ini::required("control", c.control, "a path", "its Unix socket"),
            ini::custom("access", "a number in E.164, as +12125559000", "", "what the callers of a load call",
                        [&c](const std::string& v) {
                            auto n = PhoneNumber::parse(v);
                            if (n)
                                c.access = *n;
                            return n && !n->empty();
                        }),
            numbersKey(c.numbers, "the subscriber's: what its own trunks call comes back to it; empty: none"),
            ini::custom("takes_over", "all, transfers, none", "all",
                        "calls that a subscriber hands back: before or after they are answered, only after, never",
                        [&c](const std::string& v) {
                            using enum Exchange::Referrals;
                            c.referrals = v == "all" ? yes : v == "transfers" ? transfers : no;
                            return v == "all" || v == "transfers" || v == "none";
                        })};
}

// [subscriber NAME]: some of the spans are another's, with numbers of its own.
void readSubscribers(const ini::Document& document, ServerConfig& c, std::vector<ini::Problem>& problems)
{
    for (const ini::Section& s : document.sections) {
        if (s.kind != "subscriber")
            continue;
        Subscriber other;
        ini::Key spans = ini::custom("spans", "names of spans, separated by blanks", "", "its trunks",
                                     [&other](const std::string& v) {
                                         std::istringstream words(v);
                                         for (std::string word; words >> word;)
                                             other.spans.push_back(word);
                                         return !other.spans.empty();
                                     });
        spans.required = true;
        const ini::Key keys[] = {std::move(spans), numbersKey(other.numbers, "calls to them go to it")};
        ini::bind(document, s, keys, problems);
        for (const std::string& span : other.spans)
            if (std::none_of(c.lines.spans.begin(), c.lines.spans.end(),
                             [&](const auto& l) { return l.name() == span; }))
                problems.push_back({document.file, s.line, "spans = " + span + ": there is no [span " + span + "]"});
        c.others.push_back(std::move(other));
    }
}

const std::vector<NumberRange>& numbersOn(const ServerConfig& c, const std::string& span)
{
    for (const Subscriber& other : c.others)
        if (std::find(other.spans.begin(), other.spans.end(), span) != other.spans.end())
            return other.numbers;
    return c.numbers;
}

ServerConfig readConfig(const ini::Document& document, std::vector<ini::Problem>& problems)
{
    ServerConfig c;
    lines::refuseUnknownSections(document, {"exchange", "subscriber", "span", "modem", "lab"}, problems);
    lines::readSingle(document, "exchange", exchangeKeys(c), true, problems);
    if (c.country.empty())
        c.country = "eu";
    c.lines = lines::readLines(document, problems);
    lines::usePlans(document, "", c.lines, problems);
    readSubscribers(document, c, problems);
    if (c.lines.spans.empty())
        problems.push_back({document.file, 1, "no [span NAME]: an exchange without trunks reaches nobody"});
    return c;
}

Task<> shutDown(Exchange& exchange, RealLoop& loop, Log log)
{
    log.info("stopping", {{"calls", exchange.calls()}});
    exchange.hangupAll(hal::Cause::normalClearing);
    const TimePoint until = loop.now() + endOfCalls;
    while (exchange.calls() > 0 && loop.now() < until)
        co_await sleepFor(loop, 20ms);
    loop.stop();
}

// Modems of the configuration are ours to emulate, not to open.
Result<std::unique_ptr<lines::Lines>> openTrunks(const Edges& edges, lines::LinesConfig config,
                                                 hal::VirtualClock& clock)
{
    config.modems.clear();
    lines::LinesWorld world;
    world.clock = &clock;
    return lines::Lines::open(edges, config, world);
}

Result<void> serve(const ServerConfig& config, const std::string& dir)
{
    const auto sink = makeStderrLog(Level::info);
    const Log log(*sink, "exchange");
    RealLoop loop;
    const auto random = makeSystemRandom();
    const auto files = makeSystemFiles();
    const auto disk = makeThreadExecutor(loop, "disk");
    const Edges edges{loop, *random, *files, *disk, log};
    const auto clock = hal::VirtualClock::paced(loop);
    const auto trunks = openTrunks(edges, config.lines, *clock);
    if (!trunks)
        return trunks.error();
    Exchange exchange(edges);
    const auto form = config.country == "us" ? hal::RedirectingForm::ie : hal::RedirectingForm::facility;
    for (lines::Line* line : (*trunks)->used(lines::Use::trunk))
        exchange.addTrunk(line->trunk(), line->settings().plan, form);
    for (lines::Line* line : (*trunks)->used(lines::Use::trunk))
        exchange.setNumbers(line->trunk(), numbersOn(config, line->name()));
    exchange.setReferrals(config.referrals);
    ModemBench modems(edges);
    for (const lines::ModemSettings& m : config.lines.modems)
        if (auto r = modems.add(m.modem.name, m.device, m.modem.pin.reveal()); !r)
            return r.error();
    const auto http = control::makeHttpClient(loop);
    FleetView fleet(edges, *http, dir);
    LabApi api(edges, {**trunks, exchange, modems, fleet}, config.access);
    TaskGroup ending(loop);
    const auto server = control::makeHttpServer(loop, log.named("control"), api.routes());
    if (auto r = server->listenUnix(config.control); !r)
        return r.error();
    loop.onSignals({SIGTERM, SIGINT}, [&](int) {
        if (ending.running() == 0)
            ending.start(shutDown(exchange, loop, log));
    });
    (*trunks)->start();
    log.info("started",
             {{"trunks", config.lines.spans.size()}, {"modems", modems.size()}, {"country", config.country}});
    loop.run();
    log.info("stopped");
    return {};
}

} // namespace

int runLabServer(const std::string& dir)
{
    std::signal(SIGPIPE, SIG_IGN);
    std::vector<ini::Problem> problems;
    const auto document = ini::load(dir + "/exchange/exchange.ini", problems);
    if (!document) {
        std::cerr << "callbox lab serve: " << document.error().what << "\n";
        return 1;
    }
    const ServerConfig config = readConfig(*document, problems);
    for (const ini::Problem& p : problems)
        std::cerr << p.message() << "\n";
    if (!problems.empty())
        return 1;
    if (auto r = serve(config, dir); !r) {
        std::cerr << "callbox lab serve: " << r.error().what << "\n";
        return 1;
    }
    return 0;
}

} // namespace callbox::lab
