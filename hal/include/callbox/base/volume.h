// SPDX-License-Identifier: GPL-2.0-or-later
// Syncing a whole file system at once: an optional ability of Files (dynamic_cast). Many files that grow a little each
// cost a disk one operation together instead of one each.
#pragma once
#include <callbox/base/files.h>

namespace callbox {

class Volume {
public:
    virtual ~Volume() = default;
    // After this returns, data and sizes of all files of the file system survive a power cut; it waits for what other
    // programs have written there as well. Errc::io: something written since the last call, or since the volume was
    // opened, is lost; File::sync() of each file tells whose it was.
    virtual Result<void> sync() = 0;
};

class Volumes {
public:
    // The file system that holds `folder`, which exists.
    virtual Result<std::unique_ptr<Volume>> openVolume(const std::string& folder) = 0;

protected:
    ~Volumes() = default;
};

} // namespace callbox
