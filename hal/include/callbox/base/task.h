// SPDX-License-Identifier: GPL-2.0-or-later
// Task<T>: a coroutine whose outcome is a Result<T>. Lazy (runs when awaited or started), one owner.
//
// Inside a Task:
//     T v = co_await task();            the value; a failure ends this coroutine at this line and is passed on
//     T v = co_await someResult;        the same for a plain Result<T>
//     Result<T> r = co_await check(task());   the outcome, whatever it is
//     co_await fail(Errc::busy, "...");  ends this coroutine with an error
//
// Destroying a Task that waits is safe and destroys everything it holds, innermost first: every awaitable in
// this project takes its wake-up back in its destructor. A failed callee's locals live to the end of the
// awaiter's full expression. All of it belongs to one loop thread.
//
// Habits: scripts are free functions taking values or things their owner keeps alive; no capturing lambda
// coroutines; nothing looked up before a co_await is trusted after it; every wait has an end.
#pragma once
#include <callbox/base/result.h>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <unordered_map>

namespace callbox {

class Loop;
template <class T = void> class [[nodiscard]] Task;

namespace detail {

struct PromiseBase {
    std::coroutine_handle<> next = std::noop_coroutine();
    // Set by an awaiter that wants errors passed on: stores the error there and returns whom to resume.
    std::coroutine_handle<> (*pass)(std::coroutine_handle<>, Error&&) = nullptr;

    std::suspend_always initial_suspend() noexcept { return {}; }
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
};

template <class P> std::coroutine_handle<> finish(P& p)
{
    if (!*p.outcome && p.pass)
        return p.pass(p.next, std::move(p.outcome->error()));
    return p.next;
}

struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class P> std::coroutine_handle<> await_suspend(std::coroutine_handle<P> h) noexcept
    {
        return finish(h.promise());
    }
    void await_resume() noexcept {}
};

template <class T> struct Promise : PromiseBase {
    std::optional<Result<T>> outcome;
    Task<T> get_return_object();
    FinalAwaiter final_suspend() noexcept { return {}; }
    void return_value(Result<T> v) { outcome.emplace(std::move(v)); }
};

template <> struct Promise<void> : PromiseBase {
    std::optional<Result<void>> outcome;
    Task<void> get_return_object();
    FinalAwaiter final_suspend() noexcept { return {}; }
    void return_void() { outcome.emplace(); }
};

} // namespace detail

template <class T> class [[nodiscard]] Task {
public:
    using promise_type = detail::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    explicit Task(Handle h) : h_(h) {}
    Task(Task&& o) noexcept : h_(std::exchange(o.h_, {})) {}
    Task& operator=(Task&&) = delete;
    ~Task()
    {
        if (h_)
            h_.destroy();
    }

    promise_type& promise() { return h_.promise(); }
    Handle handle() { return h_; }

private:
    Handle h_;
};

template <class T> Task<T> detail::Promise<T>::get_return_object()
{
    return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> detail::Promise<void>::get_return_object()
{
    return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

namespace detail {

template <class T> struct Unwrap {
    Task<T> task;
    bool await_ready() noexcept { return false; }
    template <class P> std::coroutine_handle<> await_suspend(std::coroutine_handle<P> awaiter)
    {
        task.promise().next = awaiter;
        task.promise().pass = [](std::coroutine_handle<> c, Error&& e) -> std::coroutine_handle<> {
            auto& p = std::coroutine_handle<P>::from_address(c.address()).promise();
            p.outcome.emplace(std::move(e));
            return finish(p);
        };
        return task.handle();
    }
    T await_resume()
    {
        if constexpr (!std::is_void_v<T>)
            return std::move(**task.promise().outcome);
    }
};

template <class T> struct Check {
    Task<T> task;
    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter)
    {
        task.promise().next = awaiter;
        return task.handle();
    }
    Result<T> await_resume() { return std::move(*task.promise().outcome); }
};

template <class T> struct UnwrapResult {
    Result<T> result;
    bool await_ready() noexcept { return result.has_value(); }
    template <class P> std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self)
    {
        auto& p = self.promise();
        p.outcome.emplace(std::move(result.error()));
        return finish(p);
    }
    T await_resume()
    {
        if constexpr (!std::is_void_v<T>)
            return std::move(*result);
    }
};

} // namespace detail

template <class T> detail::Unwrap<T> operator co_await(Task<T>&& t)
{
    return {std::move(t)};
}
template <class T> detail::UnwrapResult<T> operator co_await(Result<T>&& r)
{
    return {std::move(r)};
}
template <class T> [[nodiscard]] detail::Check<T> check(Task<T> t)
{
    return {std::move(t)};
}

// co_await fail(...): ends the awaiting coroutine with this error.
[[nodiscard]] inline Result<void> fail(Errc code, std::string what,
                                       std::source_location where = std::source_location::current())
{
    return Error{code, std::move(what), where};
}

// Runs Tasks that nobody awaits, and owns them: the root of every script.
// Destroying the group destroys what still runs. Loop thread only.
class TaskGroup {
public:
    using Done = std::function<void(Result<void>)>;

    explicit TaskGroup(Loop& loop);
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    // Starts at once, in the caller's stack, up to its first wait. `done` is called on the loop after the task's
    // frame is gone; never from inside start(), never after the group's destruction.
    void start(Task<> task, Done done = {});
    [[nodiscard]] std::size_t running() const;
    // Destroys every running task now. Not from inside one of them.
    void cancelAll();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace callbox
