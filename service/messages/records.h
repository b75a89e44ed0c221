// SPDX-License-Identifier: GPL-2.0-or-later
// What the store keeps: messages, recipients, notifications; the state words are contract.md's.
#pragma once
#include <callbox/base/number.h>
#include <callbox/base/time.h>
#include <callbox/hal/types.h>
#include <optional>
#include <string>
#include <vector>

namespace callbox::messages {

enum class MessageState { recording, stored, delivered, expired, deleted };
enum class RecipientState { waiting, notified, heard, failed, optedOut };
enum class NotificationState { queued, sending, unknown, sent, delivered, failed, cancelled };
std::string_view name(MessageState);
std::string_view name(RecipientState); // "opted-out" with a hyphen
std::string_view name(NotificationState);
std::optional<MessageState> messageState(std::string_view);
std::optional<RecipientState> recipientState(std::string_view);
std::optional<NotificationState> notificationState(std::string_view);

using MessageId = std::int64_t;
using RecipientId = std::int64_t;
using NotificationId = std::int64_t;

// What is known when the caller is about to speak. Recipients are known before the recording starts, so that a box
// killed in the middle of it can still tell them.
struct NewMessage {
    std::optional<PhoneNumber> from;          // who called, if the number may be shown
    std::string fromPresentation = "allowed"; // allowed, restricted, unavailable
    std::vector<PhoneNumber> recipients;      // distinct, at least one
    std::string recipientSource;              // redirecting, original, access, keyed
    std::string call;                         // the call's id
    std::string protocol;                     // of the first notification: "sms", "dialout"
    hal::Law law = hal::Law::alaw;
};

struct NotificationRow {
    NotificationId id = 0;
    std::string protocol;
    NotificationState state = NotificationState::queued;
    int attempts = 0;
    std::string lastError;
    WallTime changedAt{};
};
struct RecipientRow {
    RecipientId id = 0;
    PhoneNumber number;
    PhoneNumber linkNumber; // empty before the commit
    RecipientState state = RecipientState::waiting;
    std::optional<WallTime> heardAt;
    std::vector<NotificationRow> notifications;
};
struct MessageRow {
    MessageId id = 0;
    MessageState state = MessageState::recording;
    std::optional<PhoneNumber> from;
    std::string fromPresentation;
    WallTime createdAt{};
    Duration length{};
    bool cutShort = false;
    std::string audioSha256; // lower-case hex of the data chunk; empty: none, see fingerprint.cpp
    std::string call;
    std::string recipientSource; // as in NewMessage
    std::vector<RecipientRow> recipients;
};

// A live pair found for a caller who wants to listen.
struct FoundMessage {
    MessageId message = 0;
    RecipientId recipient = 0;
    RecipientState state = RecipientState::waiting;
};

// Everything a notifier needs to tell one recipient.
struct Notice {
    NotificationId id = 0;
    MessageId message = 0;
    RecipientId recipient = 0;
    std::string protocol;
    NotificationState state = NotificationState::queued;
    int attempts = 0;     // how often it was taken, this time included
    int unknowns = 0;     // how often its outcome was unknown, over restarts: one resend, not more
    WallTime changedAt{}; // when it got its state
    PhoneNumber to;
    std::optional<PhoneNumber> from; // empty: withheld
    WallTime createdAt{};
    Duration length{};
    PhoneNumber linkNumber;
    Secret code;
    std::vector<std::uint8_t> references; // of the parts sent, for delivery reports
    std::string channel;                  // which modem or trunk sent it last
};

struct PoolStatus {
    std::size_t size = 0;
    std::size_t pairsLive = 0;
    std::size_t pairsQuarantined = 0;
    std::size_t fullestRecipient = 0; // the most pairs any one recipient holds, live and quarantined
};

struct NumberRow { // one link number with what it carries
    PhoneNumber number;
    std::size_t live = 0;
    std::size_t quarantined = 0;
};

} // namespace callbox::messages
