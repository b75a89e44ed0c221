// SPDX-License-Identifier: GPL-2.0-or-later
// Files on this machine's disk.
#include <algorithm>
#include <atomic>
#include <callbox/base/files.h>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <linux/magic.h>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

namespace callbox {

namespace {

class SystemFile final : public File {
public:
    SystemFile(int fd, std::string path, std::uint64_t order) : fd_(fd), path_(std::move(path)), order_(order) {}
    SystemFile(const SystemFile&) = delete;
    SystemFile& operator=(const SystemFile&) = delete;
    ~SystemFile() override { close(fd_); }

    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override
    {
        std::size_t got = 0;
        while (got < out.size()) {
            const ssize_t n = pread(fd_, out.data() + got, out.size() - got, off_t(offset + got));
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                return systemError(errno, "reading " + path_);
            if (n == 0)
                break;
            got += std::size_t(n);
        }
        return got;
    }
    Result<void> write(std::uint64_t offset, std::span<const std::uint8_t> data) override
    {
        std::size_t put = 0;
        while (put < data.size()) {
            const ssize_t n = pwrite(fd_, data.data() + put, data.size() - put, off_t(offset + put));
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                return systemError(errno, "writing " + path_);
            put += std::size_t(n);
        }
        return {};
    }
    Result<void> truncate(std::uint64_t size) override
    {
        if (ftruncate(fd_, off_t(size)) < 0)
            return systemError(errno, "cutting " + path_);
        return {};
    }
    Result<std::uint64_t> size() override
    {
        struct stat s {};
        if (fstat(fd_, &s) < 0)
            return systemError(errno, "looking at " + path_);
        return std::uint64_t(s.st_size);
    }
    Result<void> sync() override
    {
        if (fdatasync(fd_) < 0)
            return systemError(errno, "syncing " + path_);
        return {};
    }

