// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemons.h"
#include "cli/table.h"
#include <algorithm>
#include <ostream>

namespace callbox::cli {

namespace {

std::string inWords(const json& line)
{
    return shortTime(textOf(line, "at")) + (flagOf(line, "sent") ? " > " : " < ") + printable(textOf(line, "text"));
}

// The trace loses its oldest lines: what it ended with before is looked for in it.
std::vector<std::string> newLines(const json& before, const json& now)
{
    const json& old = listOf(before, "lines");
    const json& lines = listOf(now, "lines");
    std::size_t known = std::min(old.size(), lines.size());
    while (known > 0 && !std::equal(old.end() - static_cast<std::ptrdiff_t>(known), old.end(), lines.begin()))
        --known;
    std::vector<std::string> out;
    for (std::size_t i = known; i < lines.size(); ++i)
        out.push_back(inWords(lines[i]));
    return out;
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    const std::string modem = v.text("MODEM");
    const Addressed to = co_await addressed(v);
    control::Request request{"GET", "/v1/trace/at/" + control::percentEncode(modem)};
    if (!v.flag("masked"))
        request.query["numbers"] = "1";
    const Found found = co_await findAmong(c, to.daemons, std::move(request));
    json document = json::parse(found.response.body, nullptr, false);
    if (!document.is_object())
        co_await fail(Errc::invalid, found.daemon.who + " answers with what is no JSON");
    document["modem"] = modem;
    if (!found.daemon.box.empty())
        document["box"] = found.daemon.box;
    if (c.json()) {
        c.print(document);
        co_return Exit::ok;
    }
    for (const json& line : listOf(document, "lines"))
        c.out() << inWords(line) << '\n';
    co_return Exit::ok;
}

} // namespace

Command traceAt()
{
    return {.path = {"trace", "at"},
            .summary = "what was said with a modem: AT commands and answers",
            .arguments = {{"MODEM", "its name, as modem status shows it"}},
            .options = {{.name = "with-numbers", .help = "telephone numbers and PDUs whole; so it is anyway"},
                        {.name = "masked", .help = "without numbers and PDUs, to be shown to others"}},
            .address = Address::boxes,
            .watch = true,
            .more = "> we said, < the modem said. A PIN is never shown.",
            .news = newLines,
            .run = run};
}

} // namespace callbox::cli
