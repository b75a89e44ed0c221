// SPDX-License-Identifier: GPL-2.0-or-later
// What a running command has: its values, the terminal, the loop, and the daemons it may ask.
#pragma once
#include "cli/command.h"
#include "control/http.h"
#include <functional>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <optional>

namespace callbox::cli {

using nlohmann::json;

// Where a command speaks to people and programs.
struct Terminal {
    std::ostream& out;
    std::ostream& err;
    bool outIsTerminal = false;
    bool errIsTerminal = false;
    std::size_t width = 0; // columns of `out`; 0: not a terminal, nothing is cut
};

class Context {
public:
    Context(const Values& v, Terminal& t, Loop& l, control::HttpClient& h, std::string programFolder)
        : values(v), terminal(t), loop(l), http(h), programs(std::move(programFolder))
    {
    }
    const Values& values;
    Terminal& terminal;
    Loop& loop;
    control::HttpClient& http;
    std::string programs; // where callboxd and callbox-switchd lie: beside this very program
    // Set by a command that, interrupted, has something to finish: it then ends by itself. A second interruption stops
    // it all the same.
    std::function<void()> onInterrupt;

    [[nodiscard]] bool json() const { return values.flag("json"); }
    [[nodiscard]] std::ostream& out() const { return terminal.out; }
    // A line on standard error.
    void say(const std::string& line) const;
    // A usage mistake that only the command itself can see.
    [[nodiscard]] Exit usage(const std::string& what) const;
    // The JSON document, with "version": 1.
    void print(nlohmann::json document) const;
};

// What an error means for whoever called us.
Exit exitOf(const Error&);

// Absolute, without "." and "..", links kept. "" stays "".
std::string absolutePath(const std::string& path);

// Fields of JSON that came from outside; the preset when it is missing or of another type.
std::string textOf(const nlohmann::json&, const char* key, std::string preset = "");
std::int64_t numberOf(const nlohmann::json&, const char* key, std::int64_t preset = 0);
bool flagOf(const nlohmann::json&, const char* key);
const nlohmann::json& fieldOf(const nlohmann::json&, const char* key); // null when missing
const nlohmann::json& listOf(const nlohmann::json&, const char* key);  // an empty list when missing
template <class T> json orNull(const std::optional<T>& v)
{
    return v ? json(*v) : json(nullptr);
}
// A cell: null and "" are "-", texts as they are, numbers with one decimal at most, all else as JSON writes it.
std::string cell(const nlohmann::json&);
std::string joined(const nlohmann::json& list, const std::string& between = ", "); // of texts; "-" when empty
std::string callerOf(const nlohmann::json& call);                                  // "withheld", else a cell
std::string shortTime(const std::string& iso);                                     // "2026-11-22 14:05:09"
std::string minutes(std::int64_t milliseconds);                                    // "1:05"

} // namespace callbox::cli
