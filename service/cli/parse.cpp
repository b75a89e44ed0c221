// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/parse.h"
#include "cli/daemons.h"
#include <algorithm>
#include <boost/program_options.hpp>
#include <callbox/base/nearest.h>
#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace callbox::cli {

namespace po = boost::program_options;

std::string Command::words() const
{
    std::string out;
    for (const std::string& word : path)
        out += (out.empty() ? "" : " ") + word;
    return out;
}

std::string Values::text(const std::string& name) const
{
    if (const auto it = texts_.find(name); it != texts_.end())
        return it->second;
    const auto it = presets_.find(name);
    return it == presets_.end() ? "" : it->second;
}

std::int64_t Values::number(const std::string& name) const
{
    const std::string t = text(name);
    std::int64_t n = 0;
    std::from_chars(t.data(), t.data() + t.size(), n); // checked by the parser
    return n;
}

double Values::decimal(const std::string& name) const
{
    const std::string t = text(name);
    double n = 0;
    std::from_chars(t.data(), t.data() + t.size(), n); // checked by the parser
    return n;
}

std::vector<Option> optionsOf(const Command& c)
{
    std::vector<Option> all = c.options;
    if (c.address == Address::lab)
        all.push_back({.name = "dir",
                       .value = "DIR",
                       .help = "the lab's folder",
                       .required = true,
                       .completes = Completes::folder});
    if (c.address == Address::boxes || c.address == Address::boxesOrSwitch || c.address == Address::switching)
        all.push_back({.name = "dir",
                       .value = "DIR",
                       .help = "a lab's folder, instead of this machine's daemon",
                       .completes = Completes::folder});
    if (c.address == Address::boxes || c.address == Address::boxesOrSwitch)
        all.push_back({.name = "box", .value = "ID", .help = "this box of the lab only"});
    if (c.address == Address::boxesOrSwitch)
        all.push_back({.name = "switch", .help = "the lab's switch"});
    if (c.address != Address::none && c.address != Address::lab)
        all.push_back({.name = "socket",
                       .value = "PATH",
                       .help = "the daemon's control socket",
                       .preset = std::string(localSocket),
                       .completes = Completes::file});
    if (c.watch) {
        all.push_back({.name = "watch",
                       .help = "again and again, until interrupted: a terminal is drawn anew, a pipe or file gets what "
                               "changed, a line (with --json a document) a change"});
        all.push_back({.name = "every",
                       .value = "S",
                       .help = "seconds between two looks with --watch",
                       .preset = "1",
                       .decimal = {{0.1, 3600}}});
    }
    if (c.json)
        all.push_back({.name = "json", .help = "JSON on standard output, for programs"});
    if (!c.breaks.empty())
        all.push_back({.name = "yes", .help = "yes, do it"});
    all.push_back({.name = "help", .help = "this text"});
    return all;
}

