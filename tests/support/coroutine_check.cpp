// SPDX-License-Identifier: GPL-2.0-or-later
// Is this compiler fit for coroutines? An aggregate temporary with an owning member, passed to a coroutine inside a
// co_await expression, must be destroyed exactly once. g++ 12 destroys it twice. Exit code 0: fit.
#include <coroutine>
#include <exception>
#include <utility>

static int alive = 0;

struct Counted {
    Counted() { ++alive; }
    Counted(const Counted&) { ++alive; }
    Counted(Counted&&) noexcept { ++alive; }
    ~Counted() { --alive; }
};
struct Aggregate {
    Counted owned;
    int number = 0;
};

struct Task {
    struct promise_type {
        int value = 0;
        Task get_return_object() { return Task{std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_value(int v) { value = v; }
        void unhandled_exception() { std::terminate(); }
    };
    explicit Task(std::coroutine_handle<promise_type> h) : handle(h) {}
    Task(Task&& o) noexcept : handle(std::exchange(o.handle, {})) {}
    ~Task()
    {
        if (handle)
            handle.destroy();
    }
    bool await_ready() const { return true; }
    void await_suspend(std::coroutine_handle<>) const {}
    int await_resume() const { return handle.promise().value; }
    std::coroutine_handle<promise_type> handle;
};

static Task callee(Aggregate a)
{
    co_return a.number;
}
static Task braces()
{
    co_return co_await callee(Aggregate{.owned = {}, .number = 1});
}
static Task conditional(bool which)
{
    co_return co_await (which ? callee(Aggregate{.owned = {}, .number = 2})
                              : callee(Aggregate{.owned = {}, .number = 3}));
}

int main()
{
    int sum = 0;
    {
        Task a = braces();
        Task b = conditional(true);
        sum = a.await_resume() + b.await_resume();
    }
    return sum == 3 && alive == 0 ? 0 : 1;
}
