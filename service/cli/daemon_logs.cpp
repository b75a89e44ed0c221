// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/daemon_logs.h"
#include "cli/bundle.h"
#include "cli/survey.h"
#include <callbox/base/ini.h>
#include <cctype>
#include <filesystem>
#include <sstream>

namespace callbox::cli {

namespace {

namespace fs = std::filesystem;

bool isOfAnId(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

bool speaksOf(const std::string& line, const std::string& call)
{
    for (std::size_t at = line.find(call); at != std::string::npos; at = line.find(call, at + 1)) {
        const std::size_t end = at + call.size();
        if ((at == 0 || !isOfAnId(line[at - 1])) && (end == line.size() || !isOfAnId(line[end])))
            return true;
    }
    return false;
}

} // namespace

std::vector<WrittenLog> logsOf(const Values& v, const Daemon& d, const std::string& config, std::size_t most)
{
    std::vector<WrittenLog> out;
    const std::string path = configPathOf(v, d);
    std::vector<ini::Problem> said;
    for (const ini::Section& s : ini::parse(config, path, said).sections)
        for (const ini::Entry& e : s.entries)
            if (e.key == "log" && !e.value.empty() && (s.kind == "box" || s.kind == "switch")) {
                const std::string place = ofAnotherMachine(v) ? absolutePath(v.text("root")) + e.value : e.value;
                out.push_back({"log.txt", place, endOfFile(place, most)});
            }
    if (v.has("dir")) { // a lab's daemons print where lab.json says
        const std::string place = fs::path(path).parent_path().string() + "/log";
        out.push_back({"output.txt", place, endOfFile(place, most)});
    }
    return out;
}

std::vector<std::string> journalOfDaemons()
{
    return {"journalctl", "--no-pager", "--quiet", "-n", "5000", "-u", "callboxd", "-u", "callbox-switchd"};
}

std::string linesOf(const std::string& text, const std::string& call)
{
    std::string out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (speaksOf(line, call))
            out += line + '\n';
    return out;
}

} // namespace callbox::cli
