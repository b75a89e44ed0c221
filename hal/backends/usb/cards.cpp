// SPDX-License-Identifier: GPL-2.0-or-later
#include "cards.h"
#include "card_questions.h"
#include "firmware_requests.h"
#include "line_questions.h"
#include "ports.h"

namespace callbox::hal::usb {

namespace {

constexpr std::string_view backendName = "usb:";

class UsbCard final : public Card, public CardLineTests, public CardUpdate {
public:
    UsbCard(Loop& loop, CardFacts facts, DeviceFacts device, std::unique_ptr<Device> opened)
        : loop_(loop), facts_(std::move(facts)), deviceFacts_(std::move(device)), device_(std::move(opened))
    {
    }
    [[nodiscard]] const CardFacts& facts() const override { return facts_; }
    Task<CardInfo> info() override { return askInfo(loop_, *device_, deviceFacts_); }
    Task<CardCounts> counters() override { return askCounts(loop_, *device_, deviceFacts_); }
    Task<CardSensors> sensors() override { return askSensors(loop_, *device_); }
    Task<CardLog> log() override { return askLog(loop_, *device_); }
    Task<std::vector<CardTest>> selfTest() override { return runSelfTest(loop_, *device_); }
    Task<> locate(unsigned seconds) override { return blink(loop_, *device_, seconds); }
    Task<CardLines> lines() override { return askLines(loop_, *device_, deviceFacts_); }
    Task<CardLineTest> testLine(unsigned line) override { return runLineTest(loop_, *device_, deviceFacts_, line); }
    Task<CardFirmware> firmware() override { return askFirmware(loop_, *device_); }
    Task<> writeFirmware(OctetBuffer image, UpdateProgress progress) override
    {
        return writeImage(loop_, *device_, std::move(image), std::move(progress));
    }
    Task<> restart() override { return restartCard(loop_, *device_); }

private:
    Loop& loop_;
    CardFacts facts_;
    DeviceFacts deviceFacts_;
    std::unique_ptr<Device> device_;
};

class UsbCards final : public Cards {
public:
    UsbCards(Loop& loop, std::unique_ptr<Bus> bus) : loop_(loop), bus_(std::move(bus)) {}
    Result<std::vector<CardFacts>> list() override
    {
        const auto all = bus_->devices();
        if (!all)
            return all.error();
        std::vector<CardFacts> out;
        for (const DeviceFacts& d : *all)
            if (isCard(d))
                out.push_back(factsOf(d));
        return out;
    }
    Result<std::unique_ptr<Card>> open(const std::string& id) override
    {
        const std::string wanted = id.starts_with(backendName) ? id.substr(backendName.size()) : id;
        const auto all = bus_->devices();
        if (!all)
            return all.error();
        const DeviceFacts* mine = nullptr;
        std::string known;
        for (const DeviceFacts& d : *all) {
            if (!isCard(d))
                continue;
            known += (known.empty() ? "" : ", ") + factsOf(d).id;
            if (wanted != cardId(d) && wanted != "@" + d.location)
                continue;
            if (mine)
                return Error{Errc::invalid, "two cards call themselves " + wanted + ": name one by its place, usb:@" +
                                                mine->location + " or usb:@" + d.location};
            mine = &d;
        }
        if (!mine)
            return Error{Errc::not_found,
                         known.empty() ? "there is no USB card" : "no USB card has this name; there is " + known};
        auto device = bus_->open(*mine);
        if (!device)
            return device.error();
        return std::unique_ptr<Card>(std::make_unique<UsbCard>(loop_, factsOf(*mine), *mine, std::move(*device)));
    }

private:
    static CardFacts factsOf(const DeviceFacts& d)
    {
        return {std::string(backendName) + cardId(d), d.location, d.model, d.vendor, d.product, d.release};
    }
    Loop& loop_;
    std::unique_ptr<Bus> bus_;
};

} // namespace

std::unique_ptr<Cards> makeCards(Loop& loop, std::unique_ptr<Bus> bus)
{
    return std::make_unique<UsbCards>(loop, std::move(bus));
}

} // namespace callbox::hal::usb
