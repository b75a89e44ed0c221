// SPDX-License-Identifier: GPL-2.0-or-later
// Recordings that end, all that wait for the disk together: their audio synced side by side, then one transaction. A
// hundred callers who hang up at once wait about as long as one. Each has an outcome of its own: what fails of one is
// undone alone, and when the disk fails the transaction, each is tried by itself.
#include "engine.h"

namespace callbox::messages {

struct Engine::Member {
    const Ending* ending;
    bool cutShort = false;
    Result<Committed> outcome = Committed();

    [[nodiscard]] Recording& recording() const { return *ending->recording; }
    [[nodiscard]] MessageId id() const { return ending->recording->id(); }
    void fail(const Error& e) { outcome = e; }
};

// Headers, then the syncs: whoever's audio is not safe is out.
void Engine::finishAudio(std::vector<Member>& members)
{
    std::vector<Member*> sealed;
    std::vector<std::shared_ptr<Recording>> recordings;
    for (Member& m : members) {
        recording_.erase(m.id()); // whatever happens now, the repair may have it
        if (m.ending->discard)
            continue;
        ended_[m.id()] = m.ending->cutShort || m.recording().failure();
        if (auto r = m.recording().seal(); !r) {
            ended_[m.id()] = true;
            m.fail(cannotWrite(r.error()).because("finishing the audio"));
            continue;
        }
        sealed.push_back(&m);
        recordings.push_back(m.ending->recording);
    }
    std::vector<bool> failedBefore;
    for (Member* m : sealed)
        failedBefore.push_back(m->recording().failure().has_value());
    const auto synced = sync(recordings);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        Member& m = *sealed[i];
        if (!synced[i]) {
            ended_[m.id()] = true; // how much of it is there is not known any more
            m.fail(synced[i].error().because("finishing the audio"));
            continue;
        }
        m.recording().pad();
        m.cutShort = ended_[m.id()];
        // The last words were lost after whoever ends it looked: not for them to call saved. What there is is stored by
        // the next sweep, cut short.
        if (failedBefore[i] && !m.ending->failureKnown)
            m.fail(m.recording().failure()->because("the end of the recording"));
    }
    for (Member& m : members)
        m.recording().close();
}

Result<void> Engine::storeOne(Member& m)
{
    m.outcome = Committed{m.id(), {}};
    if (m.ending->discard) {
        endRows(m.id(), MessageState::deleted, "discarded");
        return {};
    }
    const auto stored = db_->part([&]() -> Result<void> {
        auto recipients = store(m.id(), m.recording().samples(), m.recording().crc(), m.cutShort);
        if (!recipients)
            return recipients.error();
        m.outcome->recipients = std::move(*recipients);
        return {};
    });
    if (stored)
        return {};
    m.fail(stored.error().because("storing the message"));
    // It waits for a number, or room: how it ended is known then.
    describe(m.id(), m.recording().samples(), m.recording().crc(), m.cutShort);
    return {};
}

void Engine::storeTogether(std::vector<Member>& members)
{
    std::vector<Member*> ready;
    for (Member& m : members)
        if (m.outcome)
            ready.push_back(&m);
    if (ready.empty())
        return;
    auto r = db_->transaction([&]() -> Result<void> {
        for (Member* m : ready)
            if (auto one = storeOne(*m); !one)
                return one;
        return {};
    });
    bool undone = !r;
    for (Member* m : ready) {
        if (!r && ready.size() > 1) {
            const auto alone = db_->transaction([&] { return storeOne(*m); });
            if (!alone)
                m->fail(alone.error().because("storing the message"));
        } else if (!r) {
            m->fail(r.error().because("storing the message"));
        }
        undone = undone || !m->outcome;
        if (m->outcome)
            ended_.erase(m->id());
    }
    if (undone)
        links_.load(*db_); // numbers that were counted and are not given
}

std::vector<Result<Committed>> Engine::end(const std::vector<Ending>& endings)
{
    const TimePoint start = edges_.loop.now();
    std::vector<Member> members;
    members.reserve(endings.size());
    for (const Ending& e : endings)
        members.push_back(Member{&e});
    finishAudio(members);
    storeTogether(members);
    noteDatabase();
    std::vector<Result<Committed>> outcomes;
    bool discarded = false, committed = false;
    for (Member& m : members) {
        committed = committed || (m.outcome && !m.ending->discard);
        if (m.outcome && m.ending->discard) {
            unlinkAudio(m.id());
            discarded = true;
        }
        outcomes.push_back(std::move(m.outcome));
    }
    if (committed)
        measured(edges_.loop.now() - start);
    // Nothing of it was ever a message: its name may go a moment later, and what the WAL holds of it with the next
    // snapshot; nobody waits for that.
    checkpointDue_ = checkpointDue_ || discarded;
    return outcomes;
}

} // namespace callbox::messages
