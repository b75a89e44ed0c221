// SPDX-License-Identifier: GPL-2.0-or-later
// The server half, on Boost.Beast. A connection reads one request, runs its handler as a task, answers, reads the next.
// A client that left before its answer costs nothing but the answer.
#include <utility> // before Asio: Boost 1.74 leaves it out

#include "control/http.h"
#include "control/routing.h"
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <callbox/base/unix_socket.h>
#include <set>
#include <sys/socket.h>
#include <unistd.h>

namespace callbox::control {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Socket = asio::generic::stream_protocol::socket;

constexpr std::size_t largestBody = 1 << 20;
constexpr std::size_t largestHeader = 16 << 10;
constexpr Duration idleLimit = 60s;

struct Shared {
    Shared(Loop& l, Log g, std::vector<Route> r) : loop(l), log(std::move(g)), routes(std::move(r)), tasks(l) {}
    Loop& loop;
    Log log;
    std::vector<Route> routes;
    TaskGroup tasks;
    std::set<class Connection*> open;
    bool closed = false;
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(std::shared_ptr<Shared> shared, Socket socket, bool overTcp)
        : shared_(std::move(shared)), socket_(std::move(socket)), overTcp_(overTcp), idle_(shared_->loop)
    {
        shared_->open.insert(this);
    }
    ~Connection() { shared_->open.erase(this); }

    void readNext()
    {
        parser_.emplace();
        parser_->body_limit(largestBody);
        parser_->header_limit(largestHeader);
        idle_.after(idleLimit, [this] { close(); });
        http::async_read(socket_, buffer_, *parser_,
                         [self = shared_from_this()](beast::error_code ec, std::size_t) { self->onRead(ec); });
    }
    void close()
    {
        idle_.cancel();
        beast::error_code ignored;
        socket_.close(ignored);
    }
    void respond(Response r)
    {
        if (shared_->closed || !socket_.is_open())
            return;
        message_ = {};
        message_.version(11);
        message_.result(static_cast<unsigned>(r.status));
        message_.set(http::field::content_type, r.type);
        message_.set(http::field::server, "Callbox");
        message_.keep_alive(keepAlive_);
        message_.body() = std::move(r.body);
        message_.prepare_payload();
        http::async_write(socket_, message_, [self = shared_from_this()](beast::error_code ec, std::size_t) {
            if (ec || !self->keepAlive_ || self->shared_->closed)
                self->close();
            else
                self->readNext();
        });
    }

private:
    void onRead(beast::error_code ec)
    {
        idle_.cancel();
        if (shared_->closed || ec == http::error::end_of_stream || ec == asio::error::operation_aborted) {
            close();
            return;
        }
        if (ec) {
            refuse(ec);
            return;
        }
        Request request;
        request.method = std::string(parser_->get().method_string());
        splitTarget({parser_->get().target().data(), parser_->get().target().size()}, request);
        request.body = std::move(parser_->get().body());
        keepAlive_ = parser_->get().keep_alive();
        const auto route = findRoute(shared_->routes, request, overTcp_);
        if (!route) {
            respond(errorResponse(route.error()));
            return;
        }
        shared_->tasks.start(serve((*route)->handler, std::move(request), shared_from_this()));
    }
    // No HTTP, or too much of it: said in words where that is possible, then the connection ends.
    void refuse(beast::error_code ec)
    {
        keepAlive_ = false;
        const bool tooMuch = ec == http::error::body_limit || ec == http::error::header_limit;
        const bool rude = ec.category() == http::make_error_code(http::error::bad_method).category();
        if (!tooMuch && !rude) {
            close();
            return;
        }
        Response r = errorResponse(Error{Errc::invalid, tooMuch ? "a request has at most 16 KiB of header and 1 MiB of "
                                                                  "body"
                                                                : "no HTTP/1.1 request: " + ec.message()});
        if (tooMuch)
            r.status = 413;
        respond(std::move(r));
    }
    static Task<> serve(Handler handler, Request request, std::shared_ptr<Connection> connection)
    {
        Result<Response> r = co_await check(handler(std::move(request)));
        connection->respond(r ? std::move(*r) : errorResponse(r.error()));
    }

