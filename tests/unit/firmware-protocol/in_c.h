// SPDX-License-Identifier: GPL-2.0-or-later
// What in_c.c gives to the tests.
#pragma once
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
extern const size_t sizes_in_c[];
extern const size_t sizes_in_c_count;
void counters_in_c(unsigned char out[64]);
#ifdef __cplusplus
}
#endif