    // All that was written to its file system. False: something of it is lost, of this file or of another one.
    [[nodiscard]] bool syncFileSystem() const { return syncfs(fd_) == 0; } // tells of failed writes since Linux 5.8
    [[nodiscard]] std::optional<dev_t> device() const
    {
        struct stat s {};
        return fstat(fd_, &s) == 0 ? std::optional(s.st_dev) : std::nullopt;
    }
    [[nodiscard]] std::optional<unsigned long> fileSystem() const
    {
        struct statfs s {};
        return fstatfs(fd_, &s) == 0 ? std::optional(static_cast<unsigned long>(s.f_type)) : std::nullopt;
    }
    [[nodiscard]] std::uint64_t order() const { return order_; }

private:
    int fd_;
    std::string path_;
    std::uint64_t order_; // of opening
};

// One call alone pays for its own file; a whole file system may hold much that is not ours.
constexpr std::size_t filesWorthAFileSystem = 4;

// Where syncfs(2) is known to tell of writes that failed. Stacked and remote file systems may not.
bool tellsOfFailures(const SystemFile& file)
{
    const std::optional<unsigned long> kind = file.fileSystem();
    return kind && (*kind == EXT4_SUPER_MAGIC || *kind == XFS_SUPER_MAGIC || *kind == BTRFS_SUPER_MAGIC ||
                    *kind == F2FS_SUPER_MAGIC);
}

// Whether one operation has synced them all. The kernel tells of writes that failed since the file it is asked with was
// opened, and tells it once: that file is the one opened first, and after a failure none that was open then.
bool syncedTogether(const std::vector<File*>& files, std::uint64_t opened, std::atomic<std::uint64_t>& suspect)
{
    if (files.size() < filesWorthAFileSystem)
        return false;
    const SystemFile* first = nullptr;
    std::optional<dev_t> device;
    for (const File* f : files) {
        const auto& file = static_cast<const SystemFile&>(*f);
        const std::optional<dev_t> its = file.device();
        if (!its || (device && *device != *its))
            return false;
        device = its;
        if (!first || file.order() < first->order())
            first = &file;
    }
    if (first->order() <= suspect || !tellsOfFailures(*first))
        return false;
    if (first->syncFileSystem())
        return true;
    suspect = opened;
    return false;
}

int openFlags(OpenMode mode)
{
    switch (mode) {
    case OpenMode::read:
        return O_RDONLY;
    case OpenMode::write:
        return O_RDWR;
    case OpenMode::create:
        return O_RDWR | O_CREAT;
    case OpenMode::createNew:
        return O_RDWR | O_CREAT | O_EXCL;
    }
    return O_RDONLY;
}

class SystemFiles final : public Files {
public:
    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override
    {
        const int fd = ::open(path.c_str(), openFlags(mode) | O_CLOEXEC, 0640);
        if (fd < 0)
            return systemError(errno, "opening " + path);
        return std::unique_ptr<File>(std::make_unique<SystemFile>(fd, path, ++opened_));
    }
    Result<void> rename(const std::string& from, const std::string& to) override
    {
        if (::rename(from.c_str(), to.c_str()) < 0)
            return systemError(errno, "renaming " + from);
        return {};
    }
    Result<void> remove(const std::string& path) override
    {
        if (unlink(path.c_str()) < 0)
            return systemError(errno, "removing " + path);
        return {};
    }
    Result<void> makeDirectories(const std::string& path) override
    {
        std::error_code ec;
        std::filesystem::create_directories(path, ec);
        if (ec)
            return systemError(ec.value(), "making the folder " + path);
        return {};
    }
    Result<void> syncDirectory(const std::string& path) override
    {
        const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            return systemError(errno, "opening the folder " + path);
        const int failed = fsync(fd) < 0 ? errno : 0;
        close(fd);
        if (failed)
            return systemError(failed, "syncing the folder " + path);
        return {};
    }
    Result<std::vector<std::string>> list(const std::string& path) override
    {
        std::vector<std::string> names;
        std::error_code ec;
        for (std::filesystem::directory_iterator it(path, ec), end; !ec && it != end; it.increment(ec))
            names.push_back(it->path().filename().string());
        if (ec)
            return systemError(ec.value(), "listing the folder " + path);
        std::sort(names.begin(), names.end());
        return names;
    }
    Result<bool> exists(const std::string& path) override
    {
        struct stat s {};
        if (stat(path.c_str(), &s) == 0)
            return true;
        if (errno == ENOENT || errno == ENOTDIR)
            return false;
        return systemError(errno, "looking for " + path);
    }
    Result<std::uint64_t> freeBytes(const std::string& path) override
    {
        struct statvfs s {};
        if (statvfs(path.c_str(), &s) < 0)
            return systemError(errno, "asking for the room at " + path);
        return std::uint64_t(s.f_bavail) * s.f_frsize;
    }
    std::vector<Result<void>> syncAll(const std::vector<File*>& files) override
    {
        if (syncedTogether(files, opened_, suspect_))
            return std::vector<Result<void>>(files.size());
        return Files::syncAll(files); // a file system that failed does not say for which file
    }

private:
    std::atomic<std::uint64_t> opened_ = 0;
    std::atomic<std::uint64_t> suspect_ = 0; // files opened so far have been told of a failure already
};

} // namespace

std::unique_ptr<Files> makeSystemFiles()
{
    return std::make_unique<SystemFiles>();
}

Result<std::unique_ptr<FolderLock>> FolderLock::take(const std::string& folder)
{
    const std::string path = folder + "/lock";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        return systemError(errno, "opening " + path);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        char pid[24] = {};
        const ssize_t n = pread(fd, pid, sizeof pid - 1, 0);
        close(fd);
        return Error{Errc::busy, folder + " is in use by another process" +
                                     (n > 0 ? " (pid " + std::string(pid, std::size_t(n)) + ")" : std::string()) +
                                     "; stop it first"};
    }
    const std::string pid = std::to_string(getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, pid.data(), pid.size(), 0) < 0) {
        const int failed = errno;
        close(fd);
        return systemError(failed, "writing " + path);
    }
    return std::unique_ptr<FolderLock>(new FolderLock(fd));
}

FolderLock::~FolderLock()
{
    close(fd_);
}

} // namespace callbox