    std::shared_ptr<Shared> shared_;
    Socket socket_;
    bool overTcp_;
    bool keepAlive_ = false;
    Timer idle_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> message_;
};

class Server final : public HttpServer {
public:
    Server(RealLoop& loop, Log log, std::vector<Route> routes)
        : loop_(loop), shared_(std::make_shared<Shared>(loop, std::move(log), std::move(routes)))
    {
    }
    ~Server() override
    {
        shared_->closed = true;
        listeners_.clear();
        for (const std::string& path : paths_)
            ::unlink(path.c_str());
        const auto open = shared_->open;
        for (Connection* c : open)
            c->close();
        shared_->tasks.cancelAll();
    }

    Result<void> listenUnix(const std::string& path) override
    {
        auto fd = callbox::listenUnix(path, SOCK_STREAM);
        if (!fd)
            return fd.error();
        paths_.push_back(path);
        return listenOn(*fd, false);
    }

    Result<std::string> listenTcp(const std::string& address) override
    {
        const auto colon = address.rfind(':');
        boost::system::error_code ec;
        const auto ip = asio::ip::make_address(address.substr(0, colon), ec);
        unsigned port = 65536;
        if (!ec && colon != std::string::npos && colon + 1 < address.size() &&
            address.find_first_not_of("0123456789", colon + 1) == std::string::npos && address.size() - colon <= 6)
            port = static_cast<unsigned>(std::stoul(address.substr(colon + 1)));
        if (port > 65535)
            return Error{Errc::invalid,
                         "\"" + address + "\" is no address to listen on, like 127.0.0.1:8080 (port 0: any)"};
        const asio::ip::tcp::endpoint wanted(ip, static_cast<unsigned short>(port));
        const int fd = ::socket(wanted.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        const int one = 1;
        if (fd < 0)
            return systemError(errno, "making a socket");
        ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        if (::bind(fd, wanted.data(), static_cast<socklen_t>(wanted.size())) != 0 || ::listen(fd, 64) != 0) {
            const int e = errno;
            ::close(fd);
            return systemError(e, "listening on " + address);
        }
        asio::ip::tcp::endpoint got = wanted;
        auto size = static_cast<socklen_t>(got.capacity());
        ::getsockname(fd, got.data(), &size);
        if (auto r = listenOn(fd, true); !r)
            return r.error();
        return (ip.is_v6() ? "[" + ip.to_string() + "]" : ip.to_string()) + ":" + std::to_string(got.port());
    }

private:
    struct Listener {
        ~Listener()
        {
            watch.reset();
            ::close(fd);
        }
        int fd = -1;
        std::unique_ptr<Watch> watch;
    };
    Result<void> listenOn(int fd, bool overTcp)
    {
        auto listener = std::make_unique<Listener>();
        listener->fd = fd;
        auto watch = loop_.watch(fd, Interest::read, [this, fd, overTcp] { accept(fd, overTcp); });
        if (!watch)
            return watch.error();
        listener->watch = std::move(*watch);
        listeners_.push_back(std::move(listener));
        return {};
    }
    void accept(int fd, bool overTcp)
    {
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        const int client = ::accept4(fd, reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (client < 0)
            return;
        const int family = overTcp ? from.ss_family : AF_UNIX;
        Socket socket(loop_.io());
        boost::system::error_code ec;
        socket.assign(asio::generic::stream_protocol(family, overTcp ? IPPROTO_TCP : 0), client, ec);
        if (ec) {
            ::close(client);
            return;
        }
        std::make_shared<Connection>(shared_, std::move(socket), overTcp)->readNext();
    }

    RealLoop& loop_;
    std::shared_ptr<Shared> shared_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::vector<std::string> paths_;
};

} // namespace

std::unique_ptr<HttpServer> makeHttpServer(RealLoop& loop, Log log, std::vector<Route> routes)
{
    return std::make_unique<Server>(loop, std::move(log), std::move(routes));
}

} // namespace callbox::control
