// SPDX-License-Identifier: GPL-2.0-or-later
#include "alarms/targets.h"
#include <callbox/base/unix_socket.h>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

namespace callbox::alarms {

namespace {

constexpr Duration webhookLimit = 10s;

int priorityOf(const status::AlarmRecord& a)
{
    if (a.state != "raised")
        return LOG_INFO;
    if (a.severity == "critical")
        return LOG_CRIT;
    if (a.severity == "major")
        return LOG_ERR;
    return a.severity == "minor" ? LOG_WARNING : LOG_NOTICE;
}

class Syslog final : public Target {
public:
    Syslog(std::string ident, std::string path) : ident_(std::move(ident)), path_(std::move(path)) {}
    [[nodiscard]] std::string name() const override { return "syslog"; }
    Task<> tell(status::AlarmRecord alarm) override
    {
        const int fd = co_await connectUnix(path_, SOCK_DGRAM);
        const std::string line = syslogLine(alarm, ident_, ::getpid());
        const ssize_t sent = ::send(fd, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        const int e = errno;
        ::close(fd);
        if (sent < 0)
            co_await Result<void>(systemError(e, path_));
    }

private:
    std::string ident_, path_;
};

class WebhookTarget final : public Target {
public:
    WebhookTarget(control::HttpClient& client, Webhook hook, std::string from)
        : client_(client), hook_(std::move(hook)), from_(std::move(from))
    {
    }
    [[nodiscard]] std::string name() const override
    {
        return "webhook " + hook_.where; // not its path, which is often a secret
    }
    Task<> tell(status::AlarmRecord alarm) override
    {
        const nlohmann::json body{{"version", 1}, {"from", from_}, {"alarm", status::toJson(alarm)}};
        control::Request request{"POST", hook_.path};
        request.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        const control::Response r = co_await client_.call(hook_.where, std::move(request), webhookLimit);
        if (r.status < 200 || r.status > 299)
            co_await fail(Errc::io, name() + " answers with HTTP status " + std::to_string(r.status));
    }

private:
    control::HttpClient& client_;
    Webhook hook_;
    std::string from_;
};

} // namespace

std::string syslogLine(const status::AlarmRecord& a, std::string_view ident, int pid)
{
    std::string line = "<" + std::to_string(LOG_DAEMON | priorityOf(a)) + ">" + std::string(ident) + "[" +
                       std::to_string(pid) + "]: alarm " + a.name + " " + a.state + " (" + a.severity + ")";
    if (a.state == "acknowledged")
        line += " by " + a.acknowledgedBy;
    else if (a.state == "raised")
        line += ": " + a.text;
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            c = ' ';
    return line;
}

std::unique_ptr<Target> makeSyslogTarget(std::string ident, std::string path)
{
    return std::make_unique<Syslog>(std::move(ident), std::move(path));
}

std::unique_ptr<Target> makeWebhookTarget(control::HttpClient& client, Webhook hook, std::string from)
{
    return std::make_unique<WebhookTarget>(client, std::move(hook), std::move(from));
}

void addTargets(Pusher& pusher, const PushConfig& config, control::HttpClient& client, std::string ident,
                std::string from)
{
    if (config.syslog)
        pusher.add(makeSyslogTarget(std::move(ident)), {});
    if (!config.webhook.where.empty())
        pusher.add(makeWebhookTarget(client, config.webhook, std::move(from)), {});
}

} // namespace callbox::alarms
