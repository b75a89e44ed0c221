/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets of an analog bank (card_protocol.h, struct card_bank_header) from and to frames as those
 * of an E1, port n in octet 1 + n: so both have the same flow. A packet may have any length and say
 * anything.
 */
#ifndef CALLBOX_BANK_PACKETS_H
#define CALLBOX_BANK_PACKETS_H

#include "packet_in.h"

/* As many samples go as have come. */
struct cb_bank_pace {
	int balance;	  /* samples that came more than went */
	card_u8 sequence; /* of the next packet */
};

void cb_bank_pace_begin(struct cb_bank_pace *p);
void cb_bank_pace_came(struct cb_bank_pace *p, unsigned int samples);
/* Of the next packet: 7..9. */
unsigned int cb_bank_pace_next(struct cb_bank_pace *p);

typedef card_u8 cb_bank_frames[CARD_BANK_SAMPLES_MAX][CARD_E1_FRAME];

/* The packet's samples in `frames`, to which the answer points; octets of no port stay as they
 * are. */
struct cb_in_packet cb_bank_in_take(struct cb_in *in, unsigned int ports, const card_u8 *data,
				    unsigned int length, cb_bank_frames frames);
/* The packet's length. `samples` frames, CARD_BANK_SAMPLES_MAX at most; `to` has room for
 * cb_bank_packet_max(ports). */
unsigned int cb_bank_out(struct cb_bank_pace *p, unsigned int ports, unsigned int samples,
			 cb_bank_frames frames, card_u8 *to);

static inline unsigned int cb_bank_packet_max(unsigned int ports)
{
	return CARD_BANK_HEADER + CARD_BANK_SAMPLES_MAX * ports;
}

#endif
