// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/daemon_edges.h"

namespace callbox::box {

DaemonEdges::DaemonEdges(std::unique_ptr<LogSink> sink, bool faults)
    : sink_(std::move(sink)), random_(makeSystemRandom()), systemFiles_(makeSystemFiles()), faultFiles_(*systemFiles_),
      faults_(faults), disk_(makeThreadExecutor(loop_, "disk")),
      edges{loop_, *random_, filesInUse(), *disk_, Log(*sink_, "box")}
{
}

Result<std::unique_ptr<DaemonEdges>> DaemonEdges::open(const BoxConfig& config)
{
    auto sink = config.log.empty() ? Result<std::unique_ptr<LogSink>>(makeStderrLog(Level::info))
                                   : makeFileLog(config.log, Level::info);
    if (!sink)
        return sink.error();
    std::unique_ptr<DaemonEdges> e(new DaemonEdges(std::move(*sink), config.lines.faults));
    if (auto r = e->edges.files.makeDirectories(config.state); !r)
        return r.error().because("state = " + config.state);
    auto lock = FolderLock::take(config.state);
    if (!lock)
        return lock.error().because("state = " + config.state);
    e->lock_ = std::move(*lock);
    return e;
}

} // namespace callbox::box
