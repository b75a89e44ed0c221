// SPDX-License-Identifier: GPL-2.0-or-later
// What a support bundle is made of: files, what could not be had, a manifest that says both. Bounded in size and time.
#pragma once
#include "cli/context.h"
#include "cli/tar.h"

namespace callbox::cli {

class Bundle {
public:
    enum class Numbers {
        masked,
        whole
    }; // whole: only who asked for them gets it; then secrets are not looked for either
    // After `limit` nothing more is collected.
    Bundle(Loop& loop, Duration limit, Numbers numbers = Numbers::masked)
        : loop_(loop), deadline_(loop.now() + limit), numbers_(numbers), tar_(loop.wallNow())
    {
    }

    // Texts and JSON are redacted here, unless numbers are wanted whole; of a text that is too long its end is kept, of
    // JSON all. Names may repeat: a later one gets a number.
    void addText(const std::string& name, const std::string& from, std::string text);
    void addJson(const std::string& name, const std::string& from, const nlohmann::json&);
    // As it is: what comes masked from where it is made (captures).
    void addOctets(const std::string& name, const std::string& from, std::string octets);
    void failed(const std::string& what, const std::string& why);

    // Whether there is time and room for `what`; if not, that is noted.
    bool mayCollect(const std::string& what);
    [[nodiscard]] Duration timeLeft() const { return std::max(Duration(0), deadline_ - loop_.now()); }

    [[nodiscard]] std::size_t files() const { return files_.size(); }
    [[nodiscard]] const nlohmann::json& failures() const { return failures_; }
    // The whole file, its manifest in it. Once.
    std::string take();

    static constexpr std::size_t mostOfOne = 4 << 20, mostOfAll = 64 << 20; // octets

private:
    void put(const std::string& name, const std::string& from, std::string_view octets, std::size_t cut);
    std::string freeName(const std::string& name) const;
    [[nodiscard]] std::string shown(const std::string& text) const;
    Loop& loop_;
    TimePoint deadline_;
    Numbers numbers_;
    Tar tar_;
    nlohmann::json files_ = nlohmann::json::array();
    nlohmann::json failures_ = nlohmann::json::array();
};

// A file's end, at most `most` octets. For files of /proc and /sys, whose size is not known before.
Result<std::string> endOfFile(const std::string& path, std::size_t most);

} // namespace callbox::cli
