// SPDX-License-Identifier: GPL-2.0-or-later
// A box's calls under simulated time: the network side of a real PRI trunk on a virtual span, a store on a simulated
// disk, prompts that can be told apart by their samples. A Phone is a person on the network side.
#pragma once
#include "../../support/faulty_files.h"
#include "box/reception.h"
#include <callbox/base/sim_files.h>
#include <callbox/hal/dtmf.h>
#include <callbox/hal/virtual_span.h>
#include <gtest/gtest.h>
#include <unordered_map>

namespace callbox::tests {

using hal::Cause;
using prompts::Prompt;

inline PhoneNumber number(std::string_view e164)
{
    return PhoneNumber::parse(e164).value();
}
inline const PhoneNumber caller = number("+12125550199");
inline const PhoneNumber recipient = number("+12125550123");
inline const PhoneNumber stranger = number("+12125550177");
inline const PhoneNumber accessNumber = number("+12125559000");

// Prompts of 100 ms of noise each, written once, so that what was said can be read from what was heard.
class SpokenPrompts {
public:
    static const SpokenPrompts& get();
    std::shared_ptr<const prompts::PromptSet> set;
    // The prompt that begins with these eight samples.
    std::unordered_map<std::string, Prompt> byStart;

private:
    SpokenPrompts();
};

class World;

// A person on the network side, on the phone with the box.
class Phone final : public hal::AudioSink {
public:
    Phone(World& world, std::unique_ptr<hal::Call> call);
    ~Phone();

    [[nodiscard]] bool untilConnected();
    [[nodiscard]] bool untilHeard(Prompt prompt, Duration limit = 60s); // since the last one waited for
    [[nodiscard]] bool untilReleased(Duration limit = 200s);
    void speak(OctetBuffer samples); // to its end
    void press(const std::string& keys);
    void hangup(Cause cause = Cause::normalClearing);
    void answer(); // a call that came to this phone

    [[nodiscard]] Cause cause() const { return call_->cause(); }
    [[nodiscard]] hal::Call& call() { return *call_; }
    [[nodiscard]] const std::vector<Prompt>& said() const { return said_; }
    [[nodiscard]] bool heard(Prompt prompt) const;
    // Whether these samples came as one run.
    [[nodiscard]] bool heard(const OctetBuffer& samples) const;
    [[nodiscard]] std::size_t heardTimes(const OctetBuffer& samples) const;

private:
    void append(Octets samples, std::uint32_t lost) override;
    [[nodiscard]] bool failed() const override { return false; }

    World& world_;
    std::unique_ptr<hal::Call> call_;
    OctetBuffer audio_;
    std::size_t scanned_ = 0;
    std::vector<Prompt> said_;
    std::size_t waited_ = 0; // of said_
};

struct Dial {
    PhoneNumber from = caller;
    PhoneNumber to = accessNumber;
    PhoneNumber redirecting = {};
    PhoneNumber original = {};
    hal::Presentation presentation = hal::Presentation::allowed;
    hal::Screening screening = hal::Screening::network;
};

class World {
public:
    // `change` may change the configuration before the box is made. Tie: the span is one to a switch.
    explicit World(const std::function<void(box::BoxConfig&)>& change = {}, lines::Use use = lines::Use::trunk);
    ~World();

    Phone dial(const Dial& d);
    std::unique_ptr<hal::Call> place(const Dial& d);
    // The call of ours that comes to the network next.
    std::unique_ptr<hal::Call> incoming(Duration limit = 30s);

    template <class T> Result<T> run(Task<T> task, Duration limit = 60s)
    {
        std::optional<Result<T>> outcome;
        tasks.start(keep(std::move(task), outcome));
        loop.runUntil([&] { return outcome.has_value(); }, limit);
        return outcome ? std::move(*outcome) : Result<T>(Error{Errc::timeout, "the task did not end"});
    }
    template <class T> static Task<> keep(Task<T> task, std::optional<Result<T>>& outcome)
    {
        Result<T> r = co_await check(std::move(task));
        outcome.emplace(std::move(r));
    }
    std::vector<messages::MessageRow> messages();
    OctetBuffer stored(messages::MessageId id); // the data chunk
    // Leaves a message; its row once it is stored.
    messages::MessageRow leave(const OctetBuffer& speech, const PhoneNumber& to = recipient);
    std::string codeOf(const messages::MessageRow& m);
    bool allIdle(); // no channel is taken at either end
    // The cable at both ends; the D channel alone: its frames are lost, layer 1 and the B channels are good.
    void cable(bool in);
    void dChannel(bool in);
    void reopenStore();
    std::string logged() const; // every log line so far

    SimLoop loop;
    std::unique_ptr<Random> random = makeSeededRandom(7);
    SimFiles files;
    FaultyFiles faulty{files};
    std::unique_ptr<Executor> disk = makeSimExecutor(loop, 1ms);
    struct Sink;
    std::unique_ptr<Sink> sink;
    Edges edges;
    std::unique_ptr<hal::VirtualClock> clock = hal::VirtualClock::paced(loop);
    hal::VirtualPair pair = hal::makeVirtualPair(loop, *clock);
    box::BoxConfig config;
    std::unique_ptr<hal::Span> networkSpan;
    std::unique_ptr<hal::Trunk> network;
    std::deque<std::unique_ptr<hal::Call>> arrived;
    std::unique_ptr<lines::Lines> lines;
    std::unique_ptr<messages::Store> store;
    alarms::AlarmBook alarms{edges};
    box::ModeKeeper mode{edges, "/state/mode.json"};
    std::unique_ptr<box::Reception> reception;
    TaskGroup tasks{loop};
};

// Noise that is neither silence nor a digit, different by seed.
OctetBuffer noise(std::size_t samples, unsigned seed);
// All 256 codes, shuffled, repeated.
OctetBuffer allCodes(std::size_t samples, unsigned seed);
std::size_t findRun(const OctetBuffer& hay, const OctetBuffer& needle);

} // namespace callbox::tests
