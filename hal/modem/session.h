// SPDX-License-Identifier: GPL-2.0-or-later
// One modem's life, read top to bottom: open it, set it up, keep its state, send what is asked, and when it falls
// silent bring it back: ask again, open it anew, reset it (recovery.h).
#pragma once
#include "engine.h"
#include "pdu.h"
#include "recovery.h"
#include <array>
#include <map>
#include <set>

namespace callbox::hal::modem {

class Session final : public Modem {
public:
    Session(const Edges& edges, ModemConfig config, std::unique_ptr<ModemIo> io);
    ~Session() override { end(); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    void start() override;
    void stop() override { end(); }
    const std::string& name() const override { return config_.name; }
    const ModemStatus& status() const override { return status_; }
    Task<SmsResult> send(SmsToSend) override;
    std::size_t queued() const override { return requests_.size(); }
    void onReport(std::function<void(const SmsReport&)> cb) override { report_ = std::move(cb); }
    void onReceived(std::function<void(const SmsReceived&)> cb) override { received_ = std::move(cb); }
    void onChange(std::function<void()> cb) override { change_ = std::move(cb); }
    const std::deque<AtTraceLine>& trace() const override { return engine_.trace(); }

private:
    struct Request {
        explicit Request(Loop& loop) : done(loop) {}
        SmsToSend sms;
        bool handedOver = false; // a PDU is with the modem and not answered yet
        Event<SmsResult> done;
    };
    // A message that waits in the modem: "SM", 3.
    struct Stored {
        std::string memory;
        int index = -1;
        auto operator<=>(const Stored&) const = default;
    };
    Task<> life();
    Task<> session();
    Task<> serve();
    Task<bool> climb(Rung);
    Task<bool> answers();
    Task<> resetModem();
    // -- setup.cpp
    Task<> setUp();
    Task<> identify();
    Task<> poll();
    Task<int> askRegistration();
    Task<> becomeReady();
    Task<> askForReports();
    Task<> askNetwork();
    Task<> searching();
    // -- sim.cpp
    Task<> unlock();
    Task<bool> mayTryPin();
    Task<int> pinTriesLeft();
    Task<> tryPin();
    // -- messages.cpp
    Task<> sendNext();
    Task<> sendParts(Request&, std::vector<SubmitPart> parts, SmsResult& result, std::optional<Error>& lost);
    void take(const std::string& hexPdu);
    [[nodiscard]] PhoneNumber meant(std::uint8_t reference, const std::string& address) const;
    // -- storage.cpp
    Task<> readStored();
    Task<> readAll();
    Task<> readEach();
    Task<> readOne(Stored);
    Task<> remove(Stored, std::string pdu);
    Task<> select(std::string memory);
    Task<> askMemory();

    void end();
    void onLine(const std::string& line, const std::string& pdu);
    void setState(ModemState, const std::string& why = {});
    void failRequests(const std::string& why);
    void tell(std::function<void()> what);
    Task<Answer> ask(std::string text, std::string expects = {});
    [[nodiscard]] bool ready() const { return status_.state == ModemState::ready; }

    Edges edges_;
    ModemConfig config_;
    Engine engine_;
    ModemStatus status_;
    Recovery recovery_;
    std::deque<std::weak_ptr<Request>> requests_; // a sender that has left is not served
    Queue<bool> wake_;
    TimePoint lookAt_{};             // when the network's state is asked for next
    std::optional<TimePoint> since_; // searching
    bool echoIsOff_ = false;         // so an echo means that it began anew
    bool restarted_ = false;         // it said so
    bool acknowledges_ = false;      // wants AT+CNMA after what comes unasked (27.005 3.4.4)
    unsigned toAcknowledge_ = 0;
    bool pinRefused_ = false; // this PIN was not taken: not tried again (N57)
    std::uint8_t concatenation_ = 0;
    std::array<PhoneNumber, 256> sentTo_; // by reference
    PhoneNumber sendingTo_;
    // What the modem has stored
    std::string memory_; // selected; empty: not known
    std::set<Stored> stored_;
    bool readAll_ = false;
    std::map<Stored, std::string> stuck_; // could not be deleted: not told twice
    std::function<void(const SmsReport&)> report_;
    std::function<void(const SmsReceived&)> received_;
    std::function<void()> change_;
    std::unique_ptr<TaskGroup> tasks_;
    std::shared_ptr<bool> running_; // between start() and end()
};

} // namespace callbox::hal::modem
