/* SPDX-License-Identifier: GPL-2.0 */
/* What a cb_port has beside the rest if it is an analog bank: its lines, and orders to them. */
#ifndef CALLBOX_BANK_H
#define CALLBOX_BANK_H

#include "callbox_card.h"
#include "bank_lines.h"
#include "bank_orders.h"
#include "bank_packets.h"

struct cb_bank {
	unsigned int ports;

	/* Under the port's `lock`. */
	struct cb_lines lines;
	struct cb_orders orders;
	struct cb_bank_pace pace;
	bool ordering;	       /* a command is under way, or failed */
	bool telling;	       /* somebody is at the news */
	unsigned int settling; /* ms */
};

#endif
