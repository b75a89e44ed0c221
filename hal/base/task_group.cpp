// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/base/loop.h>
#include <callbox/base/task.h>

namespace callbox {

namespace {

// The coroutine at the root of a task: never awaited, owned by its group.
class Root {
public:
    struct promise_type {
        Root get_return_object() { return Root(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
    };
    explicit Root(std::coroutine_handle<promise_type> h) : h_(h) {}
    Root(Root&& o) noexcept : h_(std::exchange(o.h_, {})) {}
    Root& operator=(Root&&) = delete;
    ~Root()
    {
        if (h_)
            h_.destroy();
    }
    void start() { h_.resume(); }

private:
    std::coroutine_handle<promise_type> h_;
};

} // namespace

struct TaskGroup::Impl {
    struct Entry {
        std::optional<Root> root;
        Done done;
    };
    explicit Impl(Loop& l) : loop(l) {}
    Loop& loop;
    std::unordered_map<std::uint64_t, Entry> tasks;
    std::uint64_t last = 0;

    static Root run(std::weak_ptr<Impl> self, std::uint64_t id, Task<> task)
    {
        Result<void> r = co_await check(std::move(task));
        auto impl = self.lock();
        if (!impl)
            co_return;
        // The frame must not be destroyed by code that runs in it.
        impl->loop.post([self, id, r = std::move(r)]() mutable {
            if (auto i = self.lock())
                i->finish(id, std::move(r));
        });
    }
    void finish(std::uint64_t id, Result<void> r)
    {
        auto it = tasks.find(id);
        if (it == tasks.end())
            return;
        Entry entry = std::move(it->second);
        tasks.erase(it);
        entry.root.reset();
        if (entry.done)
            entry.done(std::move(r));
    }
};

TaskGroup::TaskGroup(Loop& loop) : impl_(std::make_shared<Impl>(loop)) {}

TaskGroup::~TaskGroup()
{
    cancelAll();
}

void TaskGroup::start(Task<> task, Done done)
{
    const std::uint64_t id = ++impl_->last;
    Impl::Entry entry{Impl::run(impl_, id, std::move(task)), std::move(done)};
    auto& root = impl_->tasks.emplace(id, std::move(entry)).first->second.root;
    root->start(); // references into an unordered_map stay valid whatever starts meanwhile
}

std::size_t TaskGroup::running() const
{
    return impl_->tasks.size();
}

void TaskGroup::cancelAll()
{
    // A destroyed task's destructors may start others in this group; they are destroyed too.
    while (!impl_->tasks.empty()) {
        auto node = impl_->tasks.extract(impl_->tasks.begin());
        node.mapped().root.reset();
    }
}

} // namespace callbox
