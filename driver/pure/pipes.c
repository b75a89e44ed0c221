// SPDX-License-Identifier: GPL-2.0
#include "pipes.h"
#include "out_pace.h"

/* bEndpointAddress and bmAttributes, USB 2.0 table 9-13. */
#define DIR_IN 0x80
#define NUMBER 0x0f
#define TYPE 0x03
#define ISOCHRONOUS 0x01
#define BULK 0x02
#define INTERRUPT 0x03
#define USAGE 0x30
#define USAGE_FEEDBACK 0x10
#define FULL_SPEED_MAX 1023

bool cb_pipes_off(const struct cb_endpoint *endpoints, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if ((endpoints[i].attributes & TYPE) == ISOCHRONOUS && endpoints[i].size > 0)
			return false;
	return true;
}

static struct cb_endpoint *kind(struct cb_pipes *p, const struct cb_endpoint *e)
{
	const bool in = e->address & DIR_IN;

	if ((e->attributes & TYPE) == INTERRUPT)
		return in ? &p->interrupt : NULL;
	if ((e->attributes & TYPE) != ISOCHRONOUS)
		return NULL;
	if ((e->attributes & USAGE) == USAGE_FEEDBACK)
		return in ? &p->feedback : NULL;
	return in ? &p->in : &p->out;
}

static const char *fits(struct cb_pipes *p)
{
	const unsigned int least = CARD_E1_HEADER + CARD_E1_FRAME;
	const unsigned int paced = CARD_E1_HEADER + (CARD_E1_FEEDBACK >> 10) * CARD_E1_FRAME;

	if (!p->in.address || !p->out.address)
		return "it has no isochronous endpoints for data both ways";
	if (!p->feedback.address)
		return "it has no feedback endpoint";
	if (!p->interrupt.address)
		return "it has no interrupt endpoint";
	if (p->in.size < least || p->in.size > FULL_SPEED_MAX)
		return "wMaxPacketSize of its IN endpoint has no room for a frame, or is beyond "
		       "the bus";
	if (p->out.size < paced || p->out.size > FULL_SPEED_MAX)
		return "wMaxPacketSize of its OUT endpoint has no room for 8 frames, or is beyond "
		       "the bus";
	if (p->feedback.size < CARD_E1_FEEDBACK_SIZE || p->feedback.size > FULL_SPEED_MAX)
		return "wMaxPacketSize of its feedback endpoint is not that of a feedback";
	if (p->interrupt.size < CARD_E1_INTERRUPT_SIZE || p->interrupt.size > 64)
		return "wMaxPacketSize of its interrupt endpoint is not 10 to 64";
	if (p->in.interval != 1 || p->out.interval != 1)
		return "bInterval of its data endpoints is not 1 ms";
	if (p->feedback.interval == 0 || p->feedback.interval > 16 || p->interrupt.interval == 0)
		return "bInterval of its feedback or interrupt endpoint is not allowed";
	p->frames_max = (p->out.size - CARD_E1_HEADER) / CARD_E1_FRAME;
	if (p->frames_max > CARD_E1_FRAMES_MAX)
		p->frames_max = CARD_E1_FRAMES_MAX;
	return NULL;
}

static struct cb_endpoint *kind_in_bank(struct cb_pipes *p, const struct cb_endpoint *e)
{
	const bool in = e->address & DIR_IN;

	switch (e->attributes & TYPE) {
	case ISOCHRONOUS:
		return in ? &p->in : &p->out;
	case INTERRUPT:
		return in ? &p->interrupt : NULL;
	case BULK:
		return in ? NULL : &p->command;
	default:
		return NULL;
	}
}

static const char *fits_bank(const struct cb_pipes *p)
{
	const unsigned int least = CARD_BANK_HEADER + CARD_BANK_SAMPLES_MAX;

	if (!p->in.address || !p->out.address)
		return "it has no isochronous endpoints for samples both ways";
	if (!p->interrupt.address || !p->command.address)
		return "it has no interrupt endpoint, or none for commands";
	if (p->in.size < least || p->in.size > FULL_SPEED_MAX || p->out.size < least ||
	    p->out.size > FULL_SPEED_MAX)
		return "wMaxPacketSize of its data endpoints has no room for the samples of a "
		       "port, or is beyond the bus";
	if (p->interrupt.size < CARD_BANK_EVENT_SIZE || p->interrupt.size > 64)
		return "wMaxPacketSize of its interrupt endpoint is not 16 to 64";
	if (p->command.size < CARD_BANK_COMMAND_SIZE || p->command.size > 512)
		return "wMaxPacketSize of its bulk endpoint has no room for a command";
	if (p->in.interval != 1 || p->out.interval != 1)
		return "bInterval of its data endpoints is not 1 ms";
	if (p->interrupt.interval == 0)
		return "bInterval of its interrupt endpoint is not allowed";
	return NULL;
}

/* NULL, or which endpoint is one too many. `place`: where an endpoint belongs; NULL: nowhere. */
static const char *
sorted(struct cb_pipes *p, const struct cb_endpoint *endpoints, unsigned int count,
       struct cb_endpoint *(*place)(struct cb_pipes *, const struct cb_endpoint *),
       const char *stranger)
{
	unsigned int i;

	memset(p, 0, sizeof(*p));
	for (i = 0; i < count; i++) {
		struct cb_endpoint *as = place(p, &endpoints[i]);

		if (!as || !(endpoints[i].address & NUMBER))
			return stranger;
		if (as->address)
			return "it has two endpoints of one kind";
		*as = endpoints[i];
	}
	return NULL;
}

const char *cb_pipes_find(struct cb_pipes *p, const struct cb_endpoint *endpoints,
			  unsigned int count)
{
	const char *wrong =
		sorted(p, endpoints, count, kind, "it has an endpoint that no E1 port has");

	return wrong ? wrong : fits(p);
}

const char *cb_pipes_find_bank(struct cb_pipes *p, const struct cb_endpoint *endpoints,
			       unsigned int count)
{
	const char *wrong = sorted(p, endpoints, count, kind_in_bank,
				   "it has an endpoint that no analog bank has");

	return wrong ? wrong : fits_bank(p);
}
