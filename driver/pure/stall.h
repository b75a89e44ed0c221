/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Has a stream stopped? An isochronous transfer comes back by time, whatever the card does, so one
 * that does not is a fault of the bus or of the host controller. The owner counts what came back;
 * he asks here every so often.
 */
#ifndef CALLBOX_STALL_H
#define CALLBOX_STALL_H

#include "card_protocol.h"
#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

#define CB_STREAMS 3	 /* data in, data out, feedback */
#define CB_STALL_MS 1000 /* without a transfer that came back */

struct cb_stall {
	card_u32 seen[CB_STREAMS];
	unsigned int idle[CB_STREAMS]; /* ms */
};

/* `back`: how many transfers of each stream have come back. */
void cb_stall_begin(struct cb_stall *s, const card_u32 *back);
/* `ms` have passed: the streams (bits) that have stood for another CB_STALL_MS. */
unsigned int cb_stall_pass(struct cb_stall *s, const card_u32 *back, unsigned int ms);
/* One of them stands for CB_STALL_MS or more. */
bool cb_stall_stands(const struct cb_stall *s);

#endif
