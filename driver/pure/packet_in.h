/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Takes packets of the card's IN endpoint apart (card_protocol.h, struct card_e1_header): which
 * frames are in it, and how many are missing before them. A packet may have any length and say
 * anything.
 */
#ifndef CALLBOX_PACKET_IN_H
#define CALLBOX_PACKET_IN_H

#include "card_protocol.h"
#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

struct cb_in {
	bool ours;		    /* the header has sequence and flags; an icE1usb's has zeros */
	bool known;		    /* a packet came since the start */
	card_u8 position, sequence; /* expected of the next one */
	card_u32 packets, bad,
		missing; /* bad: not a whole number of frames, or of another version */
};

struct cb_in_packet {
	const card_u8 *frames;
	unsigned int count;   /* whole frames at `frames` */
	unsigned int missing; /* frames lost before them: the time of these has passed as well */
	bool filler;	      /* octets ff at the line's pace: there is no alignment */
};

void cb_in_begin(struct cb_in *in, bool ours);
/* `frames` points into `data`. */
struct cb_in_packet cb_in_take(struct cb_in *in, const card_u8 *data, unsigned int length);

#endif
