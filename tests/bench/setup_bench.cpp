// SPDX-License-Identifier: GPL-2.0-or-later
// How long a caller waits: SETUP to CONNECT as the exchange sees it, deposits with a redirecting number, on the shipped
// programs; one after another, then as many at once as the first span has channels. On a D channel of 64 kbit/s thirty
// SETUPs take their time: 8.1 ms each with that number as an information element, 11.4 ms as a Facility (EN 300 207-1).
#include "fleet.h"
#include "support/command.h"
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

namespace callbox::bench {

namespace {

using nlohmann::json;
using namespace std::chrono_literals;

// `rate`: calls begun a second. False when one of them failed.
bool load(const Fleet& fleet, const char* what, const char* rate, int calls, const char* form)
{
    const auto done = tests::run(fleet.arguments("load", {"--rate", rate, "--calls", std::to_string(calls), "--hold",
                                                          "1", "--redirecting-form", form, "--json"}));
    const json result = json::parse(done.out, nullptr, false);
    if (!result.is_object() || !result.contains("setup_ms"))
        giveUp(std::string(what) + ": " + done.out + done.err);
    const auto ms = [&result](const char* name) { return result["setup_ms"].value(name, -1); };
    std::printf("  %-17s %-8s %3d calls, SETUP to CONNECT p50 %d ms, p95 %d ms, most %d ms\n", what, form, calls,
                ms("p50"), ms("p95"), ms("max"));
    if (done.exitCode != 0)
        std::printf("  the load was not flawless: %s%s\n", result.dump().c_str(), done.err.c_str());
    return done.exitCode == 0;
}

int run(const Options& o)
{
    const bool quick = given(o, "quick");
    const Fleet fleet(labOptions(o));
    std::this_thread::sleep_for(3s); // starting up is nobody's wait
    std::printf("%s\n%s\n", machine().c_str(), given(o, "switch") ? "behind a switch" : "standalone");
    bool well = load(fleet, "one after another", "1", quick ? 2 : 40, "ie");
    well = load(fleet, "at once", "10000", quick ? 3 : 30, "ie") && well;
    return load(fleet, "at once", "10000", quick ? 3 : 30, "facility") && well ? 0 : 1;
}

} // namespace

} // namespace callbox::bench

int main(int argc, char** argv)
{
    return callbox::bench::run(
        callbox::bench::readOptions(argc, argv, {{"spans", "1"}, {"wires", ""}, {"switch", "-"}, {"quick", "-"}}));
}
