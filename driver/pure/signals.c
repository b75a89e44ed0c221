// SPDX-License-Identifier: GPL-2.0
#include "signals.h"
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#define E1_SLOTS 0xfffefffeu
#define T1_SLOTS 0x01fffffeu

static unsigned int channels(const struct cb_signals *s)
{
	return s->t1 ? CARD_T1_CHANNELS : CARD_CAS_CHANNELS;
}

/* Telephone channels of an E1 leave slot 16 out. */
static unsigned int slot_of(const struct cb_signals *s, unsigned int channel)
{
	return !s->t1 && channel > 15 ? channel + 1 : channel;
}

void cb_signals_set(struct cb_signals *s, bool on, bool t1, card_u32 slots)
{
	if (s->on != on || s->t1 != t1)
		s->said = s->unsaid = s->heard = s->news = 0;
	s->on = on;
	s->t1 = t1;
	s->slots = !on ? 0 : t1 ? slots & T1_SLOTS : E1_SLOTS;
	s->said &= s->slots;
	s->unsaid &= s->slots;
	s->heard &= s->slots;
	s->news &= s->slots;
}

void cb_signals_begin(struct cb_signals *s)
{
	s->unsaid = s->said;
	s->heard = s->news = s->newer = 0;
}

/* As the first half of an octet of slot 16, 0000 is the multiframe's own. */
static bool cannot_carry(const struct cb_signals *s, unsigned int slot, card_u8 abcd)
{
	return !s->t1 && slot <= 15 && !(abcd & 0x0f);
}

card_u8 cb_signals_of_hooks(const struct cb_signals *s, unsigned int slot, card_u8 abcd)
{
	return cannot_carry(s, slot, abcd) ? 0x01 : abcd & 0x0f;
}

bool cb_signals_say(struct cb_signals *s, unsigned int slot, card_u8 abcd)
{
	const card_u32 bit = slot < 32 ? (card_u32)1 << slot : 0;

	abcd &= 0x0f;
	if (!(s->slots & bit))
		return false;
	if (cannot_carry(s, slot, abcd)) {
		s->refused++;
		return false;
	}
	if (s->said & bit && s->says[slot] == abcd)
		return s->unsaid != 0;
	s->says[slot] = abcd;
	s->said |= bit;
	s->unsaid |= bit;
	return true;
}

bool cb_signals_unsaid(struct cb_signals *s, struct card_cas *cas)
{
	card_u32 valid = 0;
	unsigned int c;

	memset(cas, 0, sizeof(*cas));
	for (c = 1; c <= channels(s); c++) {
		const unsigned int slot = slot_of(s, c);

		if (!(s->unsaid & (card_u32)1 << slot))
			continue;
		card_cas_put(cas, c, s->t1, s->says[slot]);
		valid |= (card_u32)1 << c;
	}
	s->unsaid = 0;
	cas->valid = card_make32(valid);
	return valid != 0;
}

void cb_signals_failed(struct cb_signals *s, const struct card_cas *cas)
{
	const card_u32 valid = card_get32(cas->valid);
	unsigned int c;

	for (c = 1; c <= channels(s); c++)
		if (valid & (card_u32)1 << c)
			s->unsaid |= (card_u32)1 << slot_of(s, c) & s->said;
}

static void hear(struct cb_signals *s, unsigned int slot, card_u8 abcd)
{
	const card_u32 bit = (card_u32)1 << slot;

	if (!(s->slots & bit))
		return;
	s->hears[slot] = abcd;
	s->heard |= bit;
	s->news |= bit;
}

void cb_signals_event(struct cb_signals *s, const card_u8 *data, unsigned int length)
{
	struct card_e1_event event;
	unsigned int channel;

	if (length != sizeof(event) || data[0] != CARD_E1_EVENT_CAS || !s->on)
		return;
	memcpy(&event, data, sizeof(event));
	channel = card_get16(event.what);
	if (channel < 1 || channel > channels(s))
		return;
	s->newer |= (card_u32)1 << slot_of(s, channel);
	hear(s, slot_of(s, channel), event.also.octet[0] & 0x0f);
}

void cb_signals_ask(struct cb_signals *s)
{
	s->newer = 0;
}

void cb_signals_answer(struct cb_signals *s, const struct card_cas *cas)
{
	const card_u32 valid = card_get32(cas->valid);
	unsigned int c;

	for (c = 1; c <= channels(s); c++) {
		const unsigned int slot = slot_of(s, c);

		if (valid & (card_u32)1 << c && !(s->newer & (card_u32)1 << slot))
			hear(s, slot, card_cas_get(cas, c, s->t1));
	}
}

bool cb_signals_next(struct cb_signals *s, unsigned int *slot, card_u8 *abcd)
{
	unsigned int n;

	for (n = 1; n < 32; n++) {
		const card_u32 bit = (card_u32)1 << n;

		if (!(s->news & bit))
			continue;
		s->news &= ~bit;
		*slot = n;
		*abcd = s->hears[n];
		return true;
	}
	return false;
}
