// SPDX-License-Identifier: GPL-2.0-or-later
// The control interface over real sockets: routes, limits, rude and vanishing clients.
#include "../../support/scratch_folder.h"
#include "control/http.h"
#include "control/routing.h"
#include <callbox/base/async.h>
#include <callbox/base/unix_socket.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <poll.h>
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

constexpr std::size_t largeSize = 32 << 20;

Task<Response> large(Request)
{
    co_return Response{200, std::string(largeSize, 'x'), "text/plain"};
}

// A client that speaks octets, not HTTP.
class Raw {
public:
    Raw(RealLoop& loop, const std::string& path) : loop_(loop)
    {
        auto fd = connectUnix(path, SOCK_STREAM);
        EXPECT_TRUE(fd);
        fd_ = *fd;
    }
    ~Raw() { ::close(fd_); }
    Raw(const Raw&) = delete;
    void say(const std::string& text) const
    {
        EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL), ssize_t(text.size())); // fits its buffer
    }
    [[nodiscard]] bool hungUp() const
    {
        pollfd p{fd_, POLLIN, 0};
        return ::poll(&p, 1, 0) > 0 && (p.revents & POLLHUP);
    }
    // What comes back until `enough` says so or the server closes.
    std::string hear(const std::function<bool(const std::string&)>& enough = {})
    {
        std::string got;
        auto watch = loop_.watch(fd_, Interest::read, [&] {
            char buffer[4096];
            const ssize_t n = ::read(fd_, buffer, sizeof buffer);
            if (n > 0)
                got.append(buffer, std::size_t(n));
            if (n <= 0 || (enough && enough(got)))
                loop_.stop();
        });
        loop_.run();
        watch->reset();
        return got;
    }

private:
    RealLoop& loop_;
    int fd_ = -1;
};

std::size_t count(const std::string& hay, const std::string& needle)
{
    std::size_t n = 0;
    for (std::size_t at = hay.find(needle); at != std::string::npos; at = hay.find(needle, at + 1))
        ++n;
    return n;
}

struct World {
    explicit World(HttpLimits limits = {})
    {
        std::filesystem::create_directory(folder);
        std::vector<Route> routes;
        routes.push_back({"GET", "/v1/things/{}/audio", echo, true});
        routes.push_back({"POST", "/v1/things", echo});
        routes.push_back({"GET", "/v1/refused", refuse});
        routes.push_back({"GET", "/v1/large", large});
        routes.push_back({"GET", "/v1/slow", [this](Request r) { return slow(this, std::move(r)); }});
        server = makeHttpServer(loop, Log(), std::move(routes), limits);
        EXPECT_TRUE(server->listenUnix(path()));
        tcp = *server->listenTcp("127.0.0.1:0");
        client = makeHttpClient(loop);
    }
    ~World() { server.reset(); }
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
        Raw connection(loop, path());
        connection.say(text);
        return connection.hear();
    }
    RealLoop loop;
    tests::ScratchFolder scratch{"http"};
    const std::string folder = scratch.path() + "/" + std::string(120, 'd');
    std::string tcp;
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

TEST(Http, ALargeRequestIsRefusedInWordsThoughItsSenderIsStillSending)
{
    World w;
    const auto r = w.ask("unix:" + w.path(), {"POST", "/v1/things", {}, std::string(4 << 20, 'x')});
    ASSERT_TRUE(r) << r.error().what;
    EXPECT_EQ(r->status, 413);
    EXPECT_NE(r->body.find("1048576"), std::string::npos) << r->body;
}

TEST(Http, PipelinedRequestsAreAnsweredInTheirOrder)
{
    World w;
    Raw client(w.loop, w.path());
    client.say("GET /v1/things/1/audio HTTP/1.1\r\n\r\nGET /v1/things/2/audio HTTP/1.1\r\n\r\n"
               "GET /v1/things/3/audio HTTP/1.1\r\nConnection: close\r\n\r\n");
    const std::string got = client.hear();
    EXPECT_EQ(count(got, "HTTP/1.1 200"), 3u);
    EXPECT_LT(got.find("[1]"), got.find("[2]"));
    EXPECT_LT(got.find("[2]"), got.find("[3]"));
    EXPECT_NE(got.find("[3]"), std::string::npos);
}

TEST(Http, AClientThatLeavesWhileItsAnswerIsMadeCostsNobodyAnything)
{
    World w;
    {
        Raw client(w.loop, w.path());
        client.say("GET /v1/slow HTTP/1.1\r\n\r\n");
        while (!w.slowStarted)
            EXPECT_TRUE(w.ask("unix:" + w.path(), {"POST", "/v1/things"}));
    }
    w.release.set(true);
    EXPECT_EQ(w.ask("unix:" + w.path(), {"POST", "/v1/things"})->status, 200);
    EXPECT_TRUE(w.slowEnded) << "work that was begun is finished";
}

