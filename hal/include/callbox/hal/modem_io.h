// SPDX-License-Identifier: GPL-2.0-or-later
// The narrow contract of a GSM modem: octets both ways over some serial line. Events on the loop, none after stop().
#pragma once
#include <callbox/base/bytes.h>
#include <callbox/base/edges.h>

namespace callbox::hal {

class ModemIoEvents {
public:
    virtual void onBytes(Octets) = 0;
    virtual void onGone(Error) = 0; // unplugged; start() may be tried again later

protected:
    ~ModemIoEvents() = default;
};

class ModemIo {
public:
    virtual ~ModemIo() = default;
    // Errc::not_found: no such device now.
    virtual Result<void> start(ModemIoEvents&) = 0;
    virtual void stop() noexcept = 0;
    virtual Result<void> write(Octets) = 0; // queued if the line is slow
};

// A serial port or pty by path: raw, 8N1, `baud` where the device has one.
std::unique_ptr<ModemIo> makeSerialPort(Loop&, std::string path, int baud = 115200);

} // namespace callbox::hal
