// SPDX-License-Identifier: GPL-2.0-or-later
// The store as the loop sees it: every question becomes a job of the executor, every answer brings a snapshot along.
#include "store.h"
#include "drafts.h"
#include "engine.h"
#include <algorithm>
#include <callbox/base/executor.h>

namespace callbox::messages {

namespace {

constexpr Duration snapshotEvery = 1s;
// Whoever leaves a message waits for one portion at most: some 4 MB read and hashed, from 16 places of a disk.
constexpr Duration portion = std::chrono::minutes(8); // of audio
constexpr std::size_t portionFiles = 16;

class StoreImpl final : public Store {
public:
    StoreImpl(const Edges& edges, std::shared_ptr<Engine> engine)
        : edges_(edges), engine_(std::move(engine)),
          drafts_(
              edges, [engine = engine_](Recording& r, Octets samples) { return engine->append(r, samples); },
              [engine = engine_](const auto& recordings) { return engine->sync(recordings); }),
          snapshotTimer_(edges.loop)
    {
        take(engine_->snapshot());
        watch();
    }
    ~StoreImpl() override
    {
        *alive_ = false;
        if (!endings_.empty()) // nobody hears of it, but it is kept
            edges_.disk.run([engine = engine_, endings = endingsOf(endings_)] { (void)engine->end(endings); }, {});
        // The engine's last owner may be a job on the executor; then the database closes there.
    }

    Task<std::unique_ptr<Draft>> begin(NewMessage m) override
    {
        std::shared_ptr<Recording> recording =
            co_await ask<std::shared_ptr<Recording>>([m = std::move(m)](Engine& e) { return e.begin(m); });
        co_return drafts_.add(std::move(recording));
    }
    Task<Committed> commit(std::unique_ptr<Draft> draft, bool cutShort) override
    {
        Ending ending;
        ending.failureKnown = draft->failed();
        ending.cutShort = cutShort;
        ending.recording = drafts_.release(*draft);
        return end(std::move(ending));
    }
    Task<> discard(std::unique_ptr<Draft> draft) override
    {
        Ending ending;
        ending.discard = true;
        ending.recording = drafts_.release(*draft);
        draft.reset();
        co_await end(std::move(ending));
    }

    Task<std::optional<FoundMessage>> find(PhoneNumber link, PhoneNumber recipient) override
    {
        return ask<std::optional<FoundMessage>>(
            [link, recipient](Engine& e) { return e.find(link.e164(), recipient.e164()); });
    }
    Task<std::optional<FoundMessage>> findByCode(PhoneNumber link, std::string code) override
    {
        return ask<std::optional<FoundMessage>>([link, code](Engine& e) { return e.findByCode(link.e164(), code); });
    }
    Task<hal::SoundPtr> audio(MessageId id) override
    {
        return ask<hal::SoundPtr>([id](Engine& e) { return e.audio(id); });
    }
    Task<> markHeard(RecipientId id) override
    {
        return ask<void>([id](Engine& e) { return e.markHeard(id); });
    }
    Task<> keep(RecipientId id) override
    {
        return ask<void>([id](Engine& e) { return e.keep(id); });
    }
    Task<> erase(RecipientId id) override
    {
        return ask<void>([id](Engine& e) { return e.erase(id); });
    }

    Task<std::vector<MessageRow>> list(MessageFilter f) override
    {
        std::vector<MessageRow> rows = co_await ask<std::vector<MessageRow>>([f](Engine& e) { return e.list(f); });
        co_await addFingerprints(rows);
        co_return rows;
    }
    Task<MessageRow> show(MessageId id) override
    {
        std::vector<MessageRow> rows;
        rows.push_back(co_await ask<MessageRow>([id](Engine& e) { return e.show(id); }));
        co_await addFingerprints(rows);
        co_return std::move(rows.front());
    }
    Task<OctetBuffer> exportWav(MessageId id) override
    {
        return ask<OctetBuffer>([id](Engine& e) { return e.wav(id); });
    }
    Task<> remove(MessageId id) override
    {
        return ask<void>([id](Engine& e) { return e.remove(id); });
    }
    Task<std::vector<NumberRow>> numbers() override
    {
        return ask<std::vector<NumberRow>>([](Engine& e) { return e.numbers(); });
    }

