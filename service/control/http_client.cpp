// SPDX-License-Identifier: GPL-2.0-or-later
// The client half: one connection a call, closed with it.
#include <utility> // before Asio: Boost 1.74 leaves it out

#include "control/http.h"
#include "control/routing.h"
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <callbox/base/async.h>
#include <callbox/base/unix_socket.h>
#include <sys/socket.h>
#include <unistd.h>

namespace callbox::control {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::size_t largestAnswer = 256 << 20; // a message's audio, a trace

std::string targetOf(const Request& r)
{
    std::string target = r.path;
    char separator = '?';
    for (const auto& [key, value] : r.query) {
        target += separator + percentEncode(key) + "=" + percentEncode(value);
        separator = '&';
    }
    return target;
}

// One call under way; kept alive by its own operations.
struct Exchange : std::enable_shared_from_this<Exchange> {
    explicit Exchange(RealLoop& loop) : socket(loop.io()), done(loop) { parser.body_limit(largestAnswer); }
    asio::generic::stream_protocol::socket socket;
    http::request<http::string_body> request;
    http::response_parser<http::string_body> parser;
    beast::flat_buffer buffer;
    Event<Result<Response>> done;

    void fail(Errc code, const std::string& what) { done.set(Error{code, what}); }
    void send()
    {
        http::async_write(socket, request, [self = shared_from_this()](beast::error_code ec, std::size_t) {
            // A server that refuses in the middle of a request may have said why before it closed.
            if (ec && ec != asio::error::broken_pipe && ec != asio::error::connection_reset)
                self->fail(Errc::gone, "the connection ended while asking: " + ec.message());
            else
                self->receive();
        });
    }
    void receive()
    {
        http::async_read(socket, buffer, parser, [self = shared_from_this()](beast::error_code ec, std::size_t) {
            if (ec) {
                self->fail(Errc::gone, "the connection ended before the answer: " + ec.message());
                return;
            }
            Response r;
            r.status = static_cast<int>(self->parser.get().result_int());
            const auto type = self->parser.get()[http::field::content_type];
            r.type = std::string(type.data(), type.size());
            r.body = std::move(self->parser.get().body());
            self->done.set(std::move(r));
        });
    }
    void close()
    {
        beast::error_code ignored;
        socket.close(ignored);
    }
};

class Client final : public HttpClient {
public:
    explicit Client(RealLoop& loop) : loop_(loop) {}

    Task<Response> call(std::string where, Request request, Duration limit) override
    {
        const auto exchange = std::make_shared<Exchange>(loop_);
        struct Closer {
            std::shared_ptr<Exchange> e;
            explicit Closer(std::shared_ptr<Exchange> x) : e(std::move(x)) {}
            ~Closer() { e->close(); }
        } closer(exchange);
        exchange->request = {http::string_to_verb(request.method), targetOf(request), 11};
        exchange->request.set(http::field::host, "callbox");
        exchange->request.keep_alive(false);
        if (!request.body.empty())
            exchange->request.set(http::field::content_type, "application/json");
        exchange->request.body() = std::move(request.body);
        exchange->request.prepare_payload();
        co_await start(*exchange, where);
        std::optional<Result<Response>> r = co_await exchange->done.waitFor(limit);
        if (!r)
            co_await callbox::fail(Errc::timeout,
                                   where + " did not answer within " + std::to_string(toMs(limit)) + " ms");
        if (!*r)
            co_await Result<void>(r->error().because(where));
        co_return std::move(**r);
    }

private:
    Result<void> start(Exchange& e, const std::string& where)
    {
        return where.starts_with("unix:") ? startUnix(e, where.substr(5)) : startTcp(e, where);
    }
    Result<void> startUnix(Exchange& e, const std::string& path)
    {
        auto fd = connectUnix(path, SOCK_STREAM);
        if (!fd)
            return fd.error();
        boost::system::error_code ec;
        e.socket.assign(asio::generic::stream_protocol(AF_UNIX, 0), *fd, ec);
        if (ec) {
            ::close(*fd);
            return Error{Errc::io, path + ": " + ec.message()};
        }
        e.send();
        return {};
    }
    Result<void> startTcp(Exchange& e, const std::string& where)
    {
        const auto address = parseAddress(where);
        if (!address)
            return Error{Errc::invalid, "\"" + where + "\" is neither unix:/path nor ADDRESS:PORT"};
        boost::system::error_code ec;
        const auto ip = asio::ip::make_address(address->host, ec);
        if (ec)
            return Error{Errc::invalid, "\"" + where + "\": " + address->host + " is no IP address"};
        const asio::ip::tcp::endpoint to(ip, address->port);
        e.socket.async_connect(to, [self = e.shared_from_this(), where](boost::system::error_code failed) {
            if (failed)
                self->fail(Errc::gone, "nobody listens: " + failed.message());
            else
                self->send();
        });
        return {};
    }
    RealLoop& loop_;
};

} // namespace

std::unique_ptr<HttpClient> makeHttpClient(RealLoop& loop)
{
    return std::make_unique<Client>(loop);
}

} // namespace callbox::control
