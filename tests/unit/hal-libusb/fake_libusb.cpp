// SPDX-License-Identifier: GPL-2.0-or-later
#include "fake_libusb.h"
#include <algorithm>
#include <cstdlib>
#include <libusb.h>
#include <memory>
#include <mutex>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

struct libusb_context {
    int event = -1;
    libusb_hotplug_callback_fn arrived = nullptr;
    void* listener = nullptr;
    bool arrival = false;
};
struct libusb_device {};
struct libusb_device_handle {};

namespace callbox::tests {

namespace {

struct UnderWay {
    libusb_transfer* transfer = nullptr;
    std::optional<libusb_transfer_status> status; // set: to be told
};
struct State {
    FakeUsb usb;
    libusb_context context;
    libusb_device device;
    libusb_device_handle handle;
    libusb_device* list[2] = {nullptr, nullptr};
    std::vector<UnderWay> transfers;
    std::mutex calls; // they come from two threads
};
std::unique_ptr<State> state;
thread_local bool inCallback = false;

void note(const char* what)
{
    const std::lock_guard lock(state->calls);
    state->usb.calls.push_back({what, std::this_thread::get_id(), inCallback});
}
void wake()
{
    const std::uint64_t one = 1;
    (void)!::write(state->context.event, &one, sizeof one);
}

} // namespace

FakeUsb& fakeUsb()
{
    return state->usb;
}
void renewFakeUsb()
{
    state = std::make_unique<State>();
}
void FakeUsb::giveBack()
{
    keepsCancelled = false;
    for (UnderWay& u : state->transfers)
        u.status = LIBUSB_TRANSFER_CANCELLED;
    wake();
}
void FakeUsb::complete(unsigned octets)
{
    UnderWay& u = state->transfers.at(0);
    u.transfer->actual_length = static_cast<int>(octets);
    u.status = LIBUSB_TRANSFER_COMPLETED;
    wake();
}
void FakeUsb::arrive()
{
    state->context.arrival = true;
    wake();
}
std::size_t FakeUsb::underWay() const
{
    return state->transfers.size();
}
const FakeUsb::Call* FakeUsb::find(const std::string& what) const
{
    const std::lock_guard lock(state->calls);
    const auto it = std::find_if(calls.begin(), calls.end(), [&](const Call& c) { return c.what == what; });
    return it == calls.end() ? nullptr : &*it;
}

} // namespace callbox::tests

using callbox::tests::inCallback;
using callbox::tests::note;
using callbox::tests::state;

extern "C" {

int LIBUSB_CALL libusb_init(libusb_context** out)
{
    state->context.event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    *out = &state->context;
    return 0;
}
void LIBUSB_CALL libusb_exit(libusb_context* c)
{
    note("exit");
    close(c->event);
}
const char* LIBUSB_CALL libusb_strerror(int)
{
    return "an error of the test";
}
ssize_t LIBUSB_CALL libusb_get_device_list(libusb_context*, libusb_device*** out)
{
    state->list[0] = state->usb.plugged ? &state->device : nullptr;
    *out = state->list;
    return state->usb.plugged ? 1 : 0;
}
void LIBUSB_CALL libusb_free_device_list(libusb_device**, int) {}
int LIBUSB_CALL libusb_get_device_descriptor(libusb_device*, libusb_device_descriptor* d)
{
    *d = {};
    d->idVendor = 0x1209;
    d->idProduct = 0x0001;
    return 0;
}
std::uint8_t LIBUSB_CALL libusb_get_bus_number(libusb_device*)
{
    return 250; // no machine has so many: its sysfs knows nothing of this device
}
int LIBUSB_CALL libusb_get_port_numbers(libusb_device*, std::uint8_t* ports, int)
{
    ports[0] = 7;
    return 1;
}
int LIBUSB_CALL libusb_open(libusb_device*, libusb_device_handle** out)
{
    *out = &state->handle;
    return 0;
}
void LIBUSB_CALL libusb_close(libusb_device_handle*)
{
    note("close");
}
int LIBUSB_CALL libusb_set_auto_detach_kernel_driver(libusb_device_handle*, int)
{
    return 0;
}
int LIBUSB_CALL libusb_claim_interface(libusb_device_handle*, int)
{
    return 0;
}
int LIBUSB_CALL libusb_release_interface(libusb_device_handle*, int)
{
    note("release");
    return 0;
}
int LIBUSB_CALL libusb_set_interface_alt_setting(libusb_device_handle*, int, int)
{
    note("set_interface");
    return state->usb.setting ? state->usb.setting->get() : 0;
}
libusb_transfer* LIBUSB_CALL libusb_alloc_transfer(int packets)
{
    return static_cast<libusb_transfer*>(std::calloc(
        1, sizeof(libusb_transfer) + static_cast<std::size_t>(packets) * sizeof(libusb_iso_packet_descriptor)));
}
void LIBUSB_CALL libusb_free_transfer(libusb_transfer* t)
{
    std::free(t);
}
int LIBUSB_CALL libusb_submit_transfer(libusb_transfer* t)
{
    state->transfers.push_back({t, std::nullopt});
    return 0;
}
int LIBUSB_CALL libusb_cancel_transfer(libusb_transfer* t)
{
    for (auto& u : state->transfers)
        if (u.transfer == t && !state->usb.keepsCancelled)
            u.status = LIBUSB_TRANSFER_CANCELLED;
    return 0;
}
int LIBUSB_CALL libusb_handle_events_timeout_completed(libusb_context* c, timeval*, int*)
{
    std::uint64_t value = 0;
    (void)!::read(c->event, &value, sizeof value);
    inCallback = true;
    for (std::size_t i = 0; i < state->transfers.size();) {
        if (!state->transfers[i].status) {
            ++i;
            continue;
        }
        const auto u = state->transfers[i];
        state->transfers.erase(state->transfers.begin() + std::ptrdiff_t(i));
        u.transfer->status = *u.status;
        u.transfer->callback(u.transfer);
    }
    if (std::exchange(c->arrival, false) && c->arrived)
        c->arrived(c, &state->device, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED, c->listener);
    inCallback = false;
    return 0;
}
const libusb_pollfd** LIBUSB_CALL libusb_get_pollfds(libusb_context* c)
{
    auto* one = new libusb_pollfd{c->event, 1}; // POLLIN
    return new const libusb_pollfd* [2] { one, nullptr };
}
void LIBUSB_CALL libusb_free_pollfds(const libusb_pollfd** all)
{
    delete all[0];
    delete[] all;
}
void LIBUSB_CALL libusb_set_pollfd_notifiers(libusb_context*, libusb_pollfd_added_cb, libusb_pollfd_removed_cb, void*)
{
}
int LIBUSB_CALL libusb_hotplug_register_callback(libusb_context* c, int, int, int, int, int,
                                                 libusb_hotplug_callback_fn cb, void* listener,
                                                 libusb_hotplug_callback_handle*)
{
    c->arrived = cb;
    c->listener = listener;
    return 0;
}
}
