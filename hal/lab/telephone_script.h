// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the folder: a telephone from the first ring to the end of its call.
#pragma once
#include "speech.h"
#include <callbox/base/edges.h>
#include <callbox/lab/telephone.h>

namespace callbox::lab {

// What an answering machine says before its beep: a voice's sound without words.
hal::SoundPtr machineGreeting();

class TelephoneScript {
public:
    // The call outlives the script; `had` holds who calls whom.
    TelephoneScript(Edges edges, TelephoneBehaviour behaviour, hal::SoundPtr greeting, hal::Call& call,
                    TelephoneCall had);
    ~TelephoneScript();
    TelephoneScript(const TelephoneScript&) = delete;
    TelephoneScript& operator=(const TelephoneScript&) = delete;

    Task<TelephoneCall> run();

private:
    void onStage(hal::CallStage);
    Task<> live();
    Task<> converse();
    Task<bool> waited(Duration limit); // false: the caller has left

    Edges edges_;
    TelephoneBehaviour behaviour_;
    hal::SoundPtr greeting_;
    hal::Call& call_;
    TelephoneCall had_;
    TimePoint answeredAt_{};
    Ear ear_;
    Event<bool> released_;
};

} // namespace callbox::lab
