// SPDX-License-Identifier: GPL-2.0-or-later
// What no record explains. It may be all that is left of messages, so it is never deleted: it goes into a folder of its
// own, for people to look at.
#include "engine.h"
#include <algorithm>

namespace callbox::messages {

namespace {

constexpr std::string_view lostPrefix = "lost-";

// 0 when it is not there.
Result<std::uint64_t> sizeOf(Files& files, const std::string& path)
{
    const auto there = files.exists(path);
    if (!there)
        return there.error();
    if (!*there)
        return std::uint64_t(0);
    auto file = files.open(path, OpenMode::read);
    if (!file)
        return file.error();
    return (*file)->size();
}

// As 20261122T140000Z.
std::string stamp(WallTime t)
{
    std::string s = isoUtc(t).substr(0, 19);
    std::erase_if(s, [](char c) { return c == '-' || c == ':'; });
    return s + "Z";
}

} // namespace

// Without its database the audio would look like strays, and SQLite throws away a WAL that has none.
Result<void> Engine::keepLost()
{
    const std::string path = config_.folder + "/messages.db";
    if (auto size = sizeOf(edges_.files, path); !size)
        return size.error().because("looking for the message store's database");
    else if (*size > 0)
        return {};
    std::vector<std::string> left;
    const auto names = edges_.files.list(config_.folder + "/audio");
    if (!names)
        return names.error();
    for (const std::string& name : *names)
        if (idOfAudio(name))
            left.push_back(config_.folder + "/audio/" + name);
    const auto wal = sizeOf(edges_.files, path + "-wal");
    if (!wal)
        return wal.error();
    if (*wal > 0)
        left.push_back(path + "-wal");
    if (left.empty())
        return {}; // the first start
    const auto r = setAside(left, path + " is missing");
    return r ? r : r.error().because(path + " is missing; put it back or move the audio away");
}

// A row is durable before its file has a name, and ids are never given twice: such a file is of a database that was
// here before this one.
Result<void> Engine::keepUnknown(MessageId most)
{
    const auto names = edges_.files.list(config_.folder + "/audio");
    if (!names)
        return names.error();
    std::vector<std::string> unknown;
    for (const std::string& name : *names)
        if (const auto id = idOfAudio(name); id && *id > most)
            unknown.push_back(config_.folder + "/audio/" + name);
    if (unknown.empty())
        return {};
    const auto r = setAside(unknown, "messages.db is older than it");
    return r ? r : r.error().because("messages.db is older than its audio; put the newer one back");
}

Result<void> Engine::lookForLost()
{
    const auto names = edges_.files.list(config_.folder);
    if (!names)
        return names.error();
    std::string found;
    for (const std::string& name : *names) {
        if (!name.starts_with(lostPrefix))
            continue;
        const auto inside = edges_.files.list(config_.folder + "/" + name);
        if (inside && !inside->empty())
            found += (found.empty() ? "" : ", ") + config_.folder + "/" + name;
    }
    setAside_ =
        found.empty() ? found : found + " holds files that no record explains; look at them, then move them away";
    return {};
}

// Each file is in its old place or in the new one whenever the power fails: the new name is synced before the old one
// is missing for good.
Result<void> Engine::setAside(const std::vector<std::string>& paths, const std::string& why)
{
    const std::string wanted = config_.folder + "/" + std::string(lostPrefix) + stamp(edges_.loop.wallNow());
    std::string folder = wanted;
    for (int i = 2;; ++i) {
        const auto there = edges_.files.exists(folder);
        if (!there)
            return there.error();
        if (!*there)
            break;
        folder = wanted + "-" + std::to_string(i);
    }
    auto r = edges_.files.makeDirectories(folder);
    if (r)
        r = edges_.files.syncDirectory(config_.folder);
    for (const std::string& path : paths)
        if (r)
            r = edges_.files.rename(path, folder + path.substr(path.rfind('/')));
    for (const std::string& synced : {folder, config_.folder, config_.folder + "/audio"})
        if (r)
            r = edges_.files.syncDirectory(synced);
    if (!r)
        return r.error().because("moving what no record explains to " + folder);
    (void)lookForLost();
    edges_.log.error("files that no record explains were set aside",
                     {{"folder", folder}, {"files", paths.size()}, {"why", why}});
    return {};
}

} // namespace callbox::messages
