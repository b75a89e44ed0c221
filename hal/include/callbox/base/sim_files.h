// SPDX-License-Identifier: GPL-2.0-or-later
// Simulated disk: files in memory, with what a power cut does to them. Single-threaded.
#pragma once
#include <callbox/base/files.h>
#include <functional>
#include <map>

namespace callbox {

class SimFiles final : public Files {
public:
    SimFiles();
    ~SimFiles() override;
    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode) override;
    Result<void> rename(const std::string& from, const std::string& to) override;
    Result<void> remove(const std::string& path) override;
    Result<void> makeDirectories(const std::string& path) override;
    Result<void> syncDirectory(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& path) override;
    Result<bool> exists(const std::string& path) override;
    Result<std::uint64_t> freeBytes(const std::string& path) override;

    // Power cut: contents go back to their last sync, names (of folders too) to the last sync of the folder they are
    // in; what lies in a folder that is lost is lost with it. Open handles are dead from here on.
    // `keepUnsynced` decides per file how many unsynced octets survived anyway (0 = none).
    void powerCut(const std::function<std::uint64_t(std::uint64_t unsynced)>& keepUnsynced = {});
    // The process died, the machine lives: everything written stays, open handles are dead.
    void processDied();
    void setFull(bool full);         // writes that grow a file fail with Errc::no_space
    void setReadOnly(bool readOnly); // every change fails with Errc::io

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace callbox
