// SPDX-License-Identifier: GPL-2.0
/*
 * An analog bank as DAHDI sees it: a span whose channels are its ports. What the card tells of the
 * lines becomes hook states and events of the channels, what DAHDI wants of them commands.
 *
 * hooksig() comes with chan->lock held, also from inside of a tick: it takes the port's `lock` and
 * submits an URB. So no function of DAHDI is called with `lock` held.
 */
#include <linux/mm.h>
#include <linux/uaccess.h>
#include "bank.h"
#include "opermode.h"

#define SETTLES_MS 300 /* the card has told which telephones are off hook */

/* ---- Samples. Under `lock`. ---- */

void cb_bank_take(struct cb_port *port, const u8 *data, unsigned int length)
{
	cb_bank_frames frames;
	struct cb_in_packet p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(frames); i++)
		memcpy(frames[i], port->flow.idle, CARD_E1_FRAME);
	p = cb_bank_in_take(&port->in, port->bank->ports, data, length, frames);
	cb_bank_pace_came(&port->bank->pace, p.missing + p.count);
	cb_flow_in(&port->flow, &p);
}

unsigned int cb_bank_give(struct cb_port *port, u8 *to, bool first)
{
	struct cb_bank *bank = port->bank;
	/* What is under way from the beginning on stays so. */
	const unsigned int samples = first ? CB_TICK : cb_bank_pace_next(&bank->pace);
	cb_bank_frames frames;

	if (first)
		cb_flow_out_idle(&port->flow, samples, frames[0]);
	else
		cb_flow_out(&port->flow, samples, frames[0]);
	/* A bank whose samples do not come is no line. */
	port->events.defects = port->flow.clock == CB_CLOCK_LINE ? 0 : CARD_ALARM_LOS;
	return cb_bank_out(&bank->pace, bank->ports, samples, frames, to);
}

/* ---- Commands ---- */

/* Under `lock`. False: there is none. */
bool cb_bank_next_command(struct cb_port *port, u8 *to)
{
	struct card_bank_command c;

	port->bank->ordering = cb_orders_next(&port->bank->orders, &c);
	if (port->bank->ordering)
		memcpy(to, &c, sizeof(c));
	return port->bank->ordering;
}

/* Under `lock`. What waits goes out; more follows as each comes back. */
static void order(struct cb_port *port)
{
	struct cb_bank *bank = port->bank;
	struct cb_urb *u = port->command;

	if (!port->live || bank->ordering || !cb_bank_next_command(port, u->buffer))
		return;
	u->failed = usb_submit_urb(u->urb, GFP_ATOMIC);
	if (u->failed)
		port->usb_errors++; /* the watch tries again */
}

/* Under `lock`: the card listens from now on. */
void cb_bank_begin(struct cb_port *port)
{
	struct cb_bank *bank = port->bank;

	cb_bank_pace_begin(&bank->pace);
	cb_lines_begin(&bank->lines);
	cb_orders_begin(&bank->orders);
	bank->ordering = false;
	bank->settling = SETTLES_MS;
}

void cb_bank_end(struct cb_port *port)
{
	cb_orders_end(&port->bank->orders);
}

void cb_bank_order(struct cb_port *port)
{
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	order(port);
	spin_unlock_irqrestore(&port->lock, flags);
}

static struct cb_port *port_of(struct dahdi_span *span)
{
	return container_of(span, struct cb_port, span);
}

static int hooksig(struct dahdi_chan *chan, enum dahdi_txsig txsig)
{
	struct cb_port *port = chan->pvt;
	struct cb_orders *orders = &port->bank->orders;
	const unsigned int i = chan->chanpos - 1;
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	if (orders->wish[i].type == CARD_PORT_FXO)
		cb_orders_hook(orders, i,
			       txsig == DAHDI_TXSIG_OFFHOOK || txsig == DAHDI_TXSIG_START);
	else if (txsig == DAHDI_TXSIG_KEWL)
		cb_orders_open(orders, i, DAHDI_KEWLTIME);
	else
		cb_orders_ring(orders, i, txsig == DAHDI_TXSIG_START);
	order(port);
	spin_unlock_irqrestore(&port->lock, flags);
	return 0;
}

/* How chan_dahdi wants that waiting messages are shown. Direct and alternating high voltage are one
 * to the card: it blinks. */
static int shows_of(unsigned long data, card_u8 *shows)
{
	struct dahdi_vmwi_info info;

	if (copy_from_user(&info, (__user void *)data, sizeof(info)))
		return -EFAULT;
	*shows = (info.vmwi_type & DAHDI_VMWI_LREV ? CB_SHOWS_REVERSED : 0) |
		 (info.vmwi_type & (DAHDI_VMWI_HVDC | DAHDI_VMWI_HVAC) ? CB_SHOWS_LAMP : 0);
	return 0;
}

