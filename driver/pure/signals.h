/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signalling bits ABCD (A in bit 3) of one port's channels: what each says and hears, and what of
 * it the card or the telephony core has not been told. A channel is the slot that it lies in. No
 * lock: the owner guards it.
 */
#ifndef CALLBOX_SIGNALS_H
#define CALLBOX_SIGNALS_H

#include "card_protocol.h"
#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

struct cb_signals {
	bool on; /* slot 16 of an E1, or robbed bits of a T1 */
	bool t1;
	card_u32 slots; /* that have signalling; bit n: slot n */
	card_u8 says[32], hears[32];
	card_u32 said;	  /* slots of which something was said */
	card_u32 unsaid;  /* what they say is yet to be told to the card */
	card_u32 heard;	  /* slots whose bits are known */
	card_u32 news;	  /* ... and yet to be told to the telephony core */
	card_u32 newer;	  /* slots of which events told since cb_signals_ask() */
	card_u32 refused; /* counts bits that cannot be sent */
};

/* `slots`: of a T1 those whose bits are robbed; an E1 has all of them but 0 and 16. What is said
 * and heard on the others is forgotten. */
void cb_signals_set(struct cb_signals *s, bool on, bool t1, card_u32 slots);
/* The card has been switched on anew: it knows nothing, and nothing is known of its line. */
void cb_signals_begin(struct cb_signals *s);

/* As what the bits of a hook state go out. A and B alone count of them; where 0000 (DAHDI's
 * ringing) cannot go, D is 1 as G.704 5.1.3.2.2 has it where it is not used. */
card_u8 cb_signals_of_hooks(const struct cb_signals *s, unsigned int slot, card_u8 abcd);
/* True: there is something to be told to the card. Bits that an E1 cannot carry (0000 on slots 1 to
 * 15, G.704 5.1.3.2.2) are counted and left. */
bool cb_signals_say(struct cb_signals *s, unsigned int slot, card_u8 abcd);
/* What is to be told to the card, all at once; false: nothing. */
bool cb_signals_unsaid(struct cb_signals *s, struct card_cas *cas);
/* It could not be told: it is still to be. */
void cb_signals_failed(struct cb_signals *s, const struct card_cas *cas);

/* An event of the card. */
void cb_signals_event(struct cb_signals *s, const card_u8 *data, unsigned int length);
/* CARD_E1_GET_CAS is asked, and answered: events in between are newer than the answer. */
void cb_signals_ask(struct cb_signals *s);
void cb_signals_answer(struct cb_signals *s, const struct card_cas *cas);
/* What is to be told to the telephony core, slot by slot; false: nothing. */
bool cb_signals_next(struct cb_signals *s, unsigned int *slot, card_u8 *abcd);

#endif
