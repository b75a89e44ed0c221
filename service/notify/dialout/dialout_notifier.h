// SPDX-License-Identifier: GPL-2.0-or-later
// Telling by a call: who is called when, and what the end of such a call means. The call itself is a NoticeCaller's.
#pragma once
#include "notify/dialout/notice_caller.h"
#include "notify/dialout/quiet_hours.h"
#include "notify/notifier.h"
#include <callbox/base/edges.h>
#include <set>

namespace callbox::notify {

struct DialoutConfig {
    std::size_t atOnce = 4; // notice calls at the same time
    QuietHours quiet;
    std::optional<Zone> zone; // of the quiet hours
};

class DialoutNotifier final : public Notifier {
public:
    DialoutNotifier(const Edges&, DialoutConfig, NoticeCaller&);

    [[nodiscard]] std::string_view protocol() const override { return "dialout"; }
    void setEvents(NotifierEvents* events) override { events_ = events; }
    [[nodiscard]] std::size_t room() const override;
    [[nodiscard]] bool away() const override { return calling_.empty() && !quiet() && !caller_.canCall(); }
    Task<Delivery> deliver(messages::Notice) override;

private:
    [[nodiscard]] bool quiet() const;
    Edges edges_;
    DialoutConfig config_;
    NoticeCaller& caller_;
    std::set<PhoneNumber> calling_; // never two calls to one phone at a time
    NotifierEvents* events_ = nullptr;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // for what is posted
};

// What a call's end means for the notice: told, again and when, or never. By cause, from a table (N71).
Delivery deliveryOf(const NoticeCallResult&);

} // namespace callbox::notify
