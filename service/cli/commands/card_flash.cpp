// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/cards.h"
#include "cli/progress.h"
#include "cli/table.h"
#include <callbox/base/whole_file.h>
#include <callbox/hal/card_update.h>
#include <filesystem>
#include <fmt/format.h>
#include <ostream>

namespace callbox::cli {

namespace {

constexpr std::uintmax_t fileMax = 16U << 20; // octets

Result<hal::FirmwareFile> firmwareIn(const std::string& path)
{
    std::error_code ec;
    const auto size = std::filesystem::file_size(path, ec);
    if (ec)
        return systemError(ec.value(), "opening " + path);
    if (size > fileMax)
        return Error{Errc::invalid, fmt::format("{}: {} octets are more than any card takes", path, size)};
    const auto text = readToEnd(path);
    if (!text)
        return text.error();
    const Octets octets = asOctets(*text);
    auto file = hal::readFirmware(OctetBuffer(octets.begin(), octets.end()));
    if (!file)
        return file.error().because(path);
    return file;
}

std::string portsOf(const std::vector<unsigned>& ports)
{
    std::string out = ports.size() == 1 ? "port " : "ports ";
    for (const unsigned p : ports)
        out += (p == ports.front() ? "" : ", ") + std::to_string(p);
    return out + (ports.size() == 1 ? " is" : " are");
}

// What the card says before it is touched; "": it takes the file.
Task<std::string> wantsYes(Context& c, hal::Card& card, const hal::FirmwareFile& file)
{
    auto* update = dynamic_cast<hal::CardUpdate*>(&card);
    if (!update)
        co_return Error{Errc::unsupported, "this card's firmware cannot be updated"};
    const hal::CardFirmware now = co_await update->firmware();
    const hal::FirmwareImage image = co_await hal::imageFor(file, now);
    if (now.portsAtWork.empty() || c.values.flag("yes"))
        co_return "";
    co_return fmt::format(
        "card flash: {} in use: calls there may end as soon as it is written, and end when the card restarts with {}. "
        "If that is meant, add --yes.",
        portsOf(now.portsAtWork), hal::firmwareVersion(image.version));
}

Task<Exit> run(Context& c)
{
    const std::string path = absolutePath(c.values.text("FILE"));
    hal::FirmwareFile file = co_await firmwareIn(path);
    const std::unique_ptr<hal::Cards> machine = co_await hal::machineCards(c.loop);
    std::unique_ptr<hal::Card> card = co_await theCard(c, *machine);
    const std::string id = card->facts().id;
    const Result<std::string> trouble = co_await check(wantsYes(c, *card, file));
    if (!trouble)
        co_await Result<void>(trouble.error().because("card " + id));
    if (!trouble->empty())
        co_return c.usage(*trouble);
    card.reset();
    Progress progress(c, "writing");
    bool enough = false;
    c.onInterrupt = [&enough] { enough = true; };
    hal::UpdateProgress written = [&](std::size_t done, std::size_t all) {
        progress.set(done < all ? fmt::format("writing: {} % of {} octets", 100 * done / all, all)
                                : "the card starts its new firmware");
        if (done == all)
            c.onInterrupt = {}; // there is nothing left to be stopped
        return !enough;
    };
    std::string name = id;
    const Result<hal::CardUpdated> done =
        co_await check(hal::updateCard(c.loop, *machine, std::move(name), std::move(file), std::move(written)));
    c.onInterrupt = {};
    if (!done)
        co_await Result<void>(done.error().because("card " + id));
    if (c.json())
        c.print({{"card", done->card},
                 {"file", path},
                 {"from", hal::firmwareVersion(done->from)},
                 {"to", hal::firmwareVersion(done->to)},
                 {"octets", done->octets}});
    else
        c.out() << printable(done->card) << ": runs " << hal::firmwareVersion(done->to) << ", before "
                << hal::firmwareVersion(done->from) << '\n';
    co_return Exit::ok;
}

} // namespace

Command cardFlash()
{
    return {
        .path = {"card", "flash"},
        .summary = "new firmware for a USB card, which keeps the old one until the new one has run",
        .arguments = {{"CARD", "as card list names it"}, {"FILE", "the card maker's file", true, Completes::file}},
        .options = {{.name = "yes", .help = "yes, do it, though ports of the card are in use"}},
        .more =
            "The file is checked before the card is touched: that it is whole, and for this card. The card checks it\n"
            "again, writes it beside what runs, and restarts. Calls on its ports end then, or while it is written "
            "(some\n"
            "cards stand still for some seconds): it wants --yes if a daemon or a kernel driver has one of them;\n"
            "daemons take the card up again when it is back. If this is "
            "interrupted,\n"
            "or the card is pulled out, or the new firmware does not start (it is tried three times), the card goes "
            "on\n"
            "with the old one, and the update can be tried again. Exit 0: the new firmware runs. A virtual card "
            "leaves\n"
            "its host when it restarts: lab card attach brings it back, within 60 s of the restart. An icE1usb is\n"
            "updated by dfu-util.",
        .run = run};
}

} // namespace callbox::cli
