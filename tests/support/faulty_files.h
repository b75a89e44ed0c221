// SPDX-License-Identifier: GPL-2.0-or-later
// A disk with one fault: a test says, step by step, which of them fail and how. Steps that are let through go to the
// disk below.
#pragma once
#include <algorithm>
#include <callbox/base/files.h>
#include <functional>
#include <optional>

namespace callbox::tests {

enum class Step { open, read, write, truncate, size, sync, rename, remove, makeFolder, syncFolder, list, exists, free };

class FaultyFiles final : public Files {
public:
    explicit FaultyFiles(Files& below) : below_(below) {}

    // Asked at each step; an error is what the step fails with. Empty: nothing fails.
    using Fault = std::function<std::optional<Error>(Step, const std::string& path)>;
    Fault fault;
    // Every one of these steps on a path that ends in `ending` fails.
    void failing(std::initializer_list<Step> steps, std::string ending, Errc code = Errc::io)
    {
        fault = [steps = std::vector<Step>(steps), ending = std::move(ending),
                 code](Step step, const std::string& path) -> std::optional<Error> {
            if (std::find(steps.begin(), steps.end(), step) == steps.end() || !path.ends_with(ending))
                return std::nullopt;
            return Error{code, path + ": input/output error (injected)"};
        };
    }
    Result<void> step(Step s, const std::string& path)
    {
        if (fault)
            if (auto e = fault(s, path))
                return *e;
        return {};
    }

    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
    Result<void> rename(const std::string& from, const std::string& to) override
    {
        auto r = step(Step::rename, from);
        return r ? below_.rename(from, to) : r;
    }
    Result<void> remove(const std::string& path) override
    {
        auto r = step(Step::remove, path);
        return r ? below_.remove(path) : r;
    }
    Result<void> makeDirectories(const std::string& path) override
    {
        auto r = step(Step::makeFolder, path);
        return r ? below_.makeDirectories(path) : r;
    }
    Result<void> syncDirectory(const std::string& path) override
    {
        auto r = step(Step::syncFolder, path);
        return r ? below_.syncDirectory(path) : r;
    }
    Result<std::vector<std::string>> list(const std::string& path) override
    {
        if (auto r = step(Step::list, path); !r)
            return r.error();
        return below_.list(path);
    }
    Result<bool> exists(const std::string& path) override
    {
        if (auto r = step(Step::exists, path); !r)
            return r.error();
        return below_.exists(path);
    }
    Result<std::uint64_t> freeBytes(const std::string& path) override
    {
        if (auto r = step(Step::free, path); !r)
            return r.error();
        return below_.freeBytes(path);
    }

private:
    Files& below_;
};

class FaultyFile final : public File {
public:
    FaultyFile(FaultyFiles& files, std::string path, std::unique_ptr<File> below)
        : files_(files), path_(std::move(path)), below_(std::move(below))
    {
    }
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override
    {
        if (auto r = files_.step(Step::read, path_); !r)
            return r.error();
        return below_->read(offset, out);
    }
    Result<void> write(std::uint64_t offset, std::span<const std::uint8_t> data) override
    {
        auto r = files_.step(Step::write, path_);
        return r ? below_->write(offset, data) : r;
    }
    Result<void> truncate(std::uint64_t size) override
    {
        auto r = files_.step(Step::truncate, path_);
        return r ? below_->truncate(size) : r;
    }
    Result<std::uint64_t> size() override
    {
        if (auto r = files_.step(Step::size, path_); !r)
            return r.error();
        return below_->size();
    }
    Result<void> sync() override
    {
        auto r = files_.step(Step::sync, path_);
        return r ? below_->sync() : r;
    }

private:
    FaultyFiles& files_;
    std::string path_;
    std::unique_ptr<File> below_;
};

inline Result<std::unique_ptr<File>> FaultyFiles::open(const std::string& path, OpenMode mode)
{
    if (auto r = step(Step::open, path); !r)
        return r.error();
    auto file = below_.open(path, mode);
    if (!file)
        return file.error();
    return std::unique_ptr<File>(std::make_unique<FaultyFile>(*this, path, std::move(*file)));
}

} // namespace callbox::tests
