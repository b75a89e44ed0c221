// SPDX-License-Identifier: GPL-2.0
#include "bank_orders.h"
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#define CB_GAIN_LEAST (-128) /* 0.1 dB */
#define CB_GAIN_MOST_FXO 120
#define CB_GAIN_MOST_FXS 60

static void add(struct cb_orders *o, unsigned int op, unsigned int port, unsigned int what,
		unsigned int ms)
{
	struct card_bank_command *c = &o->command[o->write % CB_ORDERS];

	if (!o->listens)
		return;
	if (o->write - o->read == CB_ORDERS) {
		o->lost++;
		o->again = true;
		return;
	}
	memset(c, 0, sizeof(*c));
	c->op = (card_u8)op;
	c->port = (card_u8)port;
	c->tag = card_make16(++o->tag);
	c->argument[0] = (card_u8)what;
	c->argument[1] = ms & 0xff;
	c->argument[2] = ms >> 8 & 0xff;
	o->write++;
}

static unsigned int polarity(const struct cb_wish *w)
{
	const bool shown = w->waiting && w->shows & CB_SHOWS_REVERSED;

	return w->reversed != shown ? CARD_BANK_FEED_REVERSE : CARD_BANK_FEED_FORWARD;
}

static void feed(struct cb_orders *o, unsigned int port)
{
	add(o, CARD_BANK_LINEFEED, port, polarity(&o->wish[port]), 0);
}

static void gain(struct cb_orders *o, unsigned int port)
{
	const struct cb_wish *w = &o->wish[port];

	add(o, CARD_BANK_GAIN, port, w->to_line & 0xff, w->from_line & 0xff);
}

static void order_all(struct cb_orders *o, unsigned int port)
{
	const struct cb_wish *w = &o->wish[port];

	add(o, CARD_BANK_LAW, port, w->mulaw, 0);
	if (w->gained)
		gain(o, port);
	if (w->type == CARD_PORT_FXO) {
		add(o, CARD_BANK_HOOK, port, w->off_hook, 0);
		return;
	}
	add(o, CARD_BANK_LINEFEED, port, CARD_BANK_FEED_ON_HOOK, 0xffff);
	feed(o, port);
	if (w->lamped)
		add(o, CARD_BANK_MWI, port, w->lamp, 0);
	if (w->ringing)
		add(o, CARD_BANK_RING, port, 1, 0);
}

void cb_orders_again(struct cb_orders *o)
{
	unsigned int i;

	o->read = o->write;
	o->again = false;
	for (i = 0; i < o->ports; i++)
		order_all(o, i);
}

void cb_orders_begin(struct cb_orders *o)
{
	o->listens = true;
	cb_orders_again(o);
}

void cb_orders_end(struct cb_orders *o)
{
	o->listens = false;
	o->again = false;
	o->read = o->write;
}

void cb_orders_hook(struct cb_orders *o, unsigned int port, bool off)
{
	o->wish[port].off_hook = off;
	add(o, CARD_BANK_HOOK, port, off, 0);
}

void cb_orders_ring(struct cb_orders *o, unsigned int port, bool on)
{
	if (o->wish[port].ringing == on)
		return;
	o->wish[port].ringing = on;
	add(o, CARD_BANK_RING, port, on, 0);
}

void cb_orders_reverse(struct cb_orders *o, unsigned int port, bool on)
{
	struct cb_wish *w = &o->wish[port];
	const unsigned int was = polarity(w);

	w->reversed = on;
	if (polarity(w) != was)
		feed(o, port);
}

void cb_orders_open(struct cb_orders *o, unsigned int port, unsigned int ms)
{
	o->wish[port].ringing = false;
	add(o, CARD_BANK_LINEFEED, port, CARD_BANK_FEED_OPEN, ms);
}

/* What changes nothing is not ordered: a card breaks off a test of the line for it. */
static void show(struct cb_orders *o, unsigned int port, card_u8 shows, bool waiting)
{
	struct cb_wish *w = &o->wish[port];
	const bool lamp = waiting && shows & CB_SHOWS_LAMP;
	const bool changes = lamp != w->lamp;
	const unsigned int was = polarity(w);

	w->shows = shows;
	w->waiting = waiting;
	w->lamp = lamp;
	w->lamped |= lamp;
	if (polarity(w) != was)
		feed(o, port);
	if (changes)
		add(o, CARD_BANK_MWI, port, lamp, 0);
}

void cb_orders_shows(struct cb_orders *o, unsigned int port, card_u8 shows)
{
	show(o, port, shows, o->wish[port].waiting);
}

void cb_orders_waiting(struct cb_orders *o, unsigned int port, bool waiting)
{
	show(o, port, o->wish[port].shows, waiting);
}

bool cb_orders_gain(struct cb_orders *o, unsigned int port, bool to_line, int tenths)
{
	struct cb_wish *w = &o->wish[port];

	if (tenths < CB_GAIN_LEAST ||
	    tenths > (w->type == CARD_PORT_FXO ? CB_GAIN_MOST_FXO : CB_GAIN_MOST_FXS))
		return false;
	*(to_line ? &w->to_line : &w->from_line) = (signed char)tenths;
	w->gained = true;
	gain(o, port);
	return true;
}

void cb_orders_law(struct cb_orders *o, unsigned int port, bool mulaw)
{
	o->wish[port].mulaw = mulaw;
	add(o, CARD_BANK_LAW, port, mulaw, 0);
}

bool cb_orders_next(struct cb_orders *o, struct card_bank_command *c)
{
	if (o->read == o->write && o->again)
		cb_orders_again(o);
	if (o->read == o->write)
		return false;
	*c = o->command[o->read++ % CB_ORDERS];
	return true;
}
