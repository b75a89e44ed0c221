// SPDX-License-Identifier: GPL-2.0-or-later
#include "boards/stm32f405/control_pipe.h"
#include <algorithm>

namespace callbox::board {

using firmware::Buffer;
using firmware::Octets;

void ControlPipe::dataCame(unsigned length)
{
    core_.fetch(packet_, length);
    came_ = std::min<unsigned>(length, packet_.size());
}

bool ControlPipe::out(std::uint32_t flags)
{
    bool carriedOut = false;
    if (flags & otg::done) {
        if (stage_ == Stage::dataOut) {
            const std::size_t n = std::min<std::size_t>(came_, length_ - moved_);
            std::copy_n(packet_.begin(), n, data_.begin() + static_cast<std::ptrdiff_t>(moved_));
            moved_ += n;
            if (moved_ < length_ && came_ == packet_.size())
                core_.receiveControl();
            else if (moved_ == length_ && n == came_)
                carriedOut = carryOut();
            else
                refuse(); // less than was announced, or more
        } else {
            stage_ = Stage::idle; // the status, maybe before the host had all (8.5.3.1)
        }
        came_ = 0;
    }
    if (flags & otg::setupDone)
        carriedOut = begin() || carriedOut;
    return carriedOut;
}

// A SETUP ends whatever was under way, 5.5.5.
bool ControlPipe::begin()
{
    if (core_.sends(0))
        core_.stopIn(0);
    request_ = firmware::Setup::read(setup_);
    moved_ = 0;
    came_ = 0;
    length_ = std::min<std::size_t>(request_.length, data_.size());
    if (request_.in() || request_.length == 0)
        return carryOut();
    if (request_.length > data_.size()) {
        // Refused by the device too, which says so in its log: none of its requests brings as much.
        (void)device_.control(request_, Buffer(data_).first(0));
        refuse();
        return false;
    }
    stage_ = Stage::dataOut;
    core_.receiveControl();
    return false;
}

bool ControlPipe::carryOut()
{
    firmware::Setup asked = request_;
    asked.length = static_cast<std::uint16_t>(length_);
    const int n = device_.control(asked, Buffer(data_).first(length_));
    if (n < 0) {
        refuse();
        return false;
    }
    core_.setAddress(device_.address()); // before the status; in force behind it, 34.17.5
    if (request_.in() && request_.length > 0) {
        length_ = static_cast<std::size_t>(n);
        endsEmpty_ = length_ < request_.length && length_ % packet_.size() == 0;
        stage_ = Stage::dataIn;
        core_.receiveControl(); // the host may end it before it has all
        give();
    } else {
        stage_ = Stage::statusIn;
        core_.sendControl({});
    }
    return true;
}

void ControlPipe::give()
{
    const std::size_t n = std::min(length_ - moved_, packet_.size());
    core_.sendControl(Octets(data_).subspan(moved_, n));
    moved_ += n;
    if (n < packet_.size())
        endsEmpty_ = false;
}

void ControlPipe::in(std::uint32_t flags)
{
    if (!(flags & otg::done))
        return;
    if (stage_ == Stage::dataIn && (moved_ < length_ || endsEmpty_))
        give();
    else if (stage_ == Stage::dataIn)
        stage_ = Stage::statusOut;
    else if (stage_ == Stage::statusIn) {
        stage_ = Stage::idle;
        core_.receiveControl();
    }
}

void ControlPipe::refuse()
{
    stage_ = Stage::idle;
    core_.stallControl();
}

} // namespace callbox::board
