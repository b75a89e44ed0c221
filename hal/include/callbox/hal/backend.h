// SPDX-License-Identifier: GPL-2.0-or-later
// Backends and how they are found: a folder below hal/backends with one Backend function each; CMake collects the
// folders into allBackends(). What probe() names, open() accepts; names are stable (serial or location + port).
#pragma once
#include <callbox/base/edges.h>
#include <callbox/hal/span_io.h>
#include <map>
#include <vector>

namespace callbox::hal {

struct SpanInfo {
    std::string id; // stable: "virtual:/run/x/trunk1.sock", "usb:SERIAL/0"
    std::string model;
    SpanType type;
    // Of an analog bank, from port 1 on, as far as probing tells: none for a port that has no line's electronics.
    std::vector<std::optional<PortKind>> ports = {};
    std::string byPlace = {}; // another name that opens it: "usb:@1-2/0"; empty: it has none
    [[nodiscard]] bool is(std::string_view name) const { return name == id || (!byPlace.empty() && name == byPlace); }
    bool eitherType = false; // an E1 that is a T1 where its configuration says so
};

// Where to find a span: keys of its configuration section that belong to the backend ("connect", "listen", ...).
using BackendKeys = std::map<std::string, std::string>;

struct BackendKey {
    std::string_view name, allowed, help;
};

struct Backend {
    std::string_view name, help;
    std::span<const BackendKey> keys;
    Result<std::vector<SpanInfo>> (*probe)();
    // Makes the object; touches the outside only at SpanIo::start().
    Result<std::unique_ptr<SpanIo>> (*open)(const Edges&, const BackendKeys&);
    bool findsAll = false; // probe() tells of every span that open() can be asked for
};

std::span<const Backend* const> allBackends();
const Backend* findBackend(std::string_view name);

} // namespace callbox::hal