static int set_gain(struct cb_port *port, unsigned int i, unsigned long data)
{
	struct dahdi_hwgain wanted;
	unsigned long flags;
	bool taken;

	if (copy_from_user(&wanted, (__user void *)data, sizeof(wanted)))
		return -EFAULT;
	spin_lock_irqsave(&port->lock, flags);
	taken = cb_orders_gain(&port->bank->orders, i, wanted.tx, wanted.newgain);
	order(port);
	spin_unlock_irqrestore(&port->lock, flags);
	return taken ? 0 : -EINVAL;
}

/* Of a telephone's line. */
static int to_telephone(struct cb_port *port, unsigned int i, unsigned int command,
			unsigned long data)
{
	struct cb_orders *orders = &port->bank->orders;
	unsigned long flags;
	card_u8 shows = 0;
	int value = 0, r;

	r = command == DAHDI_VMWI_CONFIG	  ? shows_of(data, &shows)
	    : get_user(value, (__user int *)data) ? -EFAULT
						  : 0;
	if (r)
		return r;
	if (command != DAHDI_SETPOLARITY && value < 0)
		return -EINVAL;
	spin_lock_irqsave(&port->lock, flags);
	switch (command) {
	case DAHDI_SETPOLARITY:
		cb_orders_reverse(orders, i, value != 0);
		break;
	case DAHDI_VMWI_CONFIG:
		cb_orders_shows(orders, i, shows);
		break;
	case DAHDI_VMWI:
		cb_orders_waiting(orders, i, value > 0);
		break;
	default: /* ONHOOKTRANSFER: a line has it always (bank_orders.h) */
		break;
	}
	order(port);
	spin_unlock_irqrestore(&port->lock, flags);
	return 0;
}

/* Comes without a lock: it may sleep. */
static int bank_ioctl(struct dahdi_chan *chan, unsigned int command, unsigned long data)
{
	struct cb_port *port = chan->pvt;
	const unsigned int i = chan->chanpos - 1;

	switch (command) {
	case DAHDI_SET_HWGAIN:
		return set_gain(port, i, data);
	case DAHDI_SETPOLARITY:
	case DAHDI_ONHOOKTRANSFER:
	case DAHDI_VMWI:
	case DAHDI_VMWI_CONFIG:
		return port->bank->lines.line[i].type == CARD_PORT_FXS
			       ? to_telephone(port, i, command, data)
			       : -EINVAL;
	default:
		return -ENOTTY;
	}
}

/* ---- What the card tells ---- */

void cb_bank_event(struct cb_port *port, const u8 *data, unsigned int length)
{
	const u32 refused = port->bank->lines.refused, faults = port->bank->lines.faults;
	const unsigned int asks = cb_lines_take(&port->bank->lines, data, length);

	if (asks & CB_LINES_AGAIN) {
		cb_orders_again(&port->bank->orders);
		order(port);
	}
	if (asks & CB_LINES_ASK) {
		set_bit(CB_DO_STATUS, &port->todo);
		schedule_work(&port->work);
	}
	if (port->bank->lines.refused != refused)
		dev_warn_ratelimited(&port->intf->dev,
				     "the card does not do as told at port %u of the bank "
				     "(code %u)\n",
				     data[1] + 1, data[8]);
	if (port->bank->lines.faults != faults)
		dev_warn_ratelimited(&port->intf->dev,
				     "the card tells of fault %u at port %u of the bank\n", data[8],
				     data[1] + 1);
}

/* DAHDI waits whether a telephone that goes on hook comes back as a flash; the card has waited
 * already. */
static void hung_up(struct dahdi_chan *chan)
{
	unsigned long flags;

	dahdi_hooksig(chan, DAHDI_RXSIG_ONHOOK);
	spin_lock_irqsave(&chan->lock, flags);
	if (chan->itimer > DAHDI_CHUNKSIZE)
		chan->itimer = DAHDI_CHUNKSIZE;
	spin_unlock_irqrestore(&chan->lock, flags);
}

