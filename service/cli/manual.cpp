// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/manual.h"
#include "cli/help.h"
#include <algorithm>
#include <fmt/format.h>

namespace callbox::cli {

namespace {

// One character of UTF-8 as roff names it; `at` moves behind it.
std::string named(std::string_view text, std::size_t& at)
{
    const auto lead = static_cast<unsigned char>(text[at++]);
    const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    std::uint32_t code = more == 3 ? lead & 0x07U : more == 2 ? lead & 0x0FU : lead & 0x1FU;
    for (std::size_t i = 0; i < more && at < text.size(); ++i)
        code = code << 6 | (static_cast<unsigned char>(text[at++]) & 0x3FU);
    return fmt::format("\\[u{:04X}]", code);
}

// Text as roff takes it: nothing in it is a request or an escape, a hyphen stays one that can be copied.
std::string roff(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const bool lineStart = at == 0 || text[at - 1] == '\n';
        if (lineStart && (c == '.' || c == '\''))
            out += "\\&";
        if (static_cast<unsigned char>(c) >= 0x80) {
            out += named(text, at);
            continue;
        }
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else if (c == '\'')
            out += "\\(aq";
        else if (c == '`')
            out += "\\(ga";
        else if (c == '^')
            out += "\\(ha";
        else if (c == '~')
            out += "\\(ti";
        else if (c == '"')
            out += "\\(dq";
        else
            out += c;
        ++at;
    }
    return out;
}

std::string hyphenated(const Command& c)
{
    std::string words = c.words();
    std::replace(words.begin(), words.end(), ' ', '-');
    return "callbox-" + words;
}

std::string upper(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
    return text;
}

// Words are not broken: what stands there can be searched and copied.
std::string head(const std::string& page, const std::string& version, const std::string& summary)
{
    return ".\\\" Made from the table of commands when Callbox was built.\n" +
           fmt::format(".TH \"{}\" 1 \"\" \"Callbox {}\" \"Callbox manual\"\n.nh\n.ad l\n.SH NAME\n{} \\- {}\n",
                       roff(upper(page)), roff(version), roff(page), roff(summary));
}

std::string exitStatus()
{
    std::string out = ".SH EXIT STATUS\n";
    for (const auto& [code, words] : exitCodes())
        out += fmt::format(".TP\n.B {}\n{}\n", code, roff(words));
    return out;
}

// "callbox box status [--dir DIR] ..": what must be given without brackets.
std::string synopsis(const Command& c)
{
    std::string out = fmt::format(".SH SYNOPSIS\n.B {}\n", roff("callbox " + c.words()));
    for (const Argument& a : c.arguments)
        out += a.required ? fmt::format(".I {}\n", roff(a.name)) : fmt::format(".RI [ {} ]\n", roff(a.name));
    for (const Option& o : optionsOf(c)) {
        std::string text = "\\fB" + roff("--" + o.name) + "\\fR";
        if (!o.value.empty())
            text += " \\fI" + roff(o.value) + "\\fR";
        out += o.required ? text + "\n" : "[" + text + "]\n";
    }
    return out;
}

std::string options(const Command& c)
{
    std::string out;
    if (!c.arguments.empty()) {
        out += ".SH ARGUMENTS\n";
        for (const Argument& a : c.arguments)
            out +=
                fmt::format(".TP\n.I {}\n{}\n", roff(a.name), roff(a.help + (a.required ? "" : " (may be left out)")));
    }
    out += ".SH OPTIONS\n";
    for (const Option& o : optionsOf(c)) {
        out += ".TP\n.B " + roff("--" + o.name);
        if (!o.value.empty())
            out += " \\fI" + roff(o.value) + "\\fR";
        out += "\n" + roff(describe(o)) + "\n";
    }
    return out;
}

ManualPage pageOf(const Command& c, const std::string& version)
{
    const std::string name = hyphenated(c);
    std::string text = head(name, version, c.summary) + synopsis(c);
    if (!c.breaks.empty() || !c.more.empty())
        text += ".SH DESCRIPTION\n";
    if (!c.breaks.empty())
        text += roff("It breaks something: " + c.breaks + " Therefore it wants --yes.") + "\n";
    if (!c.more.empty())
        text += (c.breaks.empty() ? "" : ".PP\n") + roff(c.more) + "\n";
    text += options(c) + exitStatus() + ".SH SEE ALSO\n.BR callbox (1)\n";
    return {name + ".1", std::move(text)};
}

ManualPage overviewPage(const std::vector<Command>& table, const std::string& version)
{
    std::string text = head("callbox", version, "messages, boxes, switch and lab from the command line") +
                       ".SH SYNOPSIS\n.B callbox\n.I NOUN VERB\n[options]\n.SH DESCRIPTION\n" +
                       roff("callbox is the one tool for people: it asks the daemons of this machine or of a lab, and "
                            "prints a table, or with --json a document for programs. JSON goes to standard output "
                            "alone, all else to standard error.") +
                       "\n.SH COMMANDS\n";
    std::string seeAlso;
    std::string noun;
    for (const Command& c : table) {
        if (c.hidden)
            continue;
        if (c.path[0] != noun)
            text += ".SS " + roff(c.path[0]) + "\n";
        noun = c.path[0];
        text += ".TP\n.B " + roff(c.words());
        for (const Argument& a : c.arguments)
            text += " \\fI" + roff(a.required ? a.name : "[" + a.name + "]") + "\\fR";
        text += "\n" + roff(c.summary) + "\n";
        seeAlso += (seeAlso.empty() ? "" : " ,\n") + (".BR " + roff(hyphenated(c))) + " (1)";
    }
    text += exitStatus() + ".SH SEE ALSO\n" + seeAlso + "\n";
    return {"callbox.1", std::move(text)};
}

} // namespace

std::vector<ManualPage> manualPages(const std::vector<Command>& table, const std::string& version)
{
    std::vector<ManualPage> pages{overviewPage(table, version)};
    for (const Command& c : table)
        if (!c.hidden)
            pages.push_back(pageOf(c, version));
    return pages;
}

} // namespace callbox::cli
