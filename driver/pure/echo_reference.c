// SPDX-License-Identifier: GPL-2.0
#include "echo_reference.h"

/* A canceller needs what it compares with before the echo of it, so that may come too early, not
 * too late: by so many frames early. It is settled anew only when it is more than so much off:
 * every canceller then learns a line anew that seems to be shorter or longer, and what a card keeps
 * goes up and down by 32 frames. */
#define EARLY 32
#define TOO_EARLY 40
#define TOO_LATE 24

/* In as many transfers to the card not one frame came: it has lost its line. Transfers of both
 * directions come back in turn, two of one now and then. */
#define SILENT 8

void cb_echo_begin(struct cb_echo *e, const card_u8 *idle, unsigned int card_keeps)
{
	const card_u32 moves = e->moves;
	unsigned int i;

	memset(e, 0, sizeof(*e));
	e->moves = moves;
	e->card_keeps = card_keeps;
	memcpy(e->idle, idle, CARD_E1_FRAME);
	for (i = 0; i < CB_ECHO_FRAMES; i++)
		memcpy(e->frame[i], idle, CARD_E1_FRAME);
}

void cb_echo_gave(struct cb_echo *e, const card_u8 *frames, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		memcpy(e->frame[e->given++ % CB_ECHO_FRAMES], frames + i * CARD_E1_FRAME,
		       CARD_E1_FRAME);
}

void cb_echo_came(struct cb_echo *e, unsigned int count)
{
	e->came += count;
}

static void settle(struct cb_echo *e)
{
	const card_u32 ahead = e->least - e->card_keeps + EARLY;
	const int late = (int)(ahead - e->ahead);

	if (e->known && late <= TOO_LATE && late >= -TOO_EARLY)
		return;
	e->moves += e->known;
	e->ahead = ahead;
	e->known = true;
}

/* Just now all that went to the card is counted, but not all that came: at least by so much, and
 * seldom by more, its frames are ahead. */
void cb_echo_taken(struct cb_echo *e, unsigned int count)
{
	card_u32 now;

	e->taken += count;
	e->silent = e->came == e->seen ? e->silent + 1 : 0;
	e->seen = e->came;
	if (e->came == 0 || e->silent >= SILENT) {
		e->known = false;
		e->looks = 0;
		return;
	}
	now = e->taken - e->came;
	if (e->looks == 0 || (int)(now - e->least) < 0)
		e->least = now;
	if (++e->looks < CB_ECHO_LOOKS)
		return;
	e->looks = 0;
	settle(e);
}

void cb_echo_of(const struct cb_echo *e, unsigned int waiting, card_u8 (*frames)[CARD_E1_FRAME],
		unsigned int count)
{
	card_u32 number = e->came - waiting + e->ahead;
	unsigned int i;

	for (i = 0; i < count; i++, number++) {
		const card_u32 back = e->given - number; /* 1: the latest */
		const bool there = e->known && back > 0 && back <= CB_ECHO_FRAMES;

		memcpy(frames[i], there ? e->frame[number % CB_ECHO_FRAMES] : e->idle,
		       CARD_E1_FRAME);
	}
}

unsigned int cb_echo_delay(const struct cb_echo *e)
{
	const card_u32 delay = e->given - e->came - e->ahead;

	return e->known && delay <= CB_ECHO_FRAMES ? delay : 0;
}
