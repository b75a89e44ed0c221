// SPDX-License-Identifier: GPL-2.0
#include "packet_in.h"

/* More than this is no loss on the bus but a card that began anew. */
#define LOSS_MAX 64

void cb_in_begin(struct cb_in *in, bool ours)
{
	in->ours = ours;
	in->known = false;
}

static unsigned int lost(const struct cb_in *in, const card_u8 *data)
{
	const unsigned int gap = (card_u8)(data[0] - in->position);

	if (!in->known || gap > LOSS_MAX)
		return 0;
	/* Our card also jumps, within one multiframe, when the line is aligned anew: that takes no
	 * time. */
	if (in->ours && data[1] == in->sequence && !(data[2] & CARD_E1_HEADER_LOST))
		return 0;
	return gap;
}

struct cb_in_packet cb_in_take(struct cb_in *in, const card_u8 *data, unsigned int length)
{
	struct cb_in_packet p = {NULL, 0, 0, false};

	if (length == 0)
		return p;
	in->packets++;
	if (length < CARD_E1_HEADER || data[3] >> 4 != 0) {
		in->bad++;
		return p;
	}
	if ((length - CARD_E1_HEADER) % CARD_E1_FRAME != 0)
		in->bad++;
	p.count = (length - CARD_E1_HEADER) / CARD_E1_FRAME;
	if (p.count == 0)
		return p;
	p.frames = data + CARD_E1_HEADER;
	p.filler = in->ours && data[2] & CARD_E1_HEADER_FILLER;
	p.missing = lost(in, data);
	in->missing += p.missing;
	in->known = true;
	in->position = (card_u8)(data[0] + p.count);
	in->sequence = (card_u8)(data[1] + 1);
	return p;
}
