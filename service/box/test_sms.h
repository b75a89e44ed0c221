// SPDX-License-Identifier: GPL-2.0-or-later
// `sms test`: an SMS that a technician orders, through a modem of the box, beside the outbox: no notice and no delivery
// report of messages' recipients is touched by it. Only to numbers that the installation texts anyway.
#pragma once
#include "box/config.h"
#include "control/http.h"
#include "lines/lines.h"

namespace callbox::box {

struct TestSmsOrder {
    PhoneNumber to;
    std::string modem; // empty: a ready one, the least busy
};

struct TestSmsResult {
    std::string modem;
    WallTime at{}; // when it was handed to the modem
    hal::SmsResult sent;
    Duration took{};
};
nlohmann::json toJson(const TestSmsResult&, const TestSmsOrder&, const std::string& box); // POST /v1/sms/test

// One GSM-7 part. Pure.
std::string testSmsText(const std::string& box, const std::string& modem, WallTime at);

// Errc::denied: the number is in no range of [recipients] allow and no technician's of [alarms] sms; Errc::not_found:
// no such modem, or none at all; Errc::busy: it is not ready, or none is. Everything else is a result. All outlive it.
Task<TestSmsResult> sendTestSms(const Edges& edges, const BoxConfig& config, lines::Lines& lines, TestSmsOrder order);

// POST /v1/sms/test {to,modem}: when the network has answered, its result. As many to one number, prefix and day as
// there may be notices ([notify]), then Errc::no_space. All of it outlives the server.
control::Route testSmsRoute(const Edges& edges, const BoxConfig& config, lines::Lines& lines);

} // namespace callbox::box
