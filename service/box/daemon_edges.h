// SPDX-License-Identifier: GPL-2.0-or-later
// The edges of a running box, real ones. The order of the members is what keeps the last words of the last call: they
// end in the opposite order, the executor first, which still runs what is queued and needs all that is above it.
#pragma once
#include "box/config.h"
#include "box/fault_files.h"
#include <callbox/base/edges.h>

namespace callbox::box {

class DaemonEdges {
    // Before what they open; unlocked and closed after it.
    std::unique_ptr<LogSink> sink_;
    RealLoop loop_;
    std::unique_ptr<Random> random_;
    std::unique_ptr<Files> systemFiles_;
    FaultFiles faultFiles_;
    bool faults_;
    std::unique_ptr<FolderLock> lock_;
    std::unique_ptr<Executor> disk_;

    explicit DaemonEdges(std::unique_ptr<LogSink> sink, bool faults);
    Files& filesInUse() { return faults_ ? static_cast<Files&>(faultFiles_) : *systemFiles_; }

public:
    // Makes the state folder and locks it. Errc::busy: another process has it, with its pid.
    static Result<std::unique_ptr<DaemonEdges>> open(const BoxConfig&);

    RealLoop& loop() { return loop_; }
    FaultFiles* faults() { return faults_ ? &faultFiles_ : nullptr; } // null without a [lab] section
    const Edges edges;
};

} // namespace callbox::box
