// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/modem_bench.h"

namespace callbox::lab {

namespace {

// 14 digits and their check digit (3GPP 23.003 6.2.1, annex B): each modem has one of its own.
std::string imeiOf(std::size_t serial)
{
    std::string digits = std::to_string(35000000000000 + serial);
    int sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const int d = (digits[i] - '0') * (i % 2 ? 2 : 1);
        sum += d / 10 + d % 10;
    }
    return digits + static_cast<char>('0' + (10 - sum % 10) % 10);
}

} // namespace

Result<void> ModemBench::add(const std::string& name, const std::string& device, const std::string& pin)
{
    AtModemConfig config;
    config.name = name;
    config.imei = imeiOf(modems_.size() + 1);
    config.pin = pin;
    Row row;
    row.modem = std::make_unique<AtModem>(edges_, centre_, std::move(config));
    auto pty = PtyModem::make(edges_.loop, *row.modem, device);
    if (!pty)
        return pty.error().because("modem " + name);
    row.pty = std::move(*pty);
    modems_.push_back(std::move(row));
    return {};
}

Result<void> ModemBench::fault(const std::string& boxOrModem, const std::string& what)
{
    const bool silent = what == "modem-silent", unplugged = what == "modem-unplugged";
    if (!silent && !unplugged && what != "modem-ok")
        return Error{Errc::invalid, "what = " + what + ": modem-silent, modem-unplugged or modem-ok"};
    bool found = false;
    for (Row& row : modems_) {
        const std::string& name = row.modem->name();
        if (name != boxOrModem && !name.starts_with(boxOrModem + "-modem"))
            continue;
        found = true;
        AtModemFaults faults = row.modem->faults();
        faults.silent = silent;
        row.modem->setFaults(faults);
        if (std::exchange(row.plugged, !unplugged) != row.plugged)
            if (auto r = row.pty->plug(row.plugged); !r)
                return r.error().because("modem " + name);
        edges_.log.info("modem", {{"modem", name}, {"fault", what}});
    }
    if (!found)
        return Error{Errc::not_found, "box " + boxOrModem + ": no modem of it is in this lab"};
    return {};
}

} // namespace callbox::lab
