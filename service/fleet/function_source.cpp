// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/function_source.h"
#include "fleet/delay.h"

namespace callbox::fleet {

namespace {

struct Asked {
    Asked(Loop& loop, AskBox a) : ask(std::move(a)), next(loop), answer(loop) {}
    AskBox ask;
    Timer next;   // the next question
    Timer answer; // the one under way
    TravelTime travel;
    bool silent = true;
};

class FunctionSource final : public StatusSource {
public:
    FunctionSource(const Edges& edges, const std::map<std::string, AskBox>& boxes, FunctionTiming timing)
        : edges_(edges), timing_(timing)
    {
        for (const auto& [id, ask] : boxes)
            asked_.emplace(id, std::make_unique<Asked>(edges.loop, ask));
    }
    void start(Taker taker) override
    {
        taker_ = std::move(taker);
        for (const auto& [id, a] : asked_)
            askAfter(id, *a, Duration::zero());
    }
    void stop() override
    {
        for (const auto& [id, a] : asked_) {
            a->next.cancel();
            a->answer.cancel();
        }
    }
    void askNow(const std::string& box) override
    {
        const auto it = asked_.find(box);
        if (it != asked_.end() && !it->second->answer.armed())
            askAfter(box, *it->second, Duration::zero());
    }
    [[nodiscard]] std::string trouble(const std::string& box) const override
    {
        const auto it = asked_.find(box);
        if (it == asked_.end())
            return "not configured";
        return it->second->silent ? "does not answer" : "";
    }

private:
    void askAfter(const std::string& id, Asked& a, Duration pause)
    {
        a.next.after(pause + timing_.delay, [this, id, &a] {
            auto record = a.ask();
            a.silent = !record;
            if (record)
                a.answer.after(timing_.delay, [this, id, &a, r = std::move(*record)]() mutable {
                    const TimePoint now = edges_.loop.now();
                    const Duration delay = a.travel.of(r.bootId, r.monotonicMs, now, 2 * timing_.delay);
                    taker_(id, Heard{std::move(r), now, delay});
                });
            askAfter(id, a, timing_.every);
        });
    }
    Edges edges_;
    FunctionTiming timing_;
    std::map<std::string, std::unique_ptr<Asked>> asked_;
    Taker taker_;
};

} // namespace

std::unique_ptr<StatusSource> makeFunctionSource(const Edges& edges, const std::map<std::string, AskBox>& boxes,
                                                 FunctionTiming timing)
{
    return std::make_unique<FunctionSource>(edges, boxes, timing);
}

} // namespace callbox::fleet
