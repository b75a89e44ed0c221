// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/direct.h"
#include "fleet/delay.h"
#include <nlohmann/json.hpp>

namespace callbox::fleet {

namespace {

struct Asked {
    Asked(Loop& loop, DirectBox b) : box(std::move(b)), hurry(loop) {}
    DirectBox box;
    Queue<bool> hurry;
    TravelTime travel;
    std::string trouble = "not asked yet";
};

class DirectSource final : public StatusSource {
public:
    DirectSource(const Edges& edges, control::HttpClient& client, std::vector<DirectBox> boxes, DirectTiming timing)
        : edges_(edges), client_(client), timing_(timing)
    {
        for (DirectBox& b : boxes)
            asked_.push_back(std::make_unique<Asked>(edges.loop, std::move(b)));
    }
    void start(Taker taker) override
    {
        taker_ = std::move(taker);
        tasks_ = std::make_unique<TaskGroup>(edges_.loop);
        for (const auto& a : asked_)
            tasks_->start(askForEver(*a));
    }
    void stop() override { tasks_.reset(); }
    void askNow(const std::string& box) override
    {
        for (const auto& a : asked_)
            if (a->box.id == box && a->hurry.empty())
                a->hurry.push(true);
    }
    [[nodiscard]] std::string trouble(const std::string& box) const override
    {
        for (const auto& a : asked_)
            if (a->box.id == box)
                return a->trouble;
        return "not configured";
    }

private:
    Task<> askForEver(Asked& a)
    {
        for (;;) {
            const TimePoint begin = edges_.loop.now();
            const Result<void> asked = co_await check(askOnce(a));
            const std::string trouble = asked ? "" : asked.error().what;
            if (trouble != a.trouble) // once a change, not twice a second
                edges_.log.info(asked ? "box answers" : "box does not answer", {{"box", a.box.id}, {"why", trouble}});
            a.trouble = trouble;
            const Duration spent = edges_.loop.now() - begin;
            // Someone in a hurry is answered by the next question; a dead box is still not asked without a pause.
            co_await a.hurry.next(std::max(Duration(timing_.every - spent), Duration(timing_.every / 10)));
            while (a.hurry.tryNext()) {
            }
        }
    }
    Task<> askOnce(Asked& a)
    {
        control::Request request;
        request.method = "GET";
        request.path = "/v1/status";
        const TimePoint begin = edges_.loop.now();
        const control::Response answer = co_await client_.call(a.box.where, std::move(request), timing_.limit);
        if (answer.status != 200)
            co_await fail(Errc::io, "GET /v1/status: HTTP status " + std::to_string(answer.status));
        const nlohmann::json document = nlohmann::json::parse(answer.body, nullptr, false);
        if (document.is_discarded())
            co_await fail(Errc::invalid, "GET /v1/status: the answer is no JSON");
        status::StatusRecord record = co_await status::fromJson(document);
        if (record.box != a.box.id)
            co_await fail(Errc::invalid,
                          "GET /v1/status: box " + record.box + " answers where " + a.box.id + " is configured");
        const TimePoint now = edges_.loop.now();
        const Duration delay = a.travel.of(record.bootId, record.monotonicMs, now, now - begin);
        taker_(a.box.id, Heard{std::move(record), now, delay});
    }

    Edges edges_;
    control::HttpClient& client_;
    DirectTiming timing_;
    std::vector<std::unique_ptr<Asked>> asked_;
    Taker taker_;
    std::unique_ptr<TaskGroup> tasks_;
};

} // namespace

std::unique_ptr<StatusSource> makeDirectSource(const Edges& edges, control::HttpClient& client,
                                               std::vector<DirectBox> boxes, DirectTiming timing)
{
    return std::make_unique<DirectSource>(edges, client, std::move(boxes), timing);
}

} // namespace callbox::fleet
