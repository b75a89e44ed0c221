// SPDX-License-Identifier: GPL-2.0-or-later
// One trunk of ours against a raw peer, under simulated time, and the steps of a vector on it.
#pragma once
#include "raw_peer.h"
#include "vector_file.h"
#include <callbox/hal/overlap_sending.h>
#include <callbox/hal/trunk.h>
#include <callbox/hal/virtual_span.h>

namespace callbox::tests {

class Player {
public:
    // `type`: a trunk profile, and quirks accepted beyond it: "euroisdn+cause-missing".
    Player(const std::string& side, const std::string& type, hal::PriConfig config = {});
    // Empty when all went as written, else what did not, with file and line.
    std::string play(const Vector&);

    [[nodiscard]] bool linkUp() const { return trunk_->status().dChannelUp; }
    RawPeer& peer() { return *peer_; }
    hal::Trunk& trunk() { return *trunk_; }
    SimLoop& loop() { return loop_; }
    std::unique_ptr<hal::Call>& call() { return call_; } // the latest
    void endCalls();
    std::string act(const std::string& verb, const std::string& rest); // a `do` step

private:
    std::string step(const Step&);
    std::string expect(const Step&);
    std::string place(const std::string& words);
    static Task<> keep(Task<hal::ReferralEnd> task, std::optional<Result<hal::ReferralEnd>>& outcome);
    std::string saw(const std::string& words);
    std::string seen(const std::string& key);

    SimLoop loop_;
    std::unique_ptr<Random> random_ = makeSeededRandom(1);
    std::unique_ptr<Files> files_ = makeSystemFiles();
    std::unique_ptr<Executor> disk_ = makeSimExecutor(loop_, 1ms);
    Edges edges_{loop_, *random_, *files_, *disk_, Log()};
    std::unique_ptr<hal::VirtualClock> clock_ = hal::VirtualClock::paced(loop_);
    hal::VirtualPair pair_ = hal::makeVirtualPair(loop_, *clock_);
    hal::Span ours_, theirs_;
    std::unique_ptr<RawPeer> peer_;
    std::unique_ptr<hal::Trunk> trunk_;
    std::vector<std::unique_ptr<hal::Call>> earlier_;
    std::unique_ptr<hal::Call> call_;
    std::optional<Result<hal::ReferralEnd>> referral_; // of the latest call handed back, once it has ended
    TaskGroup tasks_{loop_};
};

} // namespace callbox::tests
