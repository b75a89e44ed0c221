/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an echo canceller is to compare a frame from the line with: the frame that the card sent to
 * the line at that moment. The core gave it some 25 ms before, more than most cancellers reach
 * back; what is left for them is the line's own delay.
 *
 * Frames are numbered as they go into transfers to the card, and as they come from it, by two
 * counts. As long as both run at the line's pace the numbers of two frames that are on the line
 * together differ by the same, whatever lies in buffers between here and there. How many frames the
 * card keeps for the line it does not tell, but at least how many. No lock, no allocation: the
 * owner guards it.
 */
#ifndef CALLBOX_ECHO_REFERENCE_H
#define CALLBOX_ECHO_REFERENCE_H

#include "frame_ring.h"

#define CB_ECHO_FRAMES 512 /* that are remembered: 64 ms; a power of two, as counts run over */
#define CB_ECHO_LOOKS 32   /* transfers to the card until it is settled how far back to look */

struct cb_echo {
	card_u8 frame[CB_ECHO_FRAMES][CARD_E1_FRAME]; /* the latest to the card */
	card_u8 idle[CARD_E1_FRAME];
	unsigned int card_keeps; /* frames for the line, at least */
	card_u32 given;		 /* frames that went into transfers to the card */
	card_u32 taken;		 /* of these, in transfers that came back: the card has them */
	card_u32 came;		 /* frames that came from the card, lost ones among them */
	card_u32 seen;		 /* `came`, when a transfer to the card came back last ... */
	unsigned int silent;	 /* ... and how many of them found it unchanged */
	bool known;		 /* `ahead` is */
	card_u32 ahead; /* a frame's number to the card less its number from it, on the line */
	card_u32 least; /* while it is looked: `taken` less `came` */
	unsigned int looks;
	card_u32 moves; /* times that it was settled anew, since it was made */
};

/* Nothing is left of what was said before. */
void cb_echo_begin(struct cb_echo *e, const card_u8 *idle, unsigned int card_keeps);
/* Frames that go into a transfer to the card, `count` of them at `frames` ... */
void cb_echo_gave(struct cb_echo *e, const card_u8 *frames, unsigned int count);
/* ... and that it came back with so many, sent or failed. */
void cb_echo_taken(struct cb_echo *e, unsigned int count);
/* So many frames came in a packet from the card. */
void cb_echo_came(struct cb_echo *e, unsigned int count);
/* The frames that were on the line together with `count` others, of which the first is the oldest
 * of the `waiting` that came last; idle ones as long as that is not known. */
void cb_echo_of(const struct cb_echo *e, unsigned int waiting, card_u8 (*frames)[CARD_E1_FRAME],
		unsigned int count);
/* Frames between the latest that went into a transfer and the one that was on the line together
 * with the latest that came; 0: not known. */
unsigned int cb_echo_delay(const struct cb_echo *e);

#endif
