// SPDX-License-Identifier: GPL-2.0-or-later
// A recipient listens: found by (link number, calling number) if the network vouches for the caller, else by the code
// of the notice. What is wrong and what is no longer there sound alike (N35, N42).
#include "box/conversation.h"
#include "box/scripts.h"

namespace callbox::box {

namespace {

constexpr int codeTries = 3;
constexpr unsigned codeDigits = 6;
constexpr int mostRepeats = 50; // more is no person's
constexpr Duration keyPatience = 5s;
constexpr std::string_view menuKeys = "123";

void storeFailed(const Desk& desk, const hal::Call& call, const Error& e, std::string_view doing)
{
    desk.edges.log.error("the store failed a listener", {{"call", call.id()}, {"doing", doing}, {"error", e}});
    desk.alarms.raise(alarms::kinds::storeRead, {}, std::string(doing) + ": " + e.what);
}

Task<hal::Cause> trouble(const Desk& desk, hal::Call& call, Prompt words)
{
    Conversation talk(call, desk.prompts);
    Sentence sorry(words);
    if (words != Prompt::noMessage)
        sorry.say(Prompt::tryLater);
    sorry.say(Prompt::goodbye);
    co_await talk.say(sorry);
    co_return hal::Cause::temporaryFailure;
}

Task<std::optional<messages::FoundMessage>> byCode(const Desk& desk, hal::Call& call, PhoneNumber link)
{
    Conversation talk(call, desk.prompts);
    std::optional<messages::FoundMessage> found;
    for (int i = 0; i < codeTries; ++i) {
        Sentence question;
        if (i > 0)
            question.say(Prompt::tryAgain);
        question.say(Prompt::enterCode);
        const std::string code = co_await talk.ask(question, codeDigits);
        if (code.size() == codeDigits)
            found = co_await desk.store.findByCode(link, code);
        if (found)
            co_return found;
        desk.edges.log.info("wrong code", {{"call", call.id()}, {"try", i + 1}, {"link", link}});
        if (!code.empty() && i + 1 < codeTries)
            co_await talk.say(Prompt::wrongCode);
    }
    co_return found;
}

// Plays the message until its end or a key; says it was heard when it was.
Task<char> playOnce(const Desk& desk, hal::Call& call, messages::FoundMessage found, hal::SoundPtr sound, bool& heard)
{
    std::vector<hal::SoundPtr> sounds{std::move(sound)};
    const std::unique_ptr<hal::AudioSource> source = hal::makeSoundSource(std::move(sounds));
    hal::PlayOptions options;
    options.stopDigits = menuKeys;
    const hal::PlayOutcome played = co_await call.play(*source, options);
    if (played.finished && !heard) {
        heard = true;
        Result<void> marked = co_await check(desk.store.markHeard(found.recipient));
        if (!marked && marked.error().code == Errc::not_found)
            desk.edges.log.info("message ended while it was heard", {{"call", call.id()}, {"message", found.message}});
        else if (!marked)
            storeFailed(desk, call, marked.error(), "marking a message as heard");
        else
            desk.edges.log.info("message heard", {{"call", call.id()}, {"message", found.message}});
    }
    co_return played.digit;
}

Task<char> menu(const Desk& desk, hal::Call& call)
{
    Conversation talk(call, desk.prompts);
    Sentence words(Prompt::retrievalMenu);
    const char key = co_await talk.sayUntilKey(words, menuKeys);
    if (key)
        co_return key;
    co_return co_await talk.waitForKey(menuKeys, keyPatience);
}

// '2' keeps, '3' deletes; the person hears which.
Task<hal::Cause> finish(const Desk& desk, hal::Call& call, messages::FoundMessage found, char key,
                        const messages::Notice* told)
{
    Conversation talk(call, desk.prompts);
    Sentence last;
    if (key == '2' || key == '3') {
        Task<> change = key == '2' ? desk.store.keep(found.recipient) : desk.store.erase(found.recipient);
        Result<void> done = co_await check(std::move(change));
        if (!done && done.error().code != Errc::not_found) {
            storeFailed(desk, call, done.error(), key == '2' ? "keeping a message" : "deleting a message");
            co_return co_await trouble(desk, call, Prompt::systemBusy);
        }
        // Deleted by somebody else meanwhile: then it is gone, which is what '3' asks for.
        last.say(key == '3' ? Prompt::deleted : done ? Prompt::kept : Prompt::noMessage);
        desk.edges.log.info(key == '2' ? "message kept" : "message deleted",
                            {{"call", call.id()}, {"message", found.message}});
    }
    if (told && key != '3')
        last.say(Prompt::noticeLink).number(told->linkNumber).say(Prompt::noticeCode).digits(told->code.reveal());
    last.say(Prompt::goodbye);
    co_await talk.say(last);
    co_return hal::Cause::normalClearing;
}

} // namespace

Task<hal::Cause> listen(const Desk& desk, hal::Call& call, messages::FoundMessage found, const messages::Notice* told)
{
    Result<hal::SoundPtr> sound = co_await check(desk.store.audio(found.message));
    if (!sound) {
        const bool gone = sound.error().code == Errc::not_found;
        if (!gone)
            storeFailed(desk, call, sound.error(), "reading a message");
        co_return co_await trouble(desk, call, gone ? Prompt::noMessage : Prompt::messageDamaged);
    }
    desk.alarms.clear(alarms::kinds::storeRead);
    const hal::SoundPtr audio = *sound;
    bool heard = false;
    char key = '1';
    for (int i = 0; key == '1' && i < mostRepeats; ++i) {
        key = co_await playOnce(desk, call, found, audio, heard);
        if (!key)
            key = co_await menu(desk, call);
    }
    co_return co_await finish(desk, call, found, key, told);
}

Task<hal::Cause> retrieve(const Desk& desk, hal::Call& call, Incoming in)
{
    Conversation talk(call, desk.prompts);
    co_await call.answer();
    std::optional<messages::FoundMessage> found;
    Result<std::optional<messages::FoundMessage>> looked = found;
    if (!in.identified.empty())
        looked = co_await check(desk.store.find(in.called, in.identified));
    if (looked && !*looked)
        looked = co_await check(byCode(desk, call, in.called));
    if (!looked) {
        if (looked.error().code == Errc::gone)
            co_await fail(Errc::gone, looked.error().what);
        storeFailed(desk, call, looked.error(), "looking for a message");
        co_return co_await trouble(desk, call, Prompt::systemBusy);
    }
    found = *looked;
    if (found)
        co_return co_await listen(desk, call, *found, nullptr);
    Sentence none(Prompt::noMessage);
    none.say(Prompt::goodbye);
    co_await talk.say(none);
    co_return hal::Cause::normalClearing;
}

Task<hal::Cause> offer(const Desk& desk, hal::Call& call, Incoming in)
{
    co_await call.answer();
    std::optional<messages::FoundMessage> found;
    if (!in.identified.empty()) {
        Result<std::optional<messages::FoundMessage>> looked =
            co_await check(desk.store.find(in.called, in.identified));
        if (looked)
            found = *looked;
        else // no reason to turn away who may want to leave a message
            storeFailed(desk, call, looked.error(), "looking for a message");
    }
    if (found) {
        Conversation talk(call, desk.prompts);
        Sentence words(Prompt::notice);
        char key = co_await talk.sayUntilKey(words, "1");
        if (!key)
            key = co_await talk.waitForKey("1", 3s);
        if (key)
            co_return co_await listen(desk, call, *found, nullptr);
    }
    co_return co_await deposit(desk, call, in);
}

} // namespace callbox::box
