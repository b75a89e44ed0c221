// SPDX-License-Identifier: GPL-2.0-or-later
// In synchronism bits are compared with a reference that runs on by itself, block by block; a block counts when the
// next one is good too. After a bad one the pattern is looked for again by its own rule (each bit follows from those
// before it), and what was received meanwhile is divided: as long as it was the old pattern, nobody's, from where on it
// is the new one.
#include "sequence.h"
#include <algorithm>

namespace callbox::hal {

namespace {

using measure::Sequence;
using measure::Shape;

constexpr unsigned blockBits = 256;
constexpr std::size_t oneIn = 5;        // O.151 2.6: an error ratio of 0.2 is loss of synchronism
constexpr unsigned sureAfter = 64;      // bits in a row that follow from those before them
constexpr std::size_t heldMost = 8192;  // bits, while there is no synchronism
constexpr std::size_t heldLeast = 4096; // of them stay
constexpr int wrongWeighs = 16;         // right bits in a row that make up for a wrong one
constexpr std::size_t slipMost = 16384; // bits; a jump further than that is another start of the pattern

} // namespace

struct BertChecker::Impl {
    Impl(BertPattern p, std::uint64_t perSecond)
        : shape(measure::shape(p)), bitsPerSecond(perSecond), begin(shape), blockBegin(shape), reference(shape),
          history(shape, 0)
    {
    }

    void take(bool bit)
    {
        held.push_back(bit);
        if (synced) {
            errors += bit != reference.next();
            if (held.size() - pendingBits == blockBits)
                endBlock();
            return;
        }
        learn(bit);
        if (sure())
            found();
        else if (held.size() > heldMost)
            forget();
    }

    // ---- in synchronism: held is the block before, then the one that is being filled

    [[nodiscard]] bool bad(std::size_t bits) const { return errors * oneIn >= bits; }
    void endBlock()
    {
        if (bad(blockBits)) {
            lose();
            return;
        }
        account(pendingBits, pendingErrors, 0);
        held.erase(held.begin(), held.begin() + std::ptrdiff_t(pendingBits));
        begin = blockBegin;
        blockBegin = reference;
        pendingBits = blockBits;
        pendingErrors = std::exchange(errors, 0U);
    }

    // ---- out of it

    void lose()
    {
        synced = false;
        oldKnown = true;
        run = 0;
        for (const bool bit : held)
            learn(bit);
        if (sure())
            found();
    }
    void learn(bool bit)
    {
        run = bit == (history.following() != 0) ? run + 1 : 0;
        history = Sequence(shape, history.state() >> 1 | std::uint32_t(bit) << (shape.degree - 1));
    }
    [[nodiscard]] bool sure() const { return run >= shape.degree + sureAfter && history.possible(); }

    // As far as what is held is still the old pattern it is counted.
    void closeOld()
    {
        if (!std::exchange(oldKnown, false))
            return;
        Sequence old = begin;
        std::int64_t score = 0, best = 0;
        std::size_t upTo = 0;
        unsigned wrong = 0, wrongUpTo = 0;
        for (std::size_t i = 0; i < held.size(); ++i) {
            const bool right = old.next() == held[i];
            wrong += !right;
            score += right ? 1 : -wrongWeighs;
            if (score > best) {
                best = score;
                upTo = i + 1;
                wrongUpTo = wrong;
            }
        }
        account(upTo, wrongUpTo, 0);
        drop(upTo);
    }
    void drop(std::size_t bits)
    {
        held.erase(held.begin(), held.begin() + std::ptrdiff_t(bits));
        begin.skip(bits); // where the old pattern would be
    }
    void forget()
    {
        closeOld();
        if (held.size() <= heldLeast)
            return;
        const std::size_t bits = held.size() - heldLeast;
        if (everSynced) {
            account(0, 0, bits);
            lost = true;
        }
        drop(bits);
    }

