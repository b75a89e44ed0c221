// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include "box/box.h"
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>

namespace callbox::tests {

namespace {

constexpr std::size_t promptSamples = 800;
constexpr std::size_t startSize = 8;

std::string textOf(const OctetBuffer& o)
{
    return {o.begin(), o.end()};
}

box::BoxConfig plainConfig()
{
    box::BoxConfig c;
    c.id = "box1";
    c.state = "/state";
    c.access = {{accessNumber, {}}};
    c.number = accessNumber;
    c.pool = {number("+12125559001"), number("+12125559100")};
    c.allow = {{number("+12125550000"), number("+12125558999")}};
    c.protocols = {"dialout"};
    return c;
}

lines::SpanSettings spanSettings(lines::Use use)
{
    lines::SpanSettings s;
    s.use = use;
    s.span.name = "line";
    s.pri.role = hal::PriRole::user;
    s.pri.form = hal::RedirectingForm::facility;
    s.pri.highestChannelFirst = true;
    s.country = "eu";
    s.plan = hal::dialPlanEu();
    return s;
}

} // namespace

OctetBuffer noise(std::size_t samples, unsigned seed)
{
    std::mt19937 random(seed);
    OctetBuffer out(samples);
    for (auto& o : out) // the upper segments of A-law: loud, without an idle octet
        o = std::uint8_t(((random() & 0x8F) | 0x40 | (random() & 0x30)) ^ 0x55);
    return out;
}

OctetBuffer allCodes(std::size_t samples, unsigned seed)
{
    std::mt19937 random(seed);
    OctetBuffer codes(256);
    for (std::size_t i = 0; i < codes.size(); ++i)
        codes[i] = std::uint8_t(i);
    OctetBuffer out;
    while (out.size() < samples) {
        std::shuffle(codes.begin(), codes.end(), random);
        out.insert(out.end(), codes.begin(), codes.end());
    }
    out.resize(samples);
    return out;
}

std::size_t findRun(const OctetBuffer& hay, const OctetBuffer& needle)
{
    return textOf(hay).find(textOf(needle));
}

SpokenPrompts::SpokenPrompts()
{
    const std::string folder =
        (std::filesystem::path(testing::TempDir()) / ("prompts-" + std::to_string(::getpid()))).string();
    std::filesystem::create_directories(folder);
    for (std::size_t i = 0; i < prompts::promptCount; ++i) {
        const auto p = static_cast<Prompt>(i);
        const OctetBuffer sound = noise(promptSamples, 1000 + unsigned(i));
        byStart[textOf(sound).substr(0, startSize)] = p;
        const OctetBuffer header = hal::wavHeader(hal::Law::alaw, promptSamples);
        std::ofstream out(folder + "/" + std::string(prompts::fileId(p)) + ".wav", std::ios::binary);
        out << asText(header) << asText(sound);
    }
    set = prompts::PromptSet::loadFrom(folder, "", {hal::Law::alaw}, Log());
    std::filesystem::remove_all(folder);
    EXPECT_TRUE(set->missing().empty());
}

const SpokenPrompts& SpokenPrompts::get()
{
    static const SpokenPrompts prompts;
    return prompts;
}

Phone::Phone(World& world, std::unique_ptr<hal::Call> call) : world_(world), call_(std::move(call))
{
    call_->setTap(this);
    call_->setDetecting(false);
}

Phone::~Phone()
{
    call_->setTap(nullptr);
}

void Phone::append(Octets samples, std::uint32_t)
{
    audio_.insert(audio_.end(), samples.begin(), samples.end());
    const auto& byStart = SpokenPrompts::get().byStart;
    for (; scanned_ + startSize <= audio_.size(); ++scanned_) {
        const std::string start(asText(Octets(audio_).subspan(scanned_, startSize)));
        if (const auto it = byStart.find(start); it != byStart.end())
            said_.push_back(it->second);
    }
}

bool Phone::untilConnected()
{
    return world_.loop.runUntil([&] { return call_->stage() == hal::CallStage::connected || call_->released(); },
                                10s) &&
           !call_->released();
}

bool Phone::untilHeard(Prompt prompt, Duration limit)
{
    const auto found = [&] {
        for (; waited_ < said_.size(); ++waited_)
            if (said_[waited_] == prompt) {
                ++waited_;
                return true;
            }
        return false;
    };
    bool yes = false;
    const bool before = world_.loop.runUntil([&] { return (yes = found()) || call_->released(); }, limit);
    if (before && yes)
        world_.loop.runFor(160ms); // to the prompt's end
    return yes;
}

bool Phone::untilReleased(Duration limit)
{
    return world_.loop.runUntil([&] { return call_->released(); }, limit);
}

void Phone::speak(OctetBuffer samples)
{
    auto sound = std::make_shared<hal::Sound>();
    sound->law = hal::Law::alaw;
    sound->samples = std::move(samples);
    const auto source = hal::makeSoundSource({sound});
    const auto played = world_.run(call_->play(*source, {}), 300s);
    (void)played; // the box may hang up meanwhile
}

void Phone::press(const std::string& keys)
{
    const auto source = hal::makeDtmfSource(keys);
    const auto played = world_.run(call_->play(*source, {}), 60s);
    (void)played;
}

void Phone::hangup(Cause cause)
{
    call_->hangup(cause);
}

void Phone::answer()
{
    EXPECT_TRUE(world_.run(call_->answer()));
}

bool Phone::heard(Prompt prompt) const
{
    return std::find(said_.begin(), said_.end(), prompt) != said_.end();
}

bool Phone::heard(const OctetBuffer& samples) const
{
    return findRun(audio_, samples) != std::string::npos;
}

std::size_t Phone::heardTimes(const OctetBuffer& samples) const
{
    const std::string hay = textOf(audio_);
    const std::string needle = textOf(samples);
    std::size_t n = 0;
    for (auto at = hay.find(needle); at != std::string::npos; at = hay.find(needle, at + 1))
        ++n;
    return n;
}

// Every log line, for tests that look for what must not be there.
struct World::Sink final : LogSink {
    [[nodiscard]] bool enabled(Level, std::string_view) const override { return true; }
    void write(const LogRecord& r) override
    {
        text += std::string(r.category) + " " + std::string(r.text);
        for (const Field& f : r.fields)
            text += " " + f.key + "=" + f.value;
        text += "\n";
    }
    std::string text;
};

World::World(const std::function<void(box::BoxConfig&)>& change, lines::Use use)
    : sink(std::make_unique<Sink>()), edges{loop, *random, faulty, *disk, Log(*sink, "box")}, config(plainConfig())
{
    config.lines.spans.push_back(spanSettings(use));
    if (change)
        change(config);
    networkSpan = std::make_unique<hal::Span>(edges, hal::SpanConfig{.name = "line"}, std::move(pair.first));
    EXPECT_TRUE(networkSpan->start());
    hal::PriConfig pri;
    pri.role = hal::PriRole::network;
    pri.timers = config.lines.spans.front().pri.timers;
    auto trunk = hal::makePriTrunk(edges, *networkSpan, pri);
    EXPECT_TRUE(trunk);
    network = std::move(*trunk);
    network->setIncoming([this](std::unique_ptr<hal::Call> c) { arrived.push_back(std::move(c)); });
    lines::LinesWorld outside;
    outside.openSpan = [this](const lines::SpanSettings&) {
        return Result<std::unique_ptr<hal::SpanIo>>(std::move(pair.second));
    };
    auto opened = lines::Lines::open(edges, config.lines, outside);
    EXPECT_TRUE(opened);
    lines = std::move(*opened);
    reopenStore();
    reception = std::make_unique<box::Reception>(
        box::Desk{edges, config, *store, *SpokenPrompts::get().set, alarms, "dialout"}, mode, *lines);
    reception->open();
    lines->start();
    EXPECT_TRUE(loop.runUntil([&] { return allIdle(); }, 10s)) << "the line does not come up";
}

World::~World()
{
    faulty.fault = {};
    if (testing::Test::HasFailure())
        std::fputs(logged().c_str(), stderr);
    tasks.cancelAll();
    arrived.clear();
    reception.reset();
}

void World::reopenStore()
{
    store.reset();
    loop.runFor(10ms);
    auto opened = messages::Store::open(edges, box::storeConfig(config));
    ASSERT_TRUE(opened) << opened.error().what;
    store = std::move(*opened);
}

bool World::allIdle()
{
    const auto idle = [](const hal::TrunkStatus& s) { return s.dChannelUp && s.channels > 0 && s.idle == s.channels; };
    return idle(network->status()) && idle(lines->all().front()->trunk().status());
}

void World::cable(bool in)
{
    dynamic_cast<hal::FaultInjection&>(networkSpan->io()).setFaults({.los = !in});
    EXPECT_TRUE(lines->all().front()->setFaults({.los = !in}));
}

void World::dChannel(bool in)
{
    const hal::VirtualFaults faults{.dropFrames = in ? 0 : std::numeric_limits<unsigned>::max()};
    dynamic_cast<hal::FaultInjection&>(networkSpan->io()).setFaults(faults);
    EXPECT_TRUE(lines->all().front()->setFaults(faults));
}

std::unique_ptr<hal::Call> World::place(const Dial& d)
{
    const hal::DialPlan plan = hal::dialPlanEu();
    const auto party = [&](const PhoneNumber& n) { return n.empty() ? hal::PartyNumber{} : hal::fromE164(n, plan); };
    hal::CallSetup s;
    s.calling = party(d.from);
    s.calling.presentation = d.presentation;
    s.calling.screening = d.screening;
    s.called = party(d.to);
    if (!d.redirecting.empty())
        s.redirecting = hal::Diversion{party(d.redirecting), hal::DiversionReason::noReply};
    if (!d.original.empty())
        s.original = hal::Diversion{party(d.original), hal::DiversionReason::unconditional};
    s.diversions = (s.redirecting ? 1 : 0) + (s.original ? 1 : 0);
    s.form = hal::RedirectingForm::facility;
    auto call = network->place(s);
    EXPECT_TRUE(call) << (call ? "" : call.error().what);
    return std::move(*call);
}

Phone World::dial(const Dial& d)
{
    return Phone(*this, place(d));
}

std::unique_ptr<hal::Call> World::incoming(Duration limit)
{
    EXPECT_TRUE(loop.runUntil([&] { return !arrived.empty(); }, limit)) << "no call comes";
    auto call = std::move(arrived.front());
    arrived.pop_front();
    return call;
}

std::vector<messages::MessageRow> World::messages()
{
    auto rows = run(store->list({}));
    EXPECT_TRUE(rows);
    return rows ? *rows : std::vector<messages::MessageRow>();
}

OctetBuffer World::stored(messages::MessageId id)
{
    const auto sound = run(store->audio(id));
    EXPECT_TRUE(sound) << (sound ? "" : sound.error().what);
    return sound ? (*sound)->samples : OctetBuffer();
}

messages::MessageRow World::leave(const OctetBuffer& speech, const PhoneNumber& to)
{
    Dial d;
    d.redirecting = to;
    Phone phone = dial(d);
    EXPECT_TRUE(phone.untilHeard(Prompt::beep));
    phone.speak(speech);
    phone.press("#");
    EXPECT_TRUE(phone.untilHeard(Prompt::saved));
    EXPECT_TRUE(phone.untilReleased());
    const auto rows = messages();
    const auto it =
        std::max_element(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    EXPECT_TRUE(it != rows.end());
    return it == rows.end() ? messages::MessageRow() : *it;
}

std::string World::codeOf(const messages::MessageRow& m)
{
    // Taken as a notifier takes it, and given back.
    const auto notices = run(store->take("dialout", 100));
    EXPECT_TRUE(notices);
    std::string code;
    for (const messages::Notice& n : *notices)
        if (n.message == m.id)
            code = n.code.reveal();
    return code;
}

std::string World::logged() const
{
    return sink->text;
}

} // namespace callbox::tests
