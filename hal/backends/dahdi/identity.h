// SPDX-License-Identifier: GPL-2.0-or-later
// Which spans the kernel has, by what they are. From sysfs, where each span is a folder below its card's.
#pragma once
#include <callbox/base/result.h>
#include <callbox/hal/span_io.h>
#include <optional>
#include <string>
#include <vector>

namespace callbox::hal::dahdi {

struct SpanFacts {
    std::string id; // "HARDWARE_ID/N", or "@LOCATION/N" of a card that tells no id; N: the card's spans from 1
    int number = 0; // in the system, as of now
    int firstChannel = 0;
    int channels = 0;
    std::string name, model;
    std::optional<SpanType> type; // none: analog
    std::string cardSince;        // when the kernel came to know the card, in its own words
};

// Below `root` (the machine's: "/sys"); spans that are not assigned have no channels and are not listed. No DAHDI:
// empty.
Result<std::vector<SpanFacts>> spans(const std::string& root);
// Errc::not_found says which there are.
Result<SpanFacts> find(const std::string& root, const std::string& id);
// What the channels of a bank face, from the first on; none: a port without a module. Empty: the kernel does not tell.
std::vector<std::optional<PortKind>> portKinds(const std::string& root, const SpanFacts&);

// A span of a card that has come and whose spans nobody has assigned (Debian's modules leave that to whoever wants it):
// it gets the numbers that are free, as `type` where its driver lets one choose. Not of a card that is there since
// `since`: it had been assigned, and somebody took that back. Nothing is done, and all is well, without such a card:
// `find` says which there are. Errc::denied: whoever runs this may not; says what would do it.
Result<void> assign(const std::string& root, const std::string& id, SpanType type, const std::string& since);

} // namespace callbox::hal::dahdi
