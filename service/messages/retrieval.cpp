// SPDX-License-Identifier: GPL-2.0-or-later
// How a message is found and what listening does to it.
#include "engine.h"

namespace callbox::messages {

namespace {

FoundMessage found(const Query& q)
{
    return {q.integer(0), q.integer(1), recipientState(q.text(2)).value_or(RecipientState::waiting)};
}

} // namespace

Result<std::optional<FoundMessage>> Engine::find(const std::string& link, const std::string& recipient)
{
    Query q = db_->query("SELECT r.message, r.id, r.state FROM pairs p JOIN recipients r ON r.id = p.recipient "
                         "WHERE p.link = ? AND p.number = ? AND p.until = 0");
    std::optional<FoundMessage> out;
    if (q.bind(link).bind(recipient).step())
        out = found(q);
    if (auto r = db_->failure(); !r)
        return r.error();
    return out;
}

Result<std::optional<FoundMessage>> Engine::findByCode(const std::string& link, const std::string& code)
{
    // All live codes of the number are looked at, in constant time each: the answer's time tells nothing of the code.
    Query q = db_->query("SELECT r.message, r.id, r.state, p.code FROM pairs p JOIN recipients r ON r.id = p.recipient "
                         "WHERE p.link = ? AND p.until = 0");
    q.bind(link);
    std::optional<FoundMessage> out;
    while (q.step())
        if (Secret(q.text(3)).matches(code))
            out = found(q);
    if (auto r = db_->failure(); !r)
        return r.error();
    return out;
}

Result<OctetBuffer> Engine::readWav(MessageId id)
{
    auto file = edges_.files.open(audioPath(id), OpenMode::read);
    if (!file)
        return file.error().because("the audio of message " + std::to_string(id));
    const auto size = (*file)->size();
    if (!size)
        return size.error();
    OctetBuffer octets(static_cast<std::size_t>(*size));
    const auto got = (*file)->read(0, octets);
    if (!got)
        return got.error();
    octets.resize(*got);
    return octets;
}

// What has ended is not played though its file may lie there still.
Result<void> Engine::mustBeThere(MessageId id, bool recordingToo)
{
    Query q = db_->query("SELECT state FROM messages WHERE id = ? AND state NOT IN ('expired', 'deleted')");
    const bool there = q.bind(id).step() && (recordingToo || q.text(0) != "recording");
    if (auto r = db_->failure(); !r)
        return r;
    return there ? Result<void>() : Error{Errc::not_found, "there is no audio of message " + std::to_string(id)};
}

Result<OctetBuffer> Engine::wav(MessageId id)
{
    if (auto r = mustBeThere(id, true); !r)
        return r.error();
    auto octets = readWav(id);
    if (!octets)
        return octets;
    const auto view = hal::parseG711Wav(*octets);
    if (!view)
        return view.error().because("the audio of message " + std::to_string(id));
    octets->resize(view->dataOffset + view->samples + (view->samples & 1)); // RIFF's padding may not have got there
    return octets;
}

Result<hal::SoundPtr> Engine::audio(MessageId id)
{
    if (auto r = mustBeThere(id, false); !r)
        return r.error();
    auto octets = readWav(id);
    if (!octets)
        return octets.error();
    const auto view = hal::parseG711Wav(*octets);
    if (!view)
        return view.error().because("the audio of message " + std::to_string(id));
    auto sound = std::make_shared<hal::Sound>();
    sound->law = view->law;
    const auto from = octets->begin() + std::ptrdiff_t(view->dataOffset);
    sound->samples.assign(from, from + std::ptrdiff_t(view->samples));
    return hal::SoundPtr(std::move(sound));
}

Result<void> Engine::markHeard(RecipientId id)
{
    return db_->transaction([&]() -> Result<void> {
        const auto message = liveOf(id);
        if (!message)
            return message.error();
        db_->query("UPDATE recipients SET heard_at = ? WHERE id = ?").bind(now()).bind(id).step();
        setRecipient(id, RecipientState::heard);
        cancelNotices(id, "heard");
        settle(*message);
        return {};
    });
}

Result<void> Engine::keep(RecipientId id)
{
    return db_->transaction([&]() -> Result<void> {
        const auto message = liveOf(id);
        if (!message)
            return message.error();
        setRecipient(id, RecipientState::notified, "kept");
        settle(*message);
        return {};
    });
}

Result<void> Engine::erase(RecipientId id)
{
    const auto live = liveOf(id);
    if (!live)
        return live.error();
    const MessageId message = *live;
    (void)fingerprints({message}); // the last moment for it
    bool others = false;
    const auto r = db_->transaction([&]() -> Result<void> {
        cancelNotices(id, "deleted by the recipient");
        rest(id);
        {
            Query q = db_->query("SELECT 1 FROM pairs p JOIN recipients r ON r.id = p.recipient "
                                 "WHERE r.message = ? AND p.until = 0");
            others = q.bind(message).step();
        }
        if (others)
            settle(message); // perhaps only who has heard it is left
        else
            endRows(message, MessageState::deleted, "deleted by its last recipient");
        return {};
    });
    if (!r)
        return r;
    if (!others)
        forget({message});
    return {};
}

} // namespace callbox::messages
