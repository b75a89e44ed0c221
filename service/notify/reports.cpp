// SPDX-License-Identifier: GPL-2.0-or-later
// Delivery reports: found by reference, judged by status, and patient with those that overtake what they report on.
#include "notify/outbox.h"
#include <algorithm>

namespace callbox::notify {

using messages::Notice;
using messages::NotificationState;

namespace {

constexpr std::size_t mostEarly = 1000;

} // namespace

void Outbox::onReport(const Report& report)
{
    if (!report.final || closing_)
        return; // the network goes on trying
    tasks_.start(handleReport(report));
}

bool Outbox::onItsWay(const PhoneNumber& to) const
{
    return std::any_of(inFlight_.begin(), inFlight_.end(), [&](const auto& f) { return f.second == to; });
}

void Outbox::retryEarlyReports(const PhoneNumber& to)
{
    std::vector<Report> mine;
    std::erase_if(earlyReports_, [&](const EarlyReport& r) {
        if (r.report.to != to)
            return false;
        mine.push_back(r.report);
        return true;
    });
    for (Report& r : mine)
        tasks_.start(handleReport(std::move(r)));
}

Task<> Outbox::handleReport(Report report)
{
    Task<bool> applying = applyReport(report);
    const bool applied = co_await std::move(applying);
    if (applied)
        co_return;
    if (onItsWay(report.to) && earlyReports_.size() < mostEarly) {
        EarlyReport early;
        early.report = std::move(report);
        early.at = edges_.loop.now();
        earlyReports_.push_back(std::move(early));
        co_return;
    }
    ++counters_.strayReports;
    edges_.log.info("report of nothing we sent", {{"modem", report.channel}, {"to", report.to}});
}

// Which notice it is about: by its reference; else the one notice to that number whose outcome is not known.
Task<std::optional<Notice>> Outbox::reported(const Report& report)
{
    Task<std::optional<Notice>> finding = store_.byReference(report.channel, report.reference, report.to);
    std::optional<Notice> found = co_await std::move(finding);
    if (found || onItsWay(report.to))
        co_return found;
    for (const auto& line : lines_) {
        Task<std::vector<Notice>> reading = store_.inState(NotificationState::unknown, line->protocol);
        std::vector<Notice> unknown = co_await std::move(reading);
        std::erase_if(unknown, [&](const Notice& n) { return n.to != report.to || !n.references.empty(); });
        if (unknown.size() == 1) {
            found = std::move(unknown.front());
            co_return found;
        }
    }
    co_return found;
}

Task<bool> Outbox::applyReport(const Report& report)
{
    Task<std::optional<Notice>> finding = reported(report);
    std::optional<Notice> notice = co_await std::move(finding);
    if (!notice || inFlight_.contains(notice->id))
        co_return false;
    Line* line = lineOf(notice->protocol);
    if (!line)
        co_return false;
    Delivery delivery;
    delivery.outcome = report.delivered ? Outcome::delivered : report.permanent ? Outcome::refused : Outcome::failed;
    delivery.why = report.delivered ? "" : report.why;
    delivery.channel = report.channel;
    const Decision decision =
        decide(line->policy, notice->attempts, line->other != nullptr, delivery.outcome, delivery.wait);
    inFlight_.emplace(notice->id, notice->to);
    Task<> settling = settle(*line, std::move(*notice), decision, std::move(delivery));
    co_await std::move(settling);
    co_return true;
}

} // namespace callbox::notify
