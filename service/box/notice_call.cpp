// SPDX-License-Identifier: GPL-2.0-or-later
// What a recipient hears whom we have called: that a message waits. Nothing private before the key: whoever picked up
// may be a stranger or a machine, and neither presses it (N68, N69).
#include "box/conversation.h"
#include "box/scripts.h"

namespace callbox::box {

namespace {

constexpr std::string_view key = "1";
constexpr Duration patience = 3s; // after the first saying
constexpr Duration lastPatience = 5s;

Task<bool> confirmed(const Desk& desk, hal::Call& call)
{
    Conversation talk(call, desk.prompts);
    Sentence words(Prompt::notice);
    char pressed = co_await talk.sayUntilKey(words, key);
    if (!pressed)
        pressed = co_await talk.waitForKey(key, patience);
    if (pressed)
        co_return true;
    pressed =
        co_await talk.sayUntilKey(words, key); // once more: the first saying may have met the greeting of a person

    if (!pressed)
        pressed = co_await talk.waitForKey(key, lastPatience);
    co_return pressed != 0;
}

} // namespace

Task<hal::Cause> tellNotice(const Desk& desk, hal::Call& call, messages::Notice notice,
                            notify::NoticeCallResult& result)
{
    result.confirmed = co_await confirmed(desk, call);
    if (!result.confirmed) {
        desk.edges.log.info("nobody pressed the key", {{"call", call.id()}, {"message", notice.message}});
        co_return hal::Cause::normalClearing;
    }
    // It may have ended since, for this recipient or for all, and its number may have come round again.
    Result<std::optional<messages::FoundMessage>> now = co_await check(desk.store.find(notice.linkNumber, notice.to));
    if (now && (!*now || (*now)->message != notice.message)) {
        Conversation talk(call, desk.prompts);
        Sentence none(Prompt::noMessage);
        none.say(Prompt::goodbye);
        co_await talk.say(none);
        co_return hal::Cause::normalClearing;
    }
    messages::FoundMessage found; // a store that cannot be asked says so when it is asked for the audio
    found.message = notice.message;
    found.recipient = notice.recipient;
    co_return co_await listen(desk, call, found, &notice);
}

} // namespace callbox::box
