// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/usbip/connection.h"
#include "device/descriptors.h"
#include <algorithm>

namespace callbox::usbip {

namespace {

// Class, subclass and protocol of each interface, from the configuration itself.
std::vector<std::array<std::uint8_t, 3>> interfaces(const firmware::Personality& p)
{
    std::array<std::uint8_t, 512> d{};
    const std::size_t length = firmware::configurationDescriptor(p, d);
    std::vector<std::array<std::uint8_t, 3>> out;
    for (std::size_t at = 0; at + 9 <= length; at += d[at])
        if (d[at + 1] == firmware::usb::interface && d[at + 3] == 0)
            out.push_back({d[at + 5], d[at + 6], d[at + 7]});
    return out;
}

} // namespace

Listing listing(const Export& e)
{
    const firmware::Personality& p = e.device.personality();
    return {
        e.busId,      1, 1, p.vendor, p.product, p.release, static_cast<std::uint8_t>(e.device.configured() ? 1 : 0),
        interfaces(p)};
}

Connection::~Connection()
{
    if (card_) {
        card_->bus = nullptr;
        card_->device.busReset(); // the host is gone: off, and the line hears so
    }
}

void Connection::attach(Export& card)
{
    card_ = &card;
    card.device.busReset();
    bus_ = std::make_unique<Bus>(card.device, [this](OctetBuffer o) { send_(std::move(o)); });
    card.bus = bus_.get();
    reader_.imported();
}

Result<void> Connection::receive(Octets octets)
{
    reader_.feed(octets);
    for (;;) {
        auto request = reader_.next();
        if (!request)
            return request.error();
        if (!*request)
            return {};
        if (const auto* import = std::get_if<ImportRequest>(&**request)) {
            const auto it =
                std::find_if(cards_.begin(), cards_.end(), [&](const Export* e) { return e->busId == import->busId; });
            const bool there = it != cards_.end() && (*it)->present;
            if (!there || (*it)->bus) {
                send_(importReply(nullptr));
                return Error{there ? Errc::busy : Errc::not_found, "import of " + import->busId +
                                                                       (there                ? ": it is taken"
                                                                        : it == cards_.end() ? ": no such card"
                                                                                             : ": it is unplugged")};
            }
            attach(**it);
            const Listing l = listing(**it);
            send_(importReply(&l));
        } else if (std::holds_alternative<ListRequest>(**request)) {
            std::vector<Listing> all;
            for (const Export* e : cards_)
                if (!e->bus && e->present)
                    all.push_back(listing(*e));
            send_(listReply(all));
        } else if (auto* submit = std::get_if<Submit>(&**request)) {
            bus_->submit(std::move(*submit));
        } else if (const auto* unlink = std::get_if<Unlink>(&**request)) {
            bus_->unlink(*unlink);
        }
    }
}

} // namespace callbox::usbip
