// SPDX-License-Identifier: GPL-2.0-or-later
// Joining in user space: each side's audio goes through a short queue to the other. The queue starts to give when two
// blocks lie in it, because the ticks of two spans do not come in a fixed order.
#include <algorithm>
#include <callbox/hal/join.h>

namespace callbox::hal {

namespace {

constexpr std::size_t startBlocks = 2;
constexpr std::size_t mostBlocks = 30; // 600 ms of 20 ms blocks: a late tie's burst fits

class UserJoin final : public Join {
public:
    UserJoin(Channel& a, Channel& b) : a_(*this, a, 0), b_(*this, b, 1)
    {
        a.setPort(&a_);
        b.setPort(&b_);
    }
    ~UserJoin() override
    {
        a_.release();
        b_.release();
    }
    [[nodiscard]] const JoinCounters& counters() const override { return counters_; }

private:
    struct Way { // one direction
        OctetBuffer queue;
        std::size_t at = 0; // what of it has been given
        bool running = false;
    };
    class Port final : public AudioPort {
    public:
        Port(UserJoin& join, Channel& channel, int side)
            : join_(join), channel_(channel), earlier_(channel.port()), side_(side)
        {
        }
        void release() { channel_.setPort(earlier_); }
        void onAudio(const AudioBlock& block) override
        {
            join_.put(side_, block.rx);
            join_.get(1 - side_, block.tx);
        }
        [[nodiscard]] Law law() const { return channel_.law(); }

    private:
        UserJoin& join_;
        Channel& channel_;
        AudioPort* earlier_;
        int side_;
    };

    void put(int from, Octets rx)
    {
        Way& way = ways_[from];
        const Law law = from == 0 ? a_.law() : b_.law();
        const Law other = from == 0 ? b_.law() : a_.law();
        if (way.queue.size() - way.at > mostBlocks * rx.size()) {
            counters_.dropped[from] += rx.size();
            return;
        }
        if (way.at > 0) {
            way.queue.erase(way.queue.begin(), way.queue.begin() + std::ptrdiff_t(way.at));
            way.at = 0;
        }
        const std::size_t before = way.queue.size();
        way.queue.insert(way.queue.end(), rx.begin(), rx.end());
        if (law != other)
            convertLaw(std::span(way.queue).subspan(before), law);
        if (way.queue.size() >= startBlocks * rx.size())
            way.running = true;
    }
    void get(int from, std::span<std::uint8_t> tx)
    {
        Way& way = ways_[from];
        if (!way.running)
            return;
        if (way.queue.size() - way.at < tx.size()) {
            way.running = false; // late: fill up again before going on
            counters_.inserted[from] += tx.size();
            return;
        }
        std::copy_n(way.queue.begin() + std::ptrdiff_t(way.at), tx.size(), tx.begin());
        way.at += tx.size();
        counters_.samples[from] += tx.size();
    }

    Way ways_[2];
    JoinCounters counters_;
    Port a_, b_;
};

} // namespace

Result<std::unique_ptr<Join>> Join::make(Call& a, Call& b)
{
    if (!a.channel() || !b.channel())
        return Error{Errc::invalid, "joining " + a.id() + " and " + b.id() + ": one of them has no channel"};
    return std::unique_ptr<Join>(std::make_unique<UserJoin>(*a.channel(), *b.channel()));
}

} // namespace callbox::hal
