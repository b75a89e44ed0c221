// SPDX-License-Identifier: GPL-2.0-or-later
// Reading and binding of configuration files; the binders are in ini_keys.cpp.
#include <algorithm>
#include <callbox/base/ini.h>
#include <callbox/base/nearest.h>
#include <callbox/base/secret_names.h>
#include <callbox/base/whole_file.h>
#include <cctype>

namespace callbox::ini {

namespace {

std::string_view trim(std::string_view s)
{
    const auto first = s.find_first_not_of(" \t\r");
    if (first == std::string_view::npos)
        return {};
    return s.substr(first, s.find_last_not_of(" \t\r") - first + 1);
}

// '#' and ';' start a comment at the line's start or after a blank; inside a value they are text.
std::string_view withoutComment(std::string_view line)
{
    for (std::size_t i = 0; i < line.size(); ++i)
        if ((line[i] == '#' || line[i] == ';') && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t'))
            return line.substr(0, i);
    return line;
}

// The letters a line or a key begins with.
std::string_view word(std::string_view text)
{
    const auto end =
        std::find_if(text.begin(), text.end(), [](unsigned char c) { return !std::isalpha(c) && c != '_'; });
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// What is wrong is told on standard error and in logs; a secret is not, wherever it stands.
std::string shown(const std::string& key, const std::string& value)
{
    if (!mayNameSecret(key))
        return key + " = " + value;
    return std::string(word(key)) + " = " + (value.empty() ? "" : "***");
}

std::string shownLine(std::string_view line)
{
    const std::string_view key = trim(line.substr(0, line.find('=')));
    const std::string_view first = word(line);
    return mayNameSecret(first) || mayNameSecret(key) ? std::string(first) + " ***" : std::string(line);
}

void parseSectionLine(std::string_view text, int line, Document& doc, std::vector<Problem>& problems)
{
    if (text.back() != ']') {
        problems.push_back({doc.file, line, std::string(text) + ": a section is [KIND] or [KIND NAME]"});
        return;
    }
    const std::string_view inner = trim(text.substr(1, text.size() - 2));
    const auto blank = inner.find_first_of(" \t");
    Section s;
    s.kind = inner.substr(0, blank);
    if (blank != std::string_view::npos)
        s.name = trim(inner.substr(blank));
    s.line = line;
    if (s.kind.empty())
        problems.push_back({doc.file, line, "[]: a section is [KIND] or [KIND NAME]"});
    else
        doc.sections.push_back(std::move(s));
}

void parseEntryLine(std::string_view text, int line, Document& doc, std::vector<Problem>& problems)
{
    const auto equals = text.find('=');
    const std::string_view key = trim(text.substr(0, equals));
    if (equals == std::string_view::npos || key.empty()) {
        problems.push_back({doc.file, line, shownLine(text) + ": a line is KEY = VALUE, [SECTION] or a # comment"});
        return;
    }
    if (doc.sections.empty()) {
        problems.push_back({doc.file, line, shownLine(text) + ": stands before the first [SECTION]"});
        return;
    }
    doc.sections.back().entries.push_back({std::string(key), std::string(trim(text.substr(equals + 1))), line});
}

std::string unknownKeyText(const Entry& e, const Section& s, std::span<const Key> keys)
{
    std::string text = shown(e.key, e.value) + ": no such key in [" + s.kind + "]";
    std::vector<std::string> known;
    for (const Key& k : keys)
        known.push_back(k.name);
    if (const auto near = nearest(e.key, known))
        return text + "; did you mean " + *near + "?";
    text += "; known are ";
    for (std::size_t i = 0; i < keys.size(); ++i)
        text += (i ? ", " : "") + keys[i].name;
    return text;
}

} // namespace

std::string Problem::message() const
{
    return file + ":" + std::to_string(line) + ": " + text;
}

Document parse(std::string_view text, std::string file, std::vector<Problem>& problems)
{
    Document doc{std::move(file), {}};
    int line = 0;
    while (!text.empty()) {
        ++line;
        const auto end = text.find('\n');
        const std::string_view content = trim(withoutComment(text.substr(0, end)));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (content.empty())
            continue;
        if (content.front() == '[')
            parseSectionLine(content, line, doc, problems);
        else
            parseEntryLine(content, line, doc, problems);
    }
    return doc;
}

Result<Document> load(const std::string& path, std::vector<Problem>& problems)
{
    const auto text = readToEnd(path, "opening the configuration");
    if (!text)
        return text.error();
    return parse(*text, path, problems);
}

void bind(const Document& doc, const Section& section, std::span<const Key> keys, std::vector<Problem>& problems)
{
    for (const Entry& e : section.entries)
        if (std::none_of(keys.begin(), keys.end(), [&](const Key& k) { return k.name == e.key; }))
            problems.push_back({doc.file, e.line, unknownKeyText(e, section, keys)});
    for (const Key& key : keys) {
        int given = 0;
        for (const Entry& e : section.entries) {
            if (e.key != key.name)
                continue;
            if (++given > 1 && !key.list)
                problems.push_back({doc.file, e.line, shown(e.key, e.value) + ": given twice in this section"});
            else if (!key.take(e.value))
                problems.push_back({doc.file, e.line, shown(e.key, e.value) + ": " + key.allowed});
        }
        if (given)
            continue;
        if (key.required)
            problems.push_back({doc.file, section.line, key.name + " = : is missing; " + key.allowed});
        else if (!key.list || !key.preset.empty())
            key.take(key.preset);
    }
}

std::string render(std::string_view kind, std::string_view name, std::span<const Key> keys,
                   const std::function<std::string(const Key&)>& valueOf)
{
    std::string out = "[" + std::string(kind) + (name.empty() ? "" : " " + std::string(name)) + "]\n";
    for (const Key& k : keys)
        out += "# " + k.help + " (" + k.allowed + ")\n" + k.name + " = " + valueOf(k) + "\n";
    return out + "\n";
}

} // namespace callbox::ini
