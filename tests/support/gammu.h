// SPDX-License-Identifier: GPL-2.0-or-later
// libgammu, an independent reader of PDUs and an independent user of modems.
#pragma once
#include <callbox/base/bytes.h>
#include <functional>
#include <optional>

extern "C" {
#include <gammu.h>
}

namespace callbox::tests {

std::string utf8OfGammu(const unsigned char* utf16be, std::size_t units);
std::string utf16beForGammu(const std::string& utf8); // ends in two zero octets

struct GammuPart {
    std::string text, number;
    int reference = -1, part = 1, parts = 1; // of the concatenation
    bool ucs2 = false;
};
// Empty: libgammu does not understand it.
std::optional<GammuPart> readByGammu(Octets pdu);

// A modem driven by libgammu. Blocks, as libgammu does.
class GammuPhone {
public:
    explicit GammuPhone(const std::string& device);
    ~GammuPhone();
    GammuPhone(const GammuPhone&) = delete;
    GammuPhone& operator=(const GammuPhone&) = delete;

    struct Sent {
        int status = -1; // 0: sent; else the +CMS ERROR
        int reference = -1;
    };
    struct Incoming {
        GSM_SMSMessageType kind;
        std::string text;
        int reference;
    };
    [[nodiscard]] GSM_Error opened() const { return opened_; }
    std::string imei();
    int signalDbm();
    GSM_NetworkInfo_State network();
    // Every part of the message, in order; stops at the first that gets no answer.
    std::vector<Sent> send(const std::string& to, const std::string& text, bool unicode, bool report);
    // Asks to be told of messages and reports.
    GSM_Error listen();
    // What it is told of; the text of what is stored comes by takeStored().
    std::optional<Incoming> next(int limitMs);
    // Reads the first stored message and deletes it.
    std::optional<Incoming> takeStored();

private:
    bool pump(const std::function<bool()>& done, int limitMs);
    GSM_StateMachine* machine_;
    GSM_Error opened_;
    std::optional<Sent> answer_;
    std::vector<Incoming> incoming_;
};

} // namespace callbox::tests
