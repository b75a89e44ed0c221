// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's kernel, as tests see it: USB devices that vhci-hcd has, what our driver and DAHDI show of them, DAHDI's
// system calls, and whether it is well.
#pragma once
#include <callbox/base/loop.h>
#include <callbox/hal/types.h>
#include <functional>
#include <string>

namespace callbox::tests {

std::string firstLine(const std::string& file); // empty: there is none
// Waits, looking every 2 ms.
bool waitFor(const std::function<bool()>& done, Duration limit);
inline void pass(Duration d)
{
    waitFor([] { return false; }, d);
}

// ---- USB ----

// As `usbip attach` does: the kernel has a full-speed device at the other end of this socket from now on, at this port
// of the host controller, which is free a moment after its device was unplugged. False: not in 10 s.
bool attachDevice(unsigned port, int socket);
std::string usbDevice(const std::string& serial); // its folder below /sys/bus/usb/devices; empty: there is none
std::string deviceAt(unsigned port);              // the same, by the port of attachDevice
bool takenByDriver(const std::string& device);    // ours has one of its interfaces, or looks whether it wants one
// A file of our driver's in sysfs; empty: there is none.
std::string driverFile(const std::string& device, const std::string& name);
// Writes to one. 0, or an errno.
int setDriverFile(const std::string& device, const std::string& name, const std::string& text);
// As a program does that has the device open. Returns when it is over; 0, or an errno.
int resetDevice(const std::string& device);
// What its drivers are told around a sleep of the machine (`asleep`): "suspend", "resume". 0, or an errno.
int orderSleep(const std::string& device, const std::string& order);

// ---- DAHDI ----

std::string dahdiDevice(const std::string& hardwareId); // its folder in sysfs; empty: there is none
void assignByDahdi(bool on);                            // whether spans of cards that come get their numbers
int spanOf(const std::string& hardwareId);              // its number; 0: none
int spanBelow(const std::string& usbDevice);            // the same, of what a USB device is to DAHDI
int firstChannelOf(int span);                           // 0: there is no such span
struct SpanSettings {
    bool crc4 = true, lineIsClock = true; // crc4: of an E1
    bool d4 = false;                      // of a T1, else ESF
    bool cas = false;                     // slot 16 of an E1 has signalling
};
// As dahdi_cfg does. False: errno says why.
bool startSpan(int span, hal::SpanType, const SpanSettings&);
bool spanCall(unsigned long request, int span); // DAHDI_STARTUP, DAHDI_SHUTDOWN
bool maintainSpan(int span, int command);       // DAHDI_MAINT_...
// A channel, with what `signalling` (DAHDI_SIG_...) says. Below 0: errno says why. `flags`: more of open()'s.
int openChannel(int channel, int signalling, int flags);

// ---- Itself ----

std::string kernelLog(); // all that it still has
// Listens to what the log says from now on.
class KernelEar {
public:
    KernelEar();
    ~KernelEar();
    KernelEar(const KernelEar&) = delete;
    KernelEar& operator=(const KernelEar&) = delete;
    bool hears(const std::string& words); // one of the lines since the last question has them

private:
    int fd_;
};
// Nothing was found wrong in the kernel since it started: no oops, no warning, nothing that a kernel with checks of its
// own (lock order, KASAN) tells of. Else its words from there on are printed.
bool kernelIsWell();

} // namespace callbox::tests
