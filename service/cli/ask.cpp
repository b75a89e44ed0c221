// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include <callbox/base/async.h>

namespace callbox::cli {

namespace {

// Not reached, not permitted, or neither of them.
Error transportError(const Daemon& d, const Error& e, bool order)
{
    if (e.code == Errc::denied)
        return Error{Errc::denied, d.who + ": its socket is not yours to open (" + e.what + ")"};
    if (e.code == Errc::invalid)
        return e.because(d.who);
    if (e.code == Errc::timeout && order) // a daemon that stood still goes on with what it was sent
        return Error{Errc::gone, d.who + " does not answer: " + e.what +
                                     "; it may yet do what it was told, when it goes on: look before it is told again"};
    if (e.code == Errc::timeout)
        return Error{Errc::gone, d.who + " does not answer: " + e.what};
    return Error{Errc::gone, d.who + " is not reached; does it run? (" + e.what + ")"};
}

// What a daemon refused: its own words, with a code that exitOf() does not take for a silent one.
Error refusal(const Daemon& d, const control::Response& r)
{
    const json body = json::parse(r.body, nullptr, false);
    const json& error = fieldOf(body, "error");
    const std::string message = textOf(error, "message", "HTTP status " + std::to_string(r.status));
    const std::string what = d.box.empty() ? message : d.box + ": " + message;
    if (r.status == 404)
        return Error{Errc::not_found, what};
    if (r.status == 403)
        return Error{Errc::denied, what};
    if (r.status == 503)
        return Error{Errc::gone, d.who + ": " + message};
    return Error{r.status == 409 ? Errc::busy : Errc::invalid, what};
}

struct Gathering {
    explicit Gathering(Loop& loop) : done(loop) {}
    std::vector<std::optional<Result<json>>> slots;
    std::size_t left = 0;
    Event<bool> done;
};

Task<> askInto(Context& c, Daemon d, control::Request request, Duration limit, Gathering& g, std::size_t slot)
{
    Result<json> r = co_await check(ask(c, std::move(d), std::move(request), limit));
    g.slots[slot].emplace(std::move(r));
    if (--g.left == 0)
        g.done.set(true);
}

} // namespace

Task<control::Response> askRaw(Context& c, Daemon d, control::Request request, Duration limit)
{
    const bool order = request.method != "GET";
    Result<control::Response> r = co_await check(c.http.call(d.where, std::move(request), limit));
    if (!r)
        co_await Result<void>(transportError(d, r.error(), order));
    if (r->status >= 300)
        co_await Result<void>(refusal(d, *r));
    co_return std::move(*r);
}

Task<json> ask(Context& c, Daemon d, control::Request request, Duration limit)
{
    control::Response r = co_await askRaw(c, d, std::move(request), limit);
    json j = json::parse(r.body, nullptr, false);
    if (j.is_discarded())
        co_await fail(Errc::invalid, d.who + " answers with what is no JSON");
    co_return std::move(j);
}

Exit Gathered::exit() const
{
    return failures.empty() ? Exit::ok : exitOf(failures.front().second);
}

Task<Gathered> gather(Context& c, std::vector<Daemon> daemons, control::Request request, Duration limit)
{
    Gathering g(c.loop);
    g.left = daemons.size();
    g.slots.resize(daemons.size());
    TaskGroup tasks(c.loop);
    for (std::size_t i = 0; i < daemons.size(); ++i)
        tasks.start(askInto(c, daemons[i], request, limit, g, i));
    if (!daemons.empty())
        co_await g.done.wait();
    Gathered out;
    for (std::size_t i = 0; i < daemons.size(); ++i) {
        Result<json>& r = *g.slots[i];
        if (r) {
            out.answers.emplace_back(daemons[i], std::move(*r));
            continue;
        }
        c.say("callbox: " + r.error().what);
        out.failures.emplace_back(daemons[i], r.error());
    }
    co_return std::move(out);
}

void addUnreached(json& document, const Gathered& g)
{
    if (g.failures.empty())
        return;
    json list = json::array();
    for (const auto& [daemon, error] : g.failures)
        list.push_back({{"box", daemon.box.empty() ? json(nullptr) : json(daemon.box)}, {"error", error.what}});
    document["unreached"] = std::move(list);
}

void printBoxes(Context& c, const Addressed& to, const Gathered& g)
{
    if (to.all) {
        json document{{"version", 1}, {"boxes", json::array()}};
        for (const auto& [daemon, answer] : g.answers)
            document["boxes"].push_back(answer);
        addUnreached(document, g);
        c.print(std::move(document));
    } else if (!g.answers.empty()) {
        c.print(g.answers.front().second);
    }
}

json merged(const Gathered& g, const char* key)
{
    json list = json::array();
    const auto isBox = [](const auto& asked) { return !asked.first.box.empty(); };
    const bool fleet = std::any_of(g.answers.begin(), g.answers.end(), isBox) ||
                       std::any_of(g.failures.begin(), g.failures.end(), isBox);
    for (const auto& [daemon, answer] : g.answers)
        for (json row : listOf(answer, key)) {
            if (fleet && row.is_object())
                row["box"] = daemon.box.empty() ? json(nullptr) : json(daemon.box);
            list.push_back(std::move(row));
        }
    json document{{"version", 1}, {key, std::move(list)}};
    addUnreached(document, g);
    return document;
}

Task<Found> findAmong(Context& c, std::vector<Daemon> daemons, control::Request request, Duration limit)
{
    std::optional<Error> last;
    for (const Daemon& d : daemons) {
        control::Request again = request;
        Result<control::Response> r = co_await check(askRaw(c, d, std::move(again), limit));
        if (r) {
            Found found{d, std::move(*r)};
            co_return std::move(found);
        }
        // Somebody who did not answer may have it: that is worth more than another's "not here".
        if (!last || last->code == Errc::not_found || r.error().code != Errc::not_found)
            last = r.error();
    }
    co_await Result<void>(last ? *last : Error{Errc::not_found, "there is no daemon to ask"});
    co_return Found{};
}

} // namespace callbox::cli
