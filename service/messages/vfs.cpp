// SPDX-License-Identifier: GPL-2.0-or-later
// Locks are not needed: one process has the folder (FolderLock) and one connection the database, in exclusive mode.
#include "vfs.h"
#include <cstring>
#include <new>
#include <sqlite3.h>
#include <utility>

namespace callbox::messages {

struct Vfs::Impl {
    sqlite3_vfs vfs{};
    std::string name;
    const Loop* loop = nullptr;
    Random* random = nullptr;
    Files* files = nullptr;
    std::string failure;
};

namespace {

struct OpenFile {
    sqlite3_file base;
    Vfs::Impl* vfs;
    File* file;
    std::string* path;
    bool nameUnsynced; // made just now: its folder is synced with the first sync
};

OpenFile& of(sqlite3_file* f)
{
    return *reinterpret_cast<OpenFile*>(f);
}

std::string folderOf(const std::string& path)
{
    return path.substr(0, path.rfind('/'));
}

int code(Vfs::Impl& vfs, const Error& e, int otherwise)
{
    vfs.failure = e.what;
    return e.code == Errc::no_space ? SQLITE_FULL : otherwise;
}

int close(sqlite3_file* f)
{
    delete of(f).file;
    delete of(f).path;
    return SQLITE_OK;
}

int read(sqlite3_file* f, void* out, int n, sqlite3_int64 at)
{
    const std::span<std::uint8_t> into(static_cast<std::uint8_t*>(out), static_cast<std::size_t>(n));
    const auto got = of(f).file->read(static_cast<std::uint64_t>(at), into);
    if (!got)
        return code(*of(f).vfs, got.error(), SQLITE_IOERR_READ);
    if (*got == into.size())
        return SQLITE_OK;
    std::memset(into.data() + *got, 0, into.size() - *got);
    return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* f, const void* data, int n, sqlite3_int64 at)
{
    const auto r = of(f).file->write(static_cast<std::uint64_t>(at),
                                     {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(n)});
    return r ? SQLITE_OK : code(*of(f).vfs, r.error(), SQLITE_IOERR_WRITE);
}

int truncate(sqlite3_file* f, sqlite3_int64 size)
{
    const auto r = of(f).file->truncate(static_cast<std::uint64_t>(size));
    return r ? SQLITE_OK : code(*of(f).vfs, r.error(), SQLITE_IOERR_TRUNCATE);
}

int sync(sqlite3_file* f, int)
{
    if (auto r = of(f).file->sync(); !r)
        return code(*of(f).vfs, r.error(), SQLITE_IOERR_FSYNC);
    if (of(f).nameUnsynced)
        if (auto r = of(f).vfs->files->syncDirectory(folderOf(*of(f).path)); !r)
            return code(*of(f).vfs, r.error(), SQLITE_IOERR_DIR_FSYNC);
    of(f).nameUnsynced = false;
    return SQLITE_OK;
}

int fileSize(sqlite3_file* f, sqlite3_int64* size)
{
    const auto r = of(f).file->size();
    if (!r)
        return code(*of(f).vfs, r.error(), SQLITE_IOERR_FSTAT);
    *size = static_cast<sqlite3_int64>(*r);
    return SQLITE_OK;
}

int lock(sqlite3_file*, int)
{
    return SQLITE_OK;
}
int checkReserved(sqlite3_file*, int* out)
{
    *out = 0;
    return SQLITE_OK;
}
int control(sqlite3_file*, int, void*)
{
    return SQLITE_NOTFOUND;
}
int sectorSize(sqlite3_file*)
{
    return 4096;
}
int characteristics(sqlite3_file*)
{
    return 0;
}

const sqlite3_io_methods methods = {
    1,          close,           read,    write,   truncate, sync,    fileSize, lock,    lock, checkReserved, control,
    sectorSize, characteristics, nullptr, nullptr, nullptr,  nullptr, nullptr,  nullptr,
};

Vfs::Impl& implOf(sqlite3_vfs* v)
{
    return *static_cast<Vfs::Impl*>(v->pAppData);
}

int open(sqlite3_vfs* v, const char* name, sqlite3_file* f, int flags, int* outFlags)
{
    f->pMethods = nullptr;
    if (!name)
        return SQLITE_CANTOPEN; // temporary files are kept in memory (PRAGMA temp_store)
    Files& files = *implOf(v).files;
    const auto there = files.exists(name);
    const OpenMode mode = flags & SQLITE_OPEN_READONLY ? OpenMode::read
                          : flags & SQLITE_OPEN_CREATE ? OpenMode::create
                                                       : OpenMode::write;
    auto opened = files.open(name, mode);
    if (!opened)
        return code(implOf(v), opened.error(), SQLITE_CANTOPEN);
    // Its name is synced too unless it surely is an old one.
    new (f) OpenFile{{&methods}, &implOf(v), opened->release(), new std::string(name), !there || !*there};
    if (outFlags)
        *outFlags = flags;
    return SQLITE_OK;
}

int remove(sqlite3_vfs* v, const char* name, int syncFolder)
{
    Files& files = *implOf(v).files;
    if (auto r = files.remove(name); !r)
        return r.error().code == Errc::not_found ? SQLITE_IOERR_DELETE_NOENT
                                                 : code(implOf(v), r.error(), SQLITE_IOERR_DELETE);
    if (syncFolder)
        if (auto r = files.syncDirectory(folderOf(name)); !r)
            return code(implOf(v), r.error(), SQLITE_IOERR_DIR_FSYNC);
    return SQLITE_OK;
}

int access(sqlite3_vfs* v, const char* name, int, int* out)
{
    // Not knowing is not "no": without its WAL a database is what it was at its last checkpoint.
    const auto there = implOf(v).files->exists(name);
    if (!there)
        return code(implOf(v), there.error(), SQLITE_IOERR_ACCESS);
    *out = *there;
    return SQLITE_OK;
}

int fullPathname(sqlite3_vfs*, const char* name, int size, char* out)
{
    if (std::strlen(name) >= static_cast<std::size_t>(size))
        return SQLITE_CANTOPEN;
    std::strcpy(out, name);
    return SQLITE_OK;
}

int randomness(sqlite3_vfs* v, int n, char* out)
{
    for (int i = 0; i < n; ++i)
        out[i] = static_cast<char>(implOf(v).random->next());
    return n;
}

int sleep(sqlite3_vfs*, int)
{
    return 0; // nobody else has the database: nothing to wait for
}

int currentTime64(sqlite3_vfs* v, sqlite3_int64* ms)
{
    // Milliseconds since noon of 24 November 4714 BC, as SQLite counts.
    *ms = implOf(v).loop->wallNow().time_since_epoch().count() + 210'866'760'000'000;
    return SQLITE_OK;
}

int currentTime(sqlite3_vfs* v, double* days)
{
    sqlite3_int64 ms = 0;
    currentTime64(v, &ms);
    *days = double(ms) / 86'400'000.0;
    return SQLITE_OK;
}

int lastError(sqlite3_vfs*, int, char*)
{
    return 0;
}

} // namespace

Vfs::Vfs(const Edges& edges) : impl_(std::make_unique<Impl>())
{
    impl_->name = "callbox-" + std::to_string(reinterpret_cast<std::uintptr_t>(impl_.get()));
    impl_->loop = &edges.loop;
    impl_->random = &edges.random;
    impl_->files = &edges.files;
    sqlite3_vfs& v = impl_->vfs;
    v.iVersion = 2;
    v.szOsFile = sizeof(OpenFile);
    v.mxPathname = 4096;
    v.zName = impl_->name.c_str();
    v.pAppData = impl_.get();
    v.xOpen = open;
    v.xDelete = remove;
    v.xAccess = access;
    v.xFullPathname = fullPathname;
    v.xRandomness = randomness;
    v.xSleep = sleep;
    v.xCurrentTime = currentTime;
    v.xGetLastError = lastError;
    v.xCurrentTimeInt64 = currentTime64;
    sqlite3_vfs_register(&v, 0);
}

Vfs::~Vfs()
{
    sqlite3_vfs_unregister(&impl_->vfs);
}

const std::string& Vfs::name() const
{
    return impl_->name;
}

std::string Vfs::takeFailure() const
{
    return std::exchange(impl_->failure, {});
}

} // namespace callbox::messages
