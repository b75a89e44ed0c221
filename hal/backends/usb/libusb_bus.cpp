// SPDX-License-Identifier: GPL-2.0-or-later
#include "libusb_bus.h"
#include <array>
#include <deque>
#include <fstream>
#include <libusb.h>
#include <map>

namespace callbox::hal::usb {

namespace {

constexpr unsigned controlLimit = 1000; // ms
constexpr std::size_t descriptorsMax = 65535;

Error errorOf(int code, std::string_view attempted)
{
    const Errc kind = code == LIBUSB_ERROR_NO_DEVICE ? Errc::gone
                      : code == LIBUSB_ERROR_BUSY    ? Errc::busy
                      : code == LIBUSB_ERROR_ACCESS  ? Errc::denied
                      : code == LIBUSB_ERROR_TIMEOUT ? Errc::timeout
                      : code == LIBUSB_ERROR_PIPE    ? Errc::unsupported
                      : code == LIBUSB_ERROR_NO_MEM  ? Errc::no_space
                                                     : Errc::io;
    return Error{kind, std::string(attempted) + ": " + libusb_strerror(code)};
}

// "1-2.3", as sysfs names it.
std::string locationOf(libusb_device* d)
{
    std::array<std::uint8_t, 8> ports{};
    const int depth = libusb_get_port_numbers(d, ports.data(), int(ports.size()));
    std::string out = std::to_string(libusb_get_bus_number(d));
    for (int i = 0; i < depth; ++i)
        out += (i == 0 ? "-" : ".") + std::to_string(ports[std::size_t(i)]);
    return out;
}

// A text of the device as the kernel has read it: nobody has to open the device for it.
std::string attribute(const std::string& location, std::string_view name)
{
    std::ifstream in("/sys/bus/usb/devices/" + location + "/" + std::string(name));
    std::string line;
    std::getline(in, line);
    return line.substr(0, 128);
}

// The active configuration as the device gave it, which libusb hands out in parts only.
OctetBuffer configurationOf(const std::string& location)
{
    constexpr std::size_t deviceSize = 18;
    std::ifstream in("/sys/bus/usb/devices/" + location + "/descriptors", std::ios::binary);
    OctetBuffer all{std::istreambuf_iterator<char>(in), {}};
    if (all.size() < deviceSize || all.size() > descriptorsMax)
        return {};
    all.erase(all.begin(), all.begin() + deviceSize);
    // One configuration after the other; cards have one. Its length is looked at by who reads it.
    const std::size_t length = all.size() < 4 ? 0 : all[2] | static_cast<std::size_t>(all[3]) << 8;
    if (length > 0 && length < all.size())
        all.resize(length);
    return all;
}

struct Context {
    ~Context()
    {
        if (usb)
            libusb_exit(usb);
    }
    libusb_context* usb = nullptr;
};

Result<std::unique_ptr<Context>> makeContext()
{
    auto c = std::make_unique<Context>();
    if (const int r = libusb_init(&c->usb); r != 0)
        return errorOf(r, "USB");
    return c;
}

Result<std::vector<DeviceFacts>> list(libusb_context* usb)
{
    libusb_device** all = nullptr;
    const ssize_t count = libusb_get_device_list(usb, &all);
    if (count < 0)
        return errorOf(static_cast<int>(count), "looking for USB devices");
    std::vector<DeviceFacts> out;
    for (ssize_t i = 0; i < count; ++i) {
        libusb_device_descriptor d{};
        if (libusb_get_device_descriptor(all[i], &d) != 0)
            continue;
        DeviceFacts f;
        f.location = locationOf(all[i]);
        f.vendor = d.idVendor;
        f.product = d.idProduct;
        f.release = d.bcdDevice;
        f.serial = attribute(f.location, "serial");
        f.model = attribute(f.location, "product");
        f.configuration = configurationOf(f.location);
        out.push_back(std::move(f));
    }
    libusb_free_device_list(all, 1);
    return out;
}

// libusb's descriptors on the loop. What libusb says is done is told after it has returned: whoever is told may close
// everything, the bus included.
class Pump : public std::enable_shared_from_this<Pump> {
public:
    Pump(Loop& loop, std::unique_ptr<Context> context, std::weak_ptr<Executor> waiting)
        : loop_(loop), context_(std::move(context)), waiting_(std::move(waiting))
    {
    }
    ~Pump()
    {
        libusb_set_pollfd_notifiers(usb(), nullptr, nullptr, nullptr);
        watches_.clear();
    }
    Pump(const Pump&) = delete;
    Pump& operator=(const Pump&) = delete;

