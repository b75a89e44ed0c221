// SPDX-License-Identifier: GPL-2.0-or-later
// One modem's life, read top to bottom: open it, set it up, keep its state, send what is asked, and when it falls
// silent bring it back: ask again, reset it, open it anew (N55), with growing pauses.
#pragma once
#include "engine.h"
#include "pdu.h"
#include <set>

namespace callbox::hal::modem {

class Session final : public Modem {
public:
    Session(const Edges& edges, ModemConfig config, std::unique_ptr<ModemIo> io);
    ~Session() override { stop(); }
    void start() override;
    void stop() override;
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
        Event<SmsResult> done;
    };
    Task<> life();
    Task<> session();
    Task<bool> revive();
    Task<bool> answers();
    // -- setup.cpp
    Task<> setUp();
    Task<> identify();
    Task<> askForReports();
    Task<> unlock();
    Task<bool> mayTryPin();
    Task<> poll();
    Task<> askNetwork();
    // -- messages.cpp
    Task<> sendNext();
    Task<SmsResult> sendParts(std::vector<SubmitPart> parts);
    Task<> readStored();
    Task<> readAll();
    void take(std::string_view hexPdu);

    void onLine(const std::string& line, const std::string& pdu);
    void setState(ModemState, const std::string& why = {});
    void failRequests(const std::string& why);
    Task<Answer> ask(std::string text, std::string expects = {});

    Edges edges_;
    ModemConfig config_;
    Engine engine_;
    ModemStatus status_;
    std::deque<std::shared_ptr<Request>> requests_;
    Queue<bool> wake_;
    std::set<int> stored_;    // indexes of messages that wait in the modem
    bool pinRefused_ = false; // this PIN was wrong: not tried again (N57)
    std::uint8_t concatenation_ = 0;
    std::function<void(const SmsReport&)> report_;
    std::function<void(const SmsReceived&)> received_;
    std::function<void()> change_;
    std::unique_ptr<TaskGroup> tasks_;
};

// The fields of "+CREG: 2,1,\"00C3\"" after the colon, quotes removed.
std::vector<std::string> fields(const std::string& line);

} // namespace callbox::hal::modem
