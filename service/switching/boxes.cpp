// SPDX-License-Identifier: GPL-2.0-or-later
#include "switching/boxes.h"
#include "fleet/expected_call.h"
#include <algorithm>

namespace callbox::switching {

Boxes::Boxes(const Edges& edges, const SwitchConfig& config, const lines::Lines& lines)
    : edges_(edges), policy_(config.policy), access_(config.access)
{
    for (const BoxConfig& b : config.boxes) {
        Box box;
        box.config = b;
        for (const std::string& tie : b.ties)
            if (lines::Line* line = lines.find(tie))
                box.ties.push_back(line);
        boxes_.push_back(std::move(box));
    }
    for (const lines::Line* trunk : lines.used(lines::Use::trunk))
        trunks_.push_back(trunk);
}

Boxes::Box* Boxes::find(const std::string& id)
{
    const auto it = std::find_if(boxes_.begin(), boxes_.end(), [&](const Box& b) { return b.config.id == id; });
    return it == boxes_.end() ? nullptr : &*it;
}

const Boxes::Box* Boxes::find(const std::string& id) const
{
    const auto it = std::find_if(boxes_.begin(), boxes_.end(), [&](const Box& b) { return b.config.id == id; });
    return it == boxes_.end() ? nullptr : &*it;
}

void Boxes::heard(const std::string& id, fleet::Heard heard)
{
    Box* box = find(id);
    if (!box)
        return;
    if (box->heard && box->heard->record.bootId == heard.record.bootId &&
        heard.record.sequence < box->heard->record.sequence)
        return; // overtaken by a newer one on the way
    const TimePoint made = heard.received - heard.delay;
    std::erase_if(box->reserved, [&](const auto& r) {
        const Reservation held = r.lock();
        return !held || *held <= made; // its own count shows it now
    });
    box->heard = std::move(heard);
    learnPools(*box);
    update(*box);
    if (box->local.goodReports && freshness(factsOf(*box), policy_) == Freshness::fresh && box->local.routeUsable) {
        ++*box->local.goodReports;
        update(*box);
    }
}

void Boxes::learnPools(Box& box)
{
    std::vector<NumberRange> told;
    for (const status::LinkPool& p : box.heard->record.linkPools)
        if (!p.first.empty() && p.first.e164().size() == p.last.e164().size() && p.first <= p.last)
            told.push_back({p.first, p.last});
    const auto same = [](const NumberRange& a, const NumberRange& b) { return a.first == b.first && a.last == b.last; };
    if (std::equal(told.begin(), told.end(), box.learned.begin(), box.learned.end(), same))
        return;
    box.learned = std::move(told);
    complainOfOverlaps(box);
}

void Boxes::complainOfOverlaps(const Box& box) const
{
    const Numbering numbers = numbering();
    for (const NumberRange& mine : numbers.linkPools.at(box.config.id))
        for (const auto& [other, pools] : numbers.linkPools)
            for (const NumberRange& theirs : pools)
                if (other != box.config.id && overlap(mine, theirs))
                    edges_.log.error("two boxes own the same link numbers; calls to them are refused",
                                     {{"box", box.config.id},
                                      {"other", other},
                                      {"first", std::max(mine.first, theirs.first)},
                                      {"last", std::min(mine.last, theirs.last)}});
}

void Boxes::seeTies(const Box& box, LocalView& local) const
{
    local.routeUsable = false;
    local.routeChannels = local.routeIdle = 0;
    for (const lines::Line* tie : box.ties) {
        const hal::TrunkStatus s = tie->trunk().status();
        if (!s.usable)
            continue;
        local.routeUsable = true;
        local.routeChannels += s.channels;
        local.routeIdle += s.idle;
    }
    if (!local.routeUsable && !box.config.numbers.empty())
        seeNumbers(box, local);
}

void Boxes::seeNumbers(const Box& box, LocalView& local) const
{
    unsigned idle = 0;
    for (const lines::Line* trunk : trunks_) {
        const hal::TrunkStatus s = trunk->trunk().status();
        local.routeUsable = local.routeUsable || s.usable;
        idle += s.usable ? s.idle : 0;
    }
    local.routeChannels = static_cast<unsigned>(box.config.numbers.size());
    local.routeIdle = std::min(idle, freeNumbers(box));
}

unsigned Boxes::freeNumbers(const Box& box) const
{
    const TimePoint now = edges_.loop.now();
    return static_cast<unsigned>(
        std::count_if(box.config.numbers.begin(), box.config.numbers.end(), [&](const PhoneNumber& n) {
            const auto held = numbersHeld_.find(n);
            return held == numbersHeld_.end() || now >= held->second;
        }));
}

bool Boxes::hasNumber(const std::string& id) const
{
    const Box* box = find(id);
    return box && !box->config.numbers.empty();
}

bool Boxes::handsBack(const std::string& id) const
{
    const Box* box = find(id);
    return box && box->config.handBack;
}

// The box holds a number for a call that does not come as long as we do.
std::optional<PhoneNumber> Boxes::takeNumber(const std::string& id)
{
    const Box* box = find(id);
    if (!box)
        return {};
    const TimePoint now = edges_.loop.now();
    for (const PhoneNumber& n : box->config.numbers) {
        const auto held = numbersHeld_.find(n);
        if (held != numbersHeld_.end() && now < held->second)
            continue;
        numbersHeld_[n] = now + fleet::expectedFor;
        return n;
    }
    return {};
}

void Boxes::freeNumber(const PhoneNumber& number)
{
    numbersHeld_.erase(number);
}

BoxFacts Boxes::factsOf(const Box& box) const
{
    const TimePoint now = edges_.loop.now();
    BoxFacts f;
    f.box = box.config.id;
    f.weight = box.config.weight;
    f.local = box.local;
    seeTies(box, f.local);
    for (const auto& r : box.reserved)
        if (const Reservation held = r.lock(); held && now - *held < policy_.reservation)
            ++f.local.reserved;
    f.local.flaps = static_cast<unsigned>(
        std::count_if(box.downs.begin(), box.downs.end(), [&](TimePoint t) { return now - t < policy_.flapWindow; }));
    if (box.heard) {
        f.record = box.heard->record;
        f.age = box.heard->age(now);
    }
    return f;
}

// Up: heard of lately, and its tie works. Going down is noticed at once; coming back takes good reports in a row.
void Boxes::update(Box& box)
{
    const TimePoint now = edges_.loop.now();
    const BoxFacts facts = factsOf(box);
    const Freshness f = freshness(facts, policy_);
    box.local.routeUsable = facts.local.routeUsable;
    const bool good = facts.local.routeUsable && (f == Freshness::fresh || f == Freshness::stale);
    if (f != box.shown)
        edges_.log.info("box", {{"box", box.config.id}, {"was", name(box.shown)}, {"is", name(f)}});
    box.shown = f;
    if (!good) {
        if (std::exchange(box.up, false)) {
            box.downs.push_back(now);
            edges_.log.warning("box is down", {{"box", box.config.id},
                                               {"status", name(f)},
                                               {"tie", facts.local.routeUsable ? "usable" : "down"},
                                               {"times", facts.local.flaps + 1}});
        }
        if (box.everUp)
            box.local.goodReports = 0;
        return;
    }
    if (box.up)
        return;
    if (box.local.goodReports && *box.local.goodReports < reportsNeeded(facts.local, policy_))
        return;
    box.up = true;
    if (std::exchange(box.everUp, true))
        box.local.recovered = now;
    box.local.goodReports.reset();
    edges_.log.info("box is up", {{"box", box.config.id}});
}

std::vector<std::string> Boxes::look()
{
    const TimePoint now = edges_.loop.now();
    std::vector<std::string> ask;
    for (Box& box : boxes_) {
        std::erase_if(box.reserved, [&](const auto& r) {
            const Reservation held = r.lock();
            return !held || now - *held >= policy_.reservation;
        });
        while (!box.downs.empty() && now - box.downs.front() >= policy_.flapWindow)
            box.downs.pop_front();
        update(box);
        if (box.shown == Freshness::stale)
            ask.push_back(box.config.id);
    }
    return ask;
}

std::vector<BoxFacts> Boxes::facts() const
{
    std::vector<BoxFacts> out;
    for (std::size_t i = 0; i < boxes_.size(); ++i)
        out.push_back(factsOf(boxes_[(i + turns_) % boxes_.size()]));
    return out;
}

Numbering Boxes::numbering() const
{
    Numbering n;
    n.access = access_;
    for (const Box& box : boxes_) {
        std::vector<NumberRange>& pools = n.linkPools[box.config.id];
        pools = box.learned;
        if (box.config.pool)
            pools.push_back(*box.config.pool);
    }
    return n;
}

bool Boxes::owns(const std::string& id, const PhoneNumber& number) const
{
    const Box* box = find(id);
    return box && box->config.pool && box->config.pool->contains(number);
}

std::optional<TimePoint> Boxes::heardAt(const std::string& id) const
{
    const Box* box = find(id);
    return box && box->heard ? std::optional(box->heard->received) : std::nullopt;
}

std::vector<lines::Line*> Boxes::ties(const std::string& id) const
{
    std::vector<lines::Line*> out;
    if (const Box* box = find(id))
        for (lines::Line* tie : box->ties)
            if (tie->trunk().status().usable)
                out.push_back(tie);
    std::stable_sort(out.begin(), out.end(), [](const lines::Line* a, const lines::Line* b) {
        return a->trunk().status().idle > b->trunk().status().idle;
    });
    return out;
}

std::string Boxes::boxOf(const lines::Line& tie) const
{
    for (const Box& box : boxes_)
        if (std::find(box.ties.begin(), box.ties.end(), &tie) != box.ties.end())
            return box.config.id;
    return "";
}

Boxes::Reservation Boxes::reserve(const std::string& id)
{
    auto now = std::make_shared<const TimePoint>(edges_.loop.now());
    if (Box* box = find(id))
        box->reserved.push_back(now);
    return now;
}

void Boxes::failed(const std::string& id, TimePoint started, std::string_view why)
{
    Box* box = find(id);
    if (!box)
        return;
    LocalView& local = box->local;
    // Ten calls that fail together are one failure; the hold doubles only for what failed after the last one.
    if (!local.lastFailure || started > *local.lastFailure)
        ++local.failuresInARow;
    local.lastFailure = edges_.loop.now();
    edges_.log.warning("set-up to box failed", {{"box", id}, {"why", why}, {"in_a_row", local.failuresInARow}});
}

void Boxes::worked(const std::string& id)
{
    Box* box = find(id);
    if (!box)
        return;
    if (std::exchange(box->local.failuresInARow, 0U) > 0)
        box->local.recovered = edges_.loop.now();
    box->local.lastFailure.reset();
}

} // namespace callbox::switching
