// SPDX-License-Identifier: GPL-2.0-or-later
// What to do with a modem that fails: a ladder with pauses that grow (N55). Pure: times in, steps out.
// Asked again first; then its port is closed and opened; then it is reset, seldom, because a reset costs it the network
// and a modem reset every minute never registers.
#pragma once
#include <callbox/base/time.h>
#include <optional>

namespace callbox::hal::modem {

enum class Rung { ask, reopen, reset };

class Recovery {
public:
    struct Step {
        Rung rung;
        Duration pause; // before the port is opened again
    };
    explicit Recovery(Duration firstPause) : firstPause_(firstPause), pause_(firstPause) {}

    // It did not do what was asked of it.
    Step failed(TimePoint now);
    // All that was asked of it since it was set up was answered.
    void answersWell(TimePoint now);
    // A message went out: nothing is wrong with it.
    void sent();
    // A reset now for another reason than silence; counts as one if true.
    bool mayReset(TimePoint now);
    // The whole ladder did not help: a person has to look.
    [[nodiscard]] bool exhausted() const { return failures_ > 3; }

private:
    Duration firstPause_;
    Duration pause_;
    int failures_ = 0;
    std::optional<TimePoint> lastFailure_, lastReset_;
    Duration resetGap_{};
};

} // namespace callbox::hal::modem
