// SPDX-License-Identifier: GPL-2.0
#include "bank_packets.h"
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#define USUAL 8 /* samples in a packet */
/* Samples that may have come and not gone, or gone and not come, before a packet has one more or
 * less: somewhat more than a transfer's. */
#define SWING 40
/* More than this is no loss on the bus but a card that began anew. */
#define LOST_PACKETS_MAX 8
#define LOST_MAX 64

void cb_bank_pace_begin(struct cb_bank_pace *p)
{
	p->balance = 0;
	p->sequence = 0;
}

void cb_bank_pace_came(struct cb_bank_pace *p, unsigned int samples)
{
	p->balance += (int)samples;
	if (p->balance > 4 * SWING) /* a card that never takes what it sends: nothing is owed */
		p->balance = 4 * SWING;
}

unsigned int cb_bank_pace_next(struct cb_bank_pace *p)
{
	unsigned int samples = USUAL;

	if (p->balance > SWING)
		samples++;
	else if (p->balance < -SWING)
		samples--;
	p->balance -= (int)samples;
	if (p->balance < -4 * SWING) /* nothing comes */
		p->balance = -4 * SWING;
	return samples;
}

static unsigned int lost(const struct cb_in *in, const struct card_bank_header *h)
{
	const unsigned int packets = (card_u8)(h->sequence - in->sequence);
	unsigned int samples;

	if (!in->known || packets > LOST_PACKETS_MAX)
		return 0;
	samples = packets * USUAL + h->lost;
	return samples < LOST_MAX ? samples : LOST_MAX;
}

struct cb_in_packet cb_bank_in_take(struct cb_in *in, unsigned int ports, const card_u8 *data,
				    unsigned int length, cb_bank_frames frames)
{
	struct cb_in_packet p = {NULL, 0, 0, false};
	struct card_bank_header h;
	unsigned int i;

	if (length == 0)
		return p;
	in->packets++;
	if (length < sizeof(h)) {
		in->bad++;
		return p;
	}
	memcpy(&h, data, sizeof(h));
	if (h.ports != ports || h.samples > CARD_BANK_SAMPLES_MAX ||
	    length != sizeof(h) + h.samples * ports) {
		in->bad++;
		return p;
	}
	if (h.samples == 0)
		return p;
	for (i = 0; i < h.samples; i++)
		memcpy(frames[i] + 1, data + sizeof(h) + i * ports, ports);
	p.frames = frames[0];
	p.count = h.samples;
	p.missing = lost(in, &h);
	in->missing += p.missing;
	in->known = true;
	in->sequence = (card_u8)(h.sequence + 1);
	return p;
}

unsigned int cb_bank_out(struct cb_bank_pace *p, unsigned int ports, unsigned int samples,
			 cb_bank_frames frames, card_u8 *to)
{
	struct card_bank_header h = {0};
	unsigned int i;

	h.sequence = p->sequence++;
	h.samples = (card_u8)samples;
	h.ports = (card_u8)ports;
	memcpy(to, &h, sizeof(h));
	for (i = 0; i < samples; i++)
		memcpy(to + sizeof(h) + i * ports, frames[i] + 1, ports);
	return sizeof(h) + samples * ports;
}
