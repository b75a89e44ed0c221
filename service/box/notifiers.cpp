// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/notifiers.h"
#include "notify/dialout/dialout_notifier.h"
#include "notify/sms/sms_notifier.h"

namespace callbox::box {

std::vector<std::unique_ptr<notify::Notifier>> makeNotifiers(const Edges& edges, const BoxConfig& config,
                                                             lines::Lines& lines, notify::NoticeCaller& caller)
{
    std::vector<std::unique_ptr<notify::Notifier>> out;
    Edges own = edges;
    own.log = edges.log.named("notify");
    // The configuration was checked; a system that has lost its time zones still tells people, in UTC.
    auto zone = notify::Zone::find(config.zone);
    if (!zone) {
        own.log.warning("no such time zone here; times are told in UTC", {{"zone", config.zone}});
        zone = notify::Zone::find("UTC");
    }
    for (const std::string& protocol : config.protocols) {
        if (protocol == "dialout") {
            notify::DialoutConfig calls;
            calls.quiet = config.quiet;
            if (zone)
                calls.zone = *zone;
            out.push_back(std::make_unique<notify::DialoutNotifier>(own, calls, caller));
            continue;
        }
        if (!zone) {
            own.log.error("no time zones on this system: nobody is told by SMS", {{"error", zone.error()}});
            continue;
        }
        std::vector<hal::Modem*> modems;
        for (const auto& m : lines.modems())
            modems.push_back(m.get());
        out.push_back(std::make_unique<notify::SmsNotifier>(own, notify::SmsConfig{}, *zone, modems));
    }
    return out;
}

} // namespace callbox::box
