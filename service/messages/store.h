// SPDX-License-Identifier: GPL-2.0-or-later
// The message store: SQLite for records, WAV files for audio, one folder, one process. Durable before anything else
// happens: commit() returns when the message would survive a power cut. All disk work runs on the Edges' disk
// executor; every answer comes back on the loop. FORMAT.md describes folder, files and tables.
#pragma once
#include "messages/records.h"
#include <callbox/base/edges.h>
#include <callbox/hal/media.h>
#include <functional>

namespace callbox::messages {

struct StoreConfig {
    std::string folder;                                // state folder; made if absent
    PhoneNumber poolFirst, poolLast;                   // link numbers, inclusive, same length, at most 100000
    Duration quarantine = std::chrono::hours(24 * 30); // a pair rests so long after its message is gone
    Duration retention = std::chrono::hours(24 * 14);  // an unheard message lives so long
    Duration keepHeard = std::chrono::hours(24 * 7);   // a heard message that was not deleted stays so long
    Duration keepEnded = std::chrono::hours(24 * 30);  // the rows of an ended one (no audio, no caller) stay so long
    Duration shortest = 1s;                            // after a crash, a shorter recording is no message
    std::uint64_t reserveBytes = 64 << 20;             // canRecord() is false below this much free disk
};

// A recording under way. An AudioSink for Call::record(): collects, and hands over to the disk at least every 400 ms,
// synced so often that a power cut costs at most 2 s. Destroying it without commit or discard leaves what is on disk
// for the repair at start (as after a crash); the store outlives it.
class Draft : public hal::AudioSink {
public:
    virtual ~Draft() = default;
    [[nodiscard]] virtual MessageId message() const = 0;
    [[nodiscard]] virtual std::uint64_t samples() const = 0;
    [[nodiscard]] virtual std::uint64_t lost() const = 0;
    [[nodiscard]] virtual std::string failure() const = 0; // why failed() is true, in words
};

struct Committed {
    MessageId message = 0;
    std::vector<RecipientId> recipients;
};

struct Health {
    bool canRecord = false; // disk writable, room left, database answering
    std::string why;        // when not
    std::int64_t recordSecondsLeft = 0;
    std::int64_t lastSyncMs = 0; // how long the last durable write took
    // Folders of files that no record explains (a lost database's audio); empty when there are none. An alarm stands
    // until somebody has looked and emptied them.
    std::string setAside;
};

struct MessageFilter {
    std::optional<MessageState> state = {};
    std::optional<PhoneNumber> to = {};
    std::size_t most = 10000;
};

class Store {
public:
    // Opens, creates or repairs: recordings that a crash cut are committed as cut short and their notices queued.
    // Blocks on the disk: at start-up only. Errc::io: not writable, with the path; Errc::invalid: another program's
    // database. The caller holds the folder's FolderLock: one process has a store.
    static Result<std::unique_ptr<Store>> open(const Edges&, const StoreConfig&);
    virtual ~Store() = default;

    // -- deposit
    // A row in state recording, durable when this returns. Errc::no_space: disk; the caller is told.
    virtual Task<std::unique_ptr<Draft>> begin(NewMessage) = 0;
    // Audio synced, then one transaction: state stored, a link number and a code per recipient, a queued notice each.
    // Those that wait at the same time share both, and have outcomes of their own.
    // Errc::no_space with "link numbers": some recipient has no free pair. An error also when the end of the recording
    // could not be written and draft->failed() did not say so before. In both cases what there is is kept, and stored
    // by a later sweep().
    virtual Task<Committed> commit(std::unique_ptr<Draft>, bool cutShort) = 0;
    virtual Task<> discard(std::unique_ptr<Draft>) = 0;

    // -- retrieval; nothing when there is no live pair
    virtual Task<std::optional<FoundMessage>> find(PhoneNumber link, PhoneNumber recipient) = 0;
    virtual Task<std::optional<FoundMessage>> findByCode(PhoneNumber link, std::string code) = 0;
    // Errc::not_found when the message has ended meanwhile, for all or for this recipient: nothing changes then.
    virtual Task<hal::SoundPtr> audio(MessageId) = 0; // as recorded
    virtual Task<> markHeard(RecipientId) = 0;        // played to its end once
    virtual Task<> keep(RecipientId) = 0;             // back to notified
    virtual Task<> erase(RecipientId) = 0;            // this recipient is done; the message goes with the last one

    // -- for people
    virtual Task<std::vector<MessageRow>> list(MessageFilter) = 0;
    virtual Task<MessageRow> show(MessageId) = 0; // Errc::not_found
    virtual Task<OctetBuffer> exportWav(MessageId) = 0;
    virtual Task<> remove(MessageId) = 0; // deleted for real; pending notices cancelled
    virtual Task<std::vector<NumberRow>> numbers() = 0;

    // -- notification outbox
    // Queued notices of `protocol` whose time has come, oldest first, and turns them to `sending` (attempts + 1) in the
    // same transaction: after a crash a `sending` one comes back from open() as `unknown`.
    virtual Task<std::vector<Notice>> take(std::string protocol, std::size_t most) = 0;
    struct NotificationChange {
        NotificationId id = 0;
        NotificationState state = NotificationState::queued;
        std::string error;                    // kept as lastError when not empty
        std::vector<std::uint8_t> references; // kept when not empty
        std::string channel;                  // kept when not empty
        Duration notBefore{};                 // for queued: try again after this long
    };
    // `sent` or `delivered` turns a waiting recipient to notified; `failed` for good turns it to failed, unless another
    // notice is under way. `queued` again becomes cancelled when the message was heard or deleted meanwhile.
    virtual Task<> update(NotificationChange) = 0;
    // Another notice for the same recipient by another protocol (say SMS failed, now a call). Does nothing when it has
    // one of that protocol, whatever became of it, or when the message was heard or deleted.
    virtual Task<> queueNotice(RecipientId, std::string protocol) = 0;
    virtual Task<std::vector<Notice>> inState(NotificationState, std::string protocol) = 0;
    virtual Task<std::optional<Notice>> byReference(std::string channel, std::uint8_t reference, PhoneNumber to) = 0;
    struct Outbox {
        std::size_t queued = 0;   // queued, sending, unknown
        std::int64_t oldestS = 0; // age of the oldest of them
    };
    [[nodiscard]] virtual Outbox outbox() const = 0;  // at most a second old
    virtual void onQueued(std::function<void()>) = 0; // something new to take

    // -- status, from memory, at most a second old
    [[nodiscard]] virtual PoolStatus pool() const = 0;
    [[nodiscard]] virtual Health health() const = 0;
    // Ends what is due: retention, quarantine, heard messages; forgets what ended long ago. Call about once a minute.
    virtual Task<> sweep() = 0;
    virtual Task<> close() = 0; // waits for queued work
};

} // namespace callbox::messages
