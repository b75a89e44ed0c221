// SPDX-License-Identifier: GPL-2.0-or-later
// What no record explains. It may be all that is left of messages, so it is never deleted: it goes into a folder of its
// own, for people to look at.
#include "engine.h"
#include <algorithm>

namespace callbox::messages {

namespace {

// As 20261122T140000Z.
std::string stamp(WallTime t)
{
    std::string s = isoUtc(t).substr(0, 19);
    std::erase_if(s, [](char c) { return c == '-' || c == ':'; });
    return s + "Z";
}

} // namespace

// Each file is in its old place or in the new one whenever the power fails: the new name is synced before the old one
// is missing for good.
Result<void> Engine::setAside(const std::vector<std::string>& paths, const std::string& why)
{
    const std::string wanted = config_.folder + "/lost-" + stamp(edges_.loop.wallNow());
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
    edges_.log.error("files that no record explains were set aside",
                     {{"folder", folder}, {"files", paths.size()}, {"why", why}});
    return {};
}

} // namespace callbox::messages
