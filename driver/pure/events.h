/* SPDX-License-Identifier: GPL-2.0 */
/* What the card's interrupt endpoint tells: counters, defects, slips. */
#ifndef CALLBOX_EVENTS_H
#define CALLBOX_EVENTS_H

#include "card_protocol.h"
#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

struct cb_events {
	bool extended; /* the card sends types from 2 on, and defects by these */
	bool known;    /* the counters below have been told once */
	bool sequence_known;
	card_u8 sequence; /* of the next event */
	card_u16 defects; /* CARD_ALARM_... */
	struct card_ice1_errors last;
	/* Sums of the card's counters, which run over at 65536. */
	card_u32 crc, alignment, overflow, underflow;
	card_u32 slips_out, slips_in; /* of the card's own buffers */
	card_u32 bad;		      /* of another length, or of a type that is not known */
	card_u32 lost;		      /* gaps in the sequence */
};

void cb_events_begin(struct cb_events *e, bool extended);
/* An answer to CARD_ICE1_GET_ERRORS. */
void cb_events_errors(struct cb_events *e, const struct card_ice1_errors *now);
/* True: events were lost before this one, and the card has to be asked. */
bool cb_events_take(struct cb_events *e, const card_u8 *data, unsigned int length);

#endif
