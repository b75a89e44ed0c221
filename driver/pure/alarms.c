// SPDX-License-Identifier: GPL-2.0
#include "alarms.h"

#define LOSSES                                                                                     \
	(CARD_ALARM_LOS | CARD_ALARM_AIS | CARD_ALARM_LOF | CARD_ALARM_LOMF | CARD_ALARM_LOCASMF)

void cb_alarms_begin(struct cb_alarms *a)
{
	unsigned int i;

	for (i = 0; i < CB_DEFECTS; i++)
		a->lasted[i] = 0;
	a->now = 0;
	a->recovers = 0;
}

static bool stands(struct cb_alarms *a, unsigned int i, bool defect, unsigned int limit,
		   unsigned int ms)
{
	if (!defect) {
		a->lasted[i] = a->lasted[i] > ms ? a->lasted[i] - ms : 0;
		return false;
	}
	a->lasted[i] =
		a->lasted[i] < limit && limit - a->lasted[i] > ms ? a->lasted[i] + ms : limit;
	return a->now & 1u << i || a->lasted[i] == limit;
}

bool cb_alarms_pass(struct cb_alarms *a, const struct cb_alarm_times *t, card_u16 defects,
		    unsigned int ms)
{
	const card_u16 before = a->now;
	const bool recovered = cb_alarms_recovers(a);
	card_u16 now = 0;
	unsigned int i;

	for (i = 0; i < CB_DEFECTS; i++) {
		const card_u16 bit = (card_u16)(1u << i);

		if (stands(a, i, defects & bit, bit & LOSSES ? t->loss : t->remote, ms))
			now |= bit;
	}
	a->now = now;
	if (now & LOSSES)
		a->recovers = t->recover;
	else
		a->recovers = a->recovers > ms ? a->recovers - ms : 0;
	return now != before || recovered != cb_alarms_recovers(a);
}
