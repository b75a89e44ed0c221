// SPDX-License-Identifier: GPL-2.0-or-later
// What a span of this backend opens: a bus of its own, and on it the interface that its configuration names.
#pragma once
#include "ports.h"
#include <callbox/base/edges.h>
#include <functional>

namespace callbox::hal::usb {

using MakeBus = std::function<Result<std::unique_ptr<Bus>>()>;

class Opening {
public:
    // `id`: as FoundPlace has it.
    Opening(const Edges& edges, std::string id, MakeBus makeBus)
        : edges_(edges), id_(std::move(id)), makeBus_(std::move(makeBus))
    {
    }

    // Makes the bus, finds the interface (E1Interface or BankInterface), opens its card and claims it; `span`: for the
    // log. Nothing is open after an error.
    template <class At> Result<At> open(const std::string& span)
    {
        const auto kind = [](const FoundPlace& p) { return std::holds_alternative<At>(p.at); };
        auto place = openOf(kind, wordsOf(static_cast<const At*>(nullptr)), span);
        if (!place) {
            close();
            return place.error();
        }
        return std::get<At>(place->at);
    }
    // See CardArrival; until open() or close().
    Result<void> awaitCard(Callback arrived);
    // Of what is open.
    [[nodiscard]] Device& device() { return *device_; }
    void close() noexcept;

private:
    struct Words {
        std::string_view noun, none; // where nothing is found
    };
    static Words wordsOf(const E1Interface*) { return {"a port ", "there is no card"}; }
    static Words wordsOf(const BankInterface*) { return {"", "there is no analog bank"}; }
    Result<FoundPlace> openOf(bool (*kind)(const FoundPlace&), Words words, const std::string& span);
    Result<FoundPlace> find(bool (*kind)(const FoundPlace&), Words words, const std::string& span);
    Result<void> makeBus();

    Edges edges_;
    std::string id_;
    MakeBus makeBus_;
    std::unique_ptr<Bus> bus_;
    std::unique_ptr<Device> device_;
};

// Packets of a card that are wrong: a card that sends many of them does not fill the log.
class Complaints {
public:
    explicit Complaints(const Edges& edges) : edges_(edges) {}
    void say(const std::string& span, std::string_view what);

private:
    Edges edges_;
    std::uint64_t packets_ = 0;
    TimePoint next_{};
};

} // namespace callbox::hal::usb
