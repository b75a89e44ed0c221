/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The frames between one E1 port and the telephony core, which wants and gives eight at a time (a
 * tick, 1 ms). Frames from the line set the pace while they come; when none do (an icE1usb without
 * alignment sends nothing), those that the card takes. Between the two clocks lies an elastic
 * buffer: when it runs empty or full it is set to its middle and a slip is counted (controlled
 * slips, G.822). No lock, no allocation: the owner guards it.
 */
#ifndef CALLBOX_FLOW_H
#define CALLBOX_FLOW_H

#include "echo_reference.h"
#include "frame_ring.h"
#include "packet_in.h"

#define CB_TICK 8	  /* frames */
#define CB_FLOW_MIDDLE 64 /* frames that wait for the card after a slip: 8 ms */
#define CB_FLOW_FULL 192  /* no more wait for it */
/* What a card keeps for its line at least: E1s and T1s by their feedback (CARD_E1_FEEDBACK_MORE).
 */
#define CB_FLOW_PORT_KEEPS 64
#define CB_FLOW_BANK_KEEPS 0
#define CB_FLOW_DRY                                                                                \
	12 /* packets to the card without a frame from the line, until the card's own clock is     \
	      taken */

enum cb_clock {
	CB_CLOCK_CARD,
	CB_CLOCK_LINE
};

struct cb_flow {
	struct cb_ring rx, tx;
	struct cb_echo echo;
	enum cb_clock clock;
	unsigned int dry;	     /* packets to the card since a frame came */
	card_u8 idle[CARD_E1_FRAME]; /* what is sent and heard where there is nothing */
	/* Counters, since the flow was made. */
	card_u32 slips_left_out,
		slips_said_twice; /* times that frames were left out, or idle ones put in */
	card_u32 overflow;	  /* frames from the line for which there was no room */
	card_u32 switches;	  /* of the clock */
};

/* At the start, before any packet. Counters are kept. */
void cb_flow_begin(struct cb_flow *f, const card_u8 *idle, unsigned int card_keeps);
/* Frames from the line, and idle ones for those that were lost. */
void cb_flow_in(struct cb_flow *f, const struct cb_in_packet *p);
/* Is it time for a tick? */
bool cb_flow_due(const struct cb_flow *f);
/* The tick's frames, CB_TICK of them: from the line ... */
void cb_flow_receive(struct cb_flow *f, card_u8 (*frames)[CARD_E1_FRAME]);
/* ... what the card sent to the line while the next of these were on it ... */
void cb_flow_sent_then(const struct cb_flow *f, card_u8 (*frames)[CARD_E1_FRAME]);
/* ... and for the card. */
void cb_flow_send(struct cb_flow *f, card_u8 (*frames)[CARD_E1_FRAME]);
/* A packet to the card: so many frames to `to`. */
void cb_flow_out(struct cb_flow *f, unsigned int frames, card_u8 *to);
/* The same of those that are under way from the beginning on, with nothing in them. */
void cb_flow_out_idle(struct cb_flow *f, unsigned int frames, card_u8 *to);
/* So many frames to the card are not under way any more. */
void cb_flow_taken(struct cb_flow *f, unsigned int frames);
/* Frames from cb_flow_send() to the line and back to cb_flow_receive(); 0: not known. */
unsigned int cb_flow_delay(const struct cb_flow *f);

#endif
