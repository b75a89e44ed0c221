// SPDX-License-Identifier: GPL-2.0-or-later
// Channels taken for tests: out of service towards calls while somebody here has them. Loop thread only.
#pragma once
#include "lines/lines.h"
#include <map>

namespace callbox::linetest {

class Reservations {
public:
    Reservations() = default;
    Reservations(const Reservations&) = delete;
    Reservations& operator=(const Reservations&) = delete;

    // A channel with its audio, until destroyed.
    class Held {
    public:
        Held(Reservations& all, lines::Line& line, std::unique_ptr<hal::Channel> channel)
            : all_(all), line_(line), channel_(std::move(channel))
        {
        }
        ~Held();
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;
        hal::Channel& channel() { return *channel_; }

    private:
        Reservations& all_;
        lines::Line& line_;
        std::unique_ptr<hal::Channel> channel_;
    };
    // Errc::busy says what the channel is in use for; Errc::invalid: there is no such channel;
    // Errc::unsupported: a kind of trunk without hal::ChannelReserve.
    Result<std::unique_ptr<Held>> hold(lines::Line& line, hal::Timeslot slot);
    // Those that hold() would give; those in service first.
    [[nodiscard]] std::vector<hal::Timeslot> idle(const lines::Line& line) const;

    // For a loop: no channel of the span takes a call until open(). Tests may hold them.
    void close(lines::Line& line);
    void open(lines::Line& line);

private:
    struct Kept {
        bool looped = false;             // all of the span
        std::vector<hal::Timeslot> ours; // out of service by us
        std::vector<hal::Timeslot> held; // with audio
    };
    static void takeOut(lines::Line& line, Kept& kept, hal::Timeslot slot);
    static void putBack(lines::Line& line, hal::Timeslot slot);
    void letGo(lines::Line& line, hal::Timeslot slot);

    std::map<lines::Line*, Kept> kept_;
};

} // namespace callbox::linetest
