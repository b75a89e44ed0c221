// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/generated_config.h"
#include "cli/example_numbers.h"
#include <callbox/hal/dial_plans.h>
#include <fmt/format.h>

namespace callbox::cli {

namespace {

constexpr std::string_view fillIn = "# FILL IN: these are example numbers.\n";

// The key that takes what stands behind "NAME:" in a probed id is the backend's first one.
std::string place(const hal::SpanInfo& s)
{
    const std::string::size_type colon = s.id.find(':');
    const hal::Backend* backend = hal::findBackend(s.id.substr(0, colon));
    const std::string id = colon == std::string::npos ? "" : s.id.substr(colon + 1);
    if (!backend || backend->keys.empty() || !canBeWritten(id))
        return "";
    return fmt::format("backend = {}\n{} = {}\n", backend->name, backend->keys.front().name, id);
}

std::string comment(const std::string& text)
{
    std::string out = "# ";
    for (char c : text)
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    return out + "\n";
}

std::string primaryRate(bool e1)
{
    std::string out =
        e1 ? "type = e1\n# FILL IN: ask the carrier whether the line has CRC-4\ncrc4 = yes\n" : "type = t1\n";
    out += "# which side of Q.931 we are: user towards a public network\nrole = user\n";
    out += fmt::format("# FILL IN: what the carrier's switch speaks\nswitch_type = {}\n", e1 ? "euroisdn" : "ni2");
    return out;
}

std::vector<std::size_t> portsFacing(const hal::SpanInfo& s, hal::PortKind kind)
{
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < s.ports.size(); ++i)
        if (s.ports[i] == kind)
            out.push_back(i + 1);
    return out;
}

// "1-4, 7"
std::string ranges(const std::vector<std::size_t>& ports)
{
    std::string out;
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const std::size_t first = ports[i];
        while (i + 1 < ports.size() && ports[i + 1] == ports[i] + 1)
            ++i;
        out +=
            (out.empty() ? "" : ", ") + std::to_string(first) + (ports[i] > first ? fmt::format("-{}", ports[i]) : "");
    }
    return out;
}

// A section has lines of one kind; where a bank has both, those of an exchange are what a box is for.
std::string analogBank(const hal::SpanInfo& s, const std::string& access, const std::string& link)
{
    const auto exchange = portsFacing(s, hal::PortKind::fxo), telephone = portsFacing(s, hal::PortKind::fxs);
    const auto& ours = exchange.empty() ? telephone : exchange;
    std::string out = "type = analog\n";
    if (ours.empty())
        out += "# FILL IN: what the ports in use face. An exchange: fxs_ks, or fxs_ls if it does not open the loop\n"
               "# when a caller hangs up; telephones: fxo_ks\nsignalling = fxs_ks\n";
    else if (exchange.empty())
        out += "# its ports face telephones, or a PBX that takes them for its exchange\nsignalling = fxo_ks\n";
    else
        out += "# FILL IN: fxs_ks if the exchange opens the loop for a moment when a caller hangs up, else fxs_ls\n"
               "signalling = fxs_ks\n";
    out += "# FILL IN: the country whose tones, ring and caller id the lines have, as de, gb or us\nline_profile =\n"
           "# FILL IN: the ports that have a line, each with its number, an access number or a link number, as\n";
    out += fmt::format("# number = {} {}", ours.empty() ? 1 : ours.front(), access);
    out += ours.size() == 1 ? "\n" : fmt::format(" {} {}\n", ours.empty() ? 2 : ours[1], link);
    if (!ours.empty())
        out += "# Ports there are: " + ranges(ours) + ".";
    if (!exchange.empty() && !telephone.empty())
        out += " Not " + ranges(telephone) + ": towards telephones, they cannot be used beside these.";
    return out + (ours.empty() ? "" : "\n") + "number =\n";
}

std::string spanSection(const hal::SpanInfo& s, int number, const std::string& access, const std::string& link)
{
    const std::string where = place(s);
    if (where.empty())
        return comment("Left out, its id cannot be written here: " + s.id) + "\n";
    const bool analog = s.type == hal::SpanType::analog;
    std::string out = s.model.empty() ? "" : comment(s.model);
    out += fmt::format("[span trunk{}]\n{}", number, where);
    out += analog ? "" : "# trunk: towards the exchange; tie: between switch and box\n";
    out += "use = trunk\n";
    return out + (analog ? analogBank(s, access, link) : primaryRate(s.type == hal::SpanType::e1)) + "\n";
}

// The country of a number of the box is its lines'; +1 is what lines have without one.
std::string countryLine(const std::string& access)
{
    const auto number = PhoneNumber::parse(access);
    const hal::CountryPlan* plan = number ? hal::countryPlanOf(*number) : nullptr;
    if (plan && plan->code != "us")
        return fmt::format("# whose dial plan its lines have\ncountry = {}\n", plan->code);
    return "# FILL IN: outside +1, whose dial plan its lines have\n#country = de\n";
}

// Where callbox looks for the daemon of this machine, unless messages are kept somewhere else: then it is a second one,
// or somebody's trial, which may not write there.
std::string controlLine(const GeneratedFrom& from)
{
    if (from.state == GeneratedFrom().state)
        return fmt::format("# where callbox finds it without --socket\ncontrol = {}\n", from.control);
    return fmt::format("# callbox finds it with --socket {}/control.sock\n", from.state);
}

} // namespace

bool canBeWritten(const std::string& value)
{
    for (const char* mark : {"\n", "\r", " #", " ;", "\t#", "\t;"})
        if (value.find(mark) != std::string::npos)
            return false;
    return !value.empty() && value.front() != ' ' && value.back() != ' ';
}

std::string generatedConfig(const GeneratedFrom& from)
{
    const ExampleNumbers examples = exampleNumbers({from.access, from.poolFirst, from.poolLast, from.allow});
    const auto& [access, link, linkLast, allow] = examples;
    const auto mark = [](bool given) { return given ? std::string_view() : fillIn; };
    std::string out = "# Made by callbox config generate. callbox config check tells whether it is right,\n"
                      "# callbox config show --effective every key there is.\n\n";
    out += fmt::format("[box]\n# unique in the fleet\nid = {}\n# messages and all that must outlive the program\n"
                       "state = {}\n{}{}# its callers leave a message without having been diverted\n{}access = {}\n\n",
                       from.id, from.state, controlLine(from), countryLine(access), mark(!from.access.empty()), access);
    out += fmt::format(
        "# the box's own link numbers, which recipients dial to listen\n[pool]\n{}first = {}\nlast = {}\n\n",
        mark(!from.poolFirst.empty()), link, linkLast);
    out += fmt::format("# whom messages may be left for; nobody else is ever called or texted\n[recipients]\n{}allow = "
                       "{}\n\n",
                       mark(!from.allow.empty()), allow);
    int number = 0;
    for (const hal::SpanInfo& s : from.spans)
        out += spanSection(s, ++number, access, link);
    if (!from.virtualSocket.empty())
        out += fmt::format("[span trunk{}]\nbackend = virtual\nuse = trunk\ntype = e1\nrole = user\nconnect = {}\n\n",
                           ++number, from.virtualSocket);
    if (!from.serialDevices.empty())
        out +=
            "# Take the marks away for each device that is a GSM modem; a modem with several ports answers on one.\n";
    number = 0;
    for (const std::string& device : from.serialDevices)
        out += canBeWritten(device) ? fmt::format("#[modem modem{}]\n#device = {}\n", ++number, device) : "";
    return out;
}

} // namespace callbox::cli
