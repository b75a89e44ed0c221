// SPDX-License-Identifier: GPL-2.0
/* The port as DAHDI sees it. */
#include "callbox_card.h"

static struct cb_port *port_of(struct dahdi_span *span)
{
	return container_of(span, struct cb_port, span);
}

/* ---- On and off. Under `state`. ---- */

/* The card forgets at its setting without packets what it was told of events and loops. */
static int bring_up(struct cb_port *port)
{
	unsigned long flags;
	int r = cb_set_line(port);

	if (!r)
		r = cb_select(port, true);
	if (r)
		return r;
	port->loop = CARD_LOOP_NONE;
	r = cb_configure(port);
	if (!r) {
		cb_events_begin(&port->events, port->ours && port->capabilities & CARD_CAN_EVENTS);
		clear_bit(CB_DO_STATUS, &port->todo);
		spin_lock_irqsave(&port->lock, flags);
		cb_signals_begin(&port->signals);
		spin_unlock_irqrestore(&port->lock, flags);
		if (!port->bank) /* which tells all anew */
			cb_ask_state(port);
		r = cb_stream_start(port);
	}
	if (r) {
		cb_select(port, false);
		return r;
	}
	cb_signals_send(port);
	cb_loop_as_wanted(port);
	return 0;
}

int cb_port_start(struct cb_port *port)
{
	int r;

	if (port->running)
		return 0;
	if (port->away)
		return -ENODEV;
	cb_alarms_begin(&port->alarms);
	r = bring_up(port);
	if (r)
		return r;
	port->watched = 0;
	cb_stall_begin(&port->stall, port->back);
	port->running = true;
	cb_tell_alarms(port, 0);
	schedule_delayed_work(&port->watch, msecs_to_jiffies(CB_WATCH_MS));
	return 0;
}

void cb_port_stop(struct cb_port *port)
{
	if (!port->running)
		return;
	port->running = false;
	cb_stream_stop(port);
	if (!port->away)
		cb_select(port, false);
	cb_tell_alarms(port, DAHDI_ALARM_NOTOPEN);
}

int cb_port_restart(struct cb_port *port)
{
	cb_stream_stop(port);
	cb_select(port, false);
	return bring_up(port);
}

/* ---- DAHDI's calls ---- */

/* Framing, line code and build-out (as DAHDI numbers it, so does the card) of a T1. */
static int take_t1(struct cb_port *port, const struct dahdi_lineconfig *lc)
{
	const int framing = lc->lineconfig & (DAHDI_CONFIG_D4 | DAHDI_CONFIG_ESF);
	const int code = lc->lineconfig & (DAHDI_CONFIG_AMI | DAHDI_CONFIG_B8ZS);

	if ((framing != DAHDI_CONFIG_D4 && framing != DAHDI_CONFIG_ESF) ||
	    (code != DAHDI_CONFIG_AMI && code != DAHDI_CONFIG_B8ZS) || lc->lbo < 0 || lc->lbo > 7) {
		dev_err(&port->intf->dev,
			"a T1 is set as span=%d,TIMING,0..7,esf|d4,b8zs|ami: this is no such "
			"setting\n",
			port->span.spanno);
		return -EINVAL;
	}
	port->framing = framing == DAHDI_CONFIG_D4 ? CARD_FRAMING_SF : CARD_FRAMING_ESF;
	port->code = code == DAHDI_CONFIG_B8ZS;
	port->build_out = lc->lbo;
	return 0;
}

static int no_cas(struct cb_port *port)
{
	dev_err(&port->intf->dev,
		"channel associated signalling (span=%d,TIMING,0,cas) is more than this card "
		"has%s: its "
		"spans are ccs\n",
		port->span.spanno, port->ours ? "" : ", an icE1usb");
	return -EINVAL;
}

