// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/numbers.h"
#include <fmt/format.h>
#include <ostream>

namespace callbox::cli {

namespace {

constexpr Duration learnLimit = 120s; // pulses take their time

// "480+620/500 0/500 at -13.2 dBm0 (the profile says 425/500 0/500)", or why nothing was measured.
std::string told(const json& m)
{
    const json& tone = fieldOf(m, "tone");
    const std::string profile = textOf(m, "profile");
    if (!tone.is_string())
        return textOf(m, "error") + " (the profile says " + profile + ")";
    const std::string measured =
        fmt::format("{} at {:.1f} dBm0", tone.get<std::string>(), fieldOf(m, "dbm0").get<double>());
    return measured +
           (fieldOf(m, "fits") == json(true) ? ", as the profile says" : " (the profile says " + profile + ")");
}

void tell(Context& c, const json& answer)
{
    const json& dial = fieldOf(answer, "dial");
    const json& after = fieldOf(answer, "after");
    c.out() << "Line " << textOf(answer, "line") << ", profile " << textOf(answer, "profile") << ":\n"
            << "  before dialling: " << told(dial) << '\n'
            << "  after it:        " << told(after) << '\n';
    if (fieldOf(dial, "fits") == json(false) && fieldOf(dial, "tone").is_string())
        c.out() << "In the span's section: tone_dial = " << textOf(dial, "tone") << '\n';
    if (fieldOf(after, "fits") == json(false) && fieldOf(after, "tone").is_string())
        c.out() << "In the span's section, if the number was busy: tone_busy = " << textOf(after, "tone") << '\n';
}

Task<Exit> run(Context& c)
{
    const std::string name = c.values.text("NAME");
    if (const std::string trouble = numberTrouble(c.values, "number"); !trouble.empty())
        co_return c.usage("line learn: " + trouble);
    const Addressed to = co_await addressed(c.values);
    control::Request request{"POST", "/v1/lines/" + name + "/learn"};
    request.body = json{{"number", c.values.text("number")}}.dump();
    const Found found = co_await findAmong(c, to.daemons, std::move(request), learnLimit);
    const json answer = json::parse(found.response.body, nullptr, false);
    if (c.json())
        c.print(answer);
    else
        tell(c, answer);
    const bool fits = answer.is_object() && fieldOf(fieldOf(answer, "dial"), "fits") == json(true) &&
                      fieldOf(fieldOf(answer, "after"), "fits") == json(true);
    co_return fits ? Exit::ok : Exit::problem;
}

} // namespace

Command lineLearn()
{
    return {
        .path = {"line", "learn"},
        .summary = "measure an analog line's tones from a test call",
        .arguments = {{"NAME", "the line: its span and port, as lines1/3"}},
        .options =
            {{.name = "number", .value = "N", .help = "whom to call: a number that is busy now", .required = true}},
        .address = Address::boxes,
        .breaks = "the line takes no call for half a minute.",
        .more =
            "Of a box's own lines; a switch places no such call. Exit code 1: a tone was not heard, or is not what\n"
            "the profile says.",
        .run = run};
}

} // namespace callbox::cli