static void pass_on(struct cb_port *port, const struct cb_news *news)
{
	struct dahdi_chan *chan = port->chans[news->port];

	switch (news->kind) {
	case CB_NEWS_RING:
		return dahdi_hooksig(chan, DAHDI_RXSIG_RING);
	case CB_NEWS_BATTERY:
	case CB_NEWS_OFF_HOOK:
		return dahdi_hooksig(chan, DAHDI_RXSIG_OFFHOOK);
	case CB_NEWS_NO_BATTERY:
		return dahdi_hooksig(chan, DAHDI_RXSIG_ONHOOK);
	case CB_NEWS_ON_HOOK:
		return hung_up(chan);
	case CB_NEWS_POLARITY:
		return dahdi_qevent_lock(chan, DAHDI_EVENT_POLARITY);
	case CB_NEWS_FLASH:
		return dahdi_qevent_lock(chan, DAHDI_EVENT_WINKFLASH);
	case CB_NEWS_DIGIT:
		return dahdi_qevent_lock(chan, DAHDI_EVENT_PULSEDIGIT | ('0' + news->digit));
	}
}

/* From any context, on any processor: one tells, so the order stays. */
void cb_bank_tell(struct cb_port *port)
{
	struct cb_bank *bank = port->bank;
	struct cb_news news;
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	if (!bank->telling) {
		bank->telling = true;
		while (port->live && cb_lines_next(&bank->lines, &news)) {
			spin_unlock_irqrestore(&port->lock, flags);
			pass_on(port, &news);
			spin_lock_irqsave(&port->lock, flags);
		}
		bank->telling = false;
	}
	spin_unlock_irqrestore(&port->lock, flags);
}

/* DAHDI forgets what it was told of a channel when that is configured, and which law it has is
 * decided when it is opened: both are looked at in each tick. */
void cb_bank_look(struct cb_port *port)
{
	struct cb_bank *bank = port->bank;
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&port->lock, flags);
	if (bank->settling > 0 && --bank->settling == 0)
		cb_lines_settle(&bank->lines);
	for (i = 0; i < bank->ports; i++) {
		const struct dahdi_chan *chan = port->chans[i];
		const bool mulaw = chan->xlaw == __dahdi_mulaw;

		if (READ_ONCE(chan->rxhooksig) == DAHDI_RXSIG_INITIAL)
			cb_lines_tell(&bank->lines, i);
		if (mulaw != bank->orders.wish[i].mulaw) {
			cb_orders_law(&bank->orders, i, mulaw);
			port->flow.idle[1 + i] = cb_idle_of(chan);
		}
	}
	order(port);
	spin_unlock_irqrestore(&port->lock, flags);
	cb_bank_tell(port);
}

/* Under `state`. What events that were lost would have told. */
int cb_bank_ask_state(struct cb_port *port)
{
	struct cb_bank *bank = port->bank;
	struct card_analog_status s;
	unsigned int i, tries;
	unsigned long flags;
	int n, r = 0;
	bool taken;
	u32 told;

	for (i = 0; i < bank->ports; i++) {
		taken = false;
		for (tries = 0; tries < 3 && !taken; tries++) {
			spin_lock_irqsave(&port->lock, flags);
			told = bank->lines.told;
			spin_unlock_irqrestore(&port->lock, flags);
			n = cb_get_bank_status(port, i, &s);
			if (n < (int)sizeof(s)) {
				r = n < 0 ? n : -EPROTO;
				goto out;
			}
			spin_lock_irqsave(&port->lock, flags);
			taken = cb_lines_status(&bank->lines, told, i, &s);
			if (taken && bank->orders.wish[i].off_hook && !s.hook &&
			    s.type == CARD_PORT_FXO && s.fault == 0)
				cb_orders_hook(&bank->orders, i, true); /* hung up for want of us */
			order(port);
			spin_unlock_irqrestore(&port->lock, flags);
		}
		if (!taken)
			r = -EAGAIN;
	}
out:
	cb_bank_tell(port);
	return r;
}

/* Under `state`, each CB_WATCH_MS: lines that are dead. */
void cb_bank_watch(struct cb_port *port)
{
	struct cb_bank *bank = port->bank;
	bool dead[CARD_BANK_PORTS_MAX];
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&port->lock, flags);
	cb_lines_pass(&bank->lines, CB_WATCH_MS);
	for (i = 0; i < bank->ports; i++)
		dead[i] = cb_lines_dead(&bank->lines, i);
	spin_unlock_irqrestore(&port->lock, flags);
	if (port->span.alarms) /* it is all channels' */
		return;
	for (i = 0; i < bank->ports; i++)
		dahdi_alarm_channel(port->chans[i], dead[i] ? DAHDI_ALARM_RED : DAHDI_ALARM_NONE);
}

/* ---- Its life ---- */

