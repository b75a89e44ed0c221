// SPDX-License-Identifier: GPL-2.0-or-later
#include "device.h"
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dahdi/user.h>

namespace callbox::hal::dahdi {

namespace {

Error failed(const std::string& what)
{
    switch (errno) {
    case ENOENT:
        return Error{Errc::not_found, what + ": there is no DAHDI here; load its modules: modprobe dahdi"};
    case EBUSY:
        return Error{Errc::busy, what + ": another program has it open"};
    case ENODEV:
    case ENXIO:
        return Error{Errc::gone, what + ": there is no such channel or span (any more)"};
    default:
        return systemError(errno, what);
    }
}

Result<Descriptor> openDevice(const char* path)
{
    Descriptor d(::open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!d)
        return failed(std::string("opening ") + path);
    return d;
}

} // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept
{
    std::swap(fd_, other.fd_);
    return *this;
}

Descriptor::~Descriptor()
{
    if (fd_ >= 0)
        close(fd_);
}

Result<Descriptor> openControl()
{
    return openDevice("/dev/dahdi/ctl");
}

Result<Descriptor> openTimer(unsigned samples)
{
    auto d = openDevice("/dev/dahdi/timer");
    int each = int(samples);
    if (d && ioctl(d->get(), DAHDI_TIMERCONFIG, &each) < 0)
        return failed("starting a DAHDI timer");
    return d;
}

Result<void> acknowledgeTimer(const Descriptor& timer)
{
    int all = -1;
    if (ioctl(timer.get(), DAHDI_TIMERACK, &all) < 0)
        return failed("acknowledging a DAHDI timer");
    return {};
}

Result<Descriptor> openChannel(int channel)
{
    auto d = openDevice("/dev/dahdi/channel");
    if (d && ioctl(d->get(), DAHDI_SPECIFY, &channel) < 0)
        return failed("opening DAHDI channel " + std::to_string(channel));
    return d;
}

Result<Signalling> signalling(const Descriptor& control, int channel)
{
    dahdi_params p{};
    p.channo = channel;
    if (ioctl(control.get(), DAHDI_GET_PARAMS, &p) < 0)
        return failed("asking for DAHDI channel " + std::to_string(channel));
    if (p.sigtype == DAHDI_SIG_HDLCFCS)
        return Signalling::hdlcFcs;
    return p.sigtype == DAHDI_SIG_CLEAR ? Signalling::clear : Signalling::other;
}

Result<void> configure(const Descriptor& control, int channel, Signalling signalling, Law law)
{
    dahdi_chanconfig c{};
    c.chan = channel;
    c.sigtype = signalling == Signalling::hdlcFcs ? DAHDI_SIG_HDLCFCS : DAHDI_SIG_CLEAR;
    c.deflaw = law == Law::alaw ? DAHDI_LAW_ALAW : DAHDI_LAW_MULAW;
    if (ioctl(control.get(), DAHDI_CHANCONFIG, &c) < 0)
        return failed("configuring DAHDI channel " + std::to_string(channel));
    return {};
}

Result<void> setBuffers(const Descriptor& channel, unsigned octets, unsigned count)
{
    dahdi_bufferinfo b{};
    b.txbufpolicy = DAHDI_POLICY_IMMEDIATE;
    b.rxbufpolicy = DAHDI_POLICY_IMMEDIATE;
    b.numbufs = int(count);
    b.bufsize = int(octets);
    if (ioctl(channel.get(), DAHDI_SET_BUFINFO, &b) < 0)
        return failed("setting the buffers of a DAHDI channel");
    return {};
}

Result<void> flush(const Descriptor& channel, Queue queue)
{
    int what = queue == Queue::both ? DAHDI_FLUSH_BOTH : DAHDI_FLUSH_WRITE;
    if (ioctl(channel.get(), DAHDI_FLUSH, &what) < 0)
        return failed("emptying the queues of a DAHDI channel");
    return {};
}

namespace {

bool setAudioMode(const Descriptor& channel, int on)
{
    return ioctl(channel.get(), DAHDI_AUDIOMODE, &on) == 0;
}

} // namespace

Result<void> hear(const Descriptor& channel, int other)
{
    dahdi_confinfo c{};
    c.confno = other;
    c.confmode = DAHDI_CONF_DIGITALMON;
    if (!setAudioMode(channel, 1) || ioctl(channel.get(), DAHDI_SETCONF, &c) < 0)
        return failed("joining with DAHDI channel " + std::to_string(other));
    return {};
}

void stopHearing(const Descriptor& channel)
{
    dahdi_confinfo none{};
    (void)ioctl(channel.get(), DAHDI_SETCONF, &none);
    (void)setAudioMode(channel, 0);
}

Event nextEvent(const Descriptor& channel)
{
    int event = DAHDI_EVENT_NONE;
    if (ioctl(channel.get(), DAHDI_GETEVENT, &event) < 0)
        return errno == ENODEV ? Event::removed : Event::none;
    switch (event) {
    case DAHDI_EVENT_NONE:
        return Event::none;
    case DAHDI_EVENT_ALARM:
        return Event::alarm;
    case DAHDI_EVENT_NOALARM:
        return Event::noAlarm;
    case DAHDI_EVENT_ABORT:
        return Event::abort;
    case DAHDI_EVENT_OVERRUN:
        return Event::overrun;
    case DAHDI_EVENT_BADFCS:
        return Event::badFcs;
    case DAHDI_EVENT_REMOVED:
        return Event::removed;
    default:
        return Event::other;
    }
}

Result<Alarms> alarms(const Descriptor& control, int span)
{
    dahdi_spaninfo s{};
    s.spanno = span;
    if (ioctl(control.get(), DAHDI_SPANSTAT, &s) < 0)
        return failed("asking for DAHDI span " + std::to_string(span));
    Alarms a;
    a.lof = s.alarms & (DAHDI_ALARM_LFA | DAHDI_ALARM_LMFA);
    a.ais = s.alarms & DAHDI_ALARM_BLUE;
    a.rai = s.alarms & DAHDI_ALARM_YELLOW;
    // RED is the driver's word for a signal that cannot be used; few say whether it is lost or only not framed.
    const bool red = s.alarms & (DAHDI_ALARM_RED | DAHDI_ALARM_RECOVER | DAHDI_ALARM_NOTOPEN);
    a.los = (s.alarms & DAHDI_ALARM_LOS) || (red && !a.lof && !a.ais);
    return a;
}

Result<LineErrors> lineErrors(const Descriptor& control, int span)
{
    dahdi_spaninfo s{};
    s.spanno = span;
    if (ioctl(control.get(), DAHDI_SPANSTAT, &s) < 0)
        return failed("asking for the counts of DAHDI span " + std::to_string(span));
    // A count is a signed int to the kernel; one that has run over is not to jump by half of a 64-bit number.
    const auto count = [](auto n) { return std::uint64_t(std::uint32_t(n)); };
    LineErrors e;
    e.crc = count(s.crc4count);
    e.farEnd = count(s.ebitcount);
    e.bipolar = count(s.bpvcount);
    e.framing = count(s.fascount);
    e.irqMisses = count(s.irqmisses);
    return e;
}

Result<void> setLoopback(const Descriptor& control, int span, Loopback loopback)
{
    dahdi_maintinfo m{};
    m.spanno = span;
    switch (loopback) {
    case Loopback::none:
        m.command = DAHDI_MAINT_NONE;
        break;
    case Loopback::local:
        m.command = DAHDI_MAINT_LOCALLOOP;
        break;
    case Loopback::line:
        m.command = DAHDI_MAINT_NETWORKLINELOOP;
        break;
    case Loopback::payload:
        m.command = DAHDI_MAINT_NETWORKPAYLOADLOOP;
        break;
    }
    if (ioctl(control.get(), DAHDI_MAINT, &m) == 0)
        return {};
    const std::string what =
        std::string("loop ") + std::string(name(loopback)) + " of DAHDI span " + std::to_string(span);
    if (errno == ENOSYS || errno == EINVAL || errno == ENOTTY || errno == EOPNOTSUPP)
        return Error{Errc::unsupported, what + ": the card's driver has none"};
    return failed(what);
}

Got read(const Descriptor& channel, std::span<std::uint8_t> into)
{
    const ssize_t n = ::read(channel.get(), into.data(), into.size());
    if (n >= 0)
        return {std::size_t(n), false, false};
    return {0, errno == ELAST, errno == ENODEV};
}

bool write(const Descriptor& channel, Octets data)
{
    return ::write(channel.get(), data.data(), data.size()) == ssize_t(data.size());
}

} // namespace callbox::hal::dahdi
