// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/performance.h"
#include <array>
#include <nlohmann/json.hpp>

namespace callbox::lines {

namespace {

using nlohmann::json;

constexpr std::array meanings{
    CountMeaning{"es", "errored seconds: at least one error, a slip or no signal",
                 "look which of the counts below rises with it"},
    CountMeaning{"ses", "severely errored seconds: 30 % of the blocks, or no signal",
                 "replace the cable, then look at both ends' connectors"},
    CountMeaning{"uas", "unavailable seconds: from ten severely errored ones in a row",
                 "the line was down: see the alarms of that time, then whoever runs the line"},
    CountMeaning{"cv", "code violations: blocks with errors (CRC), of the time it was available",
                 "noise or a wrong cable: 120 ohm pairs, shield on one end, away from power"},
    CountMeaning{"slips", "frames skipped or repeated because two clocks differ (G.822)",
                 "one end must take its clock from the other: trunks from the network, ties from the switch"},
    CountMeaning{"far_end", "blocks that the far end received with errors (E bits)",
                 "our sending direction is bad: the other pair of the cable, and the far end's own counts"},
    CountMeaning{"bipolar", "violations of the line code", "the same code at both ends (HDB3; B8ZS on T1); noise"},
    CountMeaning{"framing", "frame alignment signals with errors", "the same framing and CRC-4 setting at both ends"},
    CountMeaning{"irq_misses", "interrupts that came late or never",
                 "another driver holds the processor up: look at /proc/interrupts, spread them, no power saving"},
    CountMeaning{"underruns", "the card had nothing to send", "the machine is too busy, or as with irq_misses"},
    CountMeaning{"overruns", "nobody took what the card received", "the machine is too busy, or as with irq_misses"},
    CountMeaning{"lost_samples", "samples that nobody got, at 8000 a second",
                 "the line was down (ses, uas), or the machine was too busy: look at its load"},
    CountMeaning{"late_ms", "how long the other end of a virtual span was waited for",
                 "the other end's process or machine is too busy"},
};

} // namespace

std::span<const CountMeaning> countMeanings()
{
    return meanings;
}

json toJson(const hal::PerformanceBin& b)
{
    return {{"from", isoUtc(b.from)},
            {"seconds", b.seconds},
            {"es", b.es},
            {"ses", b.ses},
            {"uas", b.uas},
            {"cv", b.cv},
            {"slips", b.slips},
            {"far_end", b.errors.farEnd},
            {"bipolar", b.errors.bipolar},
            {"framing", b.errors.framing},
            {"irq_misses", b.errors.irqMisses},
            {"underruns", b.errors.underruns},
            {"overruns", b.errors.overruns},
            {"lost_samples", b.lostSamples},
            {"late_ms", b.lateMs}};
}

json performanceJson(const hal::Performance& p, bool countsErrors, bool bins)
{
    const json day = toJson(p.day());
    json advice = json::array();
    for (const CountMeaning& m : meanings)
        if (const auto value = day.at(std::string(m.name)).get<std::uint64_t>(); value > 0)
            advice.push_back({{"count", m.name}, {"value", value}, {"means", m.means}, {"try", m.tryThis}});
    json j{{"available", p.available()},
           {"counts_errors", countsErrors},
           {"now", toJson(p.now())},
           {"last_24h", day},
           {"advice", std::move(advice)}};
    if (!bins)
        return j;
    j["bins"] = json::array();
    for (const hal::PerformanceBin& b : p.bins())
        j["bins"].push_back(toJson(b));
    return j;
}

} // namespace callbox::lines
