// SPDX-License-Identifier: GPL-2.0-or-later
#include "linetest/bert_report.h"

namespace callbox::linetest {

namespace {

using nlohmann::json;

constexpr std::size_t secondsOfMinute = 60;

json ratio(std::uint64_t errors, std::uint64_t bits)
{
    return bits > 0 ? json(double(errors) / double(bits)) : json(nullptr);
}

bool isGood(const BertChannel& c)
{
    return c.everInSync && c.inSync && c.counts.errors == c.inserted && c.counts.syncLosses == 0 &&
           c.counts.slips == 0 && c.lost == 0;
}

} // namespace

void BertReport::second(BertChannel& channel, const hal::BertSecond& s)
{
    channel.g821.add(s);
    const std::size_t minute = channel.seconds++ / secondsOfMinute;
    if (minutes_.size() <= minute)
        minutes_.resize(minute + 1);
    Minute& m = minutes_[minute];
    ++m.seconds;
    m.bits += s.bits;
    m.errors += s.errors;
    m.unsynced += s.unsynced;
    m.slips += s.slips;
    m.errored += s.errored() ? 1 : 0;
    m.severelyErrored += s.severelyErrored() ? 1 : 0;
}

json BertReport::toJson(const std::vector<BertChannel>& all) const
{
    hal::BertCounts total;
    hal::G821 seconds;
    std::uint64_t inserted = 0, lost = 0;
    bool ok = true;
    json channels = json::array();
    for (const BertChannel& t : all) {
        const hal::BertCounts& c = t.counts;
        ok = ok && isGood(t);
        channels.push_back({{"slot", t.slot},
                            {"ok", isGood(t)},
                            {"in_sync", t.inSync},
                            {"ever_in_sync", t.everInSync},
                            {"bits", c.bits},
                            {"errors", c.errors},
                            {"error_ratio", ratio(c.errors, c.bits)},
                            {"inserted", t.inserted},
                            {"unsynced_bits", c.unsynced},
                            {"sync_losses", c.syncLosses},
                            {"slips", c.slips},
                            {"bits_skipped", c.bitsSkipped},
                            {"bits_repeated", c.bitsRepeated},
                            {"lost_samples", t.lost},
                            {"errored_seconds", t.g821.errored},
                            {"severely_errored_seconds", t.g821.severelyErrored},
                            {"unavailable_seconds", t.g821.unavailable}});
        total.bits += c.bits;
        total.errors += c.errors;
        total.unsynced += c.unsynced;
        total.syncLosses += c.syncLosses;
        total.slips += c.slips;
        seconds.errored += t.g821.errored;
        seconds.severelyErrored += t.g821.severelyErrored;
        seconds.unavailable += t.g821.unavailable;
        inserted += t.inserted;
        lost += t.lost;
    }
    json minutes = json::array();
    for (const Minute& m : minutes_)
        minutes.push_back({{"minute", minutes.size() + 1},
                           {"seconds", m.seconds / all.size()},
                           {"bits", m.bits},
                           {"errors", m.errors},
                           {"unsynced_bits", m.unsynced},
                           {"slips", m.slips},
                           {"errored_seconds", m.errored},
                           {"severely_errored_seconds", m.severelyErrored}});
    return {{"pattern", std::string(hal::name(order_.pattern))},
            {"counted_by", by_},
            {"seconds", toMs(order_.length) / 1000},
            {"ok", ok},
            {"bits", total.bits},
            {"errors", total.errors},
            {"error_ratio", ratio(total.errors, total.bits)},
            {"inserted", inserted},
            {"unsynced_bits", total.unsynced},
            {"sync_losses", total.syncLosses},
            {"slips", total.slips},
            {"lost_samples", lost},
            {"errored_seconds", seconds.errored},
            {"severely_errored_seconds", seconds.severelyErrored},
            {"unavailable_seconds", seconds.unavailable},
            {"channels", std::move(channels)},
            {"minutes", std::move(minutes)}};
}

} // namespace callbox::linetest
