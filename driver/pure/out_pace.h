/* SPDX-License-Identifier: GPL-2.0 */
/* How many frames go into the next packet to the card: what its feedback says, PROTOCOL.md "E1
 * packets". */
#ifndef CALLBOX_OUT_PACE_H
#define CALLBOX_OUT_PACE_H

#include "card_protocol.h"
#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

#define CB_PACE_LEAST 4 /* frames in a packet */

struct cb_pace {
	card_u32 value, sum; /* frames times 1024 */
};

void cb_pace_begin(struct cb_pace *p);
/* False: it is no feedback (another length, or more than a quarter off the nominal pace) and
 * changes nothing. */
bool cb_pace_feedback(struct cb_pace *p, const card_u8 *data, unsigned int length);
/* 4..most. */
unsigned int cb_pace_next(struct cb_pace *p, unsigned int most);

#endif
