// SPDX-License-Identifier: GPL-2.0-or-later
// HTTP/1.1 with JSON, as daemons and the command line speak it: on a Unix socket (all of it: who may open the socket
// may do everything) and on a TCP address (what the table marks public). Boost.Beast underneath, hidden here.
#pragma once
#include <callbox/base/edges.h>
#include <callbox/base/task.h>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace callbox::control {

struct Request {
    std::string method = {}; // GET, POST, DELETE
    std::string path = {};   // "/v1/messages/17", without query
    std::map<std::string, std::string> query = {};
    std::string body = {};
    std::vector<std::string> captured = {}; // what {} stood for in the route
};
struct Response {
    int status = 200;
    std::string body;
    std::string type = "application/json";
};
// {"version":1,"error":{"code":"not_found","message":"..."}} with a fitting HTTP status.
Response errorResponse(const Error&);

// What it throws is answered by errorResponse().
using Handler = std::function<Task<Response>(Request)>;
Task<Response> answer(Handler, Request); // as the server asks it

struct Route {
    std::string method;
    std::string pattern; // "/v1/messages/{}/audio"
    Handler handler;
    bool onTcp = false;
};

struct HttpLimits {
    std::size_t body = 1 << 20;    // of a request
    std::size_t header = 16 << 10; // of a request
    Duration idle = 60s;           // for a whole request to arrive, and for each step of an answer to be taken
    std::size_t connections = 256; // at once; one more is told so and closed
};

// Serves until destroyed. A slow, silent or rude client costs only its own connection: what is over a limit is refused
// with words where they can still be said. A handler takes as long as it likes (a long poll); it runs to its end when
// its client leaves, and is destroyed with the server. The server is not destroyed from inside a handler.
class HttpServer {
public:
    virtual ~HttpServer() = default;
    // Path may be longer than a socket address and hold blanks; a stale socket is replaced, a live one is Errc::busy.
    virtual Result<void> listenUnix(const std::string& path) = 0;
    // "127.0.0.1:0" picks a free port; returns "127.0.0.1:34567".
    virtual Result<std::string> listenTcp(const std::string& address) = 0;
};
std::unique_ptr<HttpServer> makeHttpServer(RealLoop&, Log, std::vector<Route> routes, HttpLimits = {});

// For what stands in a path between two slashes: "a b" is "a%20b".
std::string percentEncode(std::string_view);

// Where a daemon listens: "unix:/path/control.sock" or "127.0.0.1:34567".
class HttpClient {
public:
    virtual ~HttpClient() = default;
    // Errc::gone: nobody listens there; Errc::timeout after `limit`; a response of any status is a value.
    virtual Task<Response> call(std::string where, Request request, Duration limit) = 0;
};
std::unique_ptr<HttpClient> makeHttpClient(RealLoop&);

} // namespace callbox::control
