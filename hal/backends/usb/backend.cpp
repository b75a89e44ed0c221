// SPDX-License-Identifier: GPL-2.0-or-later
#include "libusb_bus.h"
#include "usb_bank.h"
#include <callbox/hal/backend.h>
#include <callbox/hal/line_errors.h>
#include <charconv>

namespace callbox::hal {

namespace {

constexpr BackendKey keys[] = {
    {"span", "SERIAL/N or @LOCATION/N, /bank for N",
     "which port of which card, or its analog bank, as `callbox card list` names it"},
    {"clock", "line or card", "what the port sends by; line, the default, is right towards an exchange"},
    usb::framingKey,
    usb::impedanceKey,
    usb::sensitivityKey,
    usb::buildOutKey,
    {"in_flight", "4..64 by 4", "milliseconds of packets under way; 16, the default, rides out a busy machine"},
};

class ListedBus final : public usb::Bus {
public:
    explicit ListedBus(std::vector<usb::DeviceFacts> all) : all_(std::move(all)) {}
    Result<std::vector<usb::DeviceFacts>> devices() override { return all_; }
    Result<std::unique_ptr<usb::Device>> open(const usb::DeviceFacts&) override
    {
        return Error{Errc::unsupported, "only looked at"};
    }
    Result<void> onArrival(Callback) override { return Error{Errc::unsupported, "only looked at"}; }

private:
    std::vector<usb::DeviceFacts> all_;
};

Result<std::vector<SpanInfo>> probe()
{
    auto devices = usb::libusbDevices();
    if (!devices)
        return devices.error();
    ListedBus bus(std::move(*devices));
    const auto found = usb::findPlaces(bus);
    if (!found)
        return found.error();
    std::vector<SpanInfo> out;
    for (const usb::FoundPlace& p : found->places) { // type = t1 makes an E1 a T1, if it can be one
        const bool bank = std::holds_alternative<usb::BankInterface>(p.at);
        out.push_back({"usb:" + p.id, p.device.model, bank ? SpanType::analog : SpanType::e1});
        out.back().byPlace = "usb:" + p.byPlace;
        out.back().eitherType = !bank;
    }
    if (out.empty() && !found->wrong.empty())
        return Error{Errc::invalid, found->wrong.front()};
    return out;
}

std::string valueOf(const BackendKeys& given, const std::string& key, std::string otherwise)
{
    const auto it = given.find(key);
    return it == given.end() || it->second.empty() ? std::move(otherwise) : it->second;
}

Result<std::unique_ptr<SpanIo>> open(const Edges& edges, const BackendKeys& given)
{
    usb::SpanKeys k;
    k.id = valueOf(given, "span", "");
    if (k.id.empty())
        return Error{Errc::invalid, "backend usb: span = SERIAL/N is needed"};
    const std::string clock = valueOf(given, "clock", "line");
    if (clock != "line" && clock != "card")
        return Error{Errc::invalid, "backend usb: clock = " + clock + ": line or card is allowed"};
    k.clockFromLine = clock == "line";
    auto line = usb::readLineChoice(given);
    if (!line)
        return line.error();
    k.line = *line;
    if (k.line.any() && usb::isBank(k.id))
        return Error{Errc::invalid,
                     "backend usb: framing, impedance, sensitivity and build_out are of an E1 or a T1; " + k.id +
                         " is an analog bank"};
    const std::string ms = valueOf(given, "in_flight", "16");
    const auto [end, ec] = std::from_chars(ms.data(), ms.data() + ms.size(), k.inFlight);
    if (ec != std::errc() || end != ms.data() + ms.size() || k.inFlight < 4 || k.inFlight > 64 || k.inFlight % 4 != 0)
        return Error{Errc::invalid, "backend usb: in_flight = " + ms + ": 4, 8, 12 ... 64 milliseconds are allowed"};
    // A queue of its own: a card that does not answer keeps no message from the disk.
    const std::shared_ptr<Executor> waiting = makeThreadExecutor(edges.loop, "usb");
    const auto bus = [&loop = edges.loop, waiting] { return usb::makeLibusbBus(loop, waiting); };
    if (usb::isBank(k.id))
        return usb::makeBank(edges, std::move(k), bus);
    const bool superframe = k.line.framing == CARD_FRAMING_SF;
    auto span = usb::makeSpan(edges, std::move(k), bus);
    if (auto* counts = dynamic_cast<LineErrorCounts*>(span.get()))
        counts->setSuperframe(superframe);
    return span;
}

} // namespace

const Backend& usbBackend();
const Backend& usbBackend()
{
    static const Backend backend{
        "usb", "E1 and T1 ports and analog banks of USB cards, without a kernel module", keys, &probe, &open, true};
    return backend;
}

} // namespace callbox::hal
