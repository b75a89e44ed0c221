// SPDX-License-Identifier: GPL-2.0-or-later
// A modem, the emulated one at its other end, and the SMS centre, under simulated time.
#pragma once
#include <callbox/hal/modem.h>
#include <callbox/lab/at_modem.h>
#include <gtest/gtest.h>

namespace callbox::tests {

using namespace callbox::hal;
using namespace callbox::lab;

struct World {
    explicit World(AtModemConfig at = {}, ModemConfig config = {}) : emulated(edges, centre, std::move(at))
    {
        auto owned = makeEmulatedPort(loop, emulated);
        port = owned.get();
        config.name = "modem1";
        modem = makeModem(edges, std::move(config), std::move(owned));
        modem->onReport([this](const SmsReport& r) { reports.push_back(r); });
        modem->onReceived([this](const SmsReceived& r) { received.push_back(r); });
        modem->start();
    }
    std::vector<std::string> sentLines() const
    {
        std::vector<std::string> out;
        for (const AtTraceLine& l : modem->trace())
            if (l.sent)
                out.push_back(l.text);
        return out;
    }
    bool until(ModemState s, Duration limit = 120s)
    {
        return loop.runUntil([&] { return modem->status().state == s; }, limit);
    }
    static Task<> keep(Task<SmsResult> task, std::optional<SmsResult>& out)
    {
        SmsResult r = co_await std::move(task);
        out = std::move(r);
    }
    SmsResult send(const std::string& text = "Hello", const std::string& to = "+12125550123", Duration limit = 300s)
    {
        std::optional<SmsResult> out;
        TaskGroup tasks(loop);
        tasks.start(keep(modem->send({*PhoneNumber::parse(to), text}), out));
        EXPECT_TRUE(loop.runUntil([&] { return out.has_value(); }, limit)) << "send() did not end";
        return out.value_or(SmsResult{});
    }
    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    std::unique_ptr<Files> files = makeSystemFiles();
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, *files, *disk, Log()};
    SmsCentre centre{loop};
    AtModem emulated;
    EmulatedPort* port = nullptr;
    std::vector<SmsReport> reports;
    std::vector<SmsReceived> received;
    std::unique_ptr<Modem> modem;
};

} // namespace callbox::tests