/* Under `state`, before packets flow. A card that does not take it goes on with what it has. */
void cb_bank_country(struct cb_port *port)
{
	struct card_analog_country country;
	unsigned int i;
	int r;

	if (!opermode[0])
		return;
	if (!(port->capabilities & CARD_CAN_COUNTRY)) {
		dev_warn(&port->intf->dev, "opermode=%s: this card's lines cannot be set\n",
			 opermode);
		return;
	}
	for (i = 0; i < port->bank->ports; i++) {
		cb_opermode(opermode, port->bank->lines.line[i].type, &country);
		r = cb_set_country(port, i, &country);
		if (r < 0)
			dev_warn(&port->intf->dev,
				 "the card does not take opermode=%s at port %u of the bank (error "
				 "%d)\n",
				 opermode, i + 1, r);
	}
}

struct cb_bank *cb_bank_alloc(void)
{
	return kvzalloc(sizeof(struct cb_bank), GFP_KERNEL);
}

/* DAHDI starts only spans that are named in system.conf, and drivers of analog cards do not wait
 * for it. Nobody hears of a failure here; no room on the bus does not come by waiting. */
static void assigned(struct dahdi_span *span)
{
	struct cb_port *port = port_of(span);
	int r;

	mutex_lock(&port->state);
	r = cb_port_start(port);
	port->wanted = r != -ENOSPC;
	if (r) /* DAHDI has just said that it is open */
		cb_tell_alarms(port, DAHDI_ALARM_NOTOPEN);
	if (r && port->wanted)
		cb_watch_later(port);
	mutex_unlock(&port->state);
}

static int bank_spanconfig(struct file *file, struct dahdi_span *span, struct dahdi_lineconfig *lc)
{
	span->syncsrc = 0; /* the card's own clock, whatever is asked for */
	return 0;
}

static const struct dahdi_span_ops bank_ops = {
	.owner = THIS_MODULE,
	.spanconfig = bank_spanconfig,
	.assigned = assigned,
	.startup = cb_span_startup,
	.shutdown = cb_span_shutdown,
	.hooksig = hooksig,
	.ioctl = bank_ioctl,
};

/* The card has no ground start. DAHDI names signalling by what is at the other end of the line. */
static u32 signalling_of(u8 type)
{
	return DAHDI_SIG_CLEAR | (type == CARD_PORT_FXO ? DAHDI_SIG_FXSKS | DAHDI_SIG_FXSLS
							: DAHDI_SIG_FXOKS | DAHDI_SIG_FXOLS);
}

unsigned int cb_bank_ports(const struct cb_port *port)
{
	return port->bank->ports;
}

void cb_bank_describe(struct cb_port *port)
{
	const struct cb_bank *bank = port->bank;
	struct dahdi_span *span = &port->span;
	unsigned int i, exchanges = 0;

	for (i = 0; i < bank->ports; i++) {
		exchanges += bank->lines.line[i].type == CARD_PORT_FXO;
		port->chan[i].sigcap = signalling_of(bank->lines.line[i].type);
	}
	span->spantype = exchanges == bank->ports ? SPANTYPE_ANALOG_FXO
			 : exchanges == 0	  ? SPANTYPE_ANALOG_FXS
						  : SPANTYPE_ANALOG_MIXED;
	span->channels = bank->ports;
	span->linecompat = 0;
	span->lineconfig = 0;
	span->flags = DAHDI_FLAG_RBS;
	span->ops = &bank_ops;
}

/* NULL, or what is wrong with what the card says of its bank. */
const char *cb_bank_identify(struct cb_port *port, const struct card_proto *proto)
{
	struct cb_bank *bank = port->bank;
	struct card_analog_status s;
	unsigned int i;

	bank->ports = proto->fxo_ports + proto->fxs_ports;
	if (bank->ports == 0 || bank->ports > CARD_BANK_PORTS_MAX)
		return "the card says that it has none of 1 to 8 ports";
	if (cb_bank_packet_max(bank->ports) > port->pipes.in.size ||
	    cb_bank_packet_max(bank->ports) > port->pipes.out.size)
		return "its packets have no room for as many ports as the card says it has";
	bank->lines.ports = bank->ports;
	bank->orders.ports = bank->ports;
	for (i = 0; i < bank->ports; i++) {
		if (cb_get_bank_status(port, i, &s) < 1)
			return "the card does not say what its ports are";
		if (s.type != CARD_PORT_FXO && s.type != CARD_PORT_FXS)
			return "one of its ports is neither towards an exchange nor towards a "
			       "telephone";
		bank->lines.line[i].type = s.type;
		bank->orders.wish[i].type = s.type;
	}
	port->number = proto->e1_ports; /* its first port tells the counters */
	return NULL;
}
