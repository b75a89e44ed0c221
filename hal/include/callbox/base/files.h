// SPDX-License-Identifier: GPL-2.0-or-later
// Files: the edge to the disk. The real side speaks to the kernel; the simulated one keeps files in memory, loses
// what was not synced at a crash, and can be full or read-only.
// Every call may block on a disk: call from an Executor's job, or at start-up. One File from one thread at a time.
#pragma once
#include <callbox/base/result.h>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace callbox {

class File {
public:
    virtual ~File() = default; // closes; nothing is promised about unsynced data
    // Reads up to out.size() octets from `offset`; fewer only at the end of the file.
    virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) = 0;
    // Writes all or fails; Errc::no_space when the disk or quota is full (part may be written).
    virtual Result<void> write(std::uint64_t offset, std::span<const std::uint8_t> data) = 0;
    virtual Result<void> truncate(std::uint64_t size) = 0;
    virtual Result<std::uint64_t> size() = 0;
    // After this returns, data and size survive a power cut (fdatasync).
    virtual Result<void> sync() = 0;
};

enum class OpenMode {
    read,      // must exist
    write,     // must exist; read and write
    create,    // read and write, made if absent
    createNew, // read and write, must not exist
};

class Files {
public:
    virtual ~Files() = default;
    virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode) = 0;
    virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
    virtual Result<void> remove(const std::string& path) = 0;
    // With what is missing above it. A folder made is a name in its parent: see syncDirectory().
    virtual Result<void> makeDirectories(const std::string& path) = 0;
    // After this returns, names of files and folders made, renamed or removed in the directory survive a power cut.
    virtual Result<void> syncDirectory(const std::string& path) = 0;
    // Names (not paths) of files and folders in a directory, sorted.
    virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
    virtual Result<bool> exists(const std::string& path) = 0;
    virtual Result<std::uint64_t> freeBytes(const std::string& path) = 0;
    // File::sync() of each; many take little longer than one where the disk can sync them together, which may also wait
    // for what other programs have written there. All were opened here; each outcome in its place.
    virtual std::vector<Result<void>> syncAll(const std::vector<File*>& files)
    {
        std::vector<Result<void>> outcomes;
        outcomes.reserve(files.size());
        for (File* file : files)
            outcomes.push_back(file->sync());
        return outcomes;
    }
};

// The disk of this machine. Paths longer than the system's limits and blanks are fine.
std::unique_ptr<Files> makeSystemFiles();

// Held for a process's life: fails with Errc::busy, naming the holder's pid, when another process holds it.
class FolderLock {
public:
    static Result<std::unique_ptr<FolderLock>> take(const std::string& folder);
    ~FolderLock();

private:
    explicit FolderLock(int fd) : fd_(fd) {}
    int fd_;
};

} // namespace callbox
