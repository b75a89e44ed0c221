// SPDX-License-Identifier: GPL-2.0-or-later
// A virtual fleet for an end-to-end test: `callbox lab up` in a folder of its own, `lab down` at the end. What went
// over every D channel is then checked by tshark: a malformed packet fails the test.
#pragma once
#include "command.h"
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

namespace callbox::tests {

using nlohmann::json;
using Arguments = std::vector<std::string>;

struct G711 {
    std::string law;
    std::vector<unsigned char> samples;
};

class Lab {
public:
    // `options` as for `lab up`, without --dir.
    explicit Lab(Arguments options);
    ~Lab();
    Lab(const Lab&) = delete;
    Lab& operator=(const Lab&) = delete;

    [[nodiscard]] const std::string& dir() const { return dir_; }
    [[nodiscard]] std::string file(const std::string& name) const { return scratch_ + "/" + name; }
    [[nodiscard]] json description() const; // lab.json

    // callbox NOUN VERB --dir DIR REST
    CommandResult command(Arguments nounVerb, Arguments rest = {}) const;
    [[nodiscard]] Arguments arguments(Arguments nounVerb, Arguments rest = {}) const;
    // The same with --json, parsed; a test failure when it is no JSON.
    json query(Arguments nounVerb, Arguments rest = {}) const;

    json call(Arguments options) const { return query({"lab", "call"}, std::move(options)); }
    // The SMS to a number once `count` are there, at most `wait` seconds.
    json sms(const std::string& to, int count = 1, int wait = 60) const;
    // `lab call` in the background; its report once it is over.
    [[nodiscard]] std::unique_ptr<Background> calling(Arguments options) const;
    static json report(Background& call);
    // A message for `to`, left by `from` who plays `file`; what `lab call` says of it.
    json deposit(const std::string& file, const std::string& from, const std::string& to) const;
    // The audio of a message as the box keeps it.
    [[nodiscard]] G711 stored(const json& message) const;
    [[nodiscard]] json messages() const { return query({"message", "list"}).value("messages", json::array()); }
    // Those that can be listened to, so many at least: a box stores what it recorded after the caller has gone. A call
    // that broke off may have left the row of a recording that became no message.
    [[nodiscard]] json storedMessages(std::size_t atLeast = 1) const;
    // Somebody has heard a message: the box says so after the call.
    void waitUntilHeard() const;
    // Asks until `done` says yes; fails the test when it has not within `tries` answers.
    json waitFor(Arguments nounVerb, const std::function<bool(const json&)>& done, Arguments rest = {}) const;
    // Whether the traces are checked at the end; off for tests that inject broken frames.
    void checkTraces(bool on) { checkTraces_ = on; }

private:
    void checkDChannels() const;
    std::string scratch_;
    std::string dir_;
    bool checkTraces_ = true;
};

std::string callboxProgram(); // the built `callbox`

// What an SMS text says (contract.md's words); empty fields where it does not match.
struct SmsWords {
    std::string from; // "" when withheld
    std::string time, length, link, code;
};
SmsWords readSms(const std::string& text);

// WAV files for callers.
// Speech-like noise that no detector takes for silence or a digit, unique by `seed`; G.711 octets of `law`.
std::vector<unsigned char> noise(const std::string& law, std::size_t samples, unsigned seed);
// All 256 codes in an order without long tones, repeated to `samples`.
std::vector<unsigned char> allCodes(std::size_t samples, unsigned seed);
void writeG711(const std::string& path, const std::string& law, const std::vector<unsigned char>& samples);
G711 readG711(const std::string& path);
// Where `needle` stands in `hay` as one run; npos when it does not.
std::size_t findRun(const std::vector<unsigned char>& hay, const std::vector<unsigned char>& needle);

} // namespace callbox::tests
