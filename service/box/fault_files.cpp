// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/fault_files.h"

namespace callbox::box {

namespace {

class FaultFile final : public File {
public:
    FaultFile(std::unique_ptr<File> below, std::string path, const std::atomic<bool>& full)
        : below_(std::move(below)), path_(std::move(path)), full_(full)
    {
    }
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override
    {
        return below_->read(offset, out);
    }
    Result<void> write(std::uint64_t offset, std::span<const std::uint8_t> data) override
    {
        if (auto r = mayReach(offset + data.size()); !r)
            return r;
        return below_->write(offset, data);
    }
    Result<void> truncate(std::uint64_t size) override
    {
        if (auto r = mayReach(size); !r)
            return r;
        return below_->truncate(size);
    }
    Result<std::uint64_t> size() override { return below_->size(); }
    Result<void> sync() override { return below_->sync(); }
    [[nodiscard]] File* below() const { return below_.get(); }

private:
    Result<void> mayReach(std::uint64_t end)
    {
        if (!full_)
            return {};
        const auto now = below_->size();
        if (now && end <= *now)
            return {};
        return Error{Errc::no_space, "writing " + path_ + ": no space left on device (injected)"};
    }
    std::unique_ptr<File> below_;
    std::string path_;
    const std::atomic<bool>& full_;
};

} // namespace

Result<std::unique_ptr<File>> FaultFiles::open(const std::string& path, OpenMode mode)
{
    auto file = below_.open(path, mode);
    if (!file)
        return file;
    return std::unique_ptr<File>(std::make_unique<FaultFile>(std::move(*file), path, full_));
}

Result<std::uint64_t> FaultFiles::freeBytes(const std::string& path)
{
    return full_ ? Result<std::uint64_t>(0) : below_.freeBytes(path);
}

std::vector<Result<void>> FaultFiles::syncAll(const std::vector<File*>& files)
{
    std::vector<File*> below;
    for (const File* f : files)
        below.push_back(static_cast<const FaultFile&>(*f).below());
    return below_.syncAll(below);
}

} // namespace callbox::box
