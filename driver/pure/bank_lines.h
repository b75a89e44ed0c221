/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an analog bank tells of its lines (PROTOCOL.md, "Analog bank"), as news in their order. The
 * card has debounced all of it, and has told flashes and dialled digits from hang-ups. No lock: the
 * owner guards it.
 */
#ifndef CALLBOX_BANK_LINES_H
#define CALLBOX_BANK_LINES_H

#include "card_protocol.h"
#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

#define CB_NEWS 64	     /* that wait, at most */
#define CB_DEAD_LINE_MS 1000 /* without battery, until it is an alarm */

enum cb_news_kind {
	/* of a line to an exchange */
	CB_NEWS_RING,
	CB_NEWS_BATTERY,    /* and no ring (any more) */
	CB_NEWS_NO_BATTERY, /* or, off hook, no current: the exchange has hung up */
	CB_NEWS_POLARITY,   /* changed */
	/* of a telephone */
	CB_NEWS_OFF_HOOK,
	CB_NEWS_ON_HOOK,
	CB_NEWS_FLASH,
	CB_NEWS_DIGIT, /* dialled with the hook */
};

struct cb_news {
	enum cb_news_kind kind;
	card_u8 port, digit; /* 0..9 */
};

struct cb_line {
	card_u8 type; /* CARD_PORT_FXO or _FXS */
	bool known;   /* since the beginning the card has said how it is */
	bool battery, ringing, reversed, polarity_known;
	bool off_hook;	      /* the telephone */
	unsigned int without; /* ms without battery, CB_DEAD_LINE_MS at most */
};

struct cb_lines {
	unsigned int ports; /* 1..CARD_BANK_PORTS_MAX */
	struct cb_line line[CARD_BANK_PORTS_MAX];
	struct cb_news news[CB_NEWS];
	card_u32 news_read, news_write;
	bool sequence_known;
	card_u16 sequence; /* of the next event */
	/* Counters. */
	card_u32 bad;	  /* of another length, type or port than there is */
	card_u32 lost;	  /* gaps in the sequence */
	card_u32 told;	  /* events taken */
	card_u32 refused; /* commands that the card did not do */
	card_u32 faults;  /* of its chips */
	card_u32 news_lost;
};

/* What an event asks of the owner, bits: events were lost, every port's status is to be asked for;
 * the card made its ports safe, what was ordered is to be ordered again. */
#define CB_LINES_ASK 1
#define CB_LINES_AGAIN 2

/* The card begins: on hook, unfed; it tells what its lines are like. What was true before still is
 * until it does, but no ring goes on. Counters are kept. */
void cb_lines_begin(struct cb_lines *b);
/* A while later: of telephones that are on hook it tells nothing. */
void cb_lines_settle(struct cb_lines *b);
/* CB_LINES_... */
unsigned int cb_lines_take(struct cb_lines *b, const card_u8 *data, unsigned int length);
/* The answer to CARD_BANK_GET_STATUS that was asked for when `told` events had been taken. False:
 * events came since, and nothing is changed. */
bool cb_lines_status(struct cb_lines *b, card_u32 told, unsigned int port,
		     const struct card_analog_status *s);
/* How the line is, once more, as news; nothing of a telephone whose hook is not known. */
void cb_lines_tell(struct cb_lines *b, unsigned int port);
/* False: there is none. */
bool cb_lines_next(struct cb_lines *b, struct cb_news *news);
/* `ms` have passed. */
void cb_lines_pass(struct cb_lines *b, unsigned int ms);
/* The line has been without battery for CB_DEAD_LINE_MS. */
static inline bool cb_lines_dead(const struct cb_lines *b, unsigned int port)
{
	return b->line[port].without >= CB_DEAD_LINE_MS;
}

#endif
