// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/redact.h"
#include <algorithm>
#include <callbox/base/number.h>
#include <callbox/base/secret_names.h>
#include <cctype>
#include <nlohmann/json.hpp>

namespace callbox::cli {

namespace {

constexpr std::size_t numberFrom = 6; // digits

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isWord(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
}

bool endsValue(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '"' || c == '\'' || c == ',' || c == ';' || c == '}';
}

// The text without what stands behind the name of a secret: "pin = 1234", "AT+CPIN=\"1234\"", "Token: abc def".
std::string withoutSecrets(std::string_view in)
{
    std::string out;
    for (std::size_t at = 0; at < in.size();) {
        if (!isWord(in[at])) {
            out += in[at++];
            continue;
        }
        std::size_t end = at;
        while (end < in.size() && isWord(in[end]))
            ++end;
        const std::string_view word = in.substr(at, end - at);
        out += word;
        at = end;
        std::size_t value = at;
        while (value < in.size() && (in[value] == '"' || in[value] == '\'' || in[value] == ' ' || in[value] == '\t'))
            ++value;
        if (!namesSecret(word) || value >= in.size() || (in[value] != '=' && in[value] != ':'))
            continue;
        // To the end of the line: a secret may have blanks, and what else stands there is not worth it.
        const std::size_t line = std::min(in.find('\n', value), in.size());
        const bool empty = in.substr(value + 1, line - value - 1).find_first_not_of(" \t\r") == std::string_view::npos;
        out += in.substr(at, value + 1 - at);
        out += empty ? "" : " ***";
        at = line;
    }
    return out;
}

// "https://user:word@host/path?query" is "https://host/***".
std::string withoutUrls(std::string_view in)
{
    std::string out;
    for (std::size_t at = 0; at < in.size();) {
        const std::size_t mark = in.find("://", at);
        if (mark == std::string_view::npos)
            return out + std::string(in.substr(at));
        std::size_t end = mark + 3;
        while (end < in.size() && !endsValue(in[end]))
            ++end;
        std::string_view rest = in.substr(mark + 3, end - mark - 3);
        const std::size_t slash = std::min(rest.find_first_of("/?#"), rest.size());
        std::string_view host = rest.substr(0, slash);
        if (const auto user = host.rfind('@'); user != std::string_view::npos)
            host = host.substr(user + 1);
        out += std::string(in.substr(at, mark + 3 - at)) + std::string(host);
        out += rest.size() > slash + 1 ? "/***" : std::string(rest.substr(slash));
        at = end;
    }
    return out;
}

// A hash or a UUID from `at` on, in hex: how long it is; 0: there is none. Of digits alone it may be a number.
std::size_t hashAt(std::string_view in, std::size_t at)
{
    constexpr std::size_t shortest = 32;
    if (at > 0 && isWord(in[at - 1]))
        return 0;
    std::size_t end = at, hex = 0;
    bool letters = false;
    for (; end < in.size() && isWord(in[end]); ++end) {
        const bool letter = in[end] >= 'a' && in[end] <= 'f';
        if (!letter && !isDigit(in[end]) && in[end] != '-')
            return 0;
        letters = letters || letter;
        hex += in[end] != '-';
    }
    return letters && hex >= shortest ? end - at : 0;
}

std::string withoutNumbers(std::string_view in)
{
    std::string out;
    for (std::size_t at = 0; at < in.size();) {
        if (const std::size_t hash = hashAt(in, at)) {
            out += in.substr(at, hash);
            at += hash;
            continue;
        }
        if (!isDigit(in[at])) {
            out += in[at++];
            continue;
        }
        std::size_t end = at;
        while (end < in.size() && isDigit(in[end]))
            ++end;
        const bool fraction = at >= 2 && in[at - 1] == '.' && isDigit(in[at - 2]) && end - at == 6;
        const std::string run(in.substr(at, end - at));
        out += run.size() >= numberFrom && !fraction ? maskDigits(run) : run;
        at = end;
    }
    return out;
}

} // namespace

std::string redacted(std::string_view text)
{
    return withoutNumbers(withoutUrls(withoutSecrets(text)));
}

nlohmann::json redacted(const nlohmann::json& j)
{
    if (j.is_string())
        return redacted(std::string_view(j.get_ref<const std::string&>()));
    if (j.is_array()) {
        nlohmann::json out = nlohmann::json::array();
        for (const nlohmann::json& item : j)
            out.push_back(redacted(item));
        return out;
    }
    if (!j.is_object())
        return j;
    nlohmann::json out = nlohmann::json::object();
    for (const auto& [key, value] : j.items())
        out[withoutNumbers(key)] =
            namesSecret(key) && !value.is_structured() && !value.is_null() ? nlohmann::json("***") : redacted(value);
    return out;
}

} // namespace callbox::cli
