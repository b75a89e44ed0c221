// SPDX-License-Identifier: GPL-2.0-or-later
// A libusb of this program, linked instead of the library: one device, whose answers the test holds back as long as it
// likes, and a record of what was called where.
#pragma once
#include <cstddef>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace callbox::tests {

struct FakeUsb {
    struct Call {
        std::string what;
        std::thread::id thread;
        bool inCallback = false; // one of libusb's
    };
    std::vector<Call> calls; // set_interface, release, close, exit
    bool plugged = true;
    // What set_interface answers; it waits for it. None: at once, 0.
    std::optional<std::shared_future<int>> setting;
    bool keepsCancelled = false; // what is taken back comes back by giveBack() only

    void giveBack();                // all that was cancelled
    void complete(unsigned octets); // the oldest transfer under way
    void arrive();                  // a device comes
    [[nodiscard]] std::size_t underWay() const;
    [[nodiscard]] const Call* find(const std::string& what) const;
};
FakeUsb& fakeUsb(); // one, as libusb's state is
void renewFakeUsb();

} // namespace callbox::tests
