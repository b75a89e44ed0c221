// SPDX-License-Identifier: GPL-2.0
#include "frame_ring.h"

static card_u8 *place(struct cb_ring *r, card_u32 position)
{
	return r->frame[position % CB_RING];
}

void cb_ring_clear(struct cb_ring *r)
{
	memset(r, 0, sizeof(*r));
}

bool cb_ring_push(struct cb_ring *r, const card_u8 *frame)
{
	if (cb_ring_level(r) == CB_RING)
		return false;
	memcpy(place(r, r->write++), frame, CARD_E1_FRAME);
	return true;
}

bool cb_ring_pop(struct cb_ring *r, card_u8 *frame)
{
	card_u8 *from = place(r, r->read);

	if (cb_ring_level(r) == 0)
		return false;
	memcpy(frame, from, CARD_E1_FRAME);
	memset(from, 0, CARD_E1_FRAME);
	r->read++;
	return true;
}

unsigned int cb_ring_shorten(struct cb_ring *r, unsigned int level)
{
	unsigned int dropped = 0;

	for (; cb_ring_level(r) > level; dropped++)
		memset(place(r, r->read++), 0, CARD_E1_FRAME);
	return dropped;
}
