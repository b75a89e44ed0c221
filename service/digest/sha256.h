// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 (FIPS 180-4) of what comes piece by piece. Any thread, one at a time.
#pragma once
#include <callbox/base/bytes.h>
#include <memory>
#include <string>

struct gcry_md_handle;

namespace callbox::digest {

class Sha256 {
public:
    Sha256();
    void add(Octets);
    [[nodiscard]] std::string hex() const; // of all until now, lower case; more may come

private:
    struct Close {
        void operator()(gcry_md_handle*) const;
    };
    std::unique_ptr<gcry_md_handle, Close> state_;
};

std::string sha256Hex(Octets);

} // namespace callbox::digest
