// SPDX-License-Identifier: GPL-2.0-or-later
// What tests of a daemon's lines stand on: a simulated loop, and a span's settings.
#pragma once
#include "lines/lines.h"
#include <callbox/base/sim_files.h>
#include <gtest/gtest.h>

namespace callbox::lines::tests {

class LinesTest : public testing::Test {
protected:
    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(1);
    SimFiles files;
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
    static SpanSettings settings(const std::string& name, Use use = Use::trunk)
    {
        SpanSettings s;
        s.span.name = name;
        s.use = use;
        s.plan = dialPlan("eu");
        return s;
    }
};

} // namespace callbox::lines::tests
