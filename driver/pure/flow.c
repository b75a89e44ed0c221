// SPDX-License-Identifier: GPL-2.0
#include "flow.h"

static void put_idle(struct cb_flow *f, unsigned int frames)
{
	while (frames-- > 0)
		cb_ring_push(&f->tx, f->idle);
}

void cb_flow_begin(struct cb_flow *f, const card_u8 *idle, unsigned int card_keeps)
{
	cb_ring_clear(&f->rx);
	cb_ring_clear(&f->tx);
	cb_echo_begin(&f->echo, idle, card_keeps);
	memcpy(f->idle, idle, CARD_E1_FRAME);
	f->clock = CB_CLOCK_CARD;
	f->dry = 0;
	put_idle(f, CB_FLOW_MIDDLE);
}

static void set_clock(struct cb_flow *f, enum cb_clock clock)
{
	if (f->clock == clock)
		return;
	f->clock = clock;
	f->switches++;
}

static void keep(struct cb_flow *f, const card_u8 *frame)
{
	if (!cb_ring_push(&f->rx, frame))
		f->overflow++;
}

void cb_flow_in(struct cb_flow *f, const struct cb_in_packet *p)
{
	unsigned int i;

	if (p->count == 0)
		return;
	set_clock(f, CB_CLOCK_LINE);
	f->dry = 0;
	cb_echo_came(&f->echo, p->missing + p->count);
	for (i = 0; i < p->missing; i++)
		keep(f, f->idle);
	for (i = 0; i < p->count; i++)
		keep(f, p->filler ? f->idle : p->frames + i * CARD_E1_FRAME);
}

bool cb_flow_due(const struct cb_flow *f)
{
	if (f->clock == CB_CLOCK_LINE)
		return cb_ring_level(&f->rx) >= CB_TICK;
	return cb_ring_level(&f->tx) < CB_FLOW_MIDDLE;
}

void cb_flow_receive(struct cb_flow *f, card_u8 (*frames)[CARD_E1_FRAME])
{
	unsigned int i;

	for (i = 0; i < CB_TICK; i++)
		if (!cb_ring_pop(&f->rx, frames[i]))
			memcpy(frames[i], f->idle, CARD_E1_FRAME);
}

void cb_flow_sent_then(const struct cb_flow *f, card_u8 (*frames)[CARD_E1_FRAME])
{
	cb_echo_of(&f->echo, cb_ring_level(&f->rx), frames, CB_TICK);
}

void cb_flow_send(struct cb_flow *f, card_u8 (*frames)[CARD_E1_FRAME])
{
	unsigned int i;

	if (cb_ring_level(&f->tx) > CB_FLOW_FULL - CB_TICK) {
		cb_ring_shorten(&f->tx, CB_FLOW_MIDDLE);
		f->slips_left_out++;
	}
	for (i = 0; i < CB_TICK; i++)
		cb_ring_push(&f->tx, frames[i]);
}

void cb_flow_out(struct cb_flow *f, unsigned int frames, card_u8 *to)
{
	unsigned int i;

	if (f->dry < CB_FLOW_DRY && ++f->dry == CB_FLOW_DRY)
		set_clock(f, CB_CLOCK_CARD);
	if (cb_ring_level(&f->tx) < frames) {
		put_idle(f, CB_FLOW_MIDDLE);
		f->slips_said_twice++;
	}
	for (i = 0; i < frames; i++)
		if (!cb_ring_pop(&f->tx, to + i * CARD_E1_FRAME))
			memcpy(to + i * CARD_E1_FRAME, f->idle, CARD_E1_FRAME);
	cb_echo_gave(&f->echo, to, frames);
}

void cb_flow_out_idle(struct cb_flow *f, unsigned int frames, card_u8 *to)
{
	unsigned int i;

	for (i = 0; i < frames; i++)
		memcpy(to + i * CARD_E1_FRAME, f->idle, CARD_E1_FRAME);
	cb_echo_gave(&f->echo, to, frames);
}

void cb_flow_taken(struct cb_flow *f, unsigned int frames)
{
	cb_echo_taken(&f->echo, frames);
}

unsigned int cb_flow_delay(const struct cb_flow *f)
{
	const unsigned int under_way = cb_echo_delay(&f->echo);

	return under_way == 0 ? 0 : cb_ring_level(&f->tx) + under_way + cb_ring_level(&f->rx);
}
