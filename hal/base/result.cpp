// SPDX-License-Identifier: GPL-2.0-or-later
#include <callbox/base/result.h>
#include <cerrno>
#include <cstring>

namespace callbox {

std::string_view name(Errc code)
{
    switch (code) {
    case Errc::gone:
        return "gone";
    case Errc::timeout:
        return "timeout";
    case Errc::busy:
        return "busy";
    case Errc::unsupported:
        return "unsupported";
    case Errc::invalid:
        return "invalid";
    case Errc::no_space:
        return "no_space";
    case Errc::io:
        return "io";
    case Errc::not_found:
        return "not_found";
    case Errc::denied:
        return "denied";
    }
    return "unknown";
}

Error systemError(int errnum, std::string_view attempted, std::source_location where)
{
    Errc code = Errc::io;
    if (errnum == ENOSPC || errnum == EDQUOT)
        code = Errc::no_space;
    else if (errnum == ENOENT || errnum == ENODEV || errnum == ENXIO)
        code = Errc::not_found;
    else if (errnum == EACCES || errnum == EPERM)
        code = Errc::denied;
    else if (errnum == EBUSY || errnum == EADDRINUSE)
        code = Errc::busy;
    else if (errnum == ETIMEDOUT)
        code = Errc::timeout;
    else if (errnum == EPIPE || errnum == ECONNRESET || errnum == ECONNREFUSED)
        code = Errc::gone;
    char text[128];
    return Error{code, std::string(attempted) + ": " + strerror_r(errnum, text, sizeof text), where};
}

} // namespace callbox
