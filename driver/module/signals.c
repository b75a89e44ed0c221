// SPDX-License-Identifier: GPL-2.0
/*
 * Channel associated signalling: slot 16 of an E1, robbed bits of a T1. DAHDI calls rbsbits() with
 * chan->lock held and interrupts off, also from inside of a tick: it takes the port's `lock` and
 * leaves the rest to a work. So no function of DAHDI is called with `lock` held.
 */
#include "callbox_card.h"

#define OF_TELEPHONES                                                                              \
	(DAHDI_SIG_FXSLS | DAHDI_SIG_FXSGS | DAHDI_SIG_FXSKS | DAHDI_SIG_FXOLS | DAHDI_SIG_FXOGS | \
	 DAHDI_SIG_FXOKS)

bool cb_can_signal(const struct cb_port *port)
{
	return !port->bank && port->capabilities & CARD_CAN_CAS;
}

/* `cas` in system.conf is that `ccs` is not there. */
bool cb_wants_cas(const struct cb_port *port)
{
	return !cb_is_t1(port) && !(port->span.lineconfig & DAHDI_CONFIG_CCS);
}

static bool robs(const struct dahdi_chan *chan)
{
	return chan->sig != DAHDI_SIG_NONE && !(chan->sig & DAHDI_SIG_CLEAR);
}

/* Else its bits are a program's own. */
static bool by_hooks(const struct dahdi_chan *chan)
{
	return chan->sig & (__DAHDI_SIG_FXS | __DAHDI_SIG_FXO) || chan->sig == DAHDI_SIG_EM ||
	       chan->sig == DAHDI_SIG_EM_E1;
}

u32 cb_robbed(const struct cb_port *port)
{
	u32 slots = 0;
	unsigned int i;

	if (cb_is_t1(port))
		for (i = 0; i < port->span.channels; i++)
			if (robs(port->chans[i]))
				slots |= 1u << (i + 1);
	return slots;
}

/* As DAHDI's line is set; what its channels are goes with it. */
void cb_signals_config(struct cb_port *port)
{
	const bool t1 = cb_is_t1(port), cas = cb_wants_cas(port);
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < port->span.channels; i++) {
		struct dahdi_chan *chan = port->chans[i];

		chan->sigcap = DAHDI_SIG_CLEAR;
		if (t1 || !cas)
			chan->sigcap |= DAHDI_SIG_MTP2;
		if (cb_can_signal(port) && (t1 || cas))
			chan->sigcap |= OF_TELEPHONES | DAHDI_SIG_CAS |
					(t1 ? DAHDI_SIG_EM : DAHDI_SIG_EM_E1);
		if (cas && i == 15) { /* the signalling's own */
			chan->sigcap = 0;
			chan->sig = 0;
		}
	}
	spin_lock_irqsave(&port->lock, flags);
	cb_signals_set(&port->signals, cb_can_signal(port) && (t1 || cas), t1, cb_robbed(port));
	spin_unlock_irqrestore(&port->lock, flags);
}

/* ---- To the line ---- */

int cb_rbsbits(struct dahdi_chan *chan, int bits)
{
	struct cb_port *port = chan->pvt;
	unsigned long flags;
	u32 refused;
	bool any;

	spin_lock_irqsave(&port->lock, flags);
	refused = port->signals.refused;
	if (by_hooks(chan))
		bits = cb_signals_of_hooks(&port->signals, chan->chanpos, bits);
	any = cb_signals_say(&port->signals, chan->chanpos, bits) && port->live;
	refused = port->signals.refused - refused;
	spin_unlock_irqrestore(&port->lock, flags);
	if (refused)
		dev_warn_ratelimited(
			&port->intf->dev,
			"channel %d cannot signal 0000: slot 16 would lose its multiframe "
			"(G.704 5.1.3.2.2)\n",
			chan->chanpos);
	if (any)
		queue_work(system_highpri_wq, &port->signalling);
	return refused ? -EINVAL : 0;
}

static void say(struct work_struct *work)
{
	struct cb_port *port = container_of(work, struct cb_port, signalling);
	struct card_cas cas;
	unsigned long flags;
	int r = 0;
	bool any;

	do {
		spin_lock_irqsave(&port->lock, flags);
		any = port->live && cb_signals_unsaid(&port->signals, &cas);
		spin_unlock_irqrestore(&port->lock, flags);
		if (any)
			r = cb_tell_cas(port, &cas);
	} while (any && r >= 0);
	if (r >= 0)
		return;
	/* A stall is the card's word; all else is tried again by the watch. */
	dev_warn_ratelimited(&port->intf->dev,
			     "the card does not take signalling bits (error %d)\n", r);
	spin_lock_irqsave(&port->lock, flags);
	if (r == -EPIPE)
		port->signals.refused++;
	else
		cb_signals_failed(&port->signals, &cas);
	spin_unlock_irqrestore(&port->lock, flags);
}

void cb_signals_init(struct cb_port *port)
{
	INIT_WORK(&port->signalling, say);
}

void cb_signals_send(struct cb_port *port)
{
	unsigned long flags;
	bool any;

	spin_lock_irqsave(&port->lock, flags);
	any = port->live && port->signals.unsaid;
	spin_unlock_irqrestore(&port->lock, flags);
	if (any)
		queue_work(system_highpri_wq, &port->signalling);
}

/* ---- From the line ---- */

/* Of signalling by hook states DAHDI has none yet: bits that are those it supposed are none to it.
 */
static bool unheard(const struct dahdi_chan *chan, u8 bits)
{
	return chan->rxsig == bits && by_hooks(chan) && chan->rxhooksig == DAHDI_RXSIG_INITIAL;
}

static void pass_on(struct dahdi_chan *chan, u8 bits)
{
	unsigned long flags;

	spin_lock_irqsave(&chan->lock, flags);
	if (unheard(chan, bits))
		chan->rxsig = bits ^ 0x0f;
	spin_unlock_irqrestore(&chan->lock, flags);
	dahdi_rbsbits(chan, bits);
}

/* From any context, on any processor: one tells, so the order stays. */
void cb_signals_tell(struct cb_port *port)
{
	unsigned long flags;
	unsigned int slot;
	u8 bits;

	spin_lock_irqsave(&port->lock, flags);
	if (!port->signals_telling) {
		port->signals_telling = true;
		while (port->live && cb_signals_next(&port->signals, &slot, &bits)) {
			spin_unlock_irqrestore(&port->lock, flags);
			if (slot <= port->span.channels)
				pass_on(port->chans[slot - 1], bits);
			spin_lock_irqsave(&port->lock, flags);
		}
		port->signals_telling = false;
	}
	spin_unlock_irqrestore(&port->lock, flags);
}

/* Each tick: DAHDI forgets what it was told when a channel is configured, and takes nothing while
 * its signalling is frozen. */
void cb_signals_look(struct cb_port *port)
{
	struct cb_signals *s = &port->signals;
	unsigned long flags;
	unsigned int i;
	bool any;

	if (!READ_ONCE(s->on))
		return;
	spin_lock_irqsave(&port->lock, flags);
	for (i = 0; i < port->span.channels; i++) {
		const struct dahdi_chan *chan = port->chans[i];

		if (s->heard & 1u << (i + 1) &&
		    (chan->rxsig != s->hears[i + 1] || unheard(chan, s->hears[i + 1])))
			s->news |= 1u << (i + 1);
	}
	any = s->news;
	spin_unlock_irqrestore(&port->lock, flags);
	if (any)
		cb_signals_tell(port);
}
