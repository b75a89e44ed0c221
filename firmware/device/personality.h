// SPDX-License-Identifier: GPL-2.0-or-later
// As what a card shows itself: our own, or an icE1usb of firmware 0.3, so that hosts made for that one can be tried.
#pragma once
#include "protocol/card_protocol.h"
#include <string_view>

namespace callbox::firmware {

inline constexpr unsigned e1PortsMax = 2;

struct Personality {
    bool stock = false; // an icE1usb: nothing but its requests, headers and events; GPS receiver and clock interface
    unsigned e1Ports = 1;
    std::uint8_t kind = CARD_PORT_E1; // of these ports at power on, or _T1
    std::uint16_t vendor = CARD_VENDOR, product = CARD_PRODUCT, release = 0x0100;
    std::string_view manufacturer = "Callbox", name = "Callbox card", build = "callbox-0.1";
    std::uint32_t capabilities = 0;      // CARD_CAN_...
    unsigned fxoPorts = 0, fxsPorts = 0; // of its analog bank, CARD_BANK_PORTS_MAX together

    static Personality card(unsigned e1Ports, std::uint8_t kind = CARD_PORT_E1)
    {
        Personality p;
        p.e1Ports = e1Ports;
        p.kind = kind;
        p.capabilities = CARD_CAN_FILLER | CARD_CAN_EVENTS | CARD_CAN_LINE | CARD_CAN_CAS | CARD_CAN_T1 |
                         CARD_CAN_LOOP | CARD_CAN_BERT | CARD_CAN_NVM | CARD_CAN_SENSORS | CARD_CAN_LOG |
                         CARD_CAN_RESET | CARD_CAN_SELFTEST | CARD_CAN_LOCATE | CARD_CAN_UPDATE | CARD_CAN_CLOCK;
        return p;
    }
    // The same card with an analog bank.
    [[nodiscard]] Personality withBank(unsigned fxo, unsigned fxs) const
    {
        Personality p = *this;
        p.fxoPorts = fxo;
        p.fxsPorts = fxs;
        p.capabilities |= fxo + fxs > 0 ? CARD_CAN_LINE_TEST | CARD_CAN_COUNTRY : 0;
        return p;
    }
    static Personality iceE1usb(unsigned e1Ports)
    {
        return {.stock = true,
                .e1Ports = e1Ports,
                .vendor = CARD_ICE1_VENDOR,
                .product = CARD_ICE1_PRODUCT,
                .release = 0x0003,
                .manufacturer = "osmocom",
                .name = "icE1usb",
                .build = "0.3"};
    }
};

// Numbers of interfaces and endpoints that follow from it.
struct Layout {
    explicit Layout(const Personality& p) : e1(p.e1Ports), bankPorts(p.fxoPorts + p.fxsPorts), stock(p.stock) {}
    unsigned e1, bankPorts;
    bool stock;

    [[nodiscard]] unsigned interfaces() const { return stock ? e1 + 4 : e1 + (bankPorts > 0 ? 1 : 0); }
    [[nodiscard]] bool isE1(unsigned interface) const { return interface < e1; }
    [[nodiscard]] bool isBank(unsigned interface) const { return bankPorts > 0 && interface == bankInterface(); }
    [[nodiscard]] bool isSerial(unsigned interface) const { return stock && interface == e1; }
    [[nodiscard]] bool isClock(unsigned interface) const { return stock && interface == e1 + 2; }
    [[nodiscard]] bool isDfu(unsigned interface) const { return stock && interface == e1 + 3; }

    static constexpr std::uint8_t out(unsigned port) { return static_cast<std::uint8_t>(0x01 + 3 * port); }
    static constexpr std::uint8_t feedback(unsigned port) { return static_cast<std::uint8_t>(0x81 + 3 * port); }
    static constexpr std::uint8_t in(unsigned port) { return static_cast<std::uint8_t>(0x82 + 3 * port); }
    static constexpr std::uint8_t interrupt(unsigned port) { return static_cast<std::uint8_t>(0x83 + 3 * port); }
    // The bank's interface and endpoints, behind those of the E1 ports.
    [[nodiscard]] unsigned bankInterface() const { return e1; }
    [[nodiscard]] std::uint8_t bankOut() const { return static_cast<std::uint8_t>(0x01 + 3 * e1); }
    [[nodiscard]] std::uint8_t bankCommand() const { return static_cast<std::uint8_t>(0x02 + 3 * e1); }
    [[nodiscard]] std::uint8_t bankIn() const { return static_cast<std::uint8_t>(0x81 + 3 * e1); }
    [[nodiscard]] std::uint8_t bankInterrupt() const { return static_cast<std::uint8_t>(0x82 + 3 * e1); }
    static constexpr std::uint8_t serialInterrupt = 0x88, serialOut = 0x09, serialIn = 0x89;
};

} // namespace callbox::firmware
