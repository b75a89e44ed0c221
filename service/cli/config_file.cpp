// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/config_file.h"
#include "box/config.h"
#include "switching/config.h"

namespace callbox::cli {

Result<ConfigReport> readConfigFile(const std::string& path)
{
    ConfigReport report;
    auto doc = ini::load(path, report.problems);
    if (!doc)
        return doc.error();
    // A switch names its boxes in sections [box ID]; a box has no section [switch].
    if (switching::isSwitchConfig(*doc)) {
        report.kind = "switch";
        const auto config = switching::readConfig(*doc, report.problems);
        if (report.problems.empty())
            report.effective = switching::render(*doc, config);
    } else if (box::isBoxConfig(*doc)) {
        report.kind = "box";
        const auto config = box::readConfig(*doc, report.problems);
        if (report.problems.empty())
            report.effective = box::render(*doc, config);
    } else {
        report.problems.push_back(
            {path, 1, "neither a [box] nor a [switch] section: it configures neither callboxd nor callbox-switchd"});
    }
    report.document = std::move(*doc);
    return report;
}

} // namespace callbox::cli
