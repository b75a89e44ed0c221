// SPDX-License-Identifier: GPL-2.0-or-later
// One command of the tool: its words, what may follow them, how it runs. Parsing, help and shell completion all come
// from this table; a new command is one file in commands/.
#pragma once
#include <callbox/base/task.h>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace callbox::cli {

// What the process ends with. Scripts rely on it.
enum class Exit {
    ok = 0,
    problem = 1, // the answer is no, or something is wrong
    usage = 2,
    notReached = 3,   // the daemon asked does not run or does not answer
    notPermitted = 4, // its socket, or a file, is not ours to open
};

enum class Completes { nothing, file, folder }; // what a shell offers

struct Option {
    std::string name;        // "boxes", for --boxes
    std::string value = {};  // what follows it, for people: "N"; empty: a flag
    std::string help = {};   // one line
    std::string preset = {}; // used and shown when it is absent
    bool required = false;
    std::vector<std::string> choices = {};                           // nothing else is allowed
    std::optional<std::pair<std::int64_t, std::int64_t>> range = {}; // a whole number within
    std::optional<std::pair<double, double>> decimal = {};           // a number within
    Completes completes = Completes::nothing;
};

struct Argument {     // by its place
    std::string name; // "ID"
    std::string help;
    bool required = true;
    Completes completes = Completes::nothing;
};

// The options that many commands share.
enum class Address {
    none,
    lab,           // --dir DIR, required
    boxes,         // --dir DIR [--box ID], --socket: a lab's boxes, or the local daemon
    boxesOrSwitch, // the same with --switch
    switching,     // --dir DIR, --socket: a lab's switch, or the local daemon
};

class Context;
class Values;

struct Command {
    std::vector<std::string> path; // {"box", "status"}
    std::string summary;           // one line
    std::vector<Argument> arguments = {};
    std::vector<Option> options = {};
    Address address = Address::none;
    bool json = true;
    bool watch = false;
    // What it breaks, for people: it then runs only with --yes. "" = nothing.
    std::string breaks = {};
    std::string more = {}; // paragraphs after the options in its help
    bool hidden = false;
    // What is new in its document, for --watch into a file or a pipe; null: told field by field. `before`: null at
    // first.
    std::vector<std::string> (*news)(const nlohmann::json& before, const nlohmann::json& now) = nullptr;
    // With these values it goes on until it is interrupted, which then is its good end. Null: never.
    bool (*endless)(const Values&) = nullptr;
    Task<Exit> (*run)(Context&) = nullptr;
    int (*direct)(const Values&) = nullptr; // instead of run: a process with a loop of its own

    [[nodiscard]] std::string words() const; // "box status"
};

// Every command, by its words. Made by CMake from commands/.
const std::vector<Command>& allCommands();
// All options of a command, the shared ones included.
std::vector<Option> optionsOf(const Command&);

// What was given, checked against the table.
class Values {
public:
    [[nodiscard]] bool has(const std::string& name) const { return texts_.contains(name); } // given, not preset
    [[nodiscard]] bool flag(const std::string& name) const { return has(name); }
    // Given or preset; "" when neither.
    [[nodiscard]] std::string text(const std::string& name) const;
    [[nodiscard]] std::int64_t number(const std::string& name) const;
    [[nodiscard]] double decimal(const std::string& name) const;

private:
    friend struct Parser;
    std::map<std::string, std::string> texts_, presets_;
};

} // namespace callbox::cli
