// SPDX-License-Identifier: GPL-2.0
#include "out_pace.h"

void cb_pace_begin(struct cb_pace *p)
{
	p->value = CARD_E1_FEEDBACK;
	p->sum = 0;
}

bool cb_pace_feedback(struct cb_pace *p, const card_u8 *data, unsigned int length)
{
	card_u32 value;

	if (length != CARD_E1_FEEDBACK_SIZE)
		return false;
	value = data[0] | (card_u32)data[1] << 8 | (card_u32)data[2] << 16;
	if (value < CARD_E1_FEEDBACK - CARD_E1_FEEDBACK / 4 ||
	    value > CARD_E1_FEEDBACK + CARD_E1_FEEDBACK / 4)
		return false;
	p->value = value;
	return true;
}

unsigned int cb_pace_next(struct cb_pace *p, unsigned int most)
{
	unsigned int frames;

	p->sum += p->value;
	frames = p->sum >> 10;
	if (frames < CB_PACE_LEAST)
		frames = CB_PACE_LEAST;
	if (frames > most)
		frames = most;
	p->sum = p->sum > frames << 10 ? p->sum - (frames << 10) : 0;
	if (p->sum > 2 << 10) /* a card whose packets are too small for its pace: what it did not
				 get is not owed */
		p->sum = 2 << 10;
	return frames;
}
