// SPDX-License-Identifier: GPL-2.0-or-later
#include "opening.h"
#include <algorithm>

namespace callbox::hal::usb {

Result<void> Opening::makeBus()
{
    auto bus = makeBus_();
    if (!bus)
        return bus.error();
    bus_ = std::move(*bus);
    return {};
}

Result<FoundPlace> Opening::find(bool (*kind)(const FoundPlace&), Words words, const std::string& span)
{
    const auto found = findPlaces(*bus_);
    if (!found)
        return found.error();
    for (const std::string& wrong : found->wrong)
        edges_.log.warning("a card's descriptors are wrong", {{"span", span}, {"what", wrong}});
    const FoundPlace* mine = nullptr;
    std::string known;
    for (const FoundPlace& p : found->places) {
        if (!kind(p))
            continue;
        known += (known.empty() ? "" : ", ") + p.id;
        if (!p.is(id_))
            continue;
        if (mine)
            return Error{Errc::invalid, "two cards call themselves " + cardId(p.device) +
                                            ": name one by its place, span = " + p.byPlace};
        mine = &p;
    }
    if (!mine)
        return Error{Errc::not_found, "no USB card has " + std::string(words.noun) + id_ + "; " +
                                          (known.empty() ? std::string(words.none) : "there is " + known)};
    return *mine;
}

Result<FoundPlace> Opening::openOf(bool (*kind)(const FoundPlace&), Words words, const std::string& span)
{
    if (auto r = makeBus(); !r)
        return r.error();
    auto place = find(kind, words, span);
    if (!place)
        return place.error();
    auto device = bus_->open(place->device);
    if (!device)
        return device.error().because("card port " + id_);
    device_ = std::move(*device);
    const unsigned number = std::visit([](const auto& at) { return at.number; }, place->at);
    if (auto r = device_->claim(number); !r)
        return r.error().because("card port " + id_);
    return place;
}

Result<void> Opening::awaitCard(Callback arrived)
{
    if (auto r = makeBus(); !r)
        return r;
    return bus_->onArrival([this, arrived = std::move(arrived)] {
        const auto found = findPlaces(*bus_);
        const auto mine = [this](const FoundPlace& p) { return p.is(id_); };
        if (!found || std::none_of(found->places.begin(), found->places.end(), mine))
            return;
        const Callback tell = arrived; // it may end the bus, and this with it
        tell();
    });
}

void Opening::close() noexcept
{
    device_.reset();
    bus_.reset();
}

void Complaints::say(const std::string& span, std::string_view what)
{
    ++packets_;
    if (edges_.loop.now() < next_)
        return;
    next_ = edges_.loop.now() + 10s;
    edges_.log.warning("a packet of the card is wrong", {{"span", span}, {"it is", what}, {"such packets", packets_}});
}

} // namespace callbox::hal::usb
