// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines/routes.h"
#include "linetest/line_tests.h"

namespace callbox::linetest {

namespace {

using control::Request;
using control::Response;
using nlohmann::json;

Task<Response> ready(Result<json> r)
{
    co_return r ? lines::jsonResponse(*r) : control::errorResponse(r.error());
}

Task<Response> answered(Task<json> work)
{
    const json body = co_await std::move(work);
    co_return lines::jsonResponse(body);
}

Error noTest(const std::string& id)
{
    return {Errc::not_found, "test " + id + ": there is none of this id here"};
}

} // namespace

Task<json> LineTests::makeLoop(Request request)
{
    const json body = co_await lines::jsonBody(request);
    LoopOrder order = co_await loopOrder(body);
    co_return co_await loop(std::move(order));
}

std::vector<control::Route> LineTests::routes()
{
    std::vector<control::Route> all;
    const auto add = [&](const char* method, const char* pattern, std::function<Result<json>(const Request&)> work) {
        all.push_back({method, pattern, [work = std::move(work)](const Request& r) { return ready(work(r)); }});
    };
    // From a body to an order to a test.
    const auto begins = [this, &add](const char* pattern, auto read, auto begin) {
        add("POST", pattern, [this, read, begin](const Request& r) -> Result<json> {
            const auto body = lines::jsonBody(r);
            if (!body)
                return body.error();
            const auto order = read(*body);
            if (!order)
                return order.error();
            const auto test = (this->*begin)(*order);
            if (!test)
                return test.error();
            return toJson(**test);
        });
    };
    begins("/v1/test/bert", &bertOrder, &LineTests::beginBert);
    begins("/v1/test/audio", &audioOrder, &LineTests::beginAudio);
    all.push_back({"POST", "/v1/test/loop", [this](const Request& r) { return answered(makeLoop(r)); }});
    add("GET", "/v1/tests", [this](const Request&) -> Result<json> { return toJson(); });
    add("GET", "/v1/test/{}", [this](const Request& r) -> Result<json> {
        Test* test = find(r.captured.at(0));
        if (!test)
            return noTest(r.captured.at(0));
        test->asked = edges_.loop.now();
        return toJson(*test);
    });
    add("DELETE", "/v1/test/{}", [this](const Request& r) -> Result<json> {
        Test* test = find(r.captured.at(0));
        if (!test)
            return noTest(r.captured.at(0));
        test->stop.set(true);
        return toJson(*test);
    });
    return all;
}

} // namespace callbox::linetest
