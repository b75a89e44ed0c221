// SPDX-License-Identifier: GPL-2.0-or-later
// The registry's face of the virtual backend, and the functions of virtual_span.h.
#include "end.h"
#include <callbox/hal/backend.h>
#include <callbox/hal/virtual_span.h>

namespace callbox::hal {

VirtualPair makeVirtualPair(Loop& loop, VirtualClock& clock)
{
    auto [first, second] = virtualspan::makeLocalLinks(loop);
    return {virtualspan::makeClockEnd(loop, clock, std::move(first)),
            virtualspan::makeFollowEnd(loop, std::move(second))};
}

std::unique_ptr<SpanIo> makeVirtualListener(Loop& loop, VirtualClock& clock, std::string path)
{
    return virtualspan::makeClockEnd(loop, clock, virtualspan::makeListeningLink(loop, std::move(path)));
}

std::unique_ptr<SpanIo> makeVirtualConnector(Loop& loop, std::string path)
{
    return virtualspan::makeFollowEnd(loop, virtualspan::makeConnectingLink(loop, std::move(path)));
}

namespace {

constexpr BackendKey keys[] = {
    {"connect", "a path",
     "the Unix socket of the end that holds the clock; a key listen is for who has a clock to give"},
};

Result<std::vector<SpanInfo>> probe()
{
    return std::vector<SpanInfo>{}; // virtual spans exist by configuration only
}

Result<std::unique_ptr<SpanIo>> open(const Edges& edges, const BackendKeys& given)
{
    const auto connect = given.find("connect");
    if (connect == given.end() || connect->second.empty())
        return Error{Errc::invalid, "backend virtual: connect = PATH of the other end's socket is needed"};
    return makeVirtualConnector(edges.loop, connect->second);
}

} // namespace

const Backend& virtualBackend();
const Backend& virtualBackend()
{
    static const Backend backend{"virtual", "spans between processes of one machine, for labs and tests", keys, &probe,
                                 &open};
    return backend;
}

} // namespace callbox::hal
