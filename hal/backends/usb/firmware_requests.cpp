// SPDX-License-Identifier: GPL-2.0-or-later
#include "firmware_requests.h"
#include "card_words.h"
#include "requests.h"
#include <fmt/format.h>

namespace callbox::hal::usb {

namespace {

constexpr Duration writesAtMost = 20s; // an erasure; meanwhile a card may answer nothing
constexpr Duration turn = 2ms, turnOfSilence = 100ms;
constexpr unsigned sendsMax = 4; // of one block

// The answer is lost, or damaged on the bus: the card may have heard.
bool unheard(const Error& e)
{
    return e.code == Errc::timeout || e.code == Errc::io;
}

Task<card_update> stateOf(Loop& loop, Device& device)
{
    const OctetBuffer answer = co_await ask(loop, device, To::device, CARD_REQ_UPDATE, 0, 0, sizeof(card_update));
    co_return read<card_update>(answer);
}

// Until it is busy no more. Silence is what an erasure looks like.
Task<card_update> idle(Loop& loop, Device& device)
{
    const TimePoint until = loop.now() + writesAtMost;
    for (;;) {
        const Result<card_update> now = co_await check(stateOf(loop, device));
        if (!now && !unheard(now.error()))
            co_return now.error();
        if (now && now->state != CARD_UPDATE_BUSY)
            co_return *now;
        if (loop.now() >= until)
            co_return Error{Errc::timeout,
                            fmt::format("the card has been busy writing for {} s", toMs(writesAtMost) / 1000)};
        co_await sleepFor(loop, now ? turn : turnOfSilence);
    }
}

// What it has been told is done: it is ready again, or the whole is written.
Task<card_update> settled(Loop& loop, Device& device)
{
    const card_update now = co_await idle(loop, device);
    if (now.state == CARD_UPDATE_FAILED)
        co_return Error{Errc::invalid, "the card refuses the image: " + updateReason(now.wrong)};
    if (now.state == CARD_UPDATE_NONE)
        co_return Error{Errc::gone, "the card began anew, or another program dropped the update"};
    co_return now;
}

Task<> order(Loop& loop, Device& device, unsigned what)
{
    OctetBuffer nothing;
    co_await tell(loop, device, To::device, CARD_REQ_UPDATE, static_cast<std::uint16_t>(what), 0, std::move(nothing));
}

// One block, until the card says that it has it. A request whose answer is lost may have been heard or not.
Task<> sendBlock(Loop& loop, Device& device, std::size_t number, OctetBuffer block)
{
    const auto numbered = static_cast<std::uint16_t>(number), next = static_cast<std::uint16_t>(number + 1);
    for (unsigned sends = 0; sends < sendsMax; ++sends) {
        OctetBuffer data = block;
        const Result<void> sent =
            co_await check(tell(loop, device, To::device, CARD_REQ_UPDATE_DATA, numbered, 0, std::move(data)));
        if (!sent && sent.error().code == Errc::gone)
            co_await Result<void>(sent.error());
        const card_update now = co_await settled(loop, device);
        if (now.state == CARD_UPDATE_READY && card_get16(now.next) == next)
            co_return;
        if (now.state != CARD_UPDATE_READY || card_get16(now.next) != numbered)
            co_await fail(Errc::invalid, fmt::format("the card wants block {} after block {}: another program sends it "
                                                     "firmware too",
                                                     card_get16(now.next), numbered));
    }
    co_await fail(Errc::timeout,
                  fmt::format("the card does not take block {}, which was sent {} times", number, sendsMax));
}

Task<> writeUnlocked(Loop& loop, Device& device, OctetBuffer image, UpdateProgress progress)
{
    (void)co_await idle(loop, device); // with what an update that was broken off left
    const Result<void> begun = co_await check(order(loop, device, CARD_UPDATE_BEGIN));
    if (!begun && begun.error().code == Errc::unsupported) {
        const card_update now = co_await stateOf(loop, device);
        co_await fail(Errc::busy, now.confirmed
                                      ? "the card refuses to begin: another program ended maintenance, or its "
                                        "flash keeps nothing"
                                      : "the card takes no update now: the firmware that runs is not yet "
                                        "confirmed");
    }
    if (!begun)
        co_await Result<void>(begun.error());
    for (std::size_t at = 0; at < image.size();) {
        const Octets piece = Octets(image).subspan(at, std::min<std::size_t>(CARD_UPDATE_BLOCK, image.size() - at));
        OctetBuffer block(piece.begin(), piece.end());
        co_await sendBlock(loop, device, at / CARD_UPDATE_BLOCK, std::move(block));
        at += piece.size();
        if (progress && !progress(at, image.size()))
            co_await fail(Errc::busy, "stopped before all of it was written");
    }
    const Result<void> ended = co_await check(order(loop, device, CARD_UPDATE_END));
    if (!ended && !unheard(ended.error()))
        co_await Result<void>(ended.error());
    const card_update now = co_await settled(loop, device);
    if (now.state != CARD_UPDATE_WRITTEN)
        co_await fail(Errc::timeout, "the card did not hear that the firmware is whole");
}

Task<CardKind> mustUpdate(Loop& loop, Device& device)
{
    const CardKind kind = co_await whatIsIt(loop, device);
    if (kind.stock)
        co_await fail(Errc::unsupported, "an icE1usb is updated by its maker's DFU tools, not by requests");
    if (!kind.can(CARD_CAN_UPDATE))
        co_await fail(Errc::unsupported, "this card's firmware cannot be updated by requests");
    co_return kind;
}

} // namespace

Task<CardFirmware> askFirmware(Loop& loop, Device& device)
{
    const CardKind kind = co_await mustUpdate(loop, device);
    const card_update u = co_await stateOf(loop, device);
    CardFirmware out;
    out.hardware = card_get32(u.hardware);
    out.version = card_get32(u.version);
    out.confirmed = u.confirmed != 0;
    out.worn = !out.confirmed && u.wrong == CARD_UPDATE_WRONG_FLASH;
    out.waits = u.state == CARD_UPDATE_WRITTEN;
    if (const std::uint32_t other = card_get32(u.other); other != 0)
        out.other = other;
    out.address = card_get32(u.address);
    out.room = card_get32(u.room);
    for (unsigned p = 0; p < kind.e1Ports + kind.fxoPorts + kind.fxsPorts; ++p) {
        const OctetBuffer answer = co_await ask(loop, device, To::device, CARD_REQ_GET_PORT_INFO, 0,
                                                static_cast<std::uint16_t>(p), sizeof(card_port_info));
        if (read<card_port_info>(answer).state != 0)
            out.portsAtWork.push_back(p);
    }
    co_return out;
}

Task<> writeImage(Loop& loop, Device& device, OctetBuffer image, UpdateProgress progress)
{
    (void)co_await mustUpdate(loop, device);
    (void)co_await unlock(loop, device);
    const Result<void> written = co_await check(writeUnlocked(loop, device, std::move(image), std::move(progress)));
    if (!written && written.error().code == Errc::gone)
        co_await Result<void>(written.error());
    if (!written) // what it has of it counts for nothing, and the reason is told
        (void)co_await check(order(loop, device, CARD_UPDATE_DROP));
    (void)co_await check(lock(loop, device)); // one that was broken off may have left it open
    co_await Result<void>(written);
}

Task<> restartCard(Loop& loop, Device& device)
{
    (void)co_await unlock(loop, device); // the start locks it
    OctetBuffer nothing;
    const Result<void> done = co_await check(tell(loop, device, To::device, CARD_REQ_RESET, 0, 0, std::move(nothing)));
    if (!done && done.error().code != Errc::gone && !unheard(done.error())) // it may be too quick to answer
        co_await Result<void>(done.error());
}

} // namespace callbox::hal::usb
