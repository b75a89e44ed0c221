// SPDX-License-Identifier: GPL-2.0-or-later
// Simulated time and a simulated disk for alarms.
#pragma once
#include "alarms/book.h"
#include <callbox/base/sim_files.h>
#include <gtest/gtest.h>

namespace callbox::alarms::tests {

struct World {
    World() { EXPECT_TRUE(files.makeDirectories("/state") && files.syncDirectory("/")); }
    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(3);
    SimFiles files;
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
    TaskGroup tasks{loop};

    // How it ended; nothing while it has not.
    std::optional<Result<void>> run(Task<> task, Duration limit = 10s)
    {
        std::optional<Result<void>> outcome;
        tasks.start(std::move(task), [&](Result<void> r) { outcome = std::move(r); });
        loop.runUntil([&] { return outcome.has_value(); }, limit);
        return outcome;
    }
};

inline std::string stateOf(const AlarmBook& book, std::string_view name)
{
    const status::AlarmRecord* a = book.find(name);
    return a ? a->state : "";
}

inline std::vector<std::string> standing(const AlarmBook& book)
{
    std::vector<std::string> names;
    for (const status::AlarmRecord& a : book.all())
        if (a.state != "cleared")
            names.push_back(a.name);
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace callbox::alarms::tests
