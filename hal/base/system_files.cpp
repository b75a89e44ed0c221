// SPDX-License-Identifier: GPL-2.0-or-later
// Files on this machine's disk.
#include <algorithm>
#include <atomic>
#include <callbox/base/volume.h>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace callbox {

namespace {

class SystemFile final : public File {
public:
    SystemFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
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

private:
    int fd_;
    std::string path_;
};

class SystemVolume final : public Volume {
public:
    SystemVolume(int fd, std::string folder) : fd_(fd), folder_(std::move(folder)) {}
    SystemVolume(const SystemVolume&) = delete;
    SystemVolume& operator=(const SystemVolume&) = delete;
    ~SystemVolume() override { close(fd_); }
    Result<void> sync() override
    {
        if (syncfs(fd_) < 0) // tells of failed writes since Linux 5.8
            return systemError(errno, "syncing the file system of " + folder_);
        return {};
    }

private:
    int fd_; // failed writes are counted from its opening on
    std::string folder_;
};

constexpr std::size_t syncers = 16; // file systems commit syncs that wait together with one write of their journal

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

class SystemFiles final : public Files, public Volumes {
public:
    Result<std::unique_ptr<Volume>> openVolume(const std::string& folder) override
    {
        const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            return systemError(errno, "opening the folder " + folder);
        return std::unique_ptr<Volume>(std::make_unique<SystemVolume>(fd, folder));
    }
    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override
    {
        const int fd = ::open(path.c_str(), openFlags(mode) | O_CLOEXEC, 0640);
        if (fd < 0)
            return systemError(errno, "opening " + path);
        return std::unique_ptr<File>(std::make_unique<SystemFile>(fd, path));
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
        std::vector<Result<void>> outcomes(files.size());
        std::atomic<std::size_t> next = 0;
        const auto work = [&] {
            for (std::size_t i = next++; i < files.size(); i = next++)
                outcomes[i] = files[i]->sync();
        };
        std::vector<std::thread> helpers;
        helpers.reserve(syncers);
        try {
            while (helpers.size() + 1 < std::min(files.size(), syncers))
                helpers.emplace_back(work);
        } catch (const std::system_error&) {
            // No more threads to be had: those that there are do it.
        }
        work();
        for (std::thread& helper : helpers)
            helper.join();
        return outcomes;
    }
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
