// SPDX-License-Identifier: GPL-2.0-or-later
// The template half of executor.h.
#pragma once
#include <callbox/base/async.h>
#include <callbox/base/executor.h>

namespace callbox {

template <class T> Task<T> runOn(Executor& executor, Loop& loop, std::function<Result<T>()> job)
{
    // The worker's result travels in shared memory of its own: the waiting coroutine may be destroyed meanwhile.
    struct State {
        explicit State(Loop& l) : done(l) {}
        std::optional<Result<T>> result;
        Event<bool> done;
    };
    auto state = std::make_shared<State>(loop);
    executor.run([state, job = std::move(job)] { state->result.emplace(job()); }, [state] { state->done.set(true); });
    co_await state->done.wait();
    Result<T> r = std::move(*state->result);
    if constexpr (std::is_void_v<T>)
        co_await std::move(r);
    else
        co_return r;
}

} // namespace callbox
