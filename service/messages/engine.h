// SPDX-License-Identifier: GPL-2.0-or-later
// The store's side of the disk: everything here runs on the executor, one job at a time, and returns values. The side
// on the loop is store.cpp.
#pragma once
#include "messages/link_numbers.h"
#include "messages/recording.h"
#include <set>

namespace callbox::messages {

// What the loop's side shows without asking the disk.
struct Snapshot {
    PoolStatus pool;
    Health health;
    Store::Outbox outbox;
    std::int64_t oldestQueuedMs = 0; // wall time, 0 = none
};

// A recording that has ended, to become a message or nothing.
struct Ending {
    std::shared_ptr<Recording> recording;
    bool cutShort = false;
    bool discard = false;
    bool failureKnown = false; // whoever ends it knows that its end could not be written: what there is is the message
};

class Engine {
public:
    Engine(const Edges& edges, StoreConfig config);

    // Folder, database, repair. Errc::io, no_space, invalid: with the path.
    Result<void> open();

    // -- deposit.cpp
    Result<std::shared_ptr<Recording>> begin(const NewMessage&);
    Result<void> append(Recording&, Octets samples);
    // Of those that are not closed yet; the outcome of each in its place.
    std::vector<Result<void>> sync(const std::vector<std::shared_ptr<Recording>>&);

    // -- commit.cpp: the outcome of each in its place
    std::vector<Result<Committed>> end(const std::vector<Ending>&);

    // -- retrieval.cpp
    Result<std::optional<FoundMessage>> find(const std::string& link, const std::string& recipient);
    Result<std::optional<FoundMessage>> findByCode(const std::string& link, const std::string& code);
    Result<hal::SoundPtr> audio(MessageId);
    Result<OctetBuffer> wav(MessageId); // as people get it, padded
    Result<void> markHeard(RecipientId);
    Result<void> keep(RecipientId);
    Result<void> erase(RecipientId);

    // -- outbox.cpp
    Result<std::vector<Notice>> take(const std::string& protocol, std::size_t most);
    Result<void> update(const Store::NotificationChange&);
    Result<void> queueNotice(RecipientId, const std::string& protocol);
    Result<std::vector<Notice>> inState(NotificationState, const std::string& protocol);
    Result<std::optional<Notice>> byReference(const std::string& channel, std::uint8_t reference,
                                              const std::string& to);

    // -- listing.cpp
    Result<std::vector<MessageRow>> list(const MessageFilter&);
    Result<MessageRow> show(MessageId);
    Result<std::vector<NumberRow>> numbers();

    // -- fingerprint.cpp
    // SHA-256 of the audio of each, in its place, made and kept where it is not known yet; empty for what is not
    // stored, and for audio that is not what was recorded, which is logged once.
    Result<std::vector<std::string>> fingerprints(const std::vector<MessageId>&);

    // -- upkeep.cpp
    Result<void> remove(MessageId);
    Result<void> sweep();
    // Forgets a portion of what ended long ago; whether there is more.
    Result<bool> purge();
    Snapshot snapshot();
    void eachSecond()
    {
        checkpointIfDue();
        fingerprintOne();
    }
    // How long something durable took, for the status record.
    void measured(Duration d) { lastSync_ = d; }

private:
    [[nodiscard]] std::int64_t now() const { return edges_.loop.wallNow().time_since_epoch().count(); }
    [[nodiscard]] std::string audioPath(MessageId) const;
    Result<void> makeFolders();
    Result<std::unique_ptr<File>> makeAudio(MessageId);
    // -- lost.cpp
    Result<void> keepLost();                  // before the database is opened: perhaps it is not there
    Result<void> keepUnknown(MessageId most); // and after: audio of messages that it never had
    Result<void> lookForLost();               // whether somebody has looked at what was set aside
    // Moves files into a new folder STATE/lost-TIME: what no record explains is kept for people to look at.
    Result<void> setAside(const std::vector<std::string>& paths, const std::string& why);
    // -- inside a transaction
    // Its recipients.
    Result<std::vector<RecipientId>> store(MessageId, std::uint64_t samples, std::uint32_t crc, bool cutShort);
    void describe(MessageId, std::uint64_t samples, std::uint32_t crc, bool cutShort);
    void setMessage(MessageId, MessageState, const std::string& detail = {});
    void setRecipient(RecipientId, RecipientState, const std::string& detail = {});
    void setNotification(NotificationId, NotificationState, const std::string& detail = {});
    void insertNotice(RecipientId, const std::string& protocol);
    void cancelNotices(RecipientId, const std::string& why);
    void addNotice(RecipientId, const std::string& protocol);
    bool othersUnderWay(RecipientId); // a notice of it is queued, being sent or not known
    void rest(RecipientId);           // its pair goes into quarantine
    // The message of a recipient who can still hear it; Errc::not_found when it has ended, for all or for this one.
    Result<MessageId> liveOf(RecipientId);
    // The message with its last recipient: state by what became of them; when it ends for good.
    void settle(MessageId);
    void endRows(MessageId, MessageState, const std::string& why);
    // -- outside of one
    Result<void> endMessages(const std::vector<MessageId>&, MessageState, const std::string& why);
    void forget(const std::vector<MessageId>&); // what is left of them beside their rows
    void checkpointIfDue();
    // -- commit.cpp
    struct Member;
    void finishAudio(std::vector<Member>&);
    void storeTogether(std::vector<Member>&);
    Result<void> storeOne(Member&); // inside a transaction
    void unlinkAudio(MessageId);

    // -- fingerprint.cpp
    Result<void> findWithoutFingerprint();
    void fingerprintOne(); // while nobody is being recorded
    // Errc::invalid: the file is not what was recorded.
    Result<std::string> makeFingerprint(MessageId, std::uint64_t samples, std::optional<std::int64_t> crc);

    Result<void> repair();
    Result<void> repairOne(MessageId);
    Result<void> seal(MessageId, const FoundAudio&);
    Result<void> mustBeThere(MessageId, bool recordingToo);
    Result<OctetBuffer> readWav(MessageId); // as it lies there
    Result<void> reclaimFiles();
    Result<void> endDue();
    void purgeRows(MessageId);                      // inside a transaction
    [[nodiscard]] std::int64_t forgottenAt() const; // what ends now
    MessageRow readMessage(Query&);
    std::vector<Notice> readNotices(Query&);
    Health health();
    Result<void> probeWriting();
    // Nothing can be recorded until a probe says otherwise; the first is made a moment later, so that whoever judges
    // this box gets to see it. Returns the error.
    Error cannotWrite(const Error&);
    void noteDatabase(); // what the database could not write counts too

    Edges edges_;
    StoreConfig config_;
    std::unique_ptr<Database> db_;
    LinkNumbers links_;
    std::set<MessageId> recording_; // under way in this process
    // Ended and not stored (no number, no room), and whether cut short. What is not known was cut short.
    std::map<MessageId, bool> ended_;
    std::set<MessageId> withoutFingerprint_; // to be made when there is time
    std::set<MessageId> damaged_;            // their files are not what was recorded
    Duration lastSync_{};
    bool roomLeft_ = true; // with hysteresis
    std::string writeProblem_;
    TimePoint probeAt_{};
    std::string setAside_;       // folders, in words
    bool checkpointDue_ = false; // something deleted is in the WAL still
};

} // namespace callbox::messages