namespace {

Error usage(std::string what)
{
    return Error{Errc::invalid, std::move(what)};
}

std::string didYouMean(const std::string& word, const std::vector<std::string>& known)
{
    const auto near = nearest(word, known);
    return near ? "; did you mean " + *near + "?" : "";
}

// The words of all commands that a user may see.
std::vector<std::string> visible(const std::vector<Command>& table)
{
    std::vector<std::string> out;
    for (const Command& c : table)
        if (!c.hidden)
            out.push_back(c.words());
    return out;
}

// What may follow the first `n` words; nothing: they begin no command.
std::vector<std::string> next(const std::vector<Command>& table, const std::vector<std::string>& words, std::size_t n)
{
    std::vector<std::string> out;
    for (const Command& c : table) {
        const bool begins =
            c.path.size() > n && std::equal(c.path.begin(), c.path.begin() + std::ptrdiff_t(n), words.begin());
        if (!c.hidden && begins && (out.empty() || out.back() != c.path[n]))
            out.push_back(c.path[n]);
    }
    return out;
}

std::string joined(const std::vector<std::string>& words, std::size_t n, const std::string& between)
{
    std::string out;
    for (std::size_t i = 0; i < n; ++i)
        out += (i ? between : "") + words[i];
    return out;
}

Error unknownCommand(const std::vector<Command>& table, const std::vector<std::string>& words)
{
    const std::string noun = words[0];
    std::size_t n = 0;
    while (n < words.size() && !next(table, words, n + 1).empty())
        ++n;
    if (n > 0) {
        const std::vector<std::string> known = next(table, words, n);
        const std::string verbs = joined(known, known.size(), ", ");
        const std::string begun = joined(words, n, " ");
        if (words.size() == n || words[n].starts_with("-"))
            return usage(begun + ": which of " + verbs + "?");
        const std::string near = didYouMean(words[n], known);
        return usage("no command \"" + begun + " " + words[n] + "\"" + (near.empty() ? "; there is " + verbs : near));
    }
    const std::string both = words.size() > 1 && !words[1].starts_with("-") ? noun + " " + words[1] : noun;
    std::vector<std::string> known = visible(table);
    for (const Command& c : table)
        if (!c.hidden)
            known.push_back(c.path[0]);
    std::string near = didYouMean(both, known);
    if (near.empty())
        near = didYouMean(noun, known);
    return usage("no command \"" + both + "\"" + (near.empty() ? "; callbox help lists them" : near));
}

const Command* find(const std::vector<Command>& table, const std::vector<std::string>& words)
{
    const Command* best = nullptr;
    for (const Command& c : table)
        if (c.path.size() <= words.size() && std::equal(c.path.begin(), c.path.end(), words.begin()) &&
            (!best || c.path.size() > best->path.size()))
            best = &c;
    return best;
}

po::options_description describe(const std::vector<Option>& options)
{
    po::options_description d;
    for (const Option& o : options) {
        if (o.value.empty())
            d.add_options()(o.name.c_str(), po::bool_switch(), "");
        else
            d.add_options()(o.name.c_str(), po::value<std::string>(), "");
    }
    d.add_options()("(arguments)", po::value<std::vector<std::string>>(), "");
    return d;
}

Error unknownOption(const Command& c, const std::string& given, const std::vector<Option>& options)
{
    std::vector<std::string> known;
    for (const Option& o : options)
        known.push_back("--" + o.name);
    const std::string near = didYouMean(given, known);
    return usage(c.words() + " has no option " + given +
                 (near.empty() ? "; callbox " + c.words() + " --help tells them" : near));
}

Result<po::variables_map> readWords(const Command& c, const std::vector<Option>& options,
                                    const std::vector<std::string>& words)
{
    namespace style = po::command_line_style;
    const po::options_description described = describe(options);
    po::positional_options_description places;
    places.add("(arguments)", -1);
    try {
        po::variables_map map;
        po::store(po::command_line_parser(words)
                      .options(described)
                      .positional(places)
                      .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next |
                             style::allow_short | style::allow_dash_for_short | style::short_allow_next)
                      .run(),
                  map);
        return map;
    } catch (const po::unknown_option& e) {
        return unknownOption(c, e.get_option_name(), options);
    } catch (const po::multiple_occurrences& e) {
        return usage(c.words() + ": --" + e.get_option_name().substr(e.get_option_name().find_first_not_of('-')) +
                     " is given twice");
    } catch (const po::error& e) {
        return usage(c.words() + ": " + e.what());
    }
}

// All that is said goes on as JSON, or is shown.
bool isUtf8(const std::string& text)
{
    try {
        (void)nlohmann::json(text).dump();
        return true;
    } catch (const nlohmann::json::exception&) {
        return false;
    }
}

Result<void> checkValue(const Option& o, const std::string& v)
{
    if (!isUtf8(v))
        return usage("--" + o.name + ": its value is no UTF-8; is the terminal set to another character set?");
    const std::string given = "--" + o.name + " " + v + ": ";
    if (!o.choices.empty() && std::find(o.choices.begin(), o.choices.end(), v) == o.choices.end()) {
        std::string allowed;
        for (const std::string& choice : o.choices)
            allowed += (allowed.empty() ? "" : ", ") + choice;
        return usage(given + "one of " + allowed);
    }
    if (o.range) {
        std::int64_t n = 0;
        const auto [stop, ec] = std::from_chars(v.data(), v.data() + v.size(), n);
        if (ec != std::errc() || stop != v.data() + v.size() || n < o.range->first || n > o.range->second)
            return usage(given + "a whole number from " + std::to_string(o.range->first) + " to " +
                         std::to_string(o.range->second));
    }
    if (o.decimal) {
        double n = 0;
        const auto [stop, ec] = std::from_chars(v.data(), v.data() + v.size(), n);
        if (ec != std::errc() || stop != v.data() + v.size() || !(n >= o.decimal->first && n <= o.decimal->second))
            return usage(given + fmt::format("a number from {} to {}", o.decimal->first, o.decimal->second));
    }
    return {};
}

} // namespace

