// SPDX-License-Identifier: GPL-2.0-or-later
// The lab's SMS centre: takes what modems submit, joins parts, shows what phones received, gives delivery reports.
// Loop thread only.
#pragma once
#include <callbox/base/edges.h>
#include <map>

namespace callbox::lab {

struct ReceivedSms {
    std::string to; // as dialled, with '+' when international
    std::string text;
    WallTime receivedAt{};
    std::string modem;
    unsigned parts = 1;
    std::vector<std::string> pdus; // upper-case hex, in the order of the parts
};

class SmsCentre {
public:
    explicit SmsCentre(Loop& loop) : loop_(loop) {}

    // What the centre makes of an SMS-SUBMIT (23.040 9.2.2.2, centre address in front).
    struct Submitted {
        int cmsError = 0; // 0: taken
        std::string to;
        bool wantsReport = false;
    };
    Submitted submit(const std::string& modem, Octets pdu);

    [[nodiscard]] const std::vector<ReceivedSms>& received() const { return received_; }
    void onReceived(std::function<void(const ReceivedSms&)> cb) { told_ = std::move(cb); }

    // The next `count` submissions to a number are answered with this +CMS ERROR.
    void refuse(const std::string& to, int cmsError, unsigned count);
    // A phone that is off: reports say "not delivered" (TP-Status 0x40).
    void setUnreachable(const std::string& to, bool on);
    // The TP-Status of each report that messages to a number get, one after another; empty: as by default.
    void setReports(const std::string& to, std::vector<std::uint8_t> statuses);
    [[nodiscard]] std::vector<std::uint8_t> reports(const std::string& to) const;

private:
    struct Waiting {
        std::map<unsigned, std::string> texts, pdus; // by part
    };
    void complete(ReceivedSms sms);
    Loop& loop_;
    std::vector<ReceivedSms> received_;
    std::map<std::string, Waiting> waiting_;
    std::map<std::string, std::pair<int, unsigned>> refusals_;
    std::map<std::string, std::vector<std::uint8_t>> reports_;
    std::function<void(const ReceivedSms&)> told_;
};

} // namespace callbox::lab
