/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Alarms out of defects: a defect that lasts becomes an alarm (TR 54016's way: LOS, AIS and LOF
 * after 2.5 s, RAI after 0.5 s), a defect that ended is no longer one, and for a while after the
 * last one the line is called recovering.
 */
#ifndef CALLBOX_ALARMS_H
#define CALLBOX_ALARMS_H

#include "card_protocol.h"
#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

struct cb_alarm_times {	     /* ms */
	unsigned int loss;   /* LOS, AIS, LOF, LOMF, LOCASMF */
	unsigned int remote; /* RAI */
	unsigned int recover;
};

#define CB_DEFECTS 6 /* CARD_ALARM_LOS .. CARD_ALARM_LOCASMF: bits 0..5 */

struct cb_alarms {
	unsigned int lasted[CB_DEFECTS]; /* ms; they run back as fast when the defect is gone: a
					    line that flaps has an alarm */
	card_u16 now;			 /* CARD_ALARM_... */
	unsigned int recovers;		 /* ms left */
};

void cb_alarms_begin(struct cb_alarms *a);
/* `ms` have passed with these defects (CARD_ALARM_...). True: `now` or cb_alarms_recovers()
 * changed. */
bool cb_alarms_pass(struct cb_alarms *a, const struct cb_alarm_times *t, card_u16 defects,
		    unsigned int ms);
static inline bool cb_alarms_recovers(const struct cb_alarms *a)
{
	return a->recovers > 0 && a->now == 0;
}
/* What the far end says cannot be used: it has to hear so (G.704 table 5A, the A bit). */
static inline bool cb_alarms_unusable(const struct cb_alarms *a)
{
	return (a->now & ~CARD_ALARM_RAI) != 0 || cb_alarms_recovers(a);
}

#endif
