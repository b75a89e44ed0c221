// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <callbox/base/nearest.h>
#include <callbox/base/secret_names.h>
#include <cctype>
#include <string>
#include <vector>

namespace callbox {

namespace {

std::string lower(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

} // namespace

bool namesSecret(std::string_view name)
{
    const std::string n = lower(name);
    for (const char* part : {"password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "api_key",
                             "api-key", "authorization", "private_key"})
        if (n.find(part) != std::string::npos)
            return true;
    return n == "pin" || n == "puk" || n == "key" || n == "cpin" || n.ends_with("_pin") || n.ends_with("_key");
}

bool mayNameSecret(std::string_view name)
{
    const std::string n = lower(name);
    const std::vector<std::string> typed{"pin"}; // the one that people type into a configuration by hand
    return namesSecret(n) || n.find(typed[0]) != std::string::npos || nearest(n, typed) ||
           std::is_permutation(n.begin(), n.end(), typed[0].begin(), typed[0].end());
}

} // namespace callbox
