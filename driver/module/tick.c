// SPDX-License-Identifier: GPL-2.0
/* A millisecond of the telephony core: eight frames each way. */
#include "callbox_card.h"

/* Silence of G.711; ones, Q.921 2.2. */
u8 cb_idle_of(const struct dahdi_chan *chan)
{
	return test_bit(DAHDI_FLAGBIT_HDLC, &chan->flags) || chan->xlaw == __dahdi_mulaw ? 0xff
											 : 0xd5;
}

/* Slot 0 is the card's; its Sa bits are ours, and 1 where there are none (G.704 2.3.2). */
void cb_idle_frame(struct cb_port *port, u8 *frame)
{
	unsigned int i;

	frame[0] = 0xff;
	memset(frame + 1, 0xff, CARD_E1_FRAME - 1);
	for (i = 0; i < port->span.channels; i++)
		frame[1 + i] = cb_idle_of(port->chans[i]);
}

static void exchange(struct cb_port *port, u8 (*from_line)[CARD_E1_FRAME],
		     u8 (*to_line)[CARD_E1_FRAME])
{
	unsigned long flags;
	unsigned int i, s;

	local_irq_save(flags);
	_dahdi_transmit(&port->span);
	for (i = 0; i < port->span.channels; i++)
		for (s = 0; s < CB_TICK; s++) {
			to_line[s][1 + i] = port->chans[i]->writechunk[s];
			port->chans[i]->readchunk[s] = from_line[s][1 + i];
		}
	_dahdi_ec_span(&port->span);
	_dahdi_receive(&port->span);
	local_irq_restore(flags);
	for (s = 0; s < CB_TICK; s++)
		to_line[s][0] = 0xff;
	if (port->bank)
		cb_bank_look(port);
}

/* Completions of both directions come here, on any processor: one of them ticks, the other leaves
 * it to it. */
void cb_tick(struct cb_port *port)
{
	u8 from_line[CB_TICK][CARD_E1_FRAME], to_line[CB_TICK][CARD_E1_FRAME];
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	if (!port->ticking) {
		port->ticking = true;
		while (port->live && cb_flow_due(&port->flow)) {
			cb_flow_receive(&port->flow, from_line);
			port->ticks++;
			spin_unlock_irqrestore(&port->lock, flags);
			exchange(port, from_line, to_line);
			spin_lock_irqsave(&port->lock, flags);
			cb_flow_send(&port->flow, to_line);
		}
		port->ticking = false;
	}
	spin_unlock_irqrestore(&port->lock, flags);
}
