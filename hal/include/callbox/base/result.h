// SPDX-License-Identifier: GPL-2.0-or-later
// Result<T>: a value, or an Error that says what failed. No exception leaves a function of ours.
//
//     Result<File> f = files.open(path);
//     if (!f) return f.error().because("opening the greeting");
#pragma once
#include <source_location>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace callbox {

// What the caller can do about it, not where it came from.
enum class Errc {
    gone,        // the other side left or was unplugged; start again with a new one
    timeout,     // no answer in time
    busy,        // in use; try later
    unsupported, // this card, trunk or modem cannot do it
    invalid,     // the input is wrong; the text says what is allowed
    no_space,    // disk, pool or table is full
    io,          // the system refused; the text carries its reason
    not_found,   // no such thing
    denied,      // not permitted
};

std::string_view name(Errc);

struct Error {
    Errc code;
    std::string what;
    std::source_location where = std::source_location::current();

    // The same error with what was being attempted in front of it.
    [[nodiscard]] Error because(std::string_view context) const
    {
        return Error{code, std::string(context) + ": " + what, where};
    }
};

// An Error of Errc::io carrying strerror(errnum); save errno before calling anything else.
Error systemError(int errnum, std::string_view attempted, std::source_location where = std::source_location::current());

template <class T = void> class [[nodiscard]] Result : public tl::expected<T, Error> {
    using Base = tl::expected<T, Error>;

public:
    using Base::Base;
    Result(Error e) : Base(tl::make_unexpected(std::move(e))) {}
    Result(Base b) : Base(std::move(b)) {}
};

} // namespace callbox