    // The last bits are the pattern's: since when?
    void found()
    {
        closeOld();
        Sequence now = history;
        now.skip(shape.degree);
        Sequence start = now;
        start.back(held.size());
        std::vector<bool> right;
        right.reserve(held.size());
        for (Sequence s = start; const bool bit : held)
            right.push_back(s.next() == bit);
        std::int64_t score = 0, best = 0;
        std::size_t from = held.size();
        unsigned wrong = 0, wrongFrom = 0;
        for (std::size_t i = held.size(); i-- > 0;) {
            wrong += !right[i];
            score += right[i] ? 1 : -wrongWeighs;
            if (score > best) {
                best = score;
                from = i;
                wrongFrom = wrong;
            }
        }
        if (everSynced)
            tellBreak(from, start);
        drop(from);
        start.skip(from);
        begin = start;
        blockBegin = reference = now;
        pendingBits = held.size();
        pendingErrors = wrongFrom;
        errors = 0;
        synced = everSynced = true;
        lost = false;
    }
    // `start`: the new pattern at the first bit that is held; `begin`: the old one.
    void tellBreak(std::size_t unsyncedBits, Sequence start)
    {
        account(0, 0, unsyncedBits);
        const bool gap = lost || unsyncedBits > 0;
        const std::optional<std::int64_t> moved = distance(begin, start);
        if (gap || !moved)
            ++counts.syncLosses;
        else if (*moved != 0) {
            ++counts.slips;
            ++second.slips;
        }
        if (moved)
            (*moved > 0 ? counts.bitsSkipped : counts.bitsRepeated) += std::uint64_t(*moved > 0 ? *moved : -*moved);
    }
    // How far on `to` is; the nearest such place, either way.
    static std::optional<std::int64_t> distance(Sequence from, Sequence to)
    {
        Sequence ahead = from, behind = from;
        for (std::int64_t d = 0; d <= std::int64_t(slipMost); ++d, ahead.skip(1), behind.back(1)) {
            if (ahead.state() == to.state())
                return d;
            if (behind.state() == to.state())
                return -d;
        }
        return std::nullopt;
    }

    // ---- counting

    void account(std::uint64_t bits, std::uint64_t wrong, std::uint64_t unsynced)
    {
        counts.bits += bits;
        counts.errors += wrong;
        counts.unsynced += unsynced;
        second.errors += wrong;
        while (bits + unsynced > 0) {
            const std::uint64_t room = bitsPerSecond - second.bits - second.unsynced;
            const std::uint64_t good = std::min(bits, room);
            const std::uint64_t none = std::min(unsynced, room - good);
            second.bits += good;
            second.unsynced += none;
            bits -= good;
            unsynced -= none;
            if (second.bits + second.unsynced == bitsPerSecond)
                seconds.push_back(std::exchange(second, BertSecond()));
        }
    }
    void finish()
    {
        if (synced) {
            const std::size_t open = held.size() - pendingBits;
            if (open < sureAfter || !bad(open)) {
                account(held.size(), pendingErrors + errors, 0);
                held.clear();
                return;
            }
            synced = false;
            oldKnown = true;
        }
        closeOld();
        if (everSynced && !held.empty()) {
            account(0, 0, held.size());
            ++counts.syncLosses;
        }
        held.clear();
    }

    const Shape& shape;
    std::uint64_t bitsPerSecond;
    bool synced = false, everSynced = false;
    bool oldKnown = false; // what is held begins with the old pattern, perhaps
    bool lost = false;     // bits that were nobody's are forgotten already
    std::vector<bool> held;
    Sequence begin;      // the pattern at the first bit held; out of synchronism: where it would be
    Sequence blockBegin; // ... at the first bit of the block that is being filled
    Sequence reference;  // ... after the last bit
    std::size_t pendingBits = 0;
    std::uint64_t pendingErrors = 0;
    unsigned errors = 0; // in the block that is being filled
    Sequence history;    // the last bits received
    unsigned run = 0;
    BertCounts counts;
    BertSecond second;
    std::vector<BertSecond> seconds;
};

BertChecker::BertChecker(BertPattern pattern, std::uint64_t bitsPerSecond)
    : impl_(std::make_unique<Impl>(pattern, bitsPerSecond))
{
}
BertChecker::~BertChecker() = default;

void BertChecker::feed(Octets octets)
{
    for (const std::uint8_t octet : octets)
        for (int i = 7; i >= 0; --i)
            impl_->take(((octet >> i & 1) != 0) != impl_->shape.inverted);
}

void BertChecker::finish()
{
    impl_->finish();
}

bool BertChecker::inSync() const
{
    return impl_->synced;
}

bool BertChecker::everInSync() const
{
    return impl_->everSynced;
}

const BertCounts& BertChecker::counts() const
{
    return impl_->counts;
}

std::vector<BertSecond> BertChecker::takeSeconds()
{
    return std::exchange(impl_->seconds, {});
}

} // namespace callbox::hal
