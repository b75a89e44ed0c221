// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>

namespace callbox::tests {

// An empty folder that is gone with it; a blank in its name, as some people's have.
class ScratchFolder {
public:
    explicit ScratchFolder(const std::string& what)
        : path_((std::filesystem::temp_directory_path() / ("callbox " + what + " XXXXXX")).string())
    {
        if (!mkdtemp(path_.data()))
            throw std::filesystem::filesystem_error("mkdtemp", path_, std::error_code(errno, std::generic_category()));
    }
    ~ScratchFolder()
    {
        std::error_code ec;
        std::filesystem::remove_all(path_, ec);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

} // namespace callbox::tests
