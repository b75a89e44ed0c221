// SPDX-License-Identifier: GPL-2.0-or-later
// Both ends of a modem's line inside one process. Octets arrive in a later turn of the loop, as on a real line.
#include <callbox/lab/at_modem.h>

namespace callbox::lab {

namespace {

class Port final : public EmulatedPort {
public:
    Port(Loop& loop, AtModem& modem) : loop_(loop), modem_(modem) {}
    ~Port() override
    {
        Port::stop();
        *alive_ = false;
    }
    Result<void> start(hal::ModemIoEvents& events) override
    {
        if (!plugged_)
            return Error{Errc::not_found, modem_.name() + ": no such device now"};
        events_ = &events;
        modem_.setOutput([this](Octets o) { Port::say(o); });
        return {};
    }
    void say(Octets o) override
    {
        later([this, kept = OctetBuffer(o.begin(), o.end())] {
            if (events_)
                events_->onBytes(kept);
        });
    }
    void stop() noexcept override
    {
        events_ = nullptr;
        modem_.setOutput({});
    }
    Result<void> write(Octets octets) override
    {
        if (!events_)
            return Error{Errc::gone, modem_.name() + " is unplugged"};
        later([this, kept = OctetBuffer(octets.begin(), octets.end())] {
            if (plugged_)
                modem_.input(kept);
        });
        return {};
    }
    void plug(bool in) override
    {
        if (plugged_ == in)
            return;
        plugged_ = in;
        if (in) {
            modem_.reset();
            return;
        }
        hal::ModemIoEvents* events = events_;
        stop();
        if (events)
            events->onGone(Error{Errc::gone, modem_.name() + " was unplugged"});
    }

private:
    void later(std::function<void()> what)
    {
        loop_.post([alive = alive_, what = std::move(what)] {
            if (*alive)
                what();
        });
    }
    Loop& loop_;
    AtModem& modem_;
    hal::ModemIoEvents* events_ = nullptr;
    bool plugged_ = true;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace

std::unique_ptr<EmulatedPort> makeEmulatedPort(Loop& loop, AtModem& modem)
{
    return std::make_unique<Port>(loop, modem);
}

} // namespace callbox::lab
