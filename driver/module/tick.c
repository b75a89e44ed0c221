// SPDX-License-Identifier: GPL-2.0
/* A millisecond of the telephony core: eight frames each way. */
#include "callbox_card.h"

/* G.711 A-law; mu-law and the D channel's ones (Q.921 2.2) are the same. A port of a bank has its
 * own law. */
u8 cb_idle_of(const struct dahdi_chan *chan)
{
	const struct cb_port *port = chan->pvt;
	const bool alaw =
		port->bank ? chan->xlaw != __dahdi_mulaw : chan->span->deflaw == DAHDI_LAW_ALAW;

	return alaw && !test_bit(DAHDI_FLAGBIT_HDLC, &chan->flags) ? 0xd5 : 0xff;
}

/* Slot 0 is the card's; its Sa bits are ours, and 1 where there are none (G.704 2.3.2). */
void cb_idle_frame(struct cb_port *port, u8 *frame)
{
	unsigned int i;

	memset(frame, 0, CARD_E1_FRAME);
	frame[0] = 0xff;
	for (i = 0; i < port->span.channels; i++)
		frame[1 + i] = cb_idle_of(port->chans[i]);
}

/* DAHDI has ones for a clear channel that nobody has open. */
static bool nobody_speaks(const struct dahdi_chan *chan)
{
	return chan->flags & DAHDI_FLAG_CLEAR &&
	       !(chan->flags & (DAHDI_FLAG_OPEN | DAHDI_FLAG_HDLC | DAHDI_FLAG_LOOPED)) &&
	       !chan->confmode && chan->master == chan;
}

/* The core's own _dahdi_ec_span() compares with what it gives just now, which is on the line long
 * after what it gets. */
static void cancel_echo(struct cb_port *port, u8 (*sent_then)[CARD_E1_FRAME])
{
	u8 said[CB_TICK];
	unsigned int i, s;

	for (i = 0; i < port->span.channels; i++) {
		struct dahdi_chan *chan = port->chans[i];

		if (!chan->ec_current)
			continue;
		for (s = 0; s < CB_TICK; s++)
			said[s] = sent_then[s][1 + i];
		_dahdi_ec_chunk(chan, chan->readchunk, said);
	}
}

static void exchange(struct cb_port *port, u8 (*from_line)[CARD_E1_FRAME],
		     u8 (*sent_then)[CARD_E1_FRAME], u8 (*to_line)[CARD_E1_FRAME])
{
	unsigned long flags;
	unsigned int i, s;

	for (s = 0; s < CB_TICK; s++) {
		memset(to_line[s], 0, CARD_E1_FRAME);
		to_line[s][0] = 0xff;
	}
	local_irq_save(flags);
	_dahdi_transmit(&port->span);
	for (i = 0; i < port->span.channels; i++) {
		struct dahdi_chan *chan = port->chans[i];
		const bool idle = nobody_speaks(chan);

		for (s = 0; s < CB_TICK; s++) {
			to_line[s][1 + i] = idle ? cb_idle_of(chan) : chan->writechunk[s];
			chan->readchunk[s] = from_line[s][1 + i];
		}
	}
	cancel_echo(port, sent_then);
	_dahdi_receive(&port->span);
	local_irq_restore(flags);
	if (port->bank)
		cb_bank_look(port);
	else
		cb_signals_look(port);
}

/* Completions of both directions come here, on any processor: one of them ticks, the other leaves
 * it to it. */
void cb_tick(struct cb_port *port)
{
	u8 from_line[CB_TICK][CARD_E1_FRAME], sent_then[CB_TICK][CARD_E1_FRAME],
		to_line[CB_TICK][CARD_E1_FRAME];
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	if (!port->ticking) {
		port->ticking = true;
		while (port->live && cb_flow_due(&port->flow)) {
			cb_flow_sent_then(&port->flow, sent_then);
			cb_flow_receive(&port->flow, from_line);
			port->ticks++;
			spin_unlock_irqrestore(&port->lock, flags);
			exchange(port, from_line, sent_then, to_line);
			spin_lock_irqsave(&port->lock, flags);
			cb_flow_send(&port->flow, to_line);
		}
		port->ticking = false;
	}
	spin_unlock_irqrestore(&port->lock, flags);
}
