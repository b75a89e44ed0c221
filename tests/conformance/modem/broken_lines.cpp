// SPDX-License-Identifier: GPL-2.0-or-later
// Lines with one fault each: wrappers around a good one.
#include "bench.h"

namespace callbox::tests {

namespace {

// Passes everything on; a twin overrides one thing.
class Wrapper : public ModemIo, protected ModemIoEvents {
public:
    Wrapper(Loop& loop, std::unique_ptr<ModemIo> good) : loop_(loop), good_(std::move(good)) {}
    Result<void> start(ModemIoEvents& events) override
    {
        events_ = &events;
        return good_->start(*this);
    }
    void stop() noexcept override { good_->stop(); }
    Result<void> write(Octets o) override { return good_->write(o); }

protected:
    void onBytes(Octets o) override { events_->onBytes(o); }
    void onGone(Error e) override { events_->onGone(std::move(e)); }
    Loop& loop_;
    std::unique_ptr<ModemIo> good_;
    ModemIoEvents* events_ = nullptr;
};

struct EatsFlowControl final : Wrapper {
    using Wrapper::Wrapper;
    void onBytes(Octets o) override
    {
        OctetBuffer kept(o.begin(), o.end());
        std::erase_if(kept, [](std::uint8_t c) { return c == 0x11 || c == 0x13; }); // XON, XOFF
        events_->onBytes(kept);
    }
};
struct HoldsAPieceBack final : Wrapper {
    using Wrapper::Wrapper;
    std::string held;
    Result<void> write(Octets o) override
    {
        if (asText(o) == "<7>") {
            held = "<7>";
            return {};
        }
        Result<void> r = good_->write(o);
        if (!held.empty())
            r = good_->write(asOctets(std::exchange(held, {})));
        return r;
    }
};
struct CutsLongWrites final : Wrapper {
    using Wrapper::Wrapper;
    Result<void> write(Octets o) override { return good_->write(o.first(std::min<std::size_t>(o.size(), 4096))); }
};
struct SpeaksInsideWrite final : Wrapper {
    using Wrapper::Wrapper;
    Result<void> write(Octets o) override
    {
        Result<void> r = good_->write(o);
        if (r)
            events_->onBytes({});
        return r;
    }
};
struct GoesTwice final : Wrapper {
    using Wrapper::Wrapper;
    void onGone(Error e) override
    {
        events_->onGone(e);
        events_->onGone(e);
    }
};
struct PassesTheSystemsError final : Wrapper {
    using Wrapper::Wrapper;
    Result<void> start(ModemIoEvents& events) override
    {
        Result<void> r = Wrapper::start(events);
        return r ? r : Error{Errc::io, r.error().what};
    }
};
struct KeepsItsDescriptor final : Wrapper {
    using Wrapper::Wrapper;
    bool open = false;
    Result<void> start(ModemIoEvents& events) override
    {
        if (open)
            return Error{Errc::busy, "open already"};
        Result<void> r = Wrapper::start(events);
        open = r.has_value();
        return r;
    }
    void stop() noexcept override
    {
        open = false;
        good_->stop();
    }
};
struct SpeaksAfterStop final : Wrapper {
    using Wrapper::Wrapper;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
    bool inEvent = false;
    void onBytes(Octets o) override
    {
        inEvent = true;
        events_->onBytes(o);
        inEvent = false;
    }
    void stop() noexcept override
    {
        good_->stop();
        if (!inEvent)
            loop_.post([this, weak = std::weak_ptr<bool>(alive)] {
                if (!weak.expired() && events_)
                    events_->onBytes(asOctets("\r\n"));
            });
    }
};
struct FinishesItsPiece final : Wrapper {
    using Wrapper::Wrapper;
    void onBytes(Octets o) override
    {
        events_->onBytes(o.first(o.size() / 2));
        events_->onBytes(o.subspan(o.size() / 2));
    }
};
struct KeepsItsLock final : Wrapper {
    using Wrapper::Wrapper;
    bool open = false, heard = false, locked = false;
    Result<void> start(ModemIoEvents& events) override
    {
        if (locked)
            return Error{Errc::busy, "locked"};
        heard = false;
        Result<void> r = Wrapper::start(events);
        open = r.has_value();
        return r;
    }
    void onBytes(Octets o) override
    {
        heard = true;
        events_->onBytes(o);
    }
    void stop() noexcept override
    {
        locked = locked || (open && !heard);
        good_->stop();
    }
};
struct TakesAnything final : Wrapper {
    using Wrapper::Wrapper;
    Result<void> write(Octets o) override
    {
        (void)good_->write(o);
        return {};
    }
};

template <class W> Twin<Bench> twin(std::string breaks, const Make<Bench>& make)
{
    const auto wrap = [](Loop& loop, std::unique_ptr<ModemIo> good) -> std::unique_ptr<ModemIo> {
        return std::make_unique<W>(loop, std::move(good));
    };
    return {std::move(breaks), [make, wrap] {
                auto b = std::make_unique<WrappedBench>(make());
                b->wrapLine = wrap;
                return b;
            }};
}

} // namespace

std::vector<Twin<Bench>> brokenLines(const Make<Bench>& make)
{
    return {
        twin<EatsFlowControl>("EveryOctet", make),
        twin<HoldsAPieceBack>("InOrder", make),
        twin<CutsLongWrites>("MuchAtOnce", make),
        twin<SpeaksInsideWrite>("NeverInsideWrite", make),
        twin<GoesTwice>("GoneIsTold", make),
        twin<PassesTheSystemsError>("AbsentIsNotFound", make),
        twin<KeepsItsDescriptor>("FoundAgain", make),
        twin<SpeaksAfterStop>("NothingAfterStop", make),
        twin<FinishesItsPiece>("StoppedInsideAnEvent", make),
        twin<KeepsItsLock>("StartsAgain", make),
        twin<TakesAnything>("NotStartedTakesNothing", make),
    };
}

} // namespace callbox::tests
