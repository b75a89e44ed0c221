// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest_kernel.h"
#include "../support/real_time.h"
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <unistd.h>

#include <dahdi/user.h>
#include <linux/usbdevice_fs.h>

namespace callbox::tests {

namespace fs = std::filesystem;

namespace {

constexpr const char* hostController = "/sys/devices/platform/vhci_hcd.0";

template <class T> bool control(unsigned long request, T* what)
{
    const int fd = open("/dev/dahdi/ctl", O_RDWR | O_CLOEXEC);
    const int r = ioctl(fd, request, what);
    const int why = errno;
    close(fd);
    errno = why;
    return r == 0;
}

} // namespace

std::string firstLine(const std::string& file)
{
    std::string line;
    std::ifstream in(file);
    std::getline(in, line);
    return line;
}

bool waitFor(const std::function<bool()>& done, Duration limit)
{
    RealLoop loop;
    return runUntil(loop, done, limit);
}

// ---- USB ----

bool attachDevice(unsigned port, int socket)
{
    bool attached = false;
    waitFor(
        [&] {
            if (!attached) {
                std::ofstream out(std::string(hostController) + "/attach");
                out << port << " " << socket << " 65537 2" << std::flush; // bus 1, device 1; full speed
                attached = out.good();
            }
            return attached;
        },
        10s);
    return attached;
}

std::string usbDevice(const std::string& serial)
{
    std::error_code none;
    for (const auto& entry : fs::directory_iterator("/sys/bus/usb/devices", none))
        if (firstLine(entry.path() / "serial") == serial)
            return entry.path();
    return {};
}

std::string deviceAt(unsigned port)
{
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(hostController, none))
        if (const std::string bus = entry.path().filename(); bus.starts_with("usb")) {
            const fs::path device = entry.path() / fmt::format("{}-{}", bus.substr(3), port + 1);
            if (fs::exists(device, none))
                return device;
        }
    return {};
}

bool takenByDriver(const std::string& device)
{
    std::error_code none;
    if (!device.empty())
        for (const auto& entry : fs::directory_iterator(device, none))
            if (fs::read_symlink(entry.path() / "driver", none).filename() == "callbox_card")
                return true;
    return false;
}

namespace {

fs::path driverFilePath(const std::string& device, const std::string& name) // empty: there is none
{
    std::error_code none;
    if (!device.empty())
        for (const auto& entry : fs::directory_iterator(device, none))
            if (fs::exists(entry.path() / "callbox" / name, none))
                return entry.path() / "callbox" / name;
    return {};
}

int writeTo(const fs::path& file, const std::string& text) // 0, or an errno
{
    const int fd = open(file.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    const int r = write(fd, text.data(), text.size()) < 0 ? errno : 0;
    close(fd);
    return r;
}

} // namespace

std::string driverFile(const std::string& device, const std::string& name)
{
    const fs::path file = driverFilePath(device, name);
    return file.empty() ? std::string() : firstLine(file);
}

int setDriverFile(const std::string& device, const std::string& name, const std::string& text)
{
    const fs::path file = driverFilePath(device, name);
    return file.empty() ? ENOENT : writeTo(file, text);
}

int resetDevice(const std::string& device)
{
    const std::string bus = firstLine(device + "/busnum"), number = firstLine(device + "/devnum");
    if (bus.empty() || number.empty())
        return ENODEV;
    const std::string path = fmt::format("/dev/bus/usb/{:03}/{:03}", std::stoi(bus), std::stoi(number));
    const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return errno;
    const int r = ioctl(fd, USBDEVFS_RESET) == 0 ? 0 : errno;
    close(fd);
    return r;
}

int orderSleep(const std::string& device, const std::string& order)
{
    if (device.empty())
        return ENODEV;
    static const bool loaded = std::system("modprobe asleep") == 0;
    if (!loaded)
        return ENOENT;
    return writeTo("/sys/module/asleep/parameters/" + order, fs::path(device).filename());
}

// ---- DAHDI ----

std::string dahdiDevice(const std::string& hardwareId)
{
    std::error_code none;
    for (const auto& device : fs::directory_iterator("/sys/bus/dahdi_devices/devices", none))
        if (firstLine(device.path() / "hardware_id") == hardwareId)
            return device.path();
    return {};
}

void assignByDahdi(bool on)
{
    std::ofstream("/sys/module/dahdi/parameters/auto_assign_spans") << (on ? 1 : 0);
}

namespace {
int spanIn(const fs::path& dahdiDevice)
{
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(dahdiDevice, none))
        if (const std::string name = entry.path().filename(); name.starts_with("span-"))
            return std::stoi(name.substr(5));
    return 0;
}
} // namespace

