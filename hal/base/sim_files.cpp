// SPDX-License-Identifier: GPL-2.0-or-later
// The simulated disk. A name and what it names are two things, as on a real one: contents are made durable by
// File::sync(), names, of folders too, by syncDirectory() of the folder they are in. "/" and "." are always there.
#include <algorithm>
#include <callbox/base/sim_files.h>
#include <cstring>
#include <set>

namespace callbox {

namespace {

struct Inode {
    std::vector<std::uint8_t> now;
    std::vector<std::uint8_t> synced;
};

std::string parentOf(const std::string& path)
{
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string(".") : path.substr(0, std::max<std::size_t>(slash, 1));
}

std::string clean(std::string path)
{
    while (path.size() > 1 && path.back() == '/')
        path.pop_back();
    return path;
}

Error noSuch(const std::string& path)
{
    return Error{Errc::not_found, path + ": no such file"};
}

} // namespace

struct SimFiles::Impl {
    std::map<std::string, std::shared_ptr<Inode>> names;
    std::map<std::string, std::shared_ptr<Inode>> durableNames;
    std::set<std::string> folders{"/", "."};
    std::set<std::string> durableFolders{"/", "."};
    std::uint64_t generation = 0; // handles of an earlier one are dead
    bool full = false;
    bool readOnly = false;
    std::uint64_t capacity = std::uint64_t(1) << 40;

