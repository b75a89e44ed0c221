// SPDX-License-Identifier: GPL-2.0
#include "events.h"
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

void cb_events_begin(struct cb_events *e, bool extended)
{
	e->extended = extended;
	e->known = false;
	e->sequence_known = false;
	e->defects = 0;
}

static card_u16 since(struct card_le16 now, struct card_le16 before)
{
	return (card_u16)(card_get16(now) - card_get16(before));
}

void cb_events_errors(struct cb_events *e, const struct card_ice1_errors *now)
{
	if (e->known) {
		e->crc += since(now->crc, e->last.crc);
		e->alignment += since(now->alignment, e->last.alignment);
		e->overflow += since(now->overflow, e->last.overflow);
		e->underflow += since(now->underflow, e->last.underflow);
	}
	e->last = *now;
	e->known = true;
	if (e->extended)
		return;
	e->defects = (now->flags & CARD_ICE1_FLAG_LOS ? CARD_ALARM_LOS : 0) |
		     (now->flags & CARD_ICE1_FLAG_AIS ? CARD_ALARM_AIS : 0) |
		     (now->flags & CARD_ICE1_FLAG_ALIGNMENT ? CARD_ALARM_LOF : 0) |
		     (now->flags & CARD_ICE1_FLAG_RAI ? CARD_ALARM_RAI : 0);
}

static bool sequenced(struct cb_events *e, const struct card_e1_event *event)
{
	const bool gap = e->sequence_known && event->sequence != e->sequence;

	e->sequence = (card_u8)(event->sequence + 1);
	e->sequence_known = true;
	e->lost += gap;
	return gap;
}

/* The card sends counters when it has no event left. */
static bool contradicts(const struct cb_events *e, card_u8 flags)
{
	const card_u16 d = e->defects;
	const card_u8 told =
		(d & CARD_ALARM_LOS ? CARD_ICE1_FLAG_LOS : 0) |
		(d & CARD_ALARM_AIS ? CARD_ICE1_FLAG_AIS : 0) |
		(d & (CARD_ALARM_LOF | CARD_ALARM_LOMF) ? CARD_ICE1_FLAG_ALIGNMENT : 0) |
		(d & CARD_ALARM_RAI ? CARD_ICE1_FLAG_RAI : 0);
	const card_u8 all = CARD_ICE1_FLAG_LOS | CARD_ICE1_FLAG_AIS | CARD_ICE1_FLAG_ALIGNMENT |
			    CARD_ICE1_FLAG_RAI;

	return e->extended && (flags & all) != told;
}

bool cb_events_take(struct cb_events *e, const card_u8 *data, unsigned int length)
{
	struct card_e1_errors_event errors;
	struct card_e1_event event;

	if (length != CARD_E1_INTERRUPT_SIZE) {
		e->bad++;
		return false;
	}
	memcpy(&errors, data, sizeof(errors));
	memcpy(&event, data, sizeof(event));
	if (event.type == CARD_E1_EVENT_ERRORS) {
		e->told++;
		cb_events_errors(e, &errors.errors);
		return contradicts(e, errors.errors.flags);
	}
	if (!e->extended || event.type == 0 || event.type > CARD_E1_EVENT_SLIP) {
		e->bad++;
		return false;
	}
	e->told++;
	if (event.type == CARD_E1_EVENT_ALARMS)
		e->defects = card_get16(event.what);
	else if (event.type == CARD_E1_EVENT_SLIP && card_get16(event.what) == 1)
		e->slips_out++;
	else if (event.type == CARD_E1_EVENT_SLIP)
		e->slips_in++;
	return sequenced(e, &event);
}

bool cb_events_status(struct cb_events *e, card_u32 told, card_u16 defects)
{
	if (told != e->told)
		return false;
	e->defects = defects;
	return true;
}

bool cb_events_asked(struct cb_events *e, card_u32 told, const struct card_ice1_errors *now)
{
	if (told != e->told)
		return false;
	cb_events_errors(e, now);
	return true;
}
