/* SPDX-License-Identifier: GPL-2.0 */
/* Where kernels differ. Nothing else of the module asks for a version. */
#ifndef CALLBOX_COMPAT_H
#define CALLBOX_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#define sysfs_emit(buffer, ...) scnprintf(buffer, PAGE_SIZE, __VA_ARGS__)
#endif

#endif
