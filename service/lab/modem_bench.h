// SPDX-License-Identifier: GPL-2.0-or-later
// The GSM modems of a lab, each behind a pty whose name is a symlink the boxes' configurations name.
#pragma once
#include <callbox/lab/at_modem.h>
#include <memory>
#include <vector>

namespace callbox::lab {

class ModemBench {
public:
    explicit ModemBench(const Edges& edges) : edges_(edges), centre_(edges.loop) {}

    Result<void> add(const std::string& name, const std::string& device, const std::string& pin);
    // modem-silent, modem-unplugged, modem-ok: of every modem of that box (box1-modem1, box1-modem2, ...), or of the
    // one of that name. Errc::not_found, or invalid for another fault.
    Result<void> fault(const std::string& boxOrModem, const std::string& what);
    SmsCentre& centre() { return centre_; }
    [[nodiscard]] std::size_t size() const { return modems_.size(); }

private:
    struct Row {
        std::unique_ptr<AtModem> modem;
        std::unique_ptr<PtyModem> pty;
        bool plugged = true;
    };
    Edges edges_;
    SmsCentre centre_;
    std::vector<Row> modems_;
};

} // namespace callbox::lab
