// SPDX-License-Identifier: GPL-2.0-or-later
// Private to the exchange: its calls while their scripts run.
#pragma once
#include <callbox/lab/exchange.h>

namespace callbox::lab {

// A live call, findable for hangup() and hangupAll().
struct Exchange::Live {
    Live(Exchange& exchange, hal::Call& call, std::string tag = {})
        : exchange(exchange), call(call), tag(std::move(tag))
    {
        exchange.live_.push_back(this);
    }
    ~Live() { std::erase(exchange.live_, this); }
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;
    Exchange& exchange;
    hal::Call& call;
    const std::string tag; // "": none
};

// A call from one subscriber to another.
struct Exchange::Transit {
    Transit(Exchange& exchange, Loop& loop, hal::Call& in) : exchange(exchange), in(in), stages(loop)
    {
        exchange.transits_.push_back(this);
    }
    ~Transit() { std::erase(exchange.transits_, this); }
    Transit(const Transit&) = delete;
    Transit& operator=(const Transit&) = delete;
    Exchange& exchange;
    hal::Call& in;
    std::unique_ptr<hal::Call> out;
    std::unique_ptr<hal::Join> join;
    Queue<bool> stages; // something has happened to either
};

} // namespace callbox::lab
