// SPDX-License-Identifier: GPL-2.0-or-later
// The control interface over real sockets: routes, limits, rude and vanishing clients.
#include "control/http.h"
#include "control/routing.h"
#include <callbox/base/async.h>
#include <callbox/base/unix_socket.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

using namespace callbox;
using namespace callbox::control;

namespace {

Task<Response> echo(Request r)
{
    std::string body = r.method + " " + r.path + " " + r.body;
    for (const std::string& c : r.captured)
        body += " [" + c + "]";
    for (const auto& [key, value] : r.query)
        body += " " + key + "=" + value;
    co_return Response{200, body, "text/plain"};
}

Task<Response> refuse(Request)
{
    co_await fail(Errc::no_space, "no room for another one");
    co_return Response{};
}

struct World {
    World()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "callbox http XXXXXX").string();
        folder = std::string(mkdtemp(pattern.data())) + "/" + std::string(120, 'd');
        std::filesystem::create_directory(folder);
        std::vector<Route> routes;
        routes.push_back({"GET", "/v1/things/{}/audio", echo, true});
        routes.push_back({"POST", "/v1/things", echo});
        routes.push_back({"GET", "/v1/refused", refuse});
        routes.push_back({"GET", "/v1/slow", [this](Request r) { return slow(this, std::move(r)); }});
        server = makeHttpServer(loop, Log(), std::move(routes));
        EXPECT_TRUE(server->listenUnix(path()));
        tcp = *server->listenTcp("127.0.0.1:0");
        client = makeHttpClient(loop);
    }
    ~World()
    {
        server.reset();
        std::filesystem::remove_all(std::filesystem::path(folder).parent_path());
    }
    [[nodiscard]] std::string path() const { return folder + "/control.sock"; }
    static Task<Response> slow(World* w, Request)
    {
        w->slowStarted = true;
        co_await w->release.wait();
        w->slowEnded = true;
        co_return Response{200, "{}"};
    }
    Result<Response> ask(const std::string& where, Request r, Duration limit = 20s)
    {
        std::optional<Result<Response>> got;
        TaskGroup tasks(loop);
        tasks.start(keep(client->call(where, std::move(r), limit), got), [this](Result<void>) { loop.stop(); });
        loop.run();
        return std::move(*got);
    }
    static Task<> keep(Task<Response> task, std::optional<Result<Response>>& got)
    {
        Result<Response> r = co_await check(std::move(task));
        got.emplace(std::move(r));
    }
    // Says `text` on a raw connection and gives all that comes back until the server closes.
    std::string raw(const std::string& text)
    {
        auto fd = connectUnix(path(), SOCK_STREAM);
        EXPECT_TRUE(fd);
        EXPECT_EQ(::send(*fd, text.data(), text.size(), MSG_NOSIGNAL), ssize_t(text.size())); // fits its buffer
        std::string got;
        auto watch = loop.watch(*fd, Interest::read, [&] {
            char buffer[4096];
            const ssize_t n = ::read(*fd, buffer, sizeof buffer);
            if (n > 0)
                got.append(buffer, std::size_t(n));
            else
                loop.stop();
        });
        loop.run();
        watch->reset();
        ::close(*fd);
        return got;
    }
    RealLoop loop;
    std::string folder, tcp;
    std::unique_ptr<HttpServer> server;
    std::unique_ptr<HttpClient> client;
    Event<bool> release{loop};
    bool slowStarted = false, slowEnded = false;
};

TEST(Http, CapturesAndQueriesArriveDecoded)
{
    World w;
    const auto r = w.ask("unix:" + w.path(), {"GET", "/v1/things/a%20b/audio", {{"to", "+12125550123"}, {"x", "1&2"}}});
    ASSERT_TRUE(r) << r.error().what;
    EXPECT_EQ(r->status, 200);
    EXPECT_EQ(r->body, "GET /v1/things/a%20b/audio  [a b] to=+12125550123 x=1&2");
    EXPECT_EQ(r->type, "text/plain");
}

TEST(Http, ABodyArrives)
{
    World w;
    const auto r = w.ask("unix:" + w.path(), {"POST", "/v1/things", {}, "{\"a\":1}"});
    ASSERT_TRUE(r);
    EXPECT_EQ(r->body, "POST /v1/things {\"a\":1}");
}

TEST(Http, OnlyPublicRoutesAreReachedOverTcp)
{
    World w;
    EXPECT_EQ(w.ask(w.tcp, {"GET", "/v1/things/1/audio"})->status, 200);
    EXPECT_EQ(w.ask(w.tcp, {"POST", "/v1/things"})->status, 404);
}

TEST(Http, ErrorsComeAsJsonWithAFittingStatus)
{
    World w;
    const auto missing = w.ask("unix:" + w.path(), {"GET", "/v1/nothing"});
    EXPECT_EQ(missing->status, 404);
    EXPECT_EQ(nlohmann::json::parse(missing->body)["error"]["code"], "not_found");
    EXPECT_EQ(w.ask("unix:" + w.path(), {"DELETE", "/v1/things"})->status, 405);
    const auto refused = w.ask("unix:" + w.path(), {"GET", "/v1/refused"});
    EXPECT_EQ(refused->status, 507);
    EXPECT_EQ(nlohmann::json::parse(refused->body)["error"]["message"], "no room for another one");
}

TEST(Http, NobodyThereIsGoneOrNotFound)
{
    World w;
    EXPECT_EQ(w.ask("unix:" + w.folder + "/other.sock", {"GET", "/"}).error().code, Errc::not_found);
    EXPECT_EQ(w.ask("127.0.0.1:1", {"GET", "/"}).error().code, Errc::gone);
    EXPECT_EQ(w.ask("somewhere", {"GET", "/"}).error().code, Errc::invalid);
}

TEST(Http, AnAnswerThatDoesNotComeIsATimeout)
{
    World w;
    EXPECT_EQ(w.ask("unix:" + w.path(), {"GET", "/v1/slow"}, 50ms).error().code, Errc::timeout);
    EXPECT_TRUE(w.slowStarted);
    w.release.set(true);
    EXPECT_EQ(w.ask("unix:" + w.path(), {"POST", "/v1/things"})->status, 200) << "the client that left cost the others";
}

TEST(Http, AServerThatEndsDropsWhatStillRuns)
{
    World w;
    EXPECT_FALSE(w.ask("unix:" + w.path(), {"GET", "/v1/slow"}, 50ms));
    w.server.reset();
    EXPECT_FALSE(w.slowEnded);
    EXPECT_FALSE(std::filesystem::exists(w.path()));
}

TEST(Http, NoiseIsRefusedInWordsAndEndsOnlyItsOwnConnection)
{
    World w;
    EXPECT_NE(w.raw("this is no HTTP\r\n\r\n").find("400"), std::string::npos);
    EXPECT_NE(w.raw("POST /v1/things HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n").find("413"), std::string::npos);
    EXPECT_NE(w.raw("GET / HTTP/1.1\r\nX: " + std::string(20000, 'x') + "\r\n\r\n").find("413"), std::string::npos);
    EXPECT_EQ(w.ask("unix:" + w.path(), {"POST", "/v1/things"})->status, 200);
}

TEST(Http, ASecondServerOnTheSameSocketIsBusy)
{
    World w;
    auto second = makeHttpServer(w.loop, Log(), {});
    EXPECT_EQ(second->listenUnix(w.path()).error().code, Errc::busy);
    EXPECT_EQ(second->listenTcp("nowhere:80").error().code, Errc::invalid);
}

} // namespace
