// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/hal/line_learn.h>

namespace callbox::hal {

namespace {

constexpr Duration dialToneHeard = 4800ms; // a little less than the call waits before it dials
constexpr Duration numberOut = 60s;        // at most
constexpr Duration listens = 12s;          // two periods of any tone

// Keeps what the line plays as long as it lives.
class Ear final : public AudioSink {
public:
    Ear(AnalogLines& lines, Timeslot port) : lines_(lines), port_(port) { (void)lines_.hear(port_, this); }
    ~Ear() { (void)lines_.hear(port_, nullptr); }
    Ear(const Ear&) = delete;
    Ear& operator=(const Ear&) = delete;
    void append(Octets samples, std::uint32_t) override { heard.insert(heard.end(), samples.begin(), samples.end()); }
    [[nodiscard]] bool failed() const override { return false; }
    OctetBuffer heard;

private:
    AnalogLines& lines_;
    Timeslot port_;
};

std::size_t samplesOf(Duration d)
{
    return static_cast<std::size_t>(toMs(d)) * samplesPerSecond / 1000;
}

// The call goes on meanwhile; that it ends does not matter.
Task<> wait(Call& call, Duration limit)
{
    while (!call.released()) {
        Result<CallStage> stage = co_await check(call.nextStage(limit));
        if (!stage)
            co_return;
    }
}

} // namespace

Task<LineMeasures> learnLine(AnalogLines& lines, Timeslot port, Law law, CallSetup setup)
{
    const std::unique_ptr<Call> call = co_await lines.placeOn(port, setup);
    Ear ear(lines, port);
    CallStage stage = CallStage::placed;
    while (stage == CallStage::placed)
        stage = co_await call->nextStage(numberOut);
    const std::size_t dialled = ear.heard.size();
    co_await wait(*call, listens);
    const Octets all(ear.heard);
    LineMeasures m{measureCadence(all.first(std::min(dialled, samplesOf(dialToneHeard))), law),
                   measureCadence(all.subspan(dialled), law)};
    call->hangup();
    co_return m;
}

} // namespace callbox::hal
