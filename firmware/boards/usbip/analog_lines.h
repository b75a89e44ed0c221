// SPDX-License-Identifier: GPL-2.0-or-later
// The line side of a card's analog bank: a chip by its registers at each port, its codec, and the wires it is at.
#pragma once
#include "boards/usbip/analog_wire.h"
#include "boards/usbip/si3050_model.h"
#include "boards/usbip/si3210_model.h"
#include "chips/si3050.h"
#include "chips/si3210.h"
#include "device/analog_bank.h"
#include <memory>
#include <vector>

namespace callbox::usbip {

class AnalogLines {
public:
    AnalogLines(unsigned fxo, unsigned fxs);
    AnalogLines(const AnalogLines&) = delete;
    AnalogLines& operator=(const AnalogLines&) = delete;

    [[nodiscard]] firmware::core::FxoChip* fxoChip(unsigned n) { return n < fxo_.size() ? &fxo_[n]->chip : nullptr; }
    [[nodiscard]] firmware::core::FxsChip* fxsChip(unsigned n) { return n < fxs_.size() ? &fxs_[n]->chip : nullptr; }
    // The registers, for faults of the chips themselves.
    [[nodiscard]] firmware::Si3050Model& fxo(unsigned n) { return fxo_[n]->model; }
    [[nodiscard]] firmware::Si3210Model& fxs(unsigned n) { return fxs_[n]->model; }

    [[nodiscard]] AnalogWire& wire(unsigned port) { return *wires_[port]; }
    [[nodiscard]] unsigned ports() const { return static_cast<unsigned>(wires_.size()); }
    [[nodiscard]] bool facesExchange(unsigned port) const { return port < fxo_.size(); }
    void connect(unsigned port, AnalogWire& wire) { wires_[port] = &wire; } // which outlives this
    void drift(int ppm) { ppm_ = ppm; }                                     // of the codecs' clock
    void millisecond(firmware::AnalogBank&);

private:
    struct Exchange {
        firmware::Si3050Model model;
        firmware::chips::Si3050 chip{model};
        double toLine = 1, fromLine = 1; // its gains, as factors
        std::int16_t said = 0;           // to the line
    };
    struct Telephone {
        firmware::Si3210Model model;
        firmware::chips::Si3210 chip{model};
        double toLine = 1, fromLine = 1;
        std::int16_t said = 0;
    };
    static void look(Exchange&, AnalogWire&);
    static void look(Telephone&, AnalogWire&);
    void sample(firmware::AnalogBank&);

    std::vector<std::unique_ptr<Exchange>> fxo_;
    std::vector<std::unique_ptr<Telephone>> fxs_;
    std::vector<std::unique_ptr<AnalogWire>> own_;
    std::vector<AnalogWire*> wires_;
    int ppm_ = 0;
    std::int64_t clock_ = 0;
};

} // namespace callbox::usbip