    Task<std::vector<Notice>> take(std::string protocol, std::size_t most) override
    {
        return ask<std::vector<Notice>>([protocol, most](Engine& e) { return e.take(protocol, most); });
    }
    Task<> update(NotificationChange c) override
    {
        const bool again = c.state == NotificationState::queued;
        co_await ask<void>([c = std::move(c)](Engine& e) { return e.update(c); });
        if (again)
            tellQueued();
    }
    Task<> queueNotice(RecipientId id, std::string protocol) override
    {
        co_await ask<void>([id, protocol](Engine& e) { return e.queueNotice(id, protocol); });
        tellQueued();
    }
    Task<std::vector<Notice>> inState(NotificationState s, std::string protocol) override
    {
        return ask<std::vector<Notice>>([s, protocol](Engine& e) { return e.inState(s, protocol); });
    }
    Task<std::optional<Notice>> byReference(std::string channel, std::uint8_t reference, PhoneNumber to) override
    {
        return ask<std::optional<Notice>>(
            [channel, reference, to](Engine& e) { return e.byReference(channel, reference, to.e164()); });
    }
    [[nodiscard]] Outbox outbox() const override
    {
        Outbox o = snapshot_.outbox;
        const std::int64_t now = edges_.loop.wallNow().time_since_epoch().count();
        o.oldestS = snapshot_.oldestQueuedMs ? std::max<std::int64_t>(0, now - snapshot_.oldestQueuedMs) / 1000 : 0;
        return o;
    }
    void onQueued(std::function<void()> cb) override { queued_ = std::move(cb); }

    [[nodiscard]] PoolStatus pool() const override { return snapshot_.pool; }
    [[nodiscard]] Health health() const override { return snapshot_.health; }
    Task<> sweep() override
    {
        co_await ask<void>([](Engine& e) { return e.sweep(); });
        for (bool more = true; more;)
            more = co_await ask<bool>([](Engine& e) { return e.purge(); });
        if (snapshot_.outbox.queued > 0)
            tellQueued();
    }
    Task<> close() override
    {
        snapshotTimer_.cancel();
        do
            co_await ask<void>([](Engine&) { return Result<void>(); });
        while (ending_);
    }

private:
    // A recording that ends, from the moment somebody waits for it. Owned by who waits and by its group.
    struct Waiting {
        Waiting(Loop& loop, Ending e) : ending(std::move(e)), done(loop) {}
        Ending ending;
        std::optional<Result<Committed>> outcome;
        Event<bool> done;
    };
    using Group = std::vector<std::shared_ptr<Waiting>>;

    // Whoever comes while a group is with the disk waits for the next one, with all others who came.
    Task<Committed> end(Ending ending)
    {
        const auto waiting = std::make_shared<Waiting>(edges_.loop, std::move(ending));
        endings_.push_back(waiting);
        if (!ending_)
            endTogether();
        co_await waiting->done.wait();
        Result<Committed> outcome = std::move(*waiting->outcome);
        co_return outcome;
    }
    static std::vector<Ending> endingsOf(const Group& group)
    {
        std::vector<Ending> endings;
        endings.reserve(group.size());
        for (const auto& w : group)
            endings.push_back(w->ending);
        return endings;
    }
    void endTogether()
    {
        ending_ = true;
        const Group group = std::exchange(endings_, {});
        struct Answer {
            std::vector<Result<Committed>> outcomes;
            std::optional<Snapshot> shot;
        };
        auto answer = std::make_shared<Answer>();
        const bool last = edges_.disk.queued() == 0;
        edges_.disk.run(
            [engine = engine_, endings = endingsOf(group), answer, last] {
                answer->outcomes = engine->end(endings);
                if (last)
                    answer->shot.emplace(engine->snapshot());
            },
            [this, alive = alive_, group, answer] {
                bool queued = false;
                for (std::size_t i = 0; i < group.size(); ++i) {
                    queued = queued || (answer->outcomes[i] && !group[i]->ending.discard);
                    group[i]->outcome.emplace(std::move(answer->outcomes[i]));
                    group[i]->done.set(true);
                }
                if (*alive)
                    ended(std::move(answer->shot), queued);
            });
    }
    void ended(std::optional<Snapshot> shot, bool queued)
    {
        if (shot)
            take(std::move(*shot));
        if (queued)
            tellQueued();
        ending_ = false;
        if (!endings_.empty())
            endTogether();
    }