static int spanconfig(struct file *file, struct dahdi_span *span, struct dahdi_lineconfig *lc)
{
	struct cb_port *port = port_of(span);
	int r = 0;

	mutex_lock(&port->state);
	if (cb_is_t1(port))
		r = take_t1(port, lc);
	else if (cb_wants_cas(port) && !cb_can_signal(port))
		r = no_cas(port);
	if (!r) {
		cb_signals_config(port);
		span->syncsrc = lc->sync > 0 ? span->spanno : 0; /* whose line it is */
		port->line_is_clock = lc->sync > 0;
	}
	if (!r)
		r = cb_line_changed(port);
	mutex_unlock(&port->state);
	return r;
}

/* Bits of a T1 are robbed on the channels that signal by them, and on no other. */
static int chanconfig(struct file *file, struct dahdi_chan *chan, int sigtype)
{
	struct cb_port *port = chan->pvt;
	int r = 0;

	if (port->bank || !cb_is_t1(port) || !cb_can_signal(port))
		return 0;
	mutex_lock(&port->state);
	cb_signals_config(port);
	if (port->running && !port->away)
		r = cb_set_line(port);
	mutex_unlock(&port->state);
	return r;
}

int cb_span_startup(struct file *file, struct dahdi_span *span)
{
	struct cb_port *port = port_of(span);
	int r;

	mutex_lock(&port->state);
	r = cb_port_start(port);
	port->wanted = !r;
	mutex_unlock(&port->state);
	return r;
}

int cb_span_shutdown(struct dahdi_span *span)
{
	struct cb_port *port = port_of(span);

	mutex_lock(&port->state);
	port->wanted = false;
	cb_port_stop(port);
	mutex_unlock(&port->state);
	return 0;
}

/* With span->lock held and interrupts off: a note, and no more. */
static int maint(struct dahdi_span *span, int command)
{
	struct cb_port *port = port_of(span);
	unsigned int loop;

	switch (command) {
	case DAHDI_MAINT_NONE:
		loop = CARD_LOOP_NONE;
		break;
	case DAHDI_MAINT_LOCALLOOP:
		loop = CARD_LOOP_DIGITAL;
		break;
	case DAHDI_MAINT_NETWORKLINELOOP:
		loop = CARD_LOOP_LINE;
		break;
	case DAHDI_MAINT_NETWORKPAYLOADLOOP:
		loop = CARD_LOOP_PAYLOAD;
		break;
	case DAHDI_RESET_COUNTERS:
		memset(&span->count, 0, sizeof(span->count));
		set_bit(CB_DO_ZERO, &port->todo);
		schedule_work(&port->work);
		return 0;
	default:
		return -ENOSYS;
	}
	if (!cb_can_loop(port, loop))
		return -ENOSYS;
	WRITE_ONCE(port->loop_wanted, loop);
	schedule_work(&port->work);
	return 0;
}

static int set_spantype(struct dahdi_span *span, enum spantypes type);

static const struct dahdi_span_ops ops = {
	.owner = THIS_MODULE,
	.spanconfig = spanconfig,
	.chanconfig = chanconfig,
	.rbsbits = cb_rbsbits,
	.startup = cb_span_startup,
	.shutdown = cb_span_shutdown,
	.maint = maint,
	.set_spantype = set_spantype,
};

/* ---- Its life ---- */

/* Until it is configured an E1 is one of clear channels. */
static void be(struct cb_port *port, bool t1)
{
	struct dahdi_span *span = &port->span;

	span->spantype = t1 ? SPANTYPE_DIGITAL_T1 : SPANTYPE_DIGITAL_E1;
	span->deflaw = t1 ? DAHDI_LAW_MULAW : DAHDI_LAW_ALAW;
	span->linecompat =
		t1 ? DAHDI_CONFIG_D4 | DAHDI_CONFIG_ESF | DAHDI_CONFIG_AMI | DAHDI_CONFIG_B8ZS
		   : DAHDI_CONFIG_HDB3 | DAHDI_CONFIG_CCS | DAHDI_CONFIG_CRC4;
	span->lineconfig = t1 ? DAHDI_CONFIG_ESF | DAHDI_CONFIG_B8ZS : span->linecompat;
	span->channels = t1 ? CB_T1_CHANNELS : CB_CHANNELS;
	port->framing = CARD_FRAMING_ESF;
	port->code = 1;
	port->build_out = 0;
	port->impedance = cb_line_usual_impedance(t1);
	port->sensitivity = CB_LINE_USUAL_SENSITIVITY;
	port->crc4_auto = 0;
}