    [[nodiscard]] libusb_context* usb() const { return context_->usb; }
    [[nodiscard]] std::shared_ptr<Executor> waiting() const { return waiting_.lock(); } // null: it has ended
    Result<void> start()
    {
        libusb_set_pollfd_notifiers(
            usb(), [](int fd, short events, void* self) { static_cast<Pump*>(self)->watch(fd, events); },
            [](int fd, void* self) { static_cast<Pump*>(self)->watches_.erase(fd); }, this);
        const libusb_pollfd** all = libusb_get_pollfds(usb());
        for (const libusb_pollfd** p = all; p && *p; ++p)
            watch((*p)->fd, (*p)->events);
        libusb_free_pollfds(all);
        return std::move(failed_);
    }
    void told(Callback what)
    {
        told_.push_back(std::move(what));
        if (!std::exchange(posted_, true))
            loop_.post([weak = weak_from_this()] {
                if (const auto self = weak.lock())
                    self->tell();
            });
    }
    // What has happened by now; waits for nothing.
    void handle()
    {
        timeval none{};
        libusb_handle_events_timeout_completed(usb(), &none, nullptr);
        const auto back = std::exchange(back_, {}); // with the last of them a device may be closed, and this end
    }
    // In libusb's call back: no share may be let go of there, since the last one closes the device.
    void cameBack(std::shared_ptr<void> flight) { back_.push_back(std::move(flight)); }
    Result<void> onArrival(Callback cb)
    {
        arrived_ = std::move(cb);
        if (std::exchange(hears_, true))
            return {};
        const int r = libusb_hotplug_register_callback(
            usb(), LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED, 0, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
            LIBUSB_HOTPLUG_MATCH_ANY,
            [](libusb_context*, libusb_device*, libusb_hotplug_event, void* self) -> int {
                static_cast<Pump*>(self)->arrival();
                return 0; // go on
            },
            this, nullptr);
        if (r == 0)
            return {};
        hears_ = false;
        return Error{Errc::unsupported, std::string("hearing of new USB devices: ") + libusb_strerror(r)};
    }
    void noArrivals() { arrived_ = nullptr; }

private:
    void arrival()
    {
        told([this] { // it is called by this very object
            if (const Callback cb = arrived_)
                cb();
        });
    }
    void watch(int fd, short events)
    {
        auto w = loop_.watch(fd, events & 1 ? Interest::read : Interest::write, [weak = weak_from_this()] { // 1: POLLIN
            if (const auto self = weak.lock()) {
                self->handle();
                self->tell();
            }
        });
        if (w)
            watches_.insert_or_assign(fd, std::move(*w));
        else if (failed_)
            failed_ = w.error();
    }
    void tell()
    {
        posted_ = false;
        for (std::size_t n = told_.size(); n > 0 && !told_.empty(); --n) {
            const Callback first = std::move(told_.front());
            told_.pop_front();
            first();
        }
        if (!told_.empty() && !std::exchange(posted_, true))
            loop_.post([weak = weak_from_this()] {
                if (const auto self = weak.lock())
                    self->tell();
            });
    }
    Loop& loop_;
    std::unique_ptr<Context> context_;
    std::map<int, std::unique_ptr<Watch>> watches_;
    std::deque<Callback> told_;
    std::vector<std::shared_ptr<void>> back_;
    std::weak_ptr<Executor> waiting_;
    Callback arrived_;
    bool posted_ = false, hears_ = false;
    Result<void> failed_;
};

// An open device, for as long as anything of it is under way. The last share is let go of on the loop.
struct Handle {
    std::shared_ptr<Pump> pump;
    libusb_device_handle* usb = nullptr;
    std::vector<int> claimed;
    unsigned underWay = 0;
    bool left = false; // nobody has it open any more
    ~Handle() { libusb_close(usb); }
};

// Once nothing is under way: the kernel puts the interfaces back to setting 0, which waits for the card and keeps all
// else from the device meanwhile.
void release(const std::shared_ptr<Handle>& handle)
{
    if (!handle->left || handle->underWay > 0 || handle->claimed.empty())
        return;
    if (const auto waiting = handle->pump->waiting())
        waiting->run(
            [usb = handle->usb, claimed = std::exchange(handle->claimed, {})] {
                for (const int i : claimed)
                    libusb_release_interface(usb, i);
            },
            [handle] {});
}

// A transfer of libusb's. It belongs to whoever made it until it is submitted, then to libusb too.
struct Flight {
    Flight(std::shared_ptr<Handle> h, unsigned isoPackets)
        : handle(std::move(h)), usb(libusb_alloc_transfer(static_cast<int>(isoPackets)))
    {
    }
    ~Flight() { libusb_free_transfer(usb); }
    Flight(const Flight&) = delete;
    Flight& operator=(const Flight&) = delete;

