// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/load.h"
#include <algorithm>
#include <callbox/base/async.h>
#include <callbox/hal/analog_trunk.h>
#include <cmath>
#include <nlohmann/json.hpp>

namespace callbox::lab {

namespace {

using nlohmann::json;

constexpr std::uint64_t callerNumbers = 8'000'000;
constexpr Duration askAgain = 500ms;
constexpr Duration commitLimit = 30s; // so long without a further message being there: those missing are lost
constexpr Duration longestHold = 1h;

PhoneNumber numbered(std::uint64_t first, std::uint64_t n)
{
    return PhoneNumber::parse("+" + std::to_string(first + n)).value_or(PhoneNumber());
}

// Nearest rank; of nothing it is null.
json percentile(const std::vector<std::int64_t>& sorted, double share)
{
    if (sorted.empty())
        return nullptr;
    const auto rank = static_cast<std::size_t>(std::ceil(share * double(sorted.size())));
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

} // namespace

PhoneNumber loadRecipient(std::uint64_t n)
{
    return numbered(12125550000, n % loadRecipients);
}

PhoneNumber loadCaller(std::uint64_t n)
{
    return numbered(16462000000, n % callerNumbers);
}

Result<void> checkLoad(const LoadOrder& o)
{
    if (!(o.rate >= 0.01 && o.rate <= 10000))
        return Error{Errc::invalid, "rate: 0.01 to 10000 calls a second"};
    if (o.calls < 1 || o.calls > callerNumbers)
        return Error{Errc::invalid, "calls: 1 to " + std::to_string(callerNumbers)};
    if (o.hold <= afterBeep || o.hold > longestHold)
        return Error{Errc::invalid, "hold_s: more than 0.2 s, the pause after the beep, and at most an hour"};
    if (o.to.empty())
        return Error{Errc::invalid, "a load needs a number to call"};
    return {};
}

json toJson(const LoadResult& r)
{
    json failed = json::object();
    for (const auto& [cause, n] : r.failed)
        failed[std::to_string(cause)] = n;
    std::vector<std::int64_t> sorted = r.setupMs;
    std::sort(sorted.begin(), sorted.end());
    return {{"version", 1},
            {"done", r.done},
            {"placed", r.placed},
            {"answered", r.answered},
            {"failed", failed},
            {"cut", r.cut},
            {"setup_ms",
             {{"p50", percentile(sorted, 0.5)}, {"p95", percentile(sorted, 0.95)}, {"max", percentile(sorted, 1)}}},
            {"lost_samples", r.samplesNotStored + r.samplesNotHeard},
            {"boxes", r.boxes},
            {"compared",
             {{"what", "the stored audio of every answered call that was not cut, with what its caller said"},
              {"messages", r.messagesCompared},
              {"messages_missing", r.messagesMissing},
              {"samples", r.samplesCompared},
              {"samples_not_stored", r.samplesNotStored},
              {"samples_not_heard", r.samplesNotHeard},
              {"trouble", r.trouble.empty() ? json(nullptr) : json(r.trouble)}}}};
}

Load::Load(Edges edges, Exchange& exchange, FleetQueries& fleet, LoadOrder order)
    : edges_(std::move(edges)), exchange_(exchange), fleet_(fleet), order_(std::move(order)), allOver_(edges_.loop),
      callers_(edges_.loop)
{
}

// Callers wait a moment after the beep, as people do, and hang up `hold` after its end.
std::uint64_t Load::samples() const
{
    return static_cast<std::uint64_t>(toMs(order_.hold - afterBeep)) * hal::samplesPerSecond / 1000;
}

Task<> Load::oneCall(unsigned i)
{
    const std::uint64_t caller = order_.firstCaller + i;
    CallOrder order;
    order.from = loadCaller(caller);
    order.to = order_.to;
    order.redirecting = loadRecipient(i);
    if (order_.keyedIn)
        order.keysFirst = hal::dialled(hal::fromE164(order.redirecting, *order_.keyedIn), *order_.keyedIn) + "#";
    order.form = order_.form;
    order.play = makePatternSource(pattern(caller), samples());
    order.everyBeep = false;
    Result<CallReport> report = co_await check(exchange_.call(std::move(order)));
    if (!report) {
        edges_.log.error("a call of the load could not be placed", {{"error", report.error()}});
        CallReport none;
        none.cause = hal::Cause::temporaryFailure;
        count(i, none);
        co_return;
    }
    count(i, *report);
    if (report->call.empty())
        co_return;
    const std::string box = co_await fleet_.boxOf(report->call);
    if (!box.empty() && report->connected)
        ++result_.boxes[box];
}

void Load::count(unsigned i, const CallReport& report)
{
    if (!report.connected) {
        ++result_.failed[static_cast<unsigned>(report.cause)];
        return;
    }
    ++result_.answered;
    result_.setupMs.push_back(toMs(report.setup.value_or(Duration::zero())));
    result_.samplesNotHeard += report.lostSamples;
    if (report.farEndCleared && !report.saidAll) {
        ++result_.cut;
        return;
    }
    const std::uint64_t caller = order_.firstCaller + i;
    expected_[loadCaller(caller)] = caller;
}

Task<> Load::run()
{
    const TimePoint start = edges_.loop.now();
    started_ = edges_.loop.wallNow();
    for (unsigned i = 0; i < order_.calls; ++i) {
        const Duration due = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(i / order_.rate));
        if (const Duration wait = start + due - edges_.loop.now(); wait > Duration::zero())
            co_await sleepFor(edges_.loop, wait);
        ++result_.placed;
        callers_.start(oneCall(i), [this](const Result<void>&) {
            if (++over_ == order_.calls)
                allOver_.set(true);
        });
    }
    co_await allOver_.wait();
    Result<void> compared = co_await check(compare());
    if (!compared) {
        result_.trouble = compared.error().what;
        if (compared.error().code == Errc::unsupported)
            expected_.clear(); // nobody can tell what became of it
        edges_.log.warning("the load's audio could not be compared", {{"error", compared.error()}});
    }
    // What was not found by now was not stored.
    result_.messagesMissing = static_cast<unsigned>(expected_.size());
    result_.samplesCompared += expected_.size() * samples();
    result_.samplesNotStored += expected_.size() * samples();
    result_.done = true;
}

// Messages become durable after their calls: asked for until all are there, or none has come for a while.
Task<> Load::compare()
{
    TimePoint lastNew = edges_.loop.now();
    while (!expected_.empty() && edges_.loop.now() - lastNew < commitLimit) {
        std::vector<StoredMessage> stored = co_await fleet_.messagesSince(started_);
        for (StoredMessage& m : stored) {
            const auto it = expected_.find(m.from);
            if (it == expected_.end())
                continue;
            const std::uint64_t caller = it->second;
            expected_.erase(it);
            lastNew = edges_.loop.now();
            co_await compareOne(std::move(m), caller);
        }
        if (!expected_.empty())
            co_await sleepFor(edges_.loop, askAgain);
    }
}

Task<> Load::compareOne(StoredMessage message, std::uint64_t caller)
{
    const std::string name = message.box + " message " + message.id;
    Result<OctetBuffer> wav = co_await check(fleet_.audio(std::move(message)));
    PatternCheck found;
    found.expected = samples();
    if (wav) {
        if (const auto view = hal::parseG711Wav(*wav))
            found = checkPattern(Octets(*wav).subspan(view->dataOffset, view->samples), view->law, pattern(caller),
                                 samples());
        else
            edges_.log.warning("a message's audio is no WAV file", {{"message", name}});
    } else {
        edges_.log.warning("a message's audio could not be had", {{"message", name}, {"error", wav.error()}});
    }
    if (found.lost() > 0)
        edges_.log.warning("samples are missing in a message", {{"message", name}, {"samples", found.lost()}});
    ++result_.messagesCompared;
    result_.samplesCompared += found.expected;
    result_.samplesNotStored += found.lost();
}

} // namespace callbox::lab
