// SPDX-License-Identifier: GPL-2.0
#include "line_setting.h"
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

bool cb_line_impedance(bool t1, card_u8 ohms)
{
	return t1 ? ohms == 100 : ohms == 75 || ohms == 120;
}

bool cb_line_sensitivity(card_u8 db)
{
	return db == 12 || db == 18 || db == 36 || db == 43;
}

card_u8 cb_line_usual_impedance(bool t1)
{
	return t1 ? 100 : 120;
}

bool cb_line_set(struct card_line *line, const struct cb_line_setting *wanted)
{
	const struct card_line before = *line;

	line->kind = wanted->t1 ? CARD_PORT_T1 : CARD_PORT_E1;
	if (wanted->t1)
		line->framing = wanted->framing;
	else /* transmitter and receiver choose basic frames within it */
		line->framing = wanted->crc4_auto ? CARD_FRAMING_CRC4_AUTO : CARD_FRAMING_CRC4;
	if (wanted->t1 || before.kind != CARD_PORT_E1) {
		line->code = wanted->t1 ? wanted->code : 1;
		line->build_out = wanted->t1 ? wanted->build_out : 0;
		line->sa = 0xff;
	}
	line->impedance = wanted->impedance;
	line->sensitivity = wanted->sensitivity;
	line->cas = wanted->cas;
	return memcmp(line, &before, sizeof(before)) != 0;
}
