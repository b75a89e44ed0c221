/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an analog bank's ports shall do, and the commands to the card that say so, in their order.
 * Orders may come whenever; commands wait only while the card listens. When it begins, or has made
 * its ports safe, all that holds is ordered again. No lock: the owner guards it.
 */
#ifndef CALLBOX_BANK_ORDERS_H
#define CALLBOX_BANK_ORDERS_H

#include "card_protocol.h"
#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

#define CB_ORDERS 64 /* commands that wait, at most: with more, all is ordered again */

#define CB_SHOWS_REVERSED 1 /* by the line's polarity */
#define CB_SHOWS_LAMP 2	    /* by a voltage that lights one */

struct cb_wish {
	card_u8 type;  /* CARD_PORT_FXO or _FXS */
	bool off_hook; /* towards an exchange */
	bool ringing, reversed;
	bool mulaw;
	card_u8 shows; /* that messages wait: CB_SHOWS_... */
	bool waiting;
	bool lamp;			/* as it was ordered last */
	bool lamped, gained;		/* lamp, gains were ever ordered */
	signed char to_line, from_line; /* 0.1 dB */
};

struct cb_orders {
	unsigned int ports; /* 1..CARD_BANK_PORTS_MAX */
	struct cb_wish wish[CARD_BANK_PORTS_MAX];
	bool listens, again;
	card_u16 tag; /* of the last command */
	struct card_bank_command command[CB_ORDERS];
	card_u32 read, write;
	card_u32 lost; /* counts times that more than CB_ORDERS waited */
};

/* The card listens from now on; its ports are on hook and unfed. */
void cb_orders_begin(struct cb_orders *o);
void cb_orders_end(struct cb_orders *o);
/* All that holds, to a card that has made its ports safe. */
void cb_orders_again(struct cb_orders *o);

/* Towards an exchange. */
void cb_orders_hook(struct cb_orders *o, unsigned int port, bool off);
/* Towards a telephone. It is heard and hears on hook as off hook, always: caller id needs no order
 * of its own. */
void cb_orders_ring(struct cb_orders *o, unsigned int port, bool on);
void cb_orders_reverse(struct cb_orders *o, unsigned int port, bool on);
void cb_orders_open(struct cb_orders *o, unsigned int port, unsigned int ms); /* 1..5000; no ring */
/* How a telephone is shown that messages wait for it, and whether they do. */
void cb_orders_shows(struct cb_orders *o, unsigned int port, card_u8 shows);
void cb_orders_waiting(struct cb_orders *o, unsigned int port, bool waiting);
/* Towards whomever. In 0.1 dB; false: more than the chip of such a port has. */
bool cb_orders_gain(struct cb_orders *o, unsigned int port, bool to_line, int gain);
void cb_orders_law(struct cb_orders *o, unsigned int port, bool mulaw);

/* False: none waits. */
bool cb_orders_next(struct cb_orders *o, struct card_bank_command *c);

#endif