    [[nodiscard]] Result<void> mayChange(const std::string& path) const
    {
        if (readOnly)
            return Error{Errc::io, path + ": read-only file system"};
        return {};
    }
    [[nodiscard]] Result<void> folderOf(const std::string& path) const
    {
        const std::string parent = parentOf(path);
        if (folders.count(parent))
            return {};
        return names.count(parent) ? Error{Errc::io, parent + ": not a folder"}
                                   : Error{Errc::not_found, parent + ": no such folder"};
    }
    // Whether a folder and all above it survived.
    [[nodiscard]] bool reachable(const std::string& folder) const
    {
        const std::string parent = parentOf(folder);
        return durableFolders.count(folder) && (parent == folder || reachable(parent));
    }
};

namespace {

template <class Impl> class SimFile final : public File {
public:
    SimFile(std::shared_ptr<Impl> disk, std::shared_ptr<Inode> inode, std::string path, bool writable)
        : disk_(std::move(disk)), inode_(std::move(inode)), path_(std::move(path)), generation_(disk_->generation),
          writable_(writable)
    {
    }
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override
    {
        if (auto r = alive(); !r)
            return r.error();
        const auto& data = inode_->now;
        if (offset >= data.size())
            return std::size_t(0);
        const std::size_t n = std::min<std::size_t>(out.size(), data.size() - std::size_t(offset));
        if (n > 0)
            std::memcpy(out.data(), data.data() + offset, n);
        return n;
    }
    Result<void> write(std::uint64_t offset, std::span<const std::uint8_t> data) override
    {
        if (auto r = mayWrite(); !r)
            return r;
        const std::size_t end = std::size_t(offset) + data.size();
        if (end > inode_->now.size()) {
            if (disk_->full)
                return Error{Errc::no_space, path_ + ": no space left on device"};
            inode_->now.resize(end);
        }
        if (!data.empty())
            std::memcpy(inode_->now.data() + offset, data.data(), data.size());
        return {};
    }
    Result<void> truncate(std::uint64_t size) override
    {
        if (auto r = mayWrite(); !r)
            return r;
        if (size > inode_->now.size() && disk_->full)
            return Error{Errc::no_space, path_ + ": no space left on device"};
        inode_->now.resize(std::size_t(size));
        return {};
    }
    Result<std::uint64_t> size() override
    {
        if (auto r = alive(); !r)
            return r.error();
        return std::uint64_t(inode_->now.size());
    }
    Result<void> sync() override
    {
        if (auto r = alive(); !r)
            return r;
        inode_->synced = inode_->now;
        return {};
    }

private:
    Result<void> alive() const
    {
        if (generation_ != disk_->generation)
            return Error{Errc::gone, path_ + ": the machine went down"};
        return {};
    }
    Result<void> mayWrite() const
    {
        if (auto r = alive(); !r)
            return r;
        if (!writable_)
            return Error{Errc::io, path_ + ": opened for reading"};
        return disk_->mayChange(path_);
    }
    std::shared_ptr<Impl> disk_;
    std::shared_ptr<Inode> inode_;
    std::string path_;
    std::uint64_t generation_;
    bool writable_;
};

} // namespace

SimFiles::SimFiles() : impl_(std::make_shared<Impl>()) {}
SimFiles::~SimFiles() = default;

Result<std::unique_ptr<File>> SimFiles::open(const std::string& path, OpenMode mode)
{
    if (impl_->folders.count(clean(path)))
        return Error{Errc::io, path + ": is a folder"};
    auto it = impl_->names.find(path);
    if (it == impl_->names.end()) {
        if (mode == OpenMode::read || mode == OpenMode::write)
            return noSuch(path);
        if (auto r = impl_->mayChange(path); !r)
            return r.error();
        if (auto r = impl_->folderOf(path); !r)
            return r.error();
        if (impl_->full)
            return Error{Errc::no_space, path + ": no space left on device"};
        it = impl_->names.emplace(path, std::make_shared<Inode>()).first;
    } else if (mode == OpenMode::createNew) {
        return Error{Errc::busy, path + ": exists already"};
    } else if (mode != OpenMode::read) {
        if (auto r = impl_->mayChange(path); !r)
            return r.error();
    }
    return std::unique_ptr<File>(new SimFile<Impl>(impl_, it->second, path, mode != OpenMode::read));
}

Result<void> SimFiles::rename(const std::string& from, const std::string& to)
{
    if (auto r = impl_->mayChange(from); !r)
        return r;
    if (impl_->folders.count(clean(from)) || impl_->folders.count(clean(to)))
        return Error{Errc::unsupported, "renaming " + from + ": folders are not renamed here"};
    const auto it = impl_->names.find(from);
    if (it == impl_->names.end())
        return noSuch(from);
    if (auto r = impl_->folderOf(to); !r)
        return r;
    const auto inode = it->second;
    impl_->names.erase(it);
    impl_->names[to] = inode;
    return {};
}

Result<void> SimFiles::remove(const std::string& path)
{
    if (auto r = impl_->mayChange(path); !r)
        return r;
    if (impl_->folders.count(clean(path)))
        return Error{Errc::io, path + ": is a folder"};
    if (impl_->names.erase(path) == 0)
        return noSuch(path);
    return {};
}

Result<void> SimFiles::makeDirectories(const std::string& path)
{
    const std::string p = clean(path);
    if (impl_->folders.count(p))
        return {};
    if (auto r = impl_->mayChange(p); !r)
        return r;
    std::vector<std::string> made;
    for (std::size_t end = 1; end <= p.size(); ++end) {
        if (end < p.size() && p[end] != '/')
            continue;
        const std::string folder = p.substr(0, end);
        if (impl_->names.count(folder))
            return Error{Errc::io, "making the folder " + p + ": " + folder + " is a file"};
        if (!impl_->folders.count(folder))
            made.push_back(folder);
    }
    if (impl_->full)
        return Error{Errc::no_space, "making the folder " + p + ": no space left on device"};
    impl_->folders.insert(made.begin(), made.end());
    return {};
}

Result<void> SimFiles::syncDirectory(const std::string& path)
{
    const std::string p = clean(path);
    if (!impl_->folders.count(p))
        return Error{Errc::not_found, p + ": no such folder"};
    const auto inside = [&](const std::string& name) { return name != p && parentOf(name) == p; };
    std::erase_if(impl_->durableNames, [&](const auto& n) { return inside(n.first); });
    for (const auto& [name, inode] : impl_->names)
        if (inside(name))
            impl_->durableNames[name] = inode;
    for (const std::string& folder : impl_->folders)
        if (inside(folder))
            impl_->durableFolders.insert(folder);
    return {};
}

Result<std::vector<std::string>> SimFiles::list(const std::string& path)
{
    const std::string p = clean(path);
    if (!impl_->folders.count(p))
        return Error{Errc::not_found, p + ": no such folder"};
    std::set<std::string> out;
    const auto add = [&](const std::string& name) {
        if (name != p && parentOf(name) == p)
            out.insert(name.substr(name.rfind('/') + 1));
    };
    for (const auto& [name, inode] : impl_->names)
        add(name);
    for (const std::string& folder : impl_->folders)
        add(folder);
    return std::vector<std::string>(out.begin(), out.end());
}

Result<bool> SimFiles::exists(const std::string& path)
{
    return impl_->names.count(path) > 0 || impl_->folders.count(clean(path)) > 0;
}

Result<std::uint64_t> SimFiles::freeBytes(const std::string&)
{
    return impl_->full ? 0 : impl_->capacity;
}

void SimFiles::powerCut(const std::function<std::uint64_t(std::uint64_t unsynced)>& keepUnsynced)
{
    ++impl_->generation;
    std::erase_if(impl_->durableFolders, [&](const std::string& f) { return !impl_->reachable(f); });
    std::erase_if(impl_->durableNames, [&](const auto& n) { return !impl_->durableFolders.count(parentOf(n.first)); });
    impl_->folders = impl_->durableFolders;
    impl_->names = impl_->durableNames;
    for (auto& [name, inode] : impl_->names) {
        auto& synced = inode->synced;
        if (keepUnsynced && inode->now.size() > synced.size()) {
            const std::uint64_t unsynced = inode->now.size() - synced.size();
            const auto kept = std::size_t(std::min(keepUnsynced(unsynced), unsynced));
            const auto from = inode->now.begin() + std::ptrdiff_t(synced.size());
            synced.insert(synced.end(), from, from + std::ptrdiff_t(kept));
        }
        inode->now = synced;
    }
}

void SimFiles::processDied()
{
    ++impl_->generation;
}

void SimFiles::setFull(bool full)
{
    impl_->full = full;
}

void SimFiles::setReadOnly(bool readOnly)
{
    impl_->readOnly = readOnly;
}

} // namespace callbox