/* Of a span that has no number: `echo 1:T1 > .../dahdi_spantype`, as dahdi_span_types does. */
static int set_spantype(struct dahdi_span *span, enum spantypes type)
{
	struct cb_port *port = port_of(span);
	const bool t1 = type == SPANTYPE_DIGITAL_T1;
	int r = 0;

	if (!t1 && type != SPANTYPE_DIGITAL_E1) {
		dev_err(&port->intf->dev, "the port can be an E1 or a T1, nothing else\n");
		return -EINVAL;
	}
	if (t1 && !(port->capabilities & CARD_CAN_T1)) {
		dev_err(&port->intf->dev, "the port is an E1 alone: this card has no T1\n");
		return -EINVAL;
	}
	if (type == span->spantype)
		return 0;
	mutex_lock(&port->state);
	if (port->running || cb_waited_for(port)) {
		r = -EBUSY;
	} else {
		be(port, t1);
		cb_signals_config(port);
	}
	mutex_unlock(&port->state);
	if (!r)
		dahdi_init_span(span); /* it has other channels now */
	return r;
}

static void describe(struct cb_port *port)
{
	struct dahdi_span *span = &port->span;
	const unsigned int channels = port->bank ? cb_bank_ports(port) : CB_CHANNELS;
	unsigned int i;

	snprintf(span->name, sizeof(span->name), "Callbox/%s/%u", dev_name(&port->udev->dev),
		 port->intf->cur_altsetting->desc.bInterfaceNumber);
	snprintf(span->desc, sizeof(span->desc), "%.40s %.30s", port->model, port->hardware);
	span->alarms = DAHDI_ALARM_NOTOPEN;
	span->chans = port->chans;
	span->ops = &ops;
	for (i = 0; i < channels; i++) {
		struct dahdi_chan *chan = &port->chan[i];

		port->chans[i] = chan;
		init_waitqueue_head(&chan->waitq); /* a T1 begins 24 of them alone */
		snprintf(chan->name, sizeof(chan->name), "%s/%u", span->name, i + 1);
		chan->chanpos = i + 1;
		chan->pvt = port;
	}
	if (port->bank) {
		cb_bank_describe(port);
		return;
	}
	cb_signals_config(port);
	if (cb_can_signal(port))
		span->flags |= DAHDI_FLAG_RBS;
}

int cb_span_register(struct cb_port *port, bool t1)
{
	int r;

	be(port, t1);
	describe(port);
	port->ddev = dahdi_create_device();
	if (!port->ddev)
		return -ENOMEM;
	port->ddev->manufacturer = port->maker;
	port->ddev->location = port->location;
	port->ddev->hardware_id = port->hardware;
	port->ddev->devicetype = port->model;
	list_add_tail(&port->span.device_node, &port->ddev->spans);
	r = dahdi_register_device(port->ddev, &port->intf->dev);
	if (r) {
		dev_err(&port->intf->dev, "DAHDI does not take the span (error %d)\n", r);
		dahdi_free_device(port->ddev);
		port->ddev = NULL;
	}
	return r;
}

void cb_span_unregister(struct cb_port *port)
{
	dahdi_unregister_device(port->ddev);
	mutex_lock(&port->state);
	cb_port_stop(port);
	mutex_unlock(&port->state);
	cancel_delayed_work_sync(&port->watch);
	cancel_work_sync(&port->work);
	cancel_work_sync(&port->signalling);
}
