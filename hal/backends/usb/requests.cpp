// SPDX-License-Identifier: GPL-2.0-or-later
#include "requests.h"
#include <fmt/format.h>

namespace callbox::hal::usb {

namespace {

constexpr std::uint8_t dirIn = 0x80;

using Answer = Event<Result<OctetBuffer>>;

// A waiting script may be destroyed before the answer comes.
Device::Done setting(const std::shared_ptr<Answer>& answer)
{
    return [weak = std::weak_ptr(answer)](Result<OctetBuffer> r) {
        if (const auto a = weak.lock())
            a->set(std::move(r));
    };
}

std::string nameOf(const Request& r)
{
    return fmt::format("request {:02x} {:02x}", r.type, r.request);
}

} // namespace

Task<OctetBuffer> ask(Loop& loop, Device& device, To to, std::uint8_t request, std::uint16_t value, std::uint16_t index,
                      std::size_t length)
{
    const Request r{static_cast<std::uint8_t>(static_cast<unsigned>(to) | dirIn), request, value, index};
    const auto answer = std::make_shared<Answer>(loop);
    device.control(r, OctetBuffer(length), setting(answer));
    Result<OctetBuffer> got = co_await answer->wait();
    if (!got)
        co_return got.error().because(nameOf(r));
    co_return got;
}

Task<> tell(Loop& loop, Device& device, To to, std::uint8_t request, std::uint16_t value, std::uint16_t index,
            OctetBuffer data)
{
    const Request r{static_cast<std::uint8_t>(to), request, value, index};
    const auto answer = std::make_shared<Answer>(loop);
    device.control(r, std::move(data), setting(answer));
    const Result<OctetBuffer> got = co_await answer->wait();
    if (!got)
        co_await Result<void>(got.error().because(nameOf(r)));
}

Task<> select(Loop& loop, Device& device, unsigned interface, unsigned setting_)
{
    const auto answer = std::make_shared<Answer>(loop);
    device.select(interface, setting_, setting(answer));
    const Result<OctetBuffer> got = co_await answer->wait();
    if (!got)
        co_await Result<void>(got.error().because(fmt::format("interface {}, setting {}", interface, setting_)));
}

Task<CardKind> whatIsIt(Loop& loop, Device& device)
{
    CardKind kind;
    Result<OctetBuffer> answer =
        co_await check(ask(loop, device, To::device, CARD_REQ_GET_PROTO, 0, 0, sizeof(card_proto)));
    if (!answer && answer.error().code != Errc::unsupported)
        co_return answer.error();
    if (!answer || answer->size() < offsetof(card_proto, e1_ports))
        co_return kind;
    const auto proto = read<card_proto>(*answer);
    if (card_get32(proto.magic) != CARD_MAGIC)
        co_return kind;
    if (proto.major != CARD_MAJOR)
        co_return Error{Errc::unsupported, fmt::format("the card speaks protocol {}.{}; {}.x is known here",
                                                       proto.major, proto.minor, CARD_MAJOR)};
    kind.stock = false;
    kind.minor = std::min<std::uint8_t>(proto.minor, CARD_MINOR);
    kind.e1Ports = proto.e1_ports;
    kind.fxoPorts = proto.fxo_ports;
    kind.fxsPorts = proto.fxs_ports;
    kind.capabilities = card_get32(proto.capabilities);
    co_return kind;
}

Task<bool> unlock(Loop& loop, Device& device)
{
    const Result<OctetBuffer> status =
        co_await check(ask(loop, device, To::device, CARD_REQ_GET_STATUS, 0, 0, sizeof(card_status)));
    if (!status && status.error().code != Errc::unsupported)
        co_return status.error();
    if (status && read<card_status>(*status).maintenance != 0)
        co_return false;
    OctetBuffer word = write(card_make32(CARD_UNLOCK));
    co_await tell(loop, device, To::device, CARD_REQ_MAINTENANCE, 1, 0, std::move(word));
    co_return true;
}

Task<> lock(Loop& loop, Device& device)
{
    OctetBuffer nothing;
    co_await tell(loop, device, To::device, CARD_REQ_MAINTENANCE, 0, 0, std::move(nothing));
}

} // namespace callbox::hal::usb
