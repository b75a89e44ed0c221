// SPDX-License-Identifier: GPL-2.0-or-later
#include "device.h"
#include <algorithm>
#include <cctype>
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

constexpr std::pair<Signalling, int> signallings[] = {
    {Signalling::clear, DAHDI_SIG_CLEAR},   {Signalling::hdlcFcs, DAHDI_SIG_HDLCFCS},
    {Signalling::fxsLoop, DAHDI_SIG_FXSLS}, {Signalling::fxsKewl, DAHDI_SIG_FXSKS},
    {Signalling::fxoLoop, DAHDI_SIG_FXOLS}, {Signalling::fxoKewl, DAHDI_SIG_FXOKS},
};

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
    for (const auto& [ours, theirs] : signallings)
        if (p.sigtype == theirs)
            return ours;
    return Signalling::other;
}

Result<void> configure(const Descriptor& control, int channel, Signalling signalling, Law law)
{
    dahdi_chanconfig c{};
    c.chan = channel;
    for (const auto& [ours, theirs] : signallings)
        if (signalling == ours)
            c.sigtype = theirs;
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

namespace {

constexpr std::pair<int, Event> events[] = {
    {DAHDI_EVENT_NONE, Event::none},
    {DAHDI_EVENT_ALARM, Event::alarm},
    {DAHDI_EVENT_NOALARM, Event::noAlarm},
    {DAHDI_EVENT_ABORT, Event::abort},
    {DAHDI_EVENT_OVERRUN, Event::overrun},
    {DAHDI_EVENT_BADFCS, Event::badFcs},
    {DAHDI_EVENT_REMOVED, Event::removed},
    {DAHDI_EVENT_RINGOFFHOOK, Event::ringOffHook},
    {DAHDI_EVENT_ONHOOK, Event::onHook},
    {DAHDI_EVENT_WINKFLASH, Event::winkFlash},
    {DAHDI_EVENT_POLARITY, Event::polarity},
    {DAHDI_EVENT_DIALCOMPLETE, Event::dialComplete},
    {DAHDI_EVENT_PULSE_START, Event::pulseStart},
};

} // namespace

Event nextEvent(const Descriptor& channel)
{
    int event = DAHDI_EVENT_NONE;
    if (ioctl(channel.get(), DAHDI_GETEVENT, &event) < 0)
        return errno == ENODEV ? Event::removed : Event::none;
    if (event & DAHDI_EVENT_PULSEDIGIT) {
        const int digit = (event & 0xFF) - '0'; // more than ten pulses are '*' and '#'
        return digit >= 0 && digit <= 9 ? Event(int(Event::pulse0) + digit) : Event::other;
    }
    for (const auto& [theirs, ours] : events)
        if (event == theirs)
            return ours;
    return Event::other;
}

namespace {

Result<dahdi_spaninfo> look(const Descriptor& control, int span, const char* at)
{
    dahdi_spaninfo s{};
    s.spanno = span;
    if (ioctl(control.get(), DAHDI_SPANSTAT, &s) < 0)
        return failed(std::string("asking for ") + at + "DAHDI span " + std::to_string(span));
    return s;
}

// What DAHDI_SPANCONFIG is to say: what stands, but for CRC-4 and the D channel's slot; a line that nobody has
// configured is what lines are today.
int lineConfigFor(int stands, const LineSetup& wanted)
{
    constexpr int framingAndCode = DAHDI_CONFIG_D4 | DAHDI_CONFIG_ESF | DAHDI_CONFIG_AMI | DAHDI_CONFIG_B8ZS |
                                   DAHDI_CONFIG_CCS | DAHDI_CONFIG_HDB3 | DAHDI_CONFIG_CRC4;
    const bool nobodyHas = (stands & framingAndCode) == 0;
    if (wanted.type == SpanType::t1)
        return nobodyHas ? stands | DAHDI_CONFIG_B8ZS | DAHDI_CONFIG_ESF : stands;
    const int line = (nobodyHas ? stands | DAHDI_CONFIG_HDB3 : stands) | DAHDI_CONFIG_CCS;
    return wanted.crc4 ? line | DAHDI_CONFIG_CRC4 : line & ~DAHDI_CONFIG_CRC4;
}

} // namespace

Result<bool> setUpLine(const Descriptor& control, int span, const LineSetup& wanted)
{
    const auto now = look(control, span, "the framing of ");
    if (!now)
        return now.error();
    dahdi_lineconfig c{};
    c.span = span;
    c.lbo = now->lbo;
    c.lineconfig = lineConfigFor(now->lineconfig, wanted);
    if (c.lineconfig == now->lineconfig && !wanted.clock)
        return false;
    // DAHDI tells nobody which place a span was given: that it is the source says enough of it.
    const bool byLine = now->lineconfig == 0 || now->syncsrc == span;
    c.sync = int(wanted.clock.value_or(byLine ? 1 : 0));
    if (ioctl(control.get(), DAHDI_SPANCONFIG, &c) < 0)
        return failed("configuring DAHDI span " + std::to_string(span));
    const auto then = look(control, span, "the framing of ");
    return then && then->lineconfig != now->lineconfig; // a dynamic span keeps nothing of it
}

Result<void> startSpan(const Descriptor& control, int span)
{
    if (ioctl(control.get(), DAHDI_STARTUP, &span) < 0)
        return failed("starting DAHDI span " + std::to_string(span));
    return {};
}

Result<Alarms> alarms(const Descriptor& control, int span, Alarms before)
{
    const auto stands = look(control, span, "");
    if (!stands)
        return stands.error();
    const dahdi_spaninfo& s = *stands;
    constexpr int named =
        DAHDI_ALARM_RED | DAHDI_ALARM_BLUE | DAHDI_ALARM_LFA | DAHDI_ALARM_LMFA | DAHDI_ALARM_LOS | DAHDI_ALARM_NOTOPEN;
    Alarms a;
    const bool stood = before.los || before.lof || before.lomf || before.ais;
    if ((s.alarms & DAHDI_ALARM_RECOVER) && !(s.alarms & named) && stood) {
        // For some seconds many drivers say this alone of whatever has ended.
        before.rai = s.alarms & DAHDI_ALARM_YELLOW;
        return before;
    }
    a.lof = s.alarms & DAHDI_ALARM_LFA;
    a.lomf = s.alarms & DAHDI_ALARM_LMFA && !a.lof;
    a.ais = s.alarms & DAHDI_ALARM_BLUE;
    a.rai = s.alarms & DAHDI_ALARM_YELLOW;
    // RED is the driver's word for a signal that cannot be used; few say whether it is lost or only not framed.
    const bool red = s.alarms & (DAHDI_ALARM_RED | DAHDI_ALARM_RECOVER | DAHDI_ALARM_NOTOPEN);
    a.los = (s.alarms & DAHDI_ALARM_LOS) || (red && !a.lof && !a.lomf && !a.ais);
    return a;
}

Result<LineErrors> lineErrors(const Descriptor& control, int span)
{
    const auto counts = look(control, span, "the counts of ");
    if (!counts)
        return counts.error();
    const dahdi_spaninfo& s = *counts;
    // A count is a signed int to the kernel; one that has run over is not to jump by half of a 64-bit number.
    const auto count = [](auto n) { return std::uint64_t(std::uint32_t(n)); };
    LineErrors e;
    e.crc = count(s.crc4count);
    e.farEnd = count(s.ebitcount);
    // Drivers count the same in one place or the other; ours, of a T1, in both.
    e.bipolar = std::max(count(s.bpvcount), count(s.cvcount));
    e.framing = std::max(count(s.fascount), count(s.fecount));
    e.irqMisses = count(s.irqmisses);
    return e;
}

Result<bool> isSuperframe(const Descriptor& control, int span)
{
    const auto now = look(control, span, "the framing of ");
    if (!now)
        return now.error();
    return bool(now->lineconfig & DAHDI_CONFIG_D4);
}

Result<void> setClockPriority(const Descriptor& control, int span, unsigned priority)
{
    const auto now = look(control, span, "the clock of ");
    if (!now)
        return now.error();
    dahdi_lineconfig c{};
    c.span = span;
    c.lbo = now->lbo;
    c.lineconfig = now->lineconfig;
    c.sync = int(priority);
    if (ioctl(control.get(), DAHDI_SPANCONFIG, &c) < 0)
        return failed("the clock of DAHDI span " + std::to_string(span));
    return {};
}

Result<int> clockSource(const Descriptor& control, int span)
{
    const auto now = look(control, span, "the clock of ");
    if (!now)
        return now.error();
    return now->syncsrc;
}

Result<void> attachEcho(const Descriptor& control, int channel, const std::string& name)
{
    dahdi_attach_echocan a{};
    a.chan = channel;
    name.copy(a.echocan, sizeof a.echocan - 1);
    if (ioctl(control.get(), DAHDI_ATTACH_ECHOCAN, &a) == 0)
        return {};
    if (errno != EINVAL)
        return failed("attaching echo canceller " + name);
    std::string module = name;
    std::transform(module.begin(), module.end(), module.begin(), [](unsigned char c) { return std::tolower(c); });
    return Error{Errc::not_found,
                 "DAHDI has no echo canceller " + name + ": load its module: modprobe dahdi_echocan_" + module};
}

Result<void> startEcho(const Descriptor& channel, unsigned taps)
{
    (void)setAudioMode(channel, 1); // analog channels are always in it, and refuse
    dahdi_echocanparams p{};
    p.tap_length = int(taps);
    if (ioctl(channel.get(), DAHDI_ECHOCANCEL_PARAMS, &p) == 0)
        return {};
    auto e = failed("starting the echo canceller of a DAHDI channel");
    (void)setAudioMode(channel, 0); // a call without one passes as it is
    return e;
}

void stopEcho(const Descriptor& channel)
{
    int none = 0;
    (void)ioctl(channel.get(), DAHDI_ECHOCANCEL, &none);
    (void)setAudioMode(channel, 0);
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

namespace {

constexpr int settles = 100;       // ms; DAHDI's own 600 would lose digits and flashes
constexpr int noCadence = 600'000; // ms: longer than any ring
constexpr int ourZone = 127;       // numbers of libtonezone's begin at 0
constexpr int firstZone = -1;

bool takeZone(const Descriptor& channel)
{
    int zone = firstZone;
    return ioctl(channel.get(), DAHDI_SETTONEZONE, &zone) == 0;
}

} // namespace

Result<void> prepareLine(const Descriptor& control, const Descriptor& channel)
{
    if (!takeZone(channel)) {
        dahdi_tone_def_header none{};
        none.zone = ourZone;
        none.ringcadence[0] = none.ringcadence[1] = noCadence;
        std::strcpy(none.name, "none");
        (void)ioctl(control.get(), DAHDI_LOADZONE, &none); // another program may have been faster
        if (!takeZone(channel))
            return failed("loading a DAHDI tone zone");
    }
    dahdi_ring_cadence cadence{};
    cadence.ringcadence[0] = cadence.ringcadence[1] = noCadence;
    if (ioctl(channel.get(), DAHDI_SETCADENCE, &cadence) < 0)
        return failed("setting the ring of a DAHDI channel");
    dahdi_params p{};
    if (ioctl(channel.get(), DAHDI_GET_PARAMS, &p) < 0)
        return failed("asking for a DAHDI channel");
    p.debouncetime = settles;
    if (ioctl(channel.get(), DAHDI_SET_PARAMS, &p) < 0)
        return failed("setting the times of a DAHDI channel");
    return {};
}

Result<void> orderHook(const Descriptor& channel, Hook hook)
{
    constexpr int theirs[] = {DAHDI_ONHOOK, DAHDI_OFFHOOK, DAHDI_RING, DAHDI_RINGOFF, DAHDI_FLASH};
    int order = theirs[static_cast<std::size_t>(hook)];
    if (ioctl(channel.get(), DAHDI_HOOK, &order) == 0 || errno == EINPROGRESS)
        return {};
    if (errno == EBUSY)
        return Error{Errc::busy, "a DAHDI channel is still at what it was told before"};
    return failed("the hook of a DAHDI channel");
}

Result<void> dialPulses(const Descriptor& channel, std::string_view digits)
{
    dahdi_dialoperation d{};
    d.op = DAHDI_DIAL_OP_REPLACE;
    const std::string text = "PW" + std::string(digits); // pulses, and a pause, without which the first would be lost
    text.copy(d.dialstr, sizeof d.dialstr - 1);
    if (ioctl(channel.get(), DAHDI_DIAL, &d) < 0)
        return failed("dialling on a DAHDI channel");
    return {};
}

Result<void> setPolarity(const Descriptor& channel, bool reversed)
{
    int polarity = reversed ? 1 : 0;
    if (ioctl(channel.get(), DAHDI_SETPOLARITY, &polarity) == 0)
        return {};
    if (errno == ENOTTY || errno == ENOSYS || errno == EINVAL)
        return Error{Errc::unsupported, "this card's driver cannot reverse the polarity"};
    return failed("the polarity of a DAHDI channel");
}

Result<LineSight> lookAtLine(const Descriptor& channel)
{
    dahdi_params p{};
    if (ioctl(channel.get(), DAHDI_GET_PARAMS, &p) < 0)
        return failed("asking for a DAHDI channel");
    LineSight s;
    using Seen = LineSight::Hook;
    constexpr Seen seen[] = {Seen::onHook, Seen::offHook, Seen::unknown, Seen::ring}; // enum dahdi_rxsig of the kernel
    if (p.rxhooksig >= 0 && std::size_t(p.rxhooksig) < std::size(seen))
        s.hook = seen[p.rxhooksig];
    s.alarm = p.chan_alarms != 0;
    s.bits = p.rxbits >= 0;
    // No telephone clears bit B: these are the bits of a channel at the other end that nobody has configured.
    const bool facesTelephone = p.sigtype == DAHDI_SIG_FXOLS || p.sigtype == DAHDI_SIG_FXOKS;
    if (s.bits && facesTelephone && !(p.rxbits & DAHDI_BBIT))
        s.hook = Seen::unknown;
    return s;
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