int spanOf(const std::string& hardwareId)
{
    const std::string device = dahdiDevice(hardwareId);
    return device.empty() ? 0 : spanIn(device);
}

int spanBelow(const std::string& usbDevice)
{
    std::error_code none;
    if (!usbDevice.empty())
        for (const auto& device : fs::directory_iterator("/sys/bus/dahdi_devices/devices", none))
            if (fs::canonical(device.path(), none).string().starts_with(usbDevice + "/"))
                return spanIn(device.path());
    return 0;
}

int firstChannelOf(int span)
{
    const std::string first = firstLine(fmt::format("/sys/bus/dahdi_spans/devices/span-{}/basechan", span));
    return first.empty() ? 0 : std::stoi(first);
}

bool startSpan(int span, hal::SpanType type, const SpanSettings& settings)
{
    dahdi_lineconfig line{};
    line.span = span;
    line.sync = settings.lineIsClock ? 1 : 0;
    if (type == hal::SpanType::t1)
        line.lineconfig = DAHDI_CONFIG_B8ZS | (settings.d4 ? DAHDI_CONFIG_D4 : DAHDI_CONFIG_ESF);
    else
        line.lineconfig =
            DAHDI_CONFIG_HDB3 | (settings.cas ? 0 : DAHDI_CONFIG_CCS) | (settings.crc4 ? DAHDI_CONFIG_CRC4 : 0);
    return control(DAHDI_SPANCONFIG, &line) && spanCall(DAHDI_STARTUP, span);
}

bool spanCall(unsigned long request, int span)
{
    return control(request, &span);
}

bool maintainSpan(int span, int command)
{
    dahdi_maintinfo info{};
    info.spanno = span;
    info.command = command;
    return control(DAHDI_MAINT, &info);
}

int openChannel(int channel, int signalling, int flags)
{
    dahdi_chanconfig use{};
    use.chan = channel;
    use.sigtype = signalling;
    if (!control(DAHDI_CHANCONFIG, &use))
        return -1;
    const int fd = open("/dev/dahdi/channel", O_RDWR | O_CLOEXEC | flags);
    if (fd < 0 || ioctl(fd, DAHDI_SPECIFY, &channel) == 0)
        return fd;
    const int why = errno;
    close(fd);
    errno = why;
    return -1;
}

// ---- Itself ----

std::string kernelLog()
{
    constexpr int readAll = 3;
    std::string words(1 << 20, '\0');
    const int n = klogctl(readAll, words.data(), static_cast<int>(words.size()));
    words.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return words;
}

KernelEar::KernelEar() : fd_(open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC))
{
    lseek(fd_, 0, SEEK_END);
}

KernelEar::~KernelEar()
{
    close(fd_);
}

bool KernelEar::hears(const std::string& words)
{
    std::array<char, 8192> line; // Documentation/ABI/testing/dev-kmsg: a read gives one; EPIPE: some were overwritten
    bool heard = false;
    for (ssize_t n; (n = read(fd_, line.data(), line.size())) > 0 || (n < 0 && errno == EPIPE);)
        heard |= n > 0 && std::string_view(line.data(), static_cast<std::size_t>(n)).find(words) != std::string::npos;
    return heard;
}

bool kernelIsWell()
{
    // Documentation/admin-guide/tainted-kernels: a bad page (KASAN's), an oops, a warning.
    constexpr unsigned long tainted = 1UL << 5 | 1UL << 7 | 1UL << 9;
    const std::string words = kernelLog();
    constexpr std::array faults{
        "WARNING: ",   "BUG: ",       "UBSAN: ",
        "INFO: task ", "rcu: INFO: ", "INFO: trying to register "}; // lock order, RCU, hung tasks taint nothing
    if (!(std::stoul(firstLine("/proc/sys/kernel/tainted")) & tainted) &&
        std::none_of(faults.begin(), faults.end(), [&](const char* f) { return words.find(f) != std::string::npos; }))
        return true;
    std::size_t from = words.size();
    for (const char* fault : faults)
        from = std::min(from, words.find(fault));
    from = from == words.size() ? words.size() - std::min<std::size_t>(words.size(), 8000) : from;
    std::cerr << words.substr(from, 16'000) << "\n";
    return false;
}

} // namespace callbox::tests
