// SPDX-License-Identifier: GPL-2.0-or-later
// Two virtual cards with analog banks wired port to port: one towards an exchange, one towards telephones; and USB/IP
// between each and the usb backend.
#pragma once
#include "../../hal/backends/usb/usb_bank.h"
#include "usbip_host.h"

namespace callbox::tests {

struct UsbBanks {
    explicit UsbBanks(SimLoop& loop, unsigned ports = 3)
        : box(firmware::Personality::card(0).withBank(ports, 0), "000000000000000a", "1-1"),
          office(firmware::Personality::card(0).withBank(0, ports), "000000000000000b", "1-2"), loop_(loop), host(loop)
    {
        for (unsigned i = 0; i < ports; ++i)
            box.plugAnalog(i, office, i);
        host.plug(box);
        host.plug(office);
        host.run({&box, &office});
    }
    std::unique_ptr<hal::SpanIo> open(const std::string& id)
    {
        const Edges edges{loop_, *random_, *files_, *disk_, Log()};
        return hal::usb::makeBank(edges, {id, true, 16},
                                  [this] { return Result<std::unique_ptr<hal::usb::Bus>>(host.bus()); });
    }
    std::unique_ptr<hal::SpanIo> fxo() { return open("000000000000000a/bank"); }
    std::unique_ptr<hal::SpanIo> fxs() { return open("@1-2/bank"); }

    usbip::VirtualCard box, office;

private:
    SimLoop& loop_;
    std::unique_ptr<Random> random_ = makeSeededRandom(1);
    std::unique_ptr<Files> files_ = makeSystemFiles();
    std::unique_ptr<Executor> disk_ = makeSimExecutor(loop_, 1ms);

public:
    UsbipHost host;
};

} // namespace callbox::tests
