// SPDX-License-Identifier: GPL-2.0-or-later
#include "wav_file.h"
#include <callbox/base/whole_file.h>

namespace callbox::lab {

namespace {

// A recording appears under its name when it is whole.
std::string unfinished(const std::string& path)
{
    return isNoFile(path) ? path : path + ".part";
}

// Opened and emptied.
Result<std::unique_ptr<File>> openEmpty(Files& files, const std::string& path)
{
    auto file = files.open(unfinished(path), OpenMode::create);
    if (!file)
        return file.error().because("recording to " + path);
    if (auto r = (*file)->truncate(0); !r && !isNoFile(path))
        return r.error().because("recording to " + path);
    return file;
}

} // namespace

Task<> prepareWav(Edges edges, std::string path)
{
    if (path.empty())
        co_return;
    std::function<Result<void>()> job = [&files = edges.files, path]() -> Result<void> {
        auto file = openEmpty(files, path);
        return file ? Result<void>() : Result<void>(file.error());
    };
    co_await runOn<void>(edges.disk, edges.loop, std::move(job));
}

Task<> writeWav(Edges edges, std::string path, hal::Law law, OctetBuffer samples)
{
    if (path.empty())
        co_return;
    auto heard = std::make_shared<const OctetBuffer>(std::move(samples));
    std::function<Result<void>()> job = [&files = edges.files, path, law, heard]() -> Result<void> {
        auto file = openEmpty(files, path);
        if (!file)
            return file.error();
        const OctetBuffer header = hal::wavHeader(law, static_cast<std::uint32_t>(heard->size()));
        if (auto r = (*file)->write(0, header); !r)
            return r.error().because("recording to " + path);
        if (auto r = (*file)->write(header.size(), *heard); !r)
            return r.error().because("recording to " + path);
        if (isNoFile(path))
            return {};
        if (auto r = files.rename(unfinished(path), path); !r)
            return r.error().because("recording to " + path);
        return {};
    };
    co_await runOn<void>(edges.disk, edges.loop, std::move(job));
}

} // namespace callbox::lab
