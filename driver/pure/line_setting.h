/* SPDX-License-Identifier: GPL-2.0 */
/* What an E1 or T1 port of our card is told of its line (card_line). */
#ifndef CALLBOX_LINE_SETTING_H
#define CALLBOX_LINE_SETTING_H

#include "card_protocol.h"
#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

struct cb_line_setting {
	bool t1, cas;
	card_u8 framing, code, build_out; /* of a T1, as card_line's */
	card_u8 impedance, sensitivity;	  /* as card_line's */
	bool crc4_auto;			  /* of an E1: also a far end without CRC-4 */
};

bool cb_line_impedance(bool t1, card_u8 ohms); /* can it be that? */
bool cb_line_sensitivity(card_u8 db);
card_u8 cb_line_usual_impedance(bool t1);
#define CB_LINE_USUAL_SENSITIVITY 12

/* What the card says of its line becomes what it is to be; false: it is that already. */
bool cb_line_set(struct card_line *line, const struct cb_line_setting *wanted);

#endif
