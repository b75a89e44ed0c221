// SPDX-License-Identifier: GPL-2.0-or-later
// Executor: where what may block is done (disk, transcription). A job runs off the loop, its answer comes back by
// message. Jobs of one Executor run one after another, in order: it is a queue with one worker.
#pragma once
#include <callbox/base/loop.h>

namespace callbox {

class Executor {
public:
    virtual ~Executor() = default; // runs what is queued, then ends; answers not yet delivered are dropped
    // `job` runs on the worker and must not touch the loop's objects; `done` runs on the loop after it.
    virtual void run(Callback job, Callback done) = 0;
    [[nodiscard]] virtual std::size_t queued() const = 0;
};

std::unique_ptr<Executor> makeThreadExecutor(Loop& loop, std::string name);
// For simulated time: the job runs on the loop after `delay` (a disk takes time too), then `done`.
std::unique_ptr<Executor> makeSimExecutor(Loop& loop, Duration delay);

// T v = co_await runOn<T>(executor, loop, [..] { return Result<T>(...); });  The lambda must own what it uses.
template <class T> Task<T> runOn(Executor& executor, Loop& loop, std::function<Result<T>()> job);

} // namespace callbox

#include <callbox/base/executor_impl.h>
