// SPDX-License-Identifier: GPL-2.0
#include "bank_lines.h"
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

static void add(struct cb_lines *b, unsigned int port, enum cb_news_kind kind, card_u8 digit)
{
	struct cb_news *n = &b->news[b->news_write % CB_NEWS];

	if (b->news_write - b->news_read == CB_NEWS) {
		b->news_lost++;
		return;
	}
	n->kind = kind;
	n->port = (card_u8)port;
	n->digit = digit;
	b->news_write++;
}

bool cb_lines_next(struct cb_lines *b, struct cb_news *news)
{
	if (b->news_read == b->news_write)
		return false;
	*news = b->news[b->news_read++ % CB_NEWS];
	return true;
}

void cb_lines_tell(struct cb_lines *b, unsigned int port)
{
	const struct cb_line *l = &b->line[port];

	if (l->type == CARD_PORT_FXO)
		add(b, port,
		    l->ringing		     ? CB_NEWS_RING
		    : l->known && l->battery ? CB_NEWS_BATTERY
					     : CB_NEWS_NO_BATTERY,
		    0);
	else if (l->known)
		add(b, port, l->off_hook ? CB_NEWS_OFF_HOOK : CB_NEWS_ON_HOOK, 0);
}

void cb_lines_begin(struct cb_lines *b)
{
	unsigned int i;

	b->news_read = b->news_write;
	b->sequence_known = false;
	for (i = 0; i < b->ports; i++) {
		struct cb_line *l = &b->line[i];

		if (l->ringing) {
			l->ringing = false;
			add(b, i, l->battery ? CB_NEWS_BATTERY : CB_NEWS_NO_BATTERY, 0);
		}
		l->known = false;
		if (l->type == CARD_PORT_FXS) /* what was given up begins anew */
			l->without = 0;
	}
}

static void set_hook(struct cb_lines *b, unsigned int port, bool off)
{
	b->line[port].known = true;
	b->line[port].off_hook = off;
	cb_lines_tell(b, port);
}

void cb_lines_settle(struct cb_lines *b)
{
	unsigned int i;

	for (i = 0; i < b->ports; i++)
		if (b->line[i].type == CARD_PORT_FXS && !b->line[i].known)
			set_hook(b, i, false);
}

static void set_polarity(struct cb_lines *b, unsigned int port, bool reversed)
{
	struct cb_line *l = &b->line[port];
	const bool changed = l->polarity_known && l->reversed != reversed;

	l->polarity_known = true;
	l->reversed = reversed;
	if (changed)
		add(b, port, CB_NEWS_POLARITY, 0);
}

static void set_battery(struct cb_lines *b, unsigned int port, bool there)
{
	struct cb_line *l = &b->line[port];

	l->known = true;
	l->battery = there;
	l->ringing &= there;
	if (there)
		l->without = 0;
	cb_lines_tell(b, port);
}

/* Who rings has a battery, whatever was said of it before. */
static void set_ringing(struct cb_lines *b, unsigned int port, bool on)
{
	if (on)
		set_battery(b, port, true);
	b->line[port].ringing = on;
	cb_lines_tell(b, port);
}

static void exchange(struct cb_lines *b, const struct card_bank_event *e)
{
	switch (e->type) {
	case CARD_BANK_EVENT_RING:
		set_ringing(b, e->port, e->code == 1);
		break;
	case CARD_BANK_EVENT_BATTERY:
		set_battery(b, e->port, e->code == 1);
		if (e->code == 1)
			set_polarity(b, e->port, e->flags & CARD_BANK_FLAG_REVERSED);
		break;
	case CARD_BANK_EVENT_POLARITY:
		set_polarity(b, e->port, e->code == 1);
		break;
	case CARD_BANK_EVENT_CURRENT:
		set_battery(b, e->port, e->code == 1);
		break;
	case CARD_BANK_EVENT_FAULT:
		if (e->code == CARD_BANK_FAULT_MUTE)
			set_battery(b, e->port, false);
		break;
	default: /* DIALLED: of a command that this driver does not send */
		break;
	}
}

static void telephone(struct cb_lines *b, const struct card_bank_event *e)
{
	const bool off = b->line[e->port].off_hook;

	if (e->type == CARD_BANK_EVENT_HOOK && e->code == 2) {
		if (off)
			add(b, e->port, CB_NEWS_FLASH, 0);
	} else if (e->type == CARD_BANK_EVENT_HOOK) {
		set_hook(b, e->port, e->code != 0);
	} else if (e->type == CARD_BANK_EVENT_DIGIT && e->code <= 9) {
		if (off)
			add(b, e->port, CB_NEWS_DIGIT, e->code);
	} else if (e->type == CARD_BANK_EVENT_FAULT && e->code == CARD_BANK_FAULT_GIVEN_UP) {
		set_hook(b, e->port, false);
		b->line[e->port].without = CB_DEAD_LINE_MS;
	}
}

static bool sequenced(struct cb_lines *b, card_u16 sequence)
{
	const bool gap = b->sequence_known && sequence != b->sequence;

	b->sequence = (card_u16)(sequence + 1);
	b->sequence_known = true;
	b->lost += gap;
	return gap;
}

unsigned int cb_lines_take(struct cb_lines *b, const card_u8 *data, unsigned int length)
{
	struct card_bank_event e;
	unsigned int asks;

	if (length == 0)
		return 0;
	if (length != sizeof(e)) {
		b->bad++;
		return 0;
	}
	memcpy(&e, data, sizeof(e));
	b->told++;
	asks = sequenced(b, card_get16(e.sequence)) ? CB_LINES_ASK : 0;
	if (e.type == 0 || e.type > CARD_BANK_EVENT_DIALLED || e.port >= b->ports) {
		b->bad++;
		return asks;
	}
	if (e.type == CARD_BANK_EVENT_DONE) {
		b->refused += e.code != CARD_BANK_DONE;
		return asks;
	}
	if (e.type == CARD_BANK_EVENT_FAULT) {
		if (e.code == CARD_BANK_FAULT_NO_HOST)
			return asks | CB_LINES_AGAIN;
		if (e.code == CARD_BANK_FAULT_EVENTS)
			return asks;
		b->faults++;
	}
	if (b->line[e.port].type == CARD_PORT_FXO)
		exchange(b, &e);
	else
		telephone(b, &e);
	return asks;
}

bool cb_lines_status(struct cb_lines *b, card_u32 told, unsigned int port,
		     const struct card_analog_status *s)
{
	if (told != b->told)
		return false;
	if (b->line[port].type == CARD_PORT_FXS) {
		set_hook(b, port, s->hook != 0);
		b->line[port].without = s->fault == CARD_BANK_FAULT_GIVEN_UP ? CB_DEAD_LINE_MS : 0;
		return true;
	}
	if (s->ringing) {
		set_ringing(b, port, true);
	} else {
		b->line[port].ringing = false;
		set_battery(b, port, s->battery && s->fault == 0);
	}
	if (s->battery && s->fault == 0)
		set_polarity(b, port, s->polarity != 0);
	return true;
}

void cb_lines_pass(struct cb_lines *b, unsigned int ms)
{
	unsigned int i;

	for (i = 0; i < b->ports; i++) {
		struct cb_line *l = &b->line[i];

		if (l->type != CARD_PORT_FXO || !l->known || l->battery)
			continue;
		l->without = CB_DEAD_LINE_MS - l->without > ms ? l->without + ms : CB_DEAD_LINE_MS;
	}
}
