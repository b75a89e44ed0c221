/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames of an E1 in their order. Plain C without a lock: whoever owns a ring guards it. What was
 * taken out is overwritten at once, so nothing is ever said twice or to the next call.
 */
#ifndef CALLBOX_FRAME_RING_H
#define CALLBOX_FRAME_RING_H

#include "card_protocol.h"
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <stdbool.h>
#include <string.h>
#endif

#define CB_RING 256 /* frames: 32 ms */

struct cb_ring {
	card_u32 read, write; /* they run on; the difference is what lies here */
	card_u8 frame[CB_RING][CARD_E1_FRAME];
};

static inline unsigned int cb_ring_level(const struct cb_ring *r)
{
	return r->write - r->read;
}

void cb_ring_clear(struct cb_ring *r);
/* False: it is full, and nothing was added. */
bool cb_ring_push(struct cb_ring *r, const card_u8 *frame);
/* False: it is empty, and *frame is as it was. */
bool cb_ring_pop(struct cb_ring *r, card_u8 *frame);
/* The oldest are left out until no more than `level` lie here; returns how many. */
unsigned int cb_ring_shorten(struct cb_ring *r, unsigned int level);

#endif
