// SPDX-License-Identifier: GPL-2.0-or-later
// Configuration files: INI with sections, positions kept so that an error can name file, line, key, value and what
// is allowed. A component declares its keys in a table; the table parses, checks, prints and documents them.
//
//     [box]            # or [span NAME]: a section of a kind, with a name
//     id = box1
#pragma once
#include <callbox/base/result.h>
#include <callbox/base/time.h>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace callbox::ini {

struct Entry {
    std::string key;
    std::string value;
    int line = 0;
};

struct Section {
    std::string kind; // "span"
    std::string name; // "tie1", or empty
    int line = 0;
    std::vector<Entry> entries;
};

struct Document {
    std::string file;
    std::vector<Section> sections;
};

// One thing wrong: "FILE:LINE: KEY = VALUE: what is allowed" (contract.md).
struct Problem {
    std::string file;
    int line = 0;
    std::string text;
    [[nodiscard]] std::string message() const;
};

// Reads the text; syntax problems are added to `problems`, what could be read is returned.
Document parse(std::string_view text, std::string file, std::vector<Problem>& problems);
Result<Document> load(const std::string& path, std::vector<Problem>& problems);

// One key of one kind of section.
struct Key {
    std::string name;
    std::string allowed; // for people: "1 to 600 seconds"
    std::string preset;  // the text used when the key is absent; "" with required = true: must be given
    std::string help;    // one line
    bool required = false;
    bool list = false; // may stand several times
    // Takes the text; returns false when it is not allowed.
    std::function<bool(const std::string&)> take;
};

// Binders: each returns a Key that writes into `target`, which must outlive the table.
Key text(std::string name, std::string& target, std::string preset, std::string help);
Key required(std::string name, std::string& target, std::string allowed, std::string help);
Key integer(std::string name, int& target, int least, int most, int preset, std::string help);
Key boolean(std::string name, bool& target, bool preset, std::string help);
Key milliseconds(std::string name, Duration& target, Duration least, Duration most, Duration preset, std::string help);
Key seconds(std::string name, Duration& target, Duration least, Duration most, Duration preset, std::string help);
Key choice(std::string name, std::string& target, std::vector<std::string> allowed, std::string preset,
           std::string help);
// Anything else: `take` parses the text into its target; `allowed` tells people what would do.
Key custom(std::string name, std::string allowed, std::string preset, std::string help,
           std::function<bool(const std::string&)> take);

// Fills the targets of `keys` from `section`: unknown keys (with the nearest known one), wrong values and missing
// required keys become problems; absent keys take their preset.
void bind(const Document&, const Section&, std::span<const Key> keys, std::vector<Problem>& problems);

// The file again, every key with its value in force and its help as comment: `config show --effective`.
std::string render(std::string_view kind, std::string_view name, std::span<const Key> keys,
                   const std::function<std::string(const Key&)>& valueOf);

} // namespace callbox::ini
