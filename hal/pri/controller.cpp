// SPDX-License-Identifier: GPL-2.0-or-later
#include "controller.h"
#include "clock.h"
#include <algorithm>
#include <cstring>

extern "C" { // libpri.h has no guards for C++ of its own
#include <libpri.h>
}

namespace callbox::hal::pri {

namespace {

constexpr int fcsOctets = 2; // libpri counts them in and out and looks at neither

// Controllers cannot be destroyed in libpri: dead ones stay where a leak checker finds them.
std::vector<::pri*>& graveyard()
{
    static auto& dead = *new std::vector<::pri*>; // lives to the very end, so that it is still seen then
    return dead;
}

int switchTypeOf(const PriConfig& c)
{
    switch (c.switchType) {
    case PriSwitchType::ni2:
        return PRI_SWITCH_NI2;
    case PriSwitchType::dms100:
        return PRI_SWITCH_DMS100;
    case PriSwitchType::att4ess:
        return PRI_SWITCH_ATT4ESS;
    case PriSwitchType::lucent5e:
        return PRI_SWITCH_LUCENT5E;
    case PriSwitchType::qsig:
        return PRI_SWITCH_QSIG;
    case PriSwitchType::euroIsdn:
        break;
    }
    return PRI_SWITCH_EUROISDN_E1;
}

int channelOf(int encoded)
{
    return encoded < 0 || (encoded & 0xFF) == 0 || (encoded & 0xFF) == 0xFF ? -1 : encoded & 0xFF;
}

int toInt(Timeslot t)
{
    return static_cast<int>(index(t));
}

// Digits in libpri's complaints are somebody's number.
std::string withoutNumbers(std::string_view text)
{
    std::string out(text);
    for (std::size_t i = 0; i < out.size();) {
        std::size_t end = i;
        while (end < out.size() && out[end] >= '0' && out[end] <= '9')
            ++end;
        if (end - i > 4)
            std::fill(out.begin() + std::ptrdiff_t(i), out.begin() + std::ptrdiff_t(end), '*');
        i = end + 1;
    }
    while (!out.empty() && (out.back() == '\n' || out.back() == '\r'))
        out.pop_back();
    return out;
}

constexpr int inBandMask = PRI_PROG_CALL_NOT_E2E_ISDN | PRI_PROG_INBAND_AVAILABLE;

Event hangupEvent(Event::Kind kind, const pri_event_hangup& h)
{
    Event e{kind};
    e.call = h.call;
    e.channel = channelOf(h.channel);
    e.cause = h.cause > 0 && h.cause < 128 ? static_cast<Cause>(h.cause) : Cause::normalUnspecified;
    return e;
}

Event progressEvent(Event::Kind kind, const pri_event_proceeding& p)
{
    Event e{kind};
    e.call = p.call;
    e.channel = channelOf(p.channel);
    e.inBand = p.progressmask & inBandMask;
    return e;
}

Event ringEvent(const pri_event_ring& r)
{
    Event e{Event::Kind::ring};
    e.call = r.call;
    e.channel = channelOf(r.channel);
    e.flexible = r.flexible;
    e.complete = r.complete;
    e.name = r.callingname;
    return e;
}

std::optional<Event> copy(const pri_event& ev)
{
    switch (ev.e) {
    case PRI_EVENT_DCHAN_UP:
        return Event{Event::Kind::dChannelUp};
    case PRI_EVENT_DCHAN_DOWN:
        return Event{Event::Kind::dChannelDown};
    case PRI_EVENT_RING:
        return ringEvent(ev.ring);
    case PRI_EVENT_PROCEEDING:
        return progressEvent(Event::Kind::proceeding, ev.proceeding);
    case PRI_EVENT_PROGRESS:
        return progressEvent(Event::Kind::progress, ev.proceeding);
    case PRI_EVENT_RINGING: {
        Event e{Event::Kind::alerting};
        e.call = ev.ringing.call;
        e.channel = channelOf(ev.ringing.channel);
        e.inBand = ev.ringing.progressmask & inBandMask;
        return e;
    }
    case PRI_EVENT_ANSWER: {
        Event e{Event::Kind::answer};
        e.call = ev.answer.call;
        e.channel = channelOf(ev.answer.channel);
        return e;
    }
    case PRI_EVENT_SETUP_ACK: {
        Event e{Event::Kind::setupAcknowledge};
        e.call = ev.setup_ack.call;
        e.channel = channelOf(ev.setup_ack.channel);
        return e;
    }
    case PRI_EVENT_INFO_RECEIVED:
    case PRI_EVENT_KEYPAD_DIGIT: {
        Event e{Event::Kind::information};
        e.call = ev.e == PRI_EVENT_KEYPAD_DIGIT ? ev.digit.call : ev.ring.call;
        return e;
    }
    case PRI_EVENT_CONNECT_ACK: {
        Event e{Event::Kind::connectAck};
        e.call = ev.connect_ack.call;
        return e;
    }
    case PRI_EVENT_HANGUP_REQ:
        return hangupEvent(Event::Kind::hangupRequest, ev.hangup);
    case PRI_EVENT_HANGUP:
        return hangupEvent(Event::Kind::hangup, ev.hangup);
    case PRI_EVENT_HANGUP_ACK:
        return hangupEvent(Event::Kind::hangupDone, ev.hangup);
    case PRI_EVENT_RESTART: {
        Event e{Event::Kind::restart};
        e.channel = channelOf(ev.restart.channel);
        return e;
    }
    case PRI_EVENT_RESTART_ACK: {
        Event e{Event::Kind::restartAck};
        e.channel = channelOf(ev.restartack.channel);
        return e;
    }
    case PRI_EVENT_SERVICE: {
        Event e{Event::Kind::service};
        e.channel = channelOf(ev.service.channel);
        e.inService = (ev.service.changestatus & 0x0F) == 0; // SERVICE_CHANGE_STATUS_INSERVICE
        return e;
    }
    default:
        return {};
    }
}

} // namespace

Controller::Controller(const Edges& edges, Span& span, const PriConfig& config, ControllerEvents& events)
    : edges_(edges), span_(span), config_(config), events_(events), timer_(edges.loop)
{
}

Controller::~Controller()
{
    if (pri_)
        graveyard().push_back(pri_);
}

Result<std::unique_ptr<Controller>> Controller::make(const Edges& edges, Span& span, const PriConfig& config,
                                                     ControllerEvents& events)
{
    for (const auto& [name, value] : config.timers)
        if (pri_timer2idx(name.c_str()) < 0 || value < 0)
            return Error{Errc::invalid, "span " + span.name() + ": timer " + name + " = " + std::to_string(value) +
                                            ": a timer or counter of Q.921 or Q.931 as libpri names it (T203, T303, "
                                            "T309, N200, K, ...), not negative, in milliseconds"};
    std::unique_ptr<Controller> c(new Controller(edges, span, config, events));
    LibpriTime time(edges.loop);
    pri_set_message(&Controller::complain);
    pri_set_error(&Controller::complain);
    // This sends the first SABME already.
    c->pri_ = pri_new_cb(-1, config.role == PriRole::network ? PRI_NETWORK : PRI_CPE, switchTypeOf(config),
                         &Controller::readFrame, &Controller::writeFrame, c.get());
    if (!c->pri_)
        return Error{Errc::io, "libpri made no controller for span " + span.name()};
    pri_facility_enable(c->pri_);
    pri_hangup_fix_enable(c->pri_, 1);
    pri_connect_ack_enable(c->pri_, 1);
    pri_set_overlapdial(c->pri_, 0);
    if (northAmerican(config.switchType))
        pri_set_service_message_support(c->pri_, 1);
    if (auto r = c->setTimers(); !r)
        return r.error();
    if (auto r = c->checkClock(); !r)
        return r.error();
    c->arm();
    return c;
}

Result<void> Controller::setTimers()
{
    // Off by default in libpri.
    pri_set_timer(pri_, PRI_TIMER_T316, config_.profile->t316);
    pri_set_timer(pri_, PRI_TIMER_N316, config_.profile->n316);
    for (const auto& [name, value] : config_.timers)
        if (pri_set_timer(pri_, pri_timer2idx(name.c_str()), value) != 0)
            return Error{Errc::invalid, "span " + span_.name() + ": timer " + name + " is not used on this span"};
    return {};
}

// The SABME that went out has started T200, on the clock that libpri sees.
Result<void> Controller::checkClock()
{
    const timeval* next = pri_schedule_next(pri_);
    const TimePoint now = edges_.loop.now();
    if (next && fromTimeval(*next) - now < 1h && now - fromTimeval(*next) < 1h)
        return {};
    return Error{Errc::unsupported, "libpri does not take its time from this program's gettimeofday(): another library "
                                    "defines it first (LD_PRELOAD?)"};
}

void Controller::complain(::pri* p, char* text)
{
    auto* self = p ? static_cast<Controller*>(pri_get_userdata(p)) : nullptr;
    if (!self || !self->pri_)
        return;
    ++self->complaints_;
    if (self->complaints_ > 1 && self->edges_.loop.now() - self->lastComplaint_ < 1s)
        return; // a storm says the same thing over and over
    self->lastComplaint_ = self->edges_.loop.now();
    self->edges_.log.debug("libpri", {{"span", self->span_.name()}, {"says", withoutNumbers(text)}});
}

int Controller::readFrame(::pri* p, void* buffer, int size)
{
    auto* self = static_cast<Controller*>(pri_get_userdata(p));
    const Octets f = std::exchange(self->incoming_, {});
    if (f.empty() || f.size() + fcsOctets > static_cast<std::size_t>(size))
        return 0;
    std::memcpy(buffer, f.data(), f.size());
    std::memset(static_cast<char*>(buffer) + f.size(), 0, fcsOctets);
    return static_cast<int>(f.size()) + fcsOctets;
}

int Controller::writeFrame(::pri* p, void* buffer, int size)
{
    auto* self = static_cast<Controller*>(pri_get_userdata(p));
    const Octets frame(static_cast<const std::uint8_t*>(buffer), static_cast<std::size_t>(size - fcsOctets));
    std::optional<OctetBuffer> instead;
    self->events_.onOutgoing(frame, instead);
    if (auto r = self->span_.sendFrame(instead ? Octets(*instead) : frame); !r)
        self->edges_.log.debug("frame not sent", {{"span", self->span_.name()}, {"error", r.error()}});
    return size; // layer 2 repeats what was lost
}

void Controller::receive(Octets frame)
{
    incoming_ = frame;
    pri_event* event = nullptr;
    {
        LibpriTime time(edges_.loop);
        event = pri_check_event(pri_);
    }
    // Layer 2 alone tells the D channel's state; libpri also takes it from a SERVICE that names no B channel.
    const bool maintenance = frame.size() > 4 && (frame[2] & 1) == 0 && (frame[4] == 0x03 || frame[4] == 0x43);
    if (!maintenance || !event || (event->e != PRI_EVENT_DCHAN_UP && event->e != PRI_EVENT_DCHAN_DOWN))
        dispatch(event);
    runTimers();
}

void Controller::dispatch(void* event)
{
    if (!event)
        return;
    if (const auto e = copy(*static_cast<pri_event*>(event)))
        events_.onEvent(*e);
}

void Controller::runTimers()
{
    for (;;) {
        pri_event* event = nullptr;
        {
            LibpriTime time(edges_.loop);
            event = pri_schedule_run(pri_);
        }
        if (!event)
            break;
        dispatch(event);
    }
    arm();
}

void Controller::arm()
{
    const timeval* next = pri_schedule_next(pri_);
    if (!next) {
        timer_.cancel();
        return;
    }
    // libpri counts in microseconds, cut off: one more makes sure that its timer is due when ours is.
    const TimePoint due = fromTimeval(*next) + 1us;
    if (timer_.armed() && due == armedFor_)
        return;
    armedFor_ = due;
    timer_.at(due, [this] { runTimers(); });
}

Result<Controller::Placed> Controller::setup(const CallSetup& s, Timeslot channel,
                                             const std::function<void(const Placed&)>& prepare)
{
    LibpriTime time(edges_.loop);
    q931_call* call = pri_new_call(pri_);
    if (!call)
        return Error{Errc::no_space, "libpri made no call on span " + span_.name()};
    int low = 0;
    const int high = pri_get_crv(pri_, call, &low);
    const Placed placed{call, static_cast<unsigned>(high << 3 | low)};
    prepare(placed);
    std::unique_ptr<pri_sr, void (*)(pri_sr*)> sr(pri_sr_new(), [](pri_sr* p) { pri_sr_free(p); });
    pri_sr_set_channel(sr.get(), toInt(channel), 0, 0);
    const int layer1 = span_.config().law == Law::mulaw ? PRI_LAYER_1_ULAW : PRI_LAYER_1_ALAW;
    const int capability = s.bearer == Bearer::audio3k1              ? PRI_TRANS_CAP_3_1K_AUDIO
                           : s.bearer == Bearer::unrestrictedDigital ? PRI_TRANS_CAP_DIGITAL
                                                                     : PRI_TRANS_CAP_SPEECH;
    pri_sr_set_bearer(sr.get(), capability, s.bearer == Bearer::unrestrictedDigital ? 0 : layer1);
    std::string called = s.called.digits;
    pri_sr_set_called(sr.get(), called.data(), PRI_NATIONAL_ISDN, 1);
    if (!s.callingName.empty()) {
        pri_party_id caller{};
        caller.name.valid = 1;
        caller.name.presentation =
            s.calling.presentation == Presentation::allowed ? PRI_PRES_ALLOWED : PRI_PRES_RESTRICTED;
        caller.name.char_set = PRI_CHAR_SET_ISO8859_1;
        std::strncpy(caller.name.str, s.callingName.c_str(), sizeof caller.name.str - 1);
        pri_sr_set_caller_party(sr.get(), &caller);
    }
    if (pri_setup(pri_, call, sr.get()) != 0) {
        pri_destroycall(pri_, call);
        return Error{Errc::invalid, "libpri refuses this call on span " + span_.name()};
    }
    arm();
    return placed;
}

void Controller::setupAcknowledge(q931_call* call, Timeslot t)
{
    LibpriTime time(edges_.loop);
    pri_setup_ack(pri_, call, toInt(t), 0, 0);
    arm();
}

void Controller::proceeding(q931_call* call, Timeslot t)
{
    LibpriTime time(edges_.loop);
    pri_proceeding(pri_, call, toInt(t), 0);
    arm();
}

void Controller::alerting(q931_call* call, Timeslot t)
{
    LibpriTime time(edges_.loop);
    pri_acknowledge(pri_, call, toInt(t), 0);
    arm();
}

void Controller::progress(q931_call* call, Timeslot t)
{
    LibpriTime time(edges_.loop);
    pri_progress(pri_, call, toInt(t), 1);
    arm();
}

void Controller::answer(q931_call* call, Timeslot t)
{
    LibpriTime time(edges_.loop);
    pri_answer(pri_, call, toInt(t), 0);
    arm();
}

void Controller::acknowledgeConnect(q931_call* call)
{
    LibpriTime time(edges_.loop);
    pri_connect_ack(pri_, call, 0);
    arm();
}

void Controller::hangup(q931_call* call, Cause cause)
{
    LibpriTime time(edges_.loop);
    pri_hangup(pri_, call, static_cast<int>(cause));
    arm();
}

void Controller::information(q931_call* call)
{
    LibpriTime time(edges_.loop);
    pri_information(pri_, call, '0');
    arm();
}

void Controller::abandon(q931_call* call)
{
    LibpriTime time(edges_.loop);
    pri_destroycall(pri_, call);
    arm();
}

bool Controller::knows(q931_call* call) const
{
    return pri_get_crv(pri_, call, nullptr) >= 0;
}

void Controller::restart(Timeslot t)
{
    LibpriTime time(edges_.loop);
    pri_reset(pri_, toInt(t));
    arm();
}

void Controller::service(Timeslot t, bool inService)
{
    LibpriTime time(edges_.loop);
    pri_maintenance_service(pri_, 0, toInt(t), inService ? 0 : 2);
    arm();
}

} // namespace callbox::hal::pri