TEST(Http, AClientThatSaysHalfARequestIsLetGoAndOthersAreServedMeanwhile)
{
    HttpLimits limits;
    limits.idle = 50ms;
    World w(limits);
    Raw stalling(w.loop, w.path());
    stalling.say("POST /v1/things HTTP/1.1\r\nContent-Length: 10\r\n\r\nhal");
    EXPECT_EQ(w.ask("unix:" + w.path(), {"POST", "/v1/things"})->status, 200);
    EXPECT_EQ(stalling.hear(), "") << "closed by the server";
}

TEST(Http, AClientThatDoesNotTakeItsAnswerIsLetGo)
{
    HttpLimits limits;
    limits.idle = 500ms; // of real time: one who reads is never so slow
    World w(limits);
    Raw stalling(w.loop, w.path());
    stalling.say("GET /v1/large HTTP/1.1\r\n\r\n");
    while (!stalling.hungUp()) // it reads nothing meanwhile
        EXPECT_EQ(w.ask("unix:" + w.path(), {"POST", "/v1/things"})->status, 200);
    EXPECT_LT(stalling.hear().size(), largeSize);
    EXPECT_EQ(w.ask("unix:" + w.path(), {"GET", "/v1/large"})->body.size(), largeSize);
}

TEST(Http, AnAnswerMayTakeLongerThanAClientMayBeIdle)
{
    HttpLimits limits;
    limits.idle = 50ms;
    World w(limits);
    Timer later(w.loop);
    later.after(300ms, [&] { w.release.set(true); });
    EXPECT_EQ(w.ask("unix:" + w.path(), {"GET", "/v1/slow"})->status, 200);
}

TEST(Http, OneConnectionTooManyIsToldSo)
{
    HttpLimits limits;
    limits.connections = 2;
    World w(limits);
    Raw first(w.loop, w.path());
    Raw second(w.loop, w.path());
    Raw third(w.loop, w.path());
    EXPECT_NE(third.hear().find("503"), std::string::npos);
    first.say("GET /v1/things/1/audio HTTP/1.1\r\n\r\n");
    EXPECT_NE(first.hear([](const std::string& got) { return got.ends_with("[1]"); }).find("200"), std::string::npos);
}

TEST(Http, AStoppedServersSocketIsNotTakenFromIt)
{
    World w;
    // Nobody runs the loop: connections queue up until the socket takes no more.
    for (int i = 0; i < 200; ++i) {
        auto fd = connectUnix(w.path(), SOCK_STREAM);
        if (!fd) {
            EXPECT_EQ(fd.error().code, Errc::timeout);
            break;
        }
        ::close(*fd);
        ASSERT_LT(i, 199);
    }
    auto second = makeHttpServer(w.loop, Log(), {});
    EXPECT_EQ(second->listenUnix(w.path()).error().code, Errc::busy);
}

TEST(Http, OverIpVersion6)
{
    World w;
    const auto six = w.server->listenTcp("[::1]:0");
    if (!six)
        GTEST_SKIP() << "no IPv6 here: " << six.error().what;
    EXPECT_EQ(w.ask(*six, {"GET", "/v1/things/1/audio"})->status, 200);
}

TEST(Routing, AddressesThatAreNone)
{
    for (const char* text : {"", ":", "80", ":80", "host:", "1.2.3.4:99999", "1.2.3.4:8o", "::1:80", "1.2.3.4:-1"})
        EXPECT_EQ(parseAddress(text).error().code, Errc::invalid) << text;
    EXPECT_EQ(parseAddress("localhost:80")->host, "127.0.0.1");
    EXPECT_EQ(parseAddress("[fe80::1]:65535")->port, 65535);
}

TEST(Routing, WhatIsEncodedComesBack)
{
    const std::string odd = "a b/%+&=?#\xc3\xa9\n";
    EXPECT_EQ(percentDecode(percentEncode(odd)), odd);
    EXPECT_EQ(percentEncode("box1-tie1"), "box1-tie1");
}

TEST(Http, ASecondServerOnTheSameSocketIsBusy)
{
    World w;
    auto second = makeHttpServer(w.loop, Log(), {});
    EXPECT_EQ(second->listenUnix(w.path()).error().code, Errc::busy);
    EXPECT_EQ(second->listenTcp("nowhere:80").error().code, Errc::invalid);
}

} // namespace
