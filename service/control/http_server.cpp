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

constexpr std::size_t mostDrained = 16 << 20;
constexpr Duration acceptPause = 100ms; // when the process has no descriptor left

struct Shared {
    Shared(Loop& l, Log g, std::vector<Route> r, HttpLimits m)
        : loop(l), log(std::move(g)), limits(m), routes(std::move(r)), tasks(l)
    {
    }
    Loop& loop;
    Log log;
    HttpLimits limits;
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
        parser_->body_limit(shared_->limits.body);
        parser_->header_limit(static_cast<std::uint32_t>(shared_->limits.header));
        expectProgress();
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
        serializer_.emplace(message_);
        writeSome();
    }

private:
    void expectProgress()
    {
        idle_.after(shared_->limits.idle, [this] { close(); });
    }
    // Step by step: a long answer may take its time, one that nobody takes may not.
    void writeSome()
    {
        expectProgress();
        http::async_write_some(socket_, *serializer_, [self = shared_from_this()](beast::error_code ec, std::size_t) {
            if (ec || self->shared_->closed)
                self->close();
            else if (!self->serializer_->is_done())
                self->writeSome();
            else if (self->keepAlive_)
                self->readNext();
            else
                self->finish();
        });
    }
    // Closing while octets of the client are still unread would destroy the answer on its way: they are read first.
    void finish()
    {
        beast::error_code ec;
        socket_.shutdown(Socket::shutdown_send, ec);
        expectProgress();
        drain(mostDrained);
    }
    void drain(std::size_t left)
    {
        buffer_.clear();
        socket_.async_read_some(buffer_.prepare(64 << 10),
                                [self = shared_from_this(), left](beast::error_code ec, std::size_t n) {
                                    if (ec || n >= left || self->shared_->closed)
                                        self->close();
                                    else
                                        self->drain(left - n);
                                });
    }
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
        const HttpLimits& limits = shared_->limits;
        const std::string most =
            std::to_string(limits.header) + " octets of header and " + std::to_string(limits.body) + " of body";
        Response r = errorResponse(
            Error{Errc::invalid, tooMuch ? "a request has at most " + most : "no HTTP/1.1 request: " + ec.message()});
        if (tooMuch)
            r.status = 413;
        respond(std::move(r));
    }
    static Task<> serve(Handler handler, Request request, std::shared_ptr<Connection> connection)
    {
        Response r = co_await answer(std::move(handler), std::move(request));
        connection->respond(std::move(r));
    }

    std::shared_ptr<Shared> shared_;
    Socket socket_;
    bool overTcp_;
    bool keepAlive_ = false;
    Timer idle_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> message_;
    std::optional<http::response_serializer<http::string_body>> serializer_;
};

class Server final : public HttpServer {
public:
    Server(RealLoop& loop, Log log, std::vector<Route> routes, HttpLimits limits)
        : loop_(loop), shared_(std::make_shared<Shared>(loop, std::move(log), std::move(routes), limits))
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
        const auto parsed = parseAddress(address);
        if (!parsed)
            return parsed.error();
        boost::system::error_code ec;
        const auto ip = asio::ip::make_address(parsed->host, ec);
        if (ec)
            return Error{Errc::invalid, "\"" + address + "\": " + parsed->host + " is no IP address"};
        const asio::ip::tcp::endpoint wanted(ip, parsed->port);
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
        Listener(Loop& loop, int f, bool tcp) : fd(f), overTcp(tcp), again(loop) {}
        ~Listener()
        {
            watch.reset();
            ::close(fd);
        }
        int fd;
        bool overTcp;
        Timer again;
        std::unique_ptr<Watch> watch;
    };
    Result<void> listenOn(int fd, bool overTcp)
    {
        listeners_.push_back(std::make_unique<Listener>(loop_, fd, overTcp));
        return watch(*listeners_.back());
    }
    Result<void> watch(Listener& l)
    {
        auto w = loop_.watch(l.fd, Interest::read, [this, &l] { accept(l); });
        if (!w)
            return w.error();
        l.watch = std::move(*w);
        return {};
    }
    void accept(Listener& l)
    {
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        const int client = ::accept4(l.fd, reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (client < 0) {
            pauseAfter(errno, l);
            return;
        }
        if (shared_->open.size() >= shared_->limits.connections) {
            turnAway(client);
            return;
        }
        const int family = l.overTcp ? from.ss_family : AF_UNIX;
        Socket socket(loop_.io());
        boost::system::error_code ec;
        socket.assign(asio::generic::stream_protocol(family, l.overTcp ? IPPROTO_TCP : 0), client, ec);
        if (ec) {
            ::close(client);
            return;
        }
        std::make_shared<Connection>(shared_, std::move(socket), l.overTcp)->readNext();
    }
    // Out of descriptors the socket stays ready: asked at once again and again it would eat the loop's time.
    void pauseAfter(int error, Listener& l)
    {
        if (error == EAGAIN || error == EINTR || error == ECONNABORTED)
            return;
        shared_->log.warning("cannot accept", {{"why", systemError(error, "accept")}});
        l.watch.reset();
        l.again.after(acceptPause, [this, &l] {
            if (auto r = watch(l); !r)
                pauseAfter(EMFILE, l);
        });
    }
    static void turnAway(int client)
    {
        static constexpr std::string_view words =
            "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n"
            R"({"version":1,"error":{"code":"busy","message":"too many connections at once; try again"}})";
        // A fresh socket's buffer takes these few octets; if not, the client sees the end without words.
        [[maybe_unused]] const ssize_t sent = ::send(client, words.data(), words.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        ::close(client);
    }

    RealLoop& loop_;
    std::shared_ptr<Shared> shared_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::vector<std::string> paths_;
};

} // namespace

std::unique_ptr<HttpServer> makeHttpServer(RealLoop& loop, Log log, std::vector<Route> routes, HttpLimits limits)
{
    return std::make_unique<Server>(loop, std::move(log), std::move(routes), limits);
}

} // namespace callbox::control
