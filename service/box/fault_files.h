// SPDX-License-Identifier: GPL-2.0-or-later
// A disk that can be made full on demand, for labs and tests: everything goes to the disk below, but while it is
// "full" no file grows. Used by a daemon only with a [lab] section in its configuration.
#pragma once
#include <atomic>
#include <callbox/base/files.h>

namespace callbox::box {

class FaultFiles final : public Files {
public:
    explicit FaultFiles(Files& below) : below_(below) {}
    void setFull(bool full) { full_ = full; } // any thread

    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode) override;
    Result<void> rename(const std::string& from, const std::string& to) override { return below_.rename(from, to); }
    Result<void> remove(const std::string& path) override { return below_.remove(path); }
    Result<void> makeDirectories(const std::string& path) override { return below_.makeDirectories(path); }
    Result<void> syncDirectory(const std::string& path) override { return below_.syncDirectory(path); }
    Result<std::vector<std::string>> list(const std::string& path) override { return below_.list(path); }
    Result<bool> exists(const std::string& path) override { return below_.exists(path); }
    Result<std::uint64_t> freeBytes(const std::string& path) override;
    std::vector<Result<void>> syncAll(const std::vector<File*>& files) override;

private:
    Files& below_;
    std::atomic<bool> full_ = false;
};

} // namespace callbox::box
