// SPDX-License-Identifier: GPL-2.0-or-later
// A store on a simulated disk under simulated time, which can lose its power.
#pragma once
#include "../../support/faulty_files.h"
#include "messages/store.h"
#include <callbox/base/sim_files.h>
#include <gtest/gtest.h>

namespace callbox::tests {

using namespace callbox::messages;

inline PhoneNumber number(const std::string& e164)
{
    return *PhoneNumber::parse(e164);
}

struct StoreWorld {
    StoreWorld()
    {
        config.folder = "/state", config.poolFirst = number("+12125559001"), config.poolLast = number("+12125559010");
    }
    explicit StoreWorld(unsigned poolSize) : StoreWorld()
    {
        config.poolLast = number("+1212555" + std::to_string(9000 + poolSize));
    }
    ~StoreWorld() { faulty.fault = {}; } // what it refers to lives shorter than the store
    Result<void> open()
    {
        auto opened = Store::open(edges, config);
        if (!opened)
            return opened.error();
        store = std::move(*opened);
        return {};
    }
    template <class T> Result<T> run(Task<T> task)
    {
        std::optional<Result<T>> outcome;
        TaskGroup tasks(loop);
        tasks.start(keep(std::move(task), outcome));
        loop.runUntil([&] { return outcome.has_value(); }, 60s);
        return outcome ? std::move(*outcome) : Result<T>(Error{Errc::timeout, "did not end"});
    }
    template <class T> static Task<> keep(Task<T> task, std::optional<Result<T>>& outcome)
    {
        Result<T> r = co_await check(std::move(task));
        outcome.emplace(std::move(r));
    }
    NewMessage to(std::vector<std::string> recipients, const std::string& from = "+12125550199")
    {
        NewMessage m;
        if (!from.empty())
            m.from = number(from);
        else
            m.fromPresentation = "restricted";
        for (const std::string& r : recipients)
            m.recipients.push_back(number(r));
        m.recipientSource = "redirecting";
        m.call = "trunk1-1";
        m.protocol = "sms";
        return m;
    }
    static OctetBuffer speech(std::size_t samples, unsigned seed = 1)
    {
        OctetBuffer out(samples);
        std::uint32_t state = seed;
        for (std::uint8_t& o : out) {
            state = state * 1664525U + 1013904223U;
            o = static_cast<std::uint8_t>(state >> 24);
        }
        return out;
    }
    // Records in blocks of 20 ms, as a call does.
    static void speak(Draft& draft, const OctetBuffer& samples)
    {
        for (std::size_t at = 0; at < samples.size(); at += 160)
            draft.append(Octets(samples).subspan(at, std::min<std::size_t>(160, samples.size() - at)), 0);
    }
    Result<Committed> deposit(const NewMessage& m, const OctetBuffer& samples, bool cutShort = false)
    {
        auto draft = run(store->begin(m));
        if (!draft)
            return draft.error();
        speak(**draft, samples);
        return run(store->commit(std::move(*draft), cutShort));
    }
    Result<Committed> deposit(const std::string& recipient = "+12125550123")
    {
        return deposit(to({recipient}), speech(16000));
    }

    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(7);
    // What follows a crash: the store of before is gone, its jobs have ended.
    void die(bool powerCut)
    {
        if (powerCut)
            files.powerCut();
        else
            files.processDied();
        store.reset();
        loop.runFor(1s);
    }

    SimFiles files;
    FaultyFiles faulty{files};
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, faulty, *disk, Log()};
    StoreConfig config;
    std::unique_ptr<Store> store;
};

} // namespace callbox::tests
