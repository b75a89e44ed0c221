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
	card_u32 told;		      /* events taken */
};

void cb_events_begin(struct cb_events *e, bool extended);
/* What an icE1usb counts, and its defects. */
void cb_events_errors(struct cb_events *e, const struct card_ice1_errors *now);
/* True: events were lost before this one, and the card has to be asked: a gap in the sequence, or
 * counters whose flags are not those of the events before, so that the last one was lost. */
bool cb_events_take(struct cb_events *e, const card_u8 *data, unsigned int length);
/* The answer to a question that was asked when `told` events had been taken: to
 * CARD_REQ_GET_STATUS, and to CARD_ICE1_GET_ERRORS. False: events came since, and nothing is
 * changed. */
bool cb_events_status(struct cb_events *e, card_u32 told, card_u16 defects);
bool cb_events_asked(struct cb_events *e, card_u32 told, const struct card_ice1_errors *now);

#endif
