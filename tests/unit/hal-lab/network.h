// SPDX-License-Identifier: GPL-2.0-or-later
// An exchange and its subscriber in one process, in simulated time: real PRI trunks on virtual pairs. What the
// subscriber does with its calls is set per test.
#pragma once
#include <callbox/base/sim_files.h>
#include <callbox/hal/dtmf.h>
#include <callbox/hal/virtual_span.h>
#include <callbox/lab/beep.h>
#include <callbox/lab/exchange.h>
#include <gtest/gtest.h>

namespace callbox::lab::tests {

inline PhoneNumber number(std::string_view e164)
{
    return PhoneNumber::parse(e164).value();
}
inline const PhoneNumber caller = number("+12125550199");
inline const PhoneNumber access = number("+12125559000");
inline const PhoneNumber recipient = number("+12125550123");

struct Hears final : hal::AudioSink {
    void append(Octets s, std::uint32_t) override { all.insert(all.end(), s.begin(), s.end()); }
    [[nodiscard]] bool failed() const override { return false; }
    OctetBuffer all;
};

// A call at the subscriber, answered by a script.
struct Taken {
    std::unique_ptr<hal::Call> call;
    Hears hears;      // from the answer on
    std::string keys; // pressed by the caller
};

// What the subscriber's end does with a call.
struct Manner {
    enum class Kind { silent, refuse, ring, answer } kind = Kind::answer;
    hal::Cause cause = hal::Cause::none;  // refuse
    std::vector<hal::SoundPtr> says;      // answer: said, then
    std::optional<Duration> hangsUpAfter; // so long after that; absent: never
};

class Network {
public:
    // `overlap`: called numbers may come digit by digit, both ways. `profile`: of the trunks; empty: as the type has
    // it.
    explicit Network(hal::SpanType type = hal::SpanType::e1, unsigned trunks = 1, bool overlap = false,
                     std::string_view profile = {});
    ~Network();
    [[nodiscard]] hal::Law law() const { return type_ == hal::SpanType::e1 ? hal::Law::alaw : hal::Law::mulaw; }
    bool until(const std::function<bool()>& done, Duration limit = 60s) { return loop.runUntil(done, limit); }
    template <class T> Result<T> run(Task<T> task, Duration limit = 300s)
    {
        std::optional<Result<T>> outcome;
        tasks.start(keep(std::move(task), outcome));
        until([&] { return outcome.has_value(); }, limit);
        return outcome ? std::move(*outcome) : Result<T>(Error{Errc::timeout, "the task did not end"});
    }
    // The report; a test failure when there is none.
    CallReport call(CallOrder order);
    // The same without waiting: the report comes into `outcome`.
    void begin(CallOrder order, std::optional<Result<CallReport>>& outcome)
    {
        tasks.start(keep(exchange.call(std::move(order)), outcome));
    }
    CallOrder order(const PhoneNumber& from = caller, const PhoneNumber& to = access) const;
    hal::SoundPtr sound(std::size_t samples) const; // all 256 codes again and again
    void expectAllIdle();
    hal::Trunk& subscriber(unsigned trunk = 0) { return *ends_.at(trunk)->subscriber; }
    hal::Trunk& trunk(unsigned t = 0) { return *ends_.at(t)->network; }
    hal::SpanIo& io(unsigned t = 0) { return ends_.at(t)->networkSpan.io(); }

    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(3);
    SimFiles files;
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    Edges edges{loop, *random, files, *disk, Log()};
    Manner manner;
    std::vector<std::unique_ptr<Taken>> taken;

private:
    struct Ends {
        Ends(const Edges& edges, hal::VirtualClock& clock, hal::SpanType type, const std::string& name, bool overlap,
             std::string_view profile);
        hal::VirtualPair pair;
        hal::Span networkSpan, subscriberSpan;
        std::unique_ptr<hal::Trunk> network, subscriber;
    };
    template <class T> static Task<> keep(Task<T> task, std::optional<Result<T>>& outcome)
    {
        Result<T> r = co_await check(std::move(task));
        outcome.emplace(std::move(r));
    }
    void take(std::unique_ptr<hal::Call> call);
    Task<> serve(Taken& t, Manner m);

    hal::SpanType type_;
    std::unique_ptr<hal::VirtualClock> clock_ = hal::VirtualClock::paced(loop);
    std::vector<std::unique_ptr<Ends>> ends_;

public:
    Exchange exchange{edges};
    TaskGroup tasks{loop};
};

// When an event of that name happened first; a test failure when it did not.
std::int64_t at(const CallReport& report, std::string_view event);
std::size_t count(const CallReport& report, std::string_view event);
// Where `needle` stands in `hay` as one run; npos when it does not.
std::size_t findRun(const OctetBuffer& hay, const OctetBuffer& needle);

} // namespace callbox::lab::tests
