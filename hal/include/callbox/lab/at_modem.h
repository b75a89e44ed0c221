// SPDX-License-Identifier: GPL-2.0-or-later
// A GSM modem that is none: AT commands in, answers out, messages to the lab's SMS centre. In process (simulation,
// unit tests) or behind a pty (real processes). Loop thread only.
#pragma once
#include <callbox/hal/modem_io.h>
#include <callbox/lab/sms_centre.h>
#include <deque>
#include <optional>

namespace callbox::lab {

struct AtModemConfig {
    std::string name = "modem1";
    std::string imei = "490154203237518";
    std::string pin = {}; // empty: the SIM wants none
    int pinTries = 3;
    int rssi = 20;                // 27.007 8.5
    Duration sendTakes = 50ms;    // the network's answer to a message
    Duration reportAfter = 500ms; // the delivery report; only if asked for
    // What makes of modems differ in
    bool directReports = true;    // knows +CDS; else only +CDSI
    bool acknowledged = false;    // of "phase 2+": wants +CNMA within 15 s, or tells nothing more (27.005 3.4.4)
    bool tellsPinTries = true;    // knows +CPINR
    bool keepsEcho = false;       // refuses ATE0
    bool nationalReports = false; // reports name the recipient without country and '+'
    std::string reportMemory = "SM";
    std::size_t memorySize = 30; // messages
};

struct AtModemFaults {
    bool silent = false;      // answers nothing at all
    bool frozen = false;      // the same, but answers everything when it thaws
    bool noNetwork = false;   // +CREG: 2
    bool denied = false;      // +CREG: 3
    bool noSim = false;       // CME error 10
    unsigned refuseSends = 0; // the next so many messages get `refuseCode`
    int refuseCode = 38;
    unsigned swallowResults = 0; // the next so many messages are sent, but no answer comes
    unsigned loseMessages = 0;   // the next so many are lost with no answer: never sent
    unsigned loseAnswers = 0;    // the next so many commands are not answered
    Duration answerDelay{};      // every answer comes so late
    bool bytewise = false;       // its octets come one by one
    bool noise = false;          // noise before each answer
    bool refuseDelete = false, refuseList = false;
};

class AtModem {
public:
    AtModem(const Edges& edges, SmsCentre& centre, AtModemConfig config = {});
    ~AtModem();
    AtModem(const AtModem&) = delete;
    AtModem& operator=(const AtModem&) = delete;

    [[nodiscard]] const std::string& name() const { return config_.name; }
    void input(Octets);
    // Where its octets go; empty: nowhere.
    void setOutput(std::function<void(Octets)> output) { output_ = std::move(output); }
    void setFaults(const AtModemFaults& f);
    [[nodiscard]] const AtModemFaults& faults() const { return faults_; }
    // Off and on again: echo, modes and what was being typed are as after power-up.
    void reset();
    // The same by itself, the line staying up; `tells`: with RDY when it is back.
    void restart(bool tells);
    // An SMS-DELIVER for this SIM; the network keeps it while the memory is full.
    void deliver(const std::string& pduHex);
    [[nodiscard]] unsigned pinTriesLeft() const { return static_cast<unsigned>(pinTries_); }
    [[nodiscard]] unsigned resets() const { return resets_; } // AT+CFUN=1,1
    [[nodiscard]] std::size_t stored() const;

private:
    struct Memory {
        std::map<int, std::string> messages; // hex by place
    };
    void line(const std::string& text);
    void put(std::string octets);
    void emit(const std::string& octets);
    void ok(std::initializer_list<std::string> info = {});
    void error(int cme);
    void take(Octets);
    void execute(const std::string& command);
    // -- at_modem_answers.cpp
    bool basic(const std::string& command);
    bool identity(const std::string& command);
    bool sim(const std::string& command);
    bool network(const std::string& command);
    void pinCommand(const std::string& command);
    [[nodiscard]] int registration() const;
    // -- at_modem_messages.cpp
    bool settings(const std::string& command);
    bool memory(const std::string& command);
    void indications(const std::string& command);
    void pduGiven(const std::string& hex);
    void reportsFollow(std::uint8_t reference, const std::string& to);
    void report(std::uint8_t reference, const std::string& to, std::uint8_t status);
    void unasked(const std::string& announcement, const std::string& pdu);
    int store(const std::string& memory, const std::string& pdu);
    Memory& selected() { return memories_[selected_]; }

    Edges edges_;
    SmsCentre& centre_;
    AtModemConfig config_;
    AtModemFaults faults_;
    std::function<void(Octets)> output_;
    std::string typed_;
    OctetBuffer frozen_; // came while it was frozen
    bool echo_ = true;
    bool inPdu_ = false;
    bool numericErrors_ = false;
    bool unlocked_ = false;
    bool tellsRegistration_ = false;
    int pinTries_ = 3;
    int messageMode_ = 0; // <mt> of AT+CNMI: 0 kept, 1 +CMTI, 2 +CMT
    int reportMode_ = 0;  // <ds>: 0 none, 1 +CDS, 2 +CDSI
    std::size_t announcedLength_ = 0;
    std::uint8_t reference_ = 0;
    unsigned resets_ = 0;
    std::string selected_ = "SM";
    std::map<std::string, Memory> memories_;
    std::deque<std::string> kept_; // by the network, until there is room
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    Timer resetTimer_, acknowledgeTimer_;
};

// The modem's other end in one process. `unplugged` faults: see EmulatedPort::plug().
class EmulatedPort : public hal::ModemIo {
public:
    // False: start() finds no device, an open one goes away.
    virtual void plug(bool in) = 0;
    // Octets that the modem never sent: noise, or what another make would say.
    virtual void say(Octets) = 0;
};
std::unique_ptr<EmulatedPort> makeEmulatedPort(Loop&, AtModem&);

// The modem behind a pty, its name a symlink at `link` (any path). Unplugged: no symlink, a hang-up for who has it
// open.
class PtyModem {
public:
    static Result<std::unique_ptr<PtyModem>> make(Loop&, AtModem&, std::string link);
    virtual ~PtyModem() = default;
    virtual Result<void> plug(bool in) = 0;
};

} // namespace callbox::lab
