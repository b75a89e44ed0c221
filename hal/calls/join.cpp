// SPDX-License-Identifier: GPL-2.0-or-later
// Joining below user space where the backend can, else here: each side's audio goes through a short queue to the other.
// The queue starts to give when some blocks lie in it: the ticks of two spans may come up to two apart, in either
// order.
#include <algorithm>
#include <callbox/hal/join.h>

namespace callbox::hal {

namespace {

constexpr std::size_t startBlocks = 3;
constexpr std::size_t mostBlocks = 30; // 600 ms of 20 ms blocks: a late tie's burst fits

class TwoCalls final : public Join {
public:
    TwoCalls(Call& a, Call& b) : a_(*this, a, 0), b_(*this, b, 1)
    {
        a.setJoin(&a_);
        b.setJoin(&b_);
    }
    ~TwoCalls() override
    {
        a_.call().setJoin(nullptr);
        b_.call().setJoin(nullptr);
    }
    [[nodiscard]] const JoinCounters& counters() const override { return counters_; }

    void drain() override
    {
        draining_ = true;
        for (Way& way : ways_)
            way.running = true;
    }
    [[nodiscard]] bool drained(const Call& towards) const override
    {
        const int from = &towards == &b_.call() ? 0 : 1;
        return !port(1 - from).call().channel() || (ways_[from].waiting() == 0 && ways_[from].toGo == 0);
    }

private:
    struct Way { // one direction
        OctetBuffer queue;
        std::size_t at = 0; // what of it has been given
        bool running = false;
        std::size_t toGo = 0; // samples until the last one given is on the line
        [[nodiscard]] std::size_t waiting() const { return queue.size() - at; }
    };
    class Port final : public AudioPort {
    public:
        Port(TwoCalls& join, Call& call, int side) : join_(join), call_(call), side_(side) {}
        void onAudio(const AudioBlock& block) override
        {
            join_.put(side_, block.rx);
            join_.get(1 - side_, block);
        }
        [[nodiscard]] Call& call() const { return call_; }

    private:
        TwoCalls& join_;
        Call& call_;
        int side_;
    };
    [[nodiscard]] const Port& port(int side) const { return side == 0 ? a_ : b_; }

    void put(int from, Octets rx)
    {
        Way& way = ways_[from];
        if (!port(1 - from).call().channel()) {
            way = {};
            return;
        }
        tryBelow();
        if (below_) {
            way = {};
            counters_.samples[from] += rx.size();
            return;
        }
        if (way.waiting() > mostBlocks * rx.size()) {
            counters_.dropped[from] += rx.size();
            return;
        }
        if (way.at > 0) {
            way.queue.erase(way.queue.begin(), way.queue.begin() + std::ptrdiff_t(way.at));
            way.at = 0;
        }
        const std::size_t before = way.queue.size();
        way.queue.insert(way.queue.end(), rx.begin(), rx.end());
        const Law law = port(from).call().law();
        if (law != port(1 - from).call().law())
            convertLaw(std::span(way.queue).subspan(before), law);
        if (way.queue.size() >= startBlocks * rx.size())
            way.running = true;
    }
    void get(int from, const AudioBlock& block)
    {
        Way& way = ways_[from];
        const std::span<std::uint8_t> tx = block.tx;
        way.toGo -= std::min(way.toGo, tx.size());
        if (!way.running)
            return;
        const std::size_t n = std::min(way.waiting(), tx.size());
        if (n < tx.size() && !draining_) {
            way.running = false; // late: fill up again before going on
            counters_.inserted[from] += tx.size();
            return;
        }
        std::copy_n(way.queue.begin() + std::ptrdiff_t(way.at), n, tx.begin());
        way.at += n;
        if (n > 0)
            way.toGo = block.ahead + tx.size();
        counters_.samples[from] += n;
    }

    void tryBelow()
    {
        Channel* mine = a_.call().channel();
        Channel* theirs = b_.call().channel();
        if (below_ && !below_->stands()) { // a card went and came back while they talked
            below_.reset();
            mayBeBelow_ = true;
        }
        if (below_ || !mayBeBelow_ || !mine || !theirs)
            return;
        auto r = mine->joinBelow(*theirs);
        if (r)
            below_ = std::move(*r);
        else
            mayBeBelow_ = r.error().code == Errc::busy;
    }

    std::unique_ptr<LowJoin> below_;
    bool mayBeBelow_ = true;
    Way ways_[2];
    JoinCounters counters_;
    bool draining_ = false;
    Port a_, b_;
};

} // namespace

Result<std::unique_ptr<Join>> Join::make(Call& a, Call& b)
{
    for (const Call* c : {&a, &b}) {
        if (c->released())
            return Error{Errc::gone, "joining " + a.id() + " and " + b.id() + ": " + c->id() + " has ended"};
        if (c->joined())
            return Error{Errc::busy, "joining " + a.id() + " and " + b.id() + ": " + c->id() + " is joined already"};
    }
    return std::unique_ptr<Join>(std::make_unique<TwoCalls>(a, b));
}

} // namespace callbox::hal
