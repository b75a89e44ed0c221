// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/base/async.h>
#include <callbox/hal/card_update.h>
#include <fmt/format.h>

namespace callbox::hal {

namespace {

// Three starts that hang until the watchdog's reset take 15 to 45 s.
constexpr Duration backAtMost = 60s, lookEvery = 250ms;

Result<CardUpdate*> abilityOf(Card& card)
{
    if (auto* update = dynamic_cast<CardUpdate*>(&card))
        return update;
    return Error{Errc::unsupported, "this card's firmware cannot be updated"};
}

Task<CardFirmware> firmwareOf(Cards& cards, std::string id)
{
    const std::unique_ptr<Card> card = co_await cards.open(id);
    CardUpdate* const update = co_await abilityOf(*card);
    co_return co_await update->firmware();
}

// Until the card is on the bus with what was written and has confirmed it. `free`: the slot that was.
Task<> back(Loop& loop, Cards& cards, std::string id, std::uint32_t free)
{
    const TimePoint until = loop.now() + backAtMost;
    std::string last = "it is not on the bus";
    for (;;) {
        const Result<CardFirmware> now = co_await check(firmwareOf(cards, id));
        if (now && now->address == free && !now->waits)
            co_await fail(Errc::invalid,
                          "the new firmware did not start: the card runs " + firmwareVersion(now->version) + " again");
        if (now && now->address != free && now->confirmed)
            co_return;
        last = !now ? now.error().what : now->waits ? "it did not restart" : "its new firmware has not been confirmed";
        if (loop.now() >= until)
            co_await fail(
                Errc::timeout,
                fmt::format("the firmware is written, and {} s after its restart the card is not back: {}. "
                            "Plug it in again, up to three times: it starts the new firmware, and the old one after "
                            "three starts in vain",
                            toMs(backAtMost) / 1000, last));
        co_await sleepFor(loop, lookEvery);
    }
}

bool maybeUnheard(const Error& e)
{
    return e.code == Errc::gone || e.code == Errc::timeout || e.code == Errc::io;
}

// After an update that failed. `either`: nobody knows whether the card has heard that the new firmware is whole.
std::string whatItRuns(std::uint32_t before, std::uint32_t written, bool either)
{
    if (!either)
        return "it goes on with " + firmwareVersion(before);
    return fmt::format("all of it was sent: when it starts again it runs {} or {}, which card info tells",
                       firmwareVersion(before), firmwareVersion(written));
}

} // namespace

Task<CardUpdated> updateCard(Loop& loop, Cards& cards, std::string id, FirmwareFile file, UpdateProgress progress)
{
    std::unique_ptr<Card> card = co_await cards.open(id);
    CardUpdate* const update = co_await abilityOf(*card);
    const CardFirmware before = co_await update->firmware();
    const FirmwareImage image = co_await imageFor(file, before);
    const Octets part = Octets(file.octets).subspan(image.at, image.length);
    OctetBuffer octets(part.begin(), part.end());
    bool all = false; // has been sent: the card may have been told so
    UpdateProgress seen = [&all, told = std::move(progress)](std::size_t done, std::size_t of) {
        all = done == of;
        return !told || told(done, of);
    };
    const Result<void> written = co_await check(update->writeFirmware(std::move(octets), std::move(seen)));
    if (!written)
        co_return Error{written.error().code,
                        written.error().what + "; " +
                            whatItRuns(before.version, image.version, all && maybeUnheard(written.error())) +
                            ", and the update can be tried again"};
    co_await update->restart();
    const std::string name = card->facts().id;
    card.reset();
    co_await back(loop, cards, name, before.address);
    co_return CardUpdated{name, before.version, image.version, image.length};
}

} // namespace callbox::hal
