// SPDX-License-Identifier: GPL-2.0
#include "stall.h"

void cb_stall_begin(struct cb_stall *s, const card_u32 *back)
{
	unsigned int i;

	for (i = 0; i < CB_STREAMS; i++) {
		s->seen[i] = back[i];
		s->idle[i] = 0;
	}
}

unsigned int cb_stall_pass(struct cb_stall *s, const card_u32 *back, unsigned int ms)
{
	unsigned int stopped = 0, i;

	for (i = 0; i < CB_STREAMS; i++) {
		const unsigned int before = s->idle[i];

		s->idle[i] = back[i] == s->seen[i] ? before + ms : 0;
		s->seen[i] = back[i];
		if (s->idle[i] / CB_STALL_MS > before / CB_STALL_MS)
			stopped |= 1u << i;
	}
	return stopped;
}

bool cb_stall_stands(const struct cb_stall *s)
{
	unsigned int i;

	for (i = 0; i < CB_STREAMS; i++)
		if (s->idle[i] >= CB_STALL_MS)
			return true;
	return false;
}