    // Runs `work` on the executor; while more jobs wait, the snapshot is left to the last of them.
    template <class T> Task<T> ask(std::function<Result<T>(Engine&)> work)
    {
        const auto shot = std::make_shared<std::optional<Snapshot>>();
        const bool last = edges_.disk.queued() == 0;
        std::function<Result<T>()> job = [engine = engine_, work = std::move(work), shot, last] {
            Result<T> r = work(*engine);
            if (last)
                shot->emplace(engine->snapshot());
            return r;
        };
        const auto alive = alive_;
        Result<T> r = co_await check(runOn<T>(edges_.disk, edges_.loop, std::move(job)));
        if (*alive && *shot)
            take(std::move(**shot));
        if constexpr (std::is_void_v<T>)
            co_await std::move(r);
        else
            co_return r;
    }
    // Those that nobody has asked for yet, a portion at a time; `rows` are the caller's, who waits.
    Task<> addFingerprints(std::vector<MessageRow>& rows)
    {
        for (std::size_t at = 0; at < rows.size();) {
            std::vector<MessageId> ids;
            std::vector<std::size_t> places;
            for (Duration audio{}; at < rows.size() && audio < portion && ids.size() < portionFiles; ++at) {
                const MessageRow& m = rows[at];
                const bool there = m.state == MessageState::stored || m.state == MessageState::delivered;
                if (!there || !m.audioSha256.empty())
                    continue;
                ids.push_back(m.id);
                places.push_back(at);
                audio += m.length;
            }
            if (ids.empty())
                co_return;
            std::vector<std::string> made =
                co_await ask<std::vector<std::string>>([ids](Engine& e) { return e.fingerprints(ids); });
            for (std::size_t i = 0; i < made.size(); ++i)
                rows[places[i]].audioSha256 = std::move(made[i]);
        }
    }
    void take(Snapshot s) { snapshot_ = std::move(s); }
    void watch()
    {
        snapshotTimer_.after(snapshotEvery, [this] {
            auto shot = std::make_shared<Snapshot>();
            edges_.disk.run(
                [engine = engine_, shot] {
                    engine->eachSecond();
                    *shot = engine->snapshot();
                },
                [this, alive = alive_, shot] {
                    if (*alive)
                        take(std::move(*shot));
                });
            watch();
        });
    }
    void tellQueued()
    {
        if (queued_)
            edges_.loop.post([this, alive = alive_] {
                if (*alive && queued_)
                    queued_();
            });
    }

    Edges edges_;
    std::shared_ptr<Engine> engine_;
    Drafts drafts_;
    Group endings_;       // that wait for a group to be made of them
    bool ending_ = false; // one is with the disk
    Snapshot snapshot_;
    Timer snapshotTimer_;
    std::function<void()> queued_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace

Result<std::unique_ptr<Store>> Store::open(const Edges& edges, const StoreConfig& config)
{
    auto engine = std::make_shared<Engine>(edges, config);
    if (auto r = engine->open(); !r)
        return r.error().because("opening the message store in " + config.folder);
    return std::unique_ptr<Store>(std::make_unique<StoreImpl>(edges, std::move(engine)));
}

} // namespace callbox::messages
