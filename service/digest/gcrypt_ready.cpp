// SPDX-License-Identifier: GPL-2.0-or-later
#include "digest/gcrypt_ready.h"
#include <gcrypt.h>

namespace callbox::digest {

void gcryptReady()
{
    static const bool done = [] {
        if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P) != 0)
            return true; // another library of this process was here first
        gcry_check_version(nullptr);
        gcry_control(GCRYCTL_DISABLE_SECMEM, 0); // pages that are never swapped: for secrets that stay
        gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
        return true;
    }();
    (void)done;
}

} // namespace callbox::digest
