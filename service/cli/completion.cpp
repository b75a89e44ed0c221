// SPDX-License-Identifier: GPL-2.0-or-later
// Completion for bash: the table of commands as a shell function. To use it: source <(callbox completion bash)
#include "cli/help.h"
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace callbox::cli {

namespace {

// One case per command: the options, and what may follow the one before the cursor.
std::string caseOf(const Command& c)
{
    std::string names;
    std::string values;
    for (const Option& o : optionsOf(c)) {
        names += (names.empty() ? "" : " ") + ("--" + o.name);
        if (o.value.empty())
            continue;
        std::string offer = ":"; // a value that nobody can guess
        if (o.completes == Completes::folder)
            offer = "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$word\")";
        else if (o.completes == Completes::file)
            offer = "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\")";
        else if (!o.choices.empty()) {
            std::string choices;
            for (const std::string& choice : o.choices)
                choices += (choices.empty() ? "" : " ") + choice;
            offer = fmt::format("mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\")", choices);
        }
        values += fmt::format("                --{}) {}; return ;;\n", o.name, offer);
    }
    std::string arguments;
    for (const Argument& a : c.arguments)
        if (a.completes == Completes::file)
            arguments =
                "            [[ $word == -* ]] || { compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "
                "\"$word\"); return; }\n";
    return fmt::format("        '{}')\n            case $before in\n{}            esac\n{}            "
                       "mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\")\n            ;;\n",
                       c.words(), values, arguments, names);
}

std::string words(const std::set<std::string>& all)
{
    std::string out;
    for (const std::string& w : all)
        out += (out.empty() ? "" : " ") + w;
    return out;
}

} // namespace

std::string bashCompletion(const std::vector<Command>& table)
{
    std::set<std::string> nouns, alone;                         // alone: commands of one word
    std::map<std::string, std::set<std::string>> verbs, thirds; // thirds: by the two words before
    std::string cases;
    for (const Command& c : table) {
        if (c.hidden)
            continue;
        nouns.insert(c.path[0]);
        if (c.path.size() == 1)
            alone.insert(c.path[0]);
        if (c.path.size() > 1)
            verbs[c.path[0]].insert(c.path[1]);
        if (c.path.size() > 2)
            thirds[c.path[0] + " " + c.path[1]].insert(c.path[2]);
        cases += caseOf(c);
    }
    std::string second;
    for (const auto& [noun, all] : verbs)
        second += fmt::format("            {}) mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\"); return ;;\n",
                              noun, words(all));
    std::string third;
    for (const auto& [begun, all] : thirds)
        third += fmt::format("        '{}')\n"
                             "            if ((COMP_CWORD == 3)); then\n"
                             "                mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\")\n"
                             "                return\n"
                             "            fi\n"
                             "            command=\"$command ${{COMP_WORDS[3]}}\" ;;\n",
                             begun, words(all));
    return fmt::format("# bash completion for callbox; made by: callbox completion bash\n"
                       "_callbox() {{\n"
                       "    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}\n"
                       "    local noun=${{COMP_WORDS[1]}} command\n"
                       "    COMPREPLY=()\n"
                       "    if ((COMP_CWORD == 1)); then\n"
                       "        mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\")\n"
                       "        return\n"
                       "    fi\n"
                       "    if ((COMP_CWORD == 2)); then\n"
                       "        case $noun in\n{}        esac\n"
                       "    fi\n"
                       "    command=\"$noun ${{COMP_WORDS[2]}}\"\n"
                       "    case $noun in {}) command=$noun ;; esac\n"
                       "    case $command in\n{}    esac\n"
                       "    case $command in\n{}    esac\n"
                       "}}\n"
                       "complete -F _callbox callbox\n",
                       words(nouns), second, fmt::format("{}", fmt::join(alone, "|")), third, cases);
}

} // namespace callbox::cli