    std::shared_ptr<Handle> handle;
    libusb_transfer* usb;
    OctetBuffer buffer;           // of a control transfer
    std::function<void()> done;   // none: taken back
    std::shared_ptr<Flight> self; // while it is under way
};

void LIBUSB_CALL landed(libusb_transfer* t)
{
    auto* flight = static_cast<Flight*>(t->user_data);
    const std::shared_ptr<Flight> mine = std::move(flight->self);
    mine->handle->pump->cameBack(mine);
    --mine->handle->underWay;
    release(mine->handle);
    if (mine->done)
        mine->handle->pump->told([weak = std::weak_ptr(mine)] {
            if (const auto f = weak.lock(); f && f->done) {
                const auto done = f->done; // it may be taken back in this very call
                done();
            }
        });
}

Result<void> launch(const std::shared_ptr<Flight>& flight)
{
    if (!flight->usb)
        return Error{Errc::no_space, "no memory for a transfer"};
    if (const int r = libusb_submit_transfer(flight->usb); r != 0)
        return errorOf(r, "submitting a transfer");
    flight->self = flight;
    ++flight->handle->underWay;
    return {};
}

void takeBack(Flight& flight)
{
    flight.done = nullptr;
    if (flight.self)
        libusb_cancel_transfer(flight.usb);
}

class LibusbTransfer final : public Transfer {
public:
    LibusbTransfer(std::shared_ptr<Handle> handle, const Endpoint& e, unsigned count, std::function<void(Outcome)> done)
        : Transfer(count, e.packetMax), endpoint_(e), iso_(e.kind == Endpoint::Kind::isochronous),
          flight_(std::make_shared<Flight>(std::move(handle), iso_ ? count : 0)), done_(std::move(done))
    {
        flight_->done = [this] { landedHere(); };
    }
    ~LibusbTransfer() override
    {
        // libusb may still write here: the buffer goes where the transfer is.
        flight_->buffer = std::move(buffer_);
        takeBack(*flight_);
    }
    Result<void> submit() override
    {
        libusb_transfer* t = flight_->usb;
        if (!t)
            return Error{Errc::no_space, "no memory for a transfer"};
        std::size_t length = endpoint_.in() ? buffer_.size() : packets_[0].length;
        if (iso_ && !endpoint_.in()) { // libusb puts one packet right behind the other
            length = 0;
            for (std::size_t i = 0; i < packets_.size(); ++i) {
                const auto from = room(i).first(packets_[i].length);
                std::copy(from.begin(), from.end(), buffer_.begin() + std::ptrdiff_t(length));
                length += packets_[i].length;
            }
        }
        if (iso_)
            libusb_fill_iso_transfer(t, flight_->handle->usb, endpoint_.address, buffer_.data(),
                                     static_cast<int>(length), static_cast<int>(packets_.size()), landed, flight_.get(),
                                     0);
        else if (endpoint_.kind == Endpoint::Kind::bulk)
            libusb_fill_bulk_transfer(t, flight_->handle->usb, endpoint_.address, buffer_.data(),
                                      static_cast<int>(length), landed, flight_.get(), 0);
        else
            libusb_fill_interrupt_transfer(t, flight_->handle->usb, endpoint_.address, buffer_.data(),
                                           static_cast<int>(length), landed, flight_.get(), 0);
        for (std::size_t i = 0; iso_ && i < packets_.size(); ++i)
            t->iso_packet_desc[i].length = endpoint_.in() ? packetMax_ : packets_[i].length;
        return launch(flight_);
    }

private:
    void landedHere()
    {
        const libusb_transfer& t = *flight_->usb;
        for (std::size_t i = 0; i < packets_.size(); ++i) {
            Packet& p = packets_[i];
            p.actual = iso_ ? t.iso_packet_desc[i].actual_length : static_cast<std::uint32_t>(t.actual_length);
            p.good =
                iso_ ? t.iso_packet_desc[i].status == LIBUSB_TRANSFER_COMPLETED : t.status == LIBUSB_TRANSFER_COMPLETED;
        }
        const auto done = done_;
        done(t.status == LIBUSB_TRANSFER_COMPLETED   ? Outcome::done
             : t.status == LIBUSB_TRANSFER_NO_DEVICE ? Outcome::gone
                                                     : Outcome::failed);
    }
    Endpoint endpoint_;
    bool iso_;
    std::shared_ptr<Flight> flight_;
    std::function<void(Outcome)> done_;
};

class LibusbDevice final : public Device {
public:
    explicit LibusbDevice(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}
    ~LibusbDevice() override
    {
        for (const auto& flight : controls_)
            if (const auto f = flight.lock())
                takeBack(*f);
        handle_->left = true;
        const auto pump = handle_->pump;
        pump->handle(); // what the kernel gives back at once, as it does; the rest lands later
        release(handle_);
    }
    Result<void> claim(unsigned interface) override
    {
        // A kernel driver lets go of it now and has it again when we close it.
        libusb_set_auto_detach_kernel_driver(handle_->usb, 1);
        if (const int r = libusb_claim_interface(handle_->usb, static_cast<int>(interface)); r != 0)
            return errorOf(r, "interface " + std::to_string(interface));
        handle_->claimed.push_back(static_cast<int>(interface));
        return {};
    }
    void select(unsigned interface, unsigned setting, Done done) override
    {
        const auto waiting = handle_->pump->waiting();
        if (!waiting) {
            handle_->pump->told([self = std::weak_ptr(life_), done = std::move(done)] {
                if (!self.expired())
                    done(Error{Errc::gone, "the program is ending"});
            });
            return;
        }
        const auto code = std::make_shared<int>(0);
        waiting->run(
            [code, usb = handle_->usb, i = static_cast<int>(interface), to = static_cast<int>(setting)] {
                *code = libusb_set_interface_alt_setting(usb, i, to);
            },
            [code, handle = handle_, self = std::weak_ptr(life_), done = std::move(done)] {
                if (self.expired())
                    return;
                // Linux says no more than this when a full-speed bus has no room for the packets.
                if (*code != 0)
                    done(errorOf(*code, "the setting is refused; two E1 ports are too much for one full-speed bus"));
                else
                    done(OctetBuffer());
            });
    }
    void control(const Request& request, OctetBuffer data, Done done) override
    {
        auto flight = std::make_shared<Flight>(handle_, 0);
        const std::size_t length = data.size();
        flight->buffer.resize(LIBUSB_CONTROL_SETUP_SIZE + length);
        libusb_fill_control_setup(flight->buffer.data(), request.type, request.request, request.value, request.index,
                                  static_cast<std::uint16_t>(length));
        std::copy(data.begin(), data.end(), flight->buffer.begin() + LIBUSB_CONTROL_SETUP_SIZE);
        if (flight->usb)
            libusb_fill_control_transfer(flight->usb, handle_->usb, flight->buffer.data(), landed, flight.get(),
                                         controlLimit);
        // It keeps itself until it was told.
        flight->done = [flight, done, request] {
            const auto self = flight; // the next line lets go of it
            flight->done = nullptr;
            done(outcomeOf(*self, request.in()));
        };
        if (auto r = launch(flight); !r) {
            flight->done = nullptr;
            handle_->pump->told([life = std::weak_ptr(life_), done = std::move(done), error = r.error()] {
                if (!life.expired())
                    done(error);
            });
            return;
        }
        std::erase_if(controls_, [](const auto& f) { return f.expired(); });
        controls_.push_back(flight);
    }
    std::unique_ptr<Transfer> transfer(const Endpoint& e, unsigned packets, std::function<void(Outcome)> done) override
    {
        return std::make_unique<LibusbTransfer>(handle_, e, packets, std::move(done));
    }

private:
    static Result<OctetBuffer> outcomeOf(const Flight& f, bool in)
    {
        const libusb_transfer& t = *f.usb;
        switch (t.status) {
        case LIBUSB_TRANSFER_COMPLETED: {
            const auto from = f.buffer.begin() + LIBUSB_CONTROL_SETUP_SIZE;
            return in ? OctetBuffer(from, from + t.actual_length) : OctetBuffer();
        }
        case LIBUSB_TRANSFER_STALL:
            return Error{Errc::unsupported, "the card refuses"};
        case LIBUSB_TRANSFER_NO_DEVICE:
            return Error{Errc::gone, "the card left the bus"};
        case LIBUSB_TRANSFER_TIMED_OUT:
            return Error{Errc::timeout, "the card does not answer"};
        default:
            return Error{Errc::io, "the bus failed"};
        }
    }
    std::shared_ptr<Handle> handle_;
    std::vector<std::weak_ptr<Flight>> controls_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

class LibusbBus final : public Bus {
public:
    explicit LibusbBus(std::shared_ptr<Pump> pump) : pump_(std::move(pump)) {}
    ~LibusbBus() override { pump_->noArrivals(); }
    Result<std::vector<DeviceFacts>> devices() override { return list(pump_->usb()); }
    Result<std::unique_ptr<Device>> open(const DeviceFacts& facts) override
    {
        libusb_device** all = nullptr;
        const ssize_t count = libusb_get_device_list(pump_->usb(), &all);
        int r = LIBUSB_ERROR_NO_DEVICE;
        auto handle = std::make_shared<libusb_device_handle*>(nullptr);
        for (ssize_t i = 0; i < count; ++i)
            if (locationOf(all[i]) == facts.location)
                r = libusb_open(all[i], handle.get());
        if (count >= 0)
            libusb_free_device_list(all, 1);
        if (r != 0)
            return errorOf(r, "opening the device at " + facts.location);
        auto opened = std::make_shared<Handle>();
        opened->pump = pump_;
        opened->usb = *handle;
        return std::unique_ptr<Device>(std::make_unique<LibusbDevice>(std::move(opened)));
    }
    Result<void> onArrival(Callback cb) override { return pump_->onArrival(std::move(cb)); }

private:
    std::shared_ptr<Pump> pump_;
};

} // namespace

Result<std::vector<DeviceFacts>> libusbDevices()
{
    const auto context = makeContext();
    if (!context)
        return context.error();
    return list((*context)->usb);
}

Result<std::unique_ptr<Bus>> makeLibusbBus(Loop& loop, std::weak_ptr<Executor> waiting)
{
    auto context = makeContext();
    if (!context)
        return context.error();
    auto pump = std::make_shared<Pump>(loop, std::move(*context), std::move(waiting));
    if (auto r = pump->start(); !r)
        return r.error().because("watching USB");
    return std::unique_ptr<Bus>(std::make_unique<LibusbBus>(std::move(pump)));
}

} // namespace callbox::hal::usb
