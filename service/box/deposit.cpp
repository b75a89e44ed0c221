// SPDX-License-Identifier: GPL-2.0-or-later
// A caller leaves a message: who it is for, greeting, beep, recording. "Saved" is said only after the store said that
// the message would survive a power cut; a caller who has hung up meanwhile loses nothing.
#include "box/conversation.h"
#include "box/scripts.h"

namespace callbox::box {

namespace {

constexpr int keyedTries = 3;
constexpr unsigned longestNumber = 20;
// The block in which the ending key's tone begins is loud; it is no speech (the detector finds the tone's first sample
// within a few blocks).
constexpr std::uint64_t keyTone = 480;

// More than slips cost: a word may be missing.
constexpr Duration noticeableLoss = 100ms;

std::uint64_t samplesOf(Duration d)
{
    return std::uint64_t(toMs(d)) * hal::samplesPerSecond / 1000;
}

// Whether anything was said at all, and long enough.
bool isMessage(const hal::RecordOutcome& r, const BoxConfig& config)
{
    const std::uint64_t tone = r.end == hal::RecordEnd::digit ? keyTone : 0;
    const bool heard = r.firstSound && *r.firstSound + tone < r.samples;
    return heard && r.samples >= samplesOf(config.shortest);
}

// The line or we failed the caller, who said more than is kept (contract: cut_short).
bool wasCut(const hal::RecordOutcome& r, hal::Cause cause)
{
    if (r.end == hal::RecordEnd::sinkFailed || r.end == hal::RecordEnd::lineFault ||
        r.lost >= samplesOf(noticeableLoss))
        return true;
    switch (cause) {
    case hal::Cause::destinationOutOfOrder:
    case hal::Cause::networkOutOfOrder:
    case hal::Cause::temporaryFailure:
    case hal::Cause::recoveryOnTimerExpiry:
    case hal::Cause::requestedChannelUnavailable:
        return r.end == hal::RecordEnd::hangup;
    default:
        return false;
    }
}

void storeFailed(const Desk& desk, const hal::Call& call, const Error& e, std::string_view doing)
{
    desk.edges.log.error("a message could not be stored", {{"call", call.id()}, {"error", e}});
    desk.alarms.raise(alarms::kinds::messageNotStored, {}, std::string(doing) + ": " + e.what);
}

// Keyed in by the caller, with three tries; empty when none of them was a number that is served.
Task<PhoneNumber> keyedRecipient(const Desk& desk, hal::Call& call, hal::DialPlan plan)
{
    Conversation talk(call, desk.prompts);
    for (int i = 0; i < keyedTries; ++i) {
        Sentence question(Prompt::enterRecipient);
        hal::PartyNumber keyed;
        keyed.digits = co_await talk.ask(question, longestNumber);
        if (keyed.digits.empty())
            continue;
        const PhoneNumber number = hal::toE164(keyed, plan);
        if (!number.empty() && contains(desk.config.allow, number))
            co_return number;
        desk.edges.log.info("keyed-in recipient refused", {{"call", call.id()}, {"to", number}});
        co_await talk.say(number.empty() ? Prompt::notANumber : Prompt::notAllowed);
    }
    co_return PhoneNumber();
}

// The caller hears what became of it, if still there.
Task<hal::Cause> endWith(Conversation& talk, Sentence last, hal::Cause cause)
{
    last.say(Prompt::goodbye);
    co_await talk.say(std::move(last));
    co_return cause;
}

Task<hal::Cause> commitMessage(const Desk& desk, hal::Call& call, std::unique_ptr<messages::Draft> draft,
                               hal::RecordOutcome recorded)
{
    Conversation talk(call, desk.prompts);
    const bool cut = wasCut(recorded, call.cause());
    const bool diskFailed = draft->failed();
    if (diskFailed) {
        const Error e{Errc::io, draft->failure()};
        storeFailed(desk, call, e, "recording");
    }
    if (recorded.lost)
        desk.edges.log.warning("samples were lost while recording",
                               {{"call", call.id()}, {"message", draft->message()}, {"samples", recorded.lost}});
    Result<messages::Committed> done = co_await check(desk.store.commit(std::move(draft), cut));
    if (!done) {
        storeFailed(desk, call, done.error(), "committing");
        Sentence sorry(Prompt::notSaved);
        co_return co_await endWith(talk, sorry, hal::Cause::temporaryFailure);
    }
    if (!diskFailed)
        desk.alarms.clear(alarms::kinds::messageNotStored);
    desk.edges.log.info("message stored", {{"call", call.id()},
                                           {"message", done->message},
                                           {"samples", recorded.samples},
                                           {"end", hal::name(recorded.end)},
                                           {"cut_short", cut}});
    if (diskFailed) { // the recipient gets what there is; its end is missing, and who said it is told so
        Sentence sorry(Prompt::notSaved);
        co_return co_await endWith(talk, sorry, hal::Cause::temporaryFailure);
    }
    Sentence saved(Prompt::saved);
    co_return co_await endWith(talk, saved, hal::Cause::normalClearing);
}

// Greeting (a '#' goes straight to the beep) and beep. What the line loses from the beep on may have been speech.
Task<> invite(const Desk& desk, hal::Call& call, bool again, std::uint64_t& lostBefore)
{
    Conversation talk(call, desk.prompts);
    Sentence words(again ? Prompt::recordAgain : Prompt::greeting);
    co_await talk.sayUntilKey(words, "#");
    lostBefore = call.samplesLost();
    co_await talk.say(Prompt::beep);
}

} // namespace

Task<hal::Cause> takeMessage(const Desk& desk, hal::Call& call, messages::NewMessage message)
{
    Conversation talk(call, desk.prompts);
    for (const bool again : {false, true}) {
        Result<std::unique_ptr<messages::Draft>> begun = co_await check(desk.store.begin(message));
        if (!begun) {
            storeFailed(desk, call, begun.error(), "beginning");
            Sentence sorry(Prompt::storeFull);
            co_return co_await endWith(talk, sorry, hal::Cause::temporaryFailure);
        }
        std::unique_ptr<messages::Draft> draft = std::move(*begun);
        std::uint64_t lostBefore = 0;
        Result<void> invited = co_await check(invite(desk, call, again, lostBefore));
        hal::RecordOutcome recorded;
        if (invited) {
            hal::RecordOptions options;
            options.limit = desk.config.limit;
            options.silence = desk.config.silence;
            call.setDetecting(true);
            recorded = co_await call.record(*draft, options);
            recorded.lost = call.samplesLost() - lostBefore;
            call.setDetecting(false); // digits mean nothing from here on
        }
        if (isMessage(recorded, desk.config))
            co_return co_await commitMessage(desk, call, std::move(draft), recorded);
        Result<void> dropped = co_await check(desk.store.discard(std::move(draft)));
        if (!dropped)
            desk.edges.log.warning("an empty recording was not removed; the next start does it",
                                   {{"call", call.id()}, {"error", dropped.error()}});
        desk.edges.log.info("no message was left",
                            {{"call", call.id()}, {"samples", recorded.samples}, {"end", hal::name(recorded.end)}});
        co_await talk.say(Prompt::tooShort);
        call.setDetecting(true);
    }
    co_await talk.say(Prompt::goodbye);
    co_return hal::Cause::normalClearing;
}

Task<hal::Cause> deposit(const Desk& desk, hal::Call& call, Incoming in)
{
    Conversation talk(call, desk.prompts);
    co_await call.answer();
    messages::NewMessage message;
    message.from = in.from;
    message.fromPresentation = in.fromPresentation;
    message.recipientSource = in.recipientSource;
    message.call = call.id();
    message.protocol = desk.protocol;
    message.law = call.law();
    if (in.recipient.empty() && desk.config.keyIn) {
        in.recipient = co_await keyedRecipient(desk, call, in.plan);
        message.recipientSource = "keyed";
    }
    if (!contains(desk.config.allow, in.recipient)) {
        desk.edges.log.info("recipient not served", {{"call", call.id()}, {"to", in.recipient}});
        Sentence sorry(Prompt::notAllowed);
        co_return co_await endWith(talk, sorry, hal::Cause::normalClearing);
    }
    message.recipients.push_back(in.recipient);
    co_return co_await takeMessage(desk, call, message);
}

} // namespace callbox::box