struct Parser {
    static Result<void> takeOptions(const Command& c, const std::vector<Option>& options, const po::variables_map& map,
                                    Values& values)
    {
        for (const Option& o : options) {
            if (!o.preset.empty())
                values.presets_[o.name] = o.preset;
            const auto it = map.find(o.name);
            if (o.value.empty()) {
                if (it != map.end() && it->second.as<bool>())
                    values.texts_[o.name] = "yes";
                continue;
            }
            if (it == map.end()) {
                if (o.required)
                    return usage(c.words() + ": --" + o.name + " " + o.value + " is needed: " + o.help);
                continue;
            }
            const auto& v = it->second.as<std::string>();
            if (auto r = checkValue(o, v); !r)
                return r.error().because(c.words());
            values.texts_[o.name] = v;
        }
        return {};
    }

    static Result<void> takeArguments(const Command& c, const po::variables_map& map, Values& values)
    {
        std::vector<std::string> given;
        if (const auto it = map.find("(arguments)"); it != map.end())
            given = it->second.as<std::vector<std::string>>();
        for (std::size_t i = 0; i < c.arguments.size(); ++i) {
            if (i < given.size() && !isUtf8(given[i]))
                return usage(c.words() + ": " + c.arguments[i].name +
                             " is no UTF-8; is the terminal set to another character set?");
            if (i < given.size())
                values.texts_[c.arguments[i].name] = given[i];
            else if (c.arguments[i].required)
                return usage(c.words() + ": " + c.arguments[i].name + " is missing: " + c.arguments[i].help);
        }
        if (given.size() > c.arguments.size())
            return usage(c.words() + ": \"" + given[c.arguments.size()] + "\" is one word too many");
        return {};
    }
};

namespace {

// An order is not to reach a daemon that was not meant.
Result<void> whoIsMeant(const Command& c, const Values& v)
{
    const auto options = optionsOf(c);
    const auto has = [&](const char* name) {
        return std::any_of(options.begin(), options.end(), [=](const Option& o) { return o.name == name; });
    };
    if (c.address == Address::none || c.address == Address::lab || !has("dir"))
        return {};
    const bool box = has("box") && v.has("box"), theSwitch = has("switch") && v.flag("switch");
    if (!v.has("dir") && (box || theSwitch))
        return usage(c.words() + (box ? ": --box" : ": --switch") +
                     " chooses among the daemons of a lab: --dir DIR is needed; on a machine of its own --socket PATH "
                     "says which daemon");
    if (box && theSwitch)
        return usage(c.words() + ": --box or --switch, not both");
    if (v.has("dir") && v.has("socket"))
        return usage(c.words() + ": --dir or --socket, not both");
    return {};
}

} // namespace

Result<Parsed> parse(const std::vector<Command>& table, const std::vector<std::string>& words)
{
    if (words.empty())
        return usage("a command is needed; callbox help lists them");
    Parsed p;
    p.command = find(table, words);
    if (!p.command)
        return unknownCommand(table, words);
    const std::vector<Option> options = optionsOf(*p.command);
    const std::vector<std::string> rest(words.begin() + std::ptrdiff_t(p.command->path.size()), words.end());
    if (std::find(rest.begin(), rest.end(), "--help") != rest.end()) {
        p.help = true;
        return p;
    }
    auto map = readWords(*p.command, options, rest);
    if (!map)
        return map.error();
    if (auto r = Parser::takeOptions(*p.command, options, *map, p.values); !r)
        return r.error();
    if (auto r = whoIsMeant(*p.command, p.values); !r)
        return r.error();
    if (auto r = Parser::takeArguments(*p.command, *map, p.values); !r)
        return r.error();
    return p;
}

} // namespace callbox::cli
