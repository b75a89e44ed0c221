// SPDX-License-Identifier: GPL-2.0-or-later
// Ready-made keys for configuration tables.
#include <algorithm>
#include <callbox/base/ini.h>
#include <charconv>

namespace callbox::ini {

namespace {

bool parseInteger(const std::string& text, std::int64_t least, std::int64_t most, std::int64_t& out)
{
    std::int64_t v = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), v);
    if (ec != std::errc() || end != text.data() + text.size() || v < least || v > most)
        return false;
    out = v;
    return true;
}

template <class Unit> Key duration(std::string name, Duration& target, Duration least, Duration most, Duration preset,
                                   std::string help, std::string_view unit)
{
    const auto count = [](Duration d) { return std::chrono::duration_cast<Unit>(d).count(); };
    const std::int64_t low = count(least);
    const std::int64_t high = count(most);
    Key k;
    k.name = std::move(name);
    k.allowed = std::to_string(low) + " to " + std::to_string(high) + " " + std::string(unit);
    k.preset = std::to_string(count(preset));
    k.help = std::move(help);
    k.take = [&target, low, high](const std::string& text) {
        std::int64_t v = 0;
        if (!parseInteger(text, low, high, v))
            return false;
        target = Unit(v);
        return true;
    };
    return k;
}

} // namespace

Key custom(std::string name, std::string allowed, std::string preset, std::string help,
           std::function<bool(const std::string&)> take)
{
    Key k;
    k.name = std::move(name);
    k.allowed = std::move(allowed);
    k.preset = std::move(preset);
    k.help = std::move(help);
    k.take = std::move(take);
    return k;
}

Key text(std::string name, std::string& target, std::string preset, std::string help)
{
    return custom(std::move(name), "any text", std::move(preset), std::move(help), [&target](const std::string& v) {
        target = v;
        return true;
    });
}

Key required(std::string name, std::string& target, std::string allowed, std::string help)
{
    Key k = custom(std::move(name), std::move(allowed), "", std::move(help), [&target](const std::string& v) {
        target = v;
        return !v.empty();
    });
    k.required = true;
    return k;
}

Key integer(std::string name, int& target, int least, int most, int preset, std::string help)
{
    return custom(std::move(name), std::to_string(least) + " to " + std::to_string(most), std::to_string(preset),
                  std::move(help), [&target, least, most](const std::string& text) {
                      std::int64_t v = 0;
                      if (!parseInteger(text, least, most, v))
                          return false;
                      target = int(v);
                      return true;
                  });
}

Key boolean(std::string name, bool& target, bool preset, std::string help)
{
    return custom(std::move(name), "yes or no", preset ? "yes" : "no", std::move(help),
                  [&target](const std::string& v) {
                      target = v == "yes";
                      return v == "yes" || v == "no";
                  });
}

Key milliseconds(std::string name, Duration& target, Duration least, Duration most, Duration preset, std::string help)
{
    return duration<std::chrono::milliseconds>(std::move(name), target, least, most, preset, std::move(help),
                                               "milliseconds");
}

Key seconds(std::string name, Duration& target, Duration least, Duration most, Duration preset, std::string help)
{
    return duration<std::chrono::seconds>(std::move(name), target, least, most, preset, std::move(help), "seconds");
}

Key choice(std::string name, std::string& target, std::vector<std::string> allowed, std::string preset,
           std::string help)
{
    std::string words;
    for (const std::string& a : allowed)
        words += (words.empty() ? "" : ", ") + a;
    return custom(std::move(name), words, std::move(preset), std::move(help),
                  [&target, allowed = std::move(allowed)](const std::string& v) {
                      target = v;
                      return std::find(allowed.begin(), allowed.end(), v) != allowed.end();
                  });
}

} // namespace callbox::ini
