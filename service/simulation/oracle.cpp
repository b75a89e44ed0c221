// SPDX-License-Identifier: GPL-2.0-or-later
// What must never happen (design 9): the oracle's eyes on the fleet.
#include "simulation/life.h"
#include <algorithm>
#include <nlohmann/json.hpp>

namespace callbox::simulation {

namespace {

// A status record is DOWN after 3 s; questions are asked every half second.
constexpr Duration mayNotKnow = 4s;

// A phone that is always busy is tried again for a day, and the outbox shows it: that is not silence.
bool stillTried(const messages::RecipientRow& r)
{
    return std::any_of(r.notifications.begin(), r.notifications.end(), [](const messages::NotificationRow& n) {
        return n.state == messages::NotificationState::queued && n.attempts > 0;
    });
}

// How far what was kept agrees with what was said, from where it begins.
std::size_t agreed(const OctetBuffer& kept, const OctetBuffer& said)
{
    const auto start = std::search(kept.begin(), kept.end(), said.begin(), said.begin() + 8);
    if (start == kept.end())
        return 0;
    return std::size_t(std::mismatch(said.begin(), said.end(), start, kept.end()).first - said.begin());
}

} // namespace

void Life::violated(int point, std::string what)
{
    if (++seen_[{point, what}] == 1 && violations_.size() < 200)
        violations_.push_back({point, std::move(what)});
}

template <class T> Result<T> Life::wait(Task<T> task)
{
    std::optional<Result<T>> outcome;
    const auto keep = [](Task<T> t, std::optional<Result<T>>& out) -> Task<> {
        Result<T> r = co_await check(std::move(t));
        out.emplace(std::move(r));
    };
    TaskGroup group(fleet_.loop);
    group.start(keep(std::move(task), outcome));
    fleet_.loop.runUntil([&] { return outcome.has_value(); }, 60s);
    return outcome ? std::move(*outcome) : Result<T>(Error{Errc::timeout, "no answer"});
}

// Point 5: a box that moves no samples, cannot write or cannot reach the exchange is called usable.
void Life::judgeEachSecond()
{
    second_.after(1s, [this] {
        const TimePoint now = fleet_.loop.now();
        if (fleet_.service) {
            const nlohmann::json told = fleet_.service->boxesJson();
            for (std::size_t i = 0; i < fleet_.boxes.size(); ++i) {
                const SimBox& b = *fleet_.boxes[i];
                const bool usable = told["boxes"][i].value("usable", false);
                if (usable && b.cannotRecordSince && now - *b.cannotRecordSince > mayNotKnow)
                    violated(5, b.id() + " cannot write and is called usable");
                if (usable && b.cutOffSince && now - *b.cutOffSince > mayNotKnow)
                    violated(5, b.id() + " is cut off and is called usable");
            }
        }
        judgeEachSecond();
    });
}

std::vector<messages::MessageRow> Life::rowsOf(SimBox& b)
{
    auto rows = wait(b.store().list({}));
    return rows ? std::move(*rows) : std::vector<messages::MessageRow>();
}

void Life::judgeStored()
{
    std::map<std::uint64_t, std::string> states; // deposit -> what became of its recipient
    std::set<std::uint64_t> withAudio;
    std::map<std::uint64_t, std::string> audioWrong;
    for (auto& b : fleet_.boxes) {
        for (const messages::MessageRow& m : rowsOf(*b)) {
            if (m.state != messages::MessageState::stored && m.state != messages::MessageState::delivered) {
                if (const auto whose = m.from ? byCaller_.find(*m.from) : byCaller_.end(); whose != byCaller_.end())
                    states[whose->second] = std::string(messages::name(m.state)) + " at " + b->id();
                continue;
            }
            const auto sound = wait(b->store().audio(m.id));
            if (!sound) {
                violated(1, b->id() + ": the audio of message " + std::to_string(m.id) +
                                " is gone: " + sound.error().what);
                continue;
            }
            // Whose it is tells the caller's number: a line fault may have cost the beginning of what was said.
            if (const auto whose = m.from ? byCaller_.find(*m.from) : byCaller_.end(); whose != byCaller_.end()) {
                const std::uint64_t id = whose->second;
                const OctetBuffer& said = deposits_[id]->voice;
                const OctetBuffer& kept = (*sound)->samples;
                withAudio.insert(id);
                for (const std::uint64_t other : fleet_.voices.listen(kept).callers)
                    if (other != id)
                        violated(2, "message " + std::to_string(id) + " holds what caller " + std::to_string(other) +
                                        " said");
                if (deposits_[id]->saved && !m.cutShort &&
                    std::search(kept.begin(), kept.end(), said.begin(), said.end()) == kept.end())
                    audioWrong[id] = b->id() + " keeps " + std::to_string(kept.size()) + " samples, as said until " +
                                     std::to_string(agreed(kept, said)) + " of " + std::to_string(said.size());
                for (const messages::RecipientRow& r : m.recipients)
                    states[id] = stillTried(r) ? "tried" : std::string(messages::name(r.state));
            }
        }
    }
    for (const auto& [id, d] : deposits_) {
        const bool heardAndGone = d->deleted || (d->sms + d->notices > 0 && fleet_.loop.now() - d->at > 2min);
        if (d->saved && !withAudio.count(id) && !heardAndGone)
            violated(1, "message " + std::to_string(id) + " of " + d->from.e164() + " for " + d->to.e164() +
                            ", whose caller heard \"saved\", is lost; " + (states.count(id) ? states[id] : "no row"));
        if (audioWrong.count(id))
            violated(1, "message " + std::to_string(id) + " is not what its caller said: " + audioWrong[id]);
    }
    judgeTold(states);
}

// Point 3: told twice is seen as it happens; here: told not at all, and nobody says so.
void Life::judgeTold(const std::map<std::uint64_t, std::string>& states)
{
    for (const auto& [id, state] : states) {
        const Deposit& d = *deposits_.at(id);
        if (d.saved && state == "waiting" && d.sms + d.notices == 0)
            violated(3, "nobody was told of message " + std::to_string(id) + ", and it is not called failed");
        if (d.saved && state == "notified" && d.sms + d.notices == 0)
            violated(3, "message " + std::to_string(id) + " is called notified, and nobody was");
    }
}

void Life::finalJudgement()
{
    if (!fleet_.trouble.empty())
        violated(0, fleet_.trouble);
    for (const auto& b : fleet_.boxes)
        if (!b->alive() || !b->trouble.empty())
            violated(0, b->id() + " does not start: " + (b->trouble.empty() ? "no store" : b->trouble));
    // Those who never answer are called again for a day: between two tries all must be idle.
    std::string why;
    for (unsigned seconds = 0; seconds < 600; ++seconds) {
        why.clear();
        if (fleet_.quiet(why))
            break;
        fleet_.loop.runFor(1s);
    }
    if (!why.empty())
        violated(4, "half an hour after the last call: " + why);
    judgeStored();
}

} // namespace callbox::simulation
