// SPDX-License-Identifier: GPL-2.0-or-later
#include "alarms/settings.h"
#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace callbox::alarms {

namespace {

constexpr std::string_view scheme = "http://";
constexpr std::string_view allowedUrl = "http://ADDRESS:PORT/PATH with an IP address, as http://127.0.0.1:9000/alarms";

bool isPort(std::string_view text)
{
    unsigned port = 0;
    const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
    return ec == std::errc() && stop == text.data() + text.size() && port > 0 && port < 65536;
}

bool isAddress(std::string text)
{
    std::array<unsigned char, sizeof(in6_addr)> octets{};
    const bool v6 = text.size() > 2 && text.front() == '[' && text.back() == ']';
    if (v6)
        text = text.substr(1, text.size() - 2);
    return ::inet_pton(v6 ? AF_INET6 : AF_INET, text.c_str(), octets.data()) == 1;
}

} // namespace

Result<Webhook> parseWebhook(const std::string& url)
{
    const Error wrong{Errc::invalid, std::string(allowedUrl)};
    if (!url.starts_with(scheme))
        return wrong;
    const std::string rest = url.substr(scheme.size());
    const auto slash = rest.find('/');
    Webhook w{rest.substr(0, slash), slash == std::string::npos ? "/" : rest.substr(slash)};
    const auto colon = w.where.rfind(':');
    if (colon == std::string::npos || !isAddress(w.where.substr(0, colon)) ||
        !isPort(std::string_view(w.where).substr(colon + 1)) || w.path.find_first_of(" \t?#") != std::string::npos)
        return wrong;
    return w;
}

std::vector<ini::Key> keys(PushConfig& c, bool modems)
{
    std::vector<ini::Key> table{
        ini::custom(
            "severity", "warning, minor, major, critical", "minor", "the least that is told by itself",
            [&c](const std::string& v) {
                for (const Severity s : {Severity::warning, Severity::minor, Severity::major, Severity::critical})
                    if (name(s) == v) {
                        c.least = s;
                        return true;
                    }
                return false;
            }),
        ini::boolean("syslog", c.syslog, false, "alarms go to the system's log, facility daemon"),
        ini::custom("webhook", std::string(allowedUrl), "",
                    "each change of an alarm is POSTed there as JSON; plain HTTP, TLS is another program's",
                    [&c](const std::string& v) {
                        const auto w = parseWebhook(v);
                        c.webhook = w.value_or(Webhook());
                        return v.empty() || w;
                    })};
    if (!modems)
        return table;
    ini::Key sms = ini::custom("sms", "a number in E.164, as +12125550100; one a line", "",
                               "a technician's number; told of alarms by SMS, whatever the recipients' ranges are",
                               [&c](const std::string& v) {
                                   const auto n = PhoneNumber::parse(v);
                                   if (n && !n->empty())
                                       c.sms.push_back(*n);
                                   return n.has_value();
                               });
    sms.list = true;
    table.push_back(std::move(sms));
    table.push_back(ini::integer(
        "sms_per_hour", c.smsPerHour, 1, 60, 6,
        "to each technician, and as many critical ones; what is over it waits, of each alarm its newest state"));
    return table;
}

} // namespace callbox::alarms
