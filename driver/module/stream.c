// SPDX-License-Identifier: GPL-2.0
/* URBs: completions move octets between them and the port's flow, then tick. */
#include "callbox_card.h"

static bool isochronous(enum cb_kind kind)
{
	return kind < CB_STREAMS;
}

static unsigned int packets(enum cb_kind kind)
{
	return kind == CB_DATA_IN || kind == CB_DATA_OUT ? CB_PACKETS : 1;
}

static const struct cb_endpoint *endpoint(const struct cb_port *port, enum cb_kind kind)
{
	switch (kind) {
	case CB_DATA_IN:
		return &port->pipes.in;
	case CB_DATA_OUT:
		return &port->pipes.out;
	case CB_FEEDBACK:
		return &port->pipes.feedback;
	case CB_COMMAND:
		return &port->pipes.command;
	default:
		return &port->pipes.interrupt;
	}
}

/* ---- What is in them. Under `lock`. ---- */

static void take_data(struct cb_port *port, struct urb *urb, const u8 *buffer)
{
	unsigned int i;

	for (i = 0; i < CB_PACKETS; i++) {
		const struct usb_iso_packet_descriptor *d = &urb->iso_frame_desc[i];
		struct cb_in_packet p;

		if (d->status || d->actual_length > port->pipes.in.size) {
			port->usb_errors++; /* the gap in the next packet's position says how long
					       it was */
			continue;
		}
		if (port->bank) {
			cb_bank_take(port, buffer + d->offset, d->actual_length);
			continue;
		}
		p = cb_in_take(&port->in, buffer + d->offset, d->actual_length);
		cb_flow_in(&port->flow, &p);
	}
}

static unsigned int give_frames(struct cb_port *port, u8 *to, bool first)
{
	const unsigned int frames = cb_pace_next(&port->pace, port->pipes.frames_max);

	memset(to, 0xff, CARD_E1_HEADER);
	if (first)
		cb_flow_out_idle(&port->flow, frames, to + CARD_E1_HEADER);
	else
		cb_flow_out(&port->flow, frames, to + CARD_E1_HEADER);
	return CARD_E1_HEADER + frames * CARD_E1_FRAME;
}

static void give_data(struct cb_port *port, struct cb_urb *u, bool first)
{
	const u32 before = port->flow.echo.given;
	unsigned int i;

	for (i = 0; i < CB_PACKETS; i++) {
		struct usb_iso_packet_descriptor *d = &u->urb->iso_frame_desc[i];
		u8 *to = u->buffer + i * u->size;

		d->offset = i * u->size;
		d->length =
			port->bank ? cb_bank_give(port, to, first) : give_frames(port, to, first);
		port->out_packets++;
	}
	u->frames = port->flow.echo.given - before;
}

/* Under the lock: a transfer that was filled and does not go. */
static void take_back(struct cb_port *port, struct cb_urb *u)
{
	if (u->kind == CB_DATA_OUT)
		cb_flow_taken(&port->flow, u->frames);
	u->frames = 0;
}

static void take_feedback(struct cb_port *port, struct urb *urb, const u8 *buffer)
{
	const struct usb_iso_packet_descriptor *d = &urb->iso_frame_desc[0];

	if (d->status || d->actual_length > port->pipes.feedback.size ||
	    (d->actual_length && !cb_pace_feedback(&port->pace, buffer, d->actual_length)))
		port->usb_errors++;
}

static void take_event(struct cb_port *port, struct urb *urb, const u8 *buffer)
{
	if (port->bank)
		return cb_bank_event(port, buffer, urb->actual_length);
	cb_signals_event(&port->signals, buffer, urb->actual_length);
	if (!cb_events_take(&port->events, buffer, urb->actual_length))
		return;
	set_bit(CB_DO_STATUS, &port->todo);
	schedule_work(&port->work);
}

static void completed(struct urb *urb)
{
	struct cb_urb *u = urb->context;
	struct cb_port *port = u->port;
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	if (!port->live) {
		spin_unlock_irqrestore(&port->lock, flags);
		return;
	}
	if (u->kind == CB_DATA_OUT)
		cb_flow_taken(&port->flow, u->frames);
	/* What failed as a whole would fail at once again: the watch looks after it. */
	if (urb->status) {
		port->usb_errors++;
		u->failed = urb->status;
		if (u->kind == CB_EVENT) /* what it told is not known: the watch asks */
			set_bit(CB_DO_STATUS, &port->todo);
		spin_unlock_irqrestore(&port->lock, flags);
		return;
	}
	if (u->kind < CB_STREAMS)
		port->back[u->kind]++;
	if (port->bank && u->kind == CB_DATA_IN)
		port->back[CB_FEEDBACK]++; /* it is that as well */
	if (u->kind == CB_DATA_IN)
		take_data(port, urb, u->buffer);
	else if (u->kind == CB_FEEDBACK)
		take_feedback(port, urb, u->buffer);
	else if (u->kind == CB_EVENT)
		take_event(port, urb, u->buffer);
	else if (u->kind == CB_DATA_OUT)
		give_data(port, u, false);
	if (u->kind != CB_COMMAND || cb_bank_next_command(port, u->buffer)) {
		u->failed = usb_submit_urb(urb, GFP_ATOMIC);
		if (u->failed) {
			port->usb_errors++;
			take_back(port, u);
		}
	}
	spin_unlock_irqrestore(&port->lock, flags);
	if (u->kind == CB_EVENT && port->bank)
		cb_bank_tell(port);
	else if (u->kind == CB_EVENT)
		cb_signals_tell(port);
	if (u->kind == CB_DATA_IN || u->kind == CB_DATA_OUT)
		cb_tick(port);
}

/* ---- Their life ---- */

static int alloc_one(struct cb_port *port, struct cb_urb *u, enum cb_kind kind)
{
	const struct cb_endpoint *e = endpoint(port, kind);
	const unsigned int n = packets(kind);
	const bool in = e->address & USB_DIR_IN;
	struct urb *urb = usb_alloc_urb(isochronous(kind) ? n : 0, GFP_KERNEL);
	unsigned int i;

	u->port = port;
	u->kind = kind;
	u->size = e->size;
	u->urb = urb;
	u->buffer = kzalloc(n * e->size, GFP_KERNEL);
	if (!urb || !u->buffer)
		return -ENOMEM;
	if (kind == CB_COMMAND) {
		port->command = u;
		usb_fill_bulk_urb(urb, port->udev, usb_sndbulkpipe(port->udev, e->address),
				  u->buffer, CARD_BANK_COMMAND_SIZE, completed, u);
		return 0;
	}
	if (!isochronous(kind)) {
		usb_fill_int_urb(urb, port->udev, usb_rcvintpipe(port->udev, e->address), u->buffer,
				 e->size, completed, u, e->interval);
		return 0;
	}
	urb->dev = port->udev;
	urb->pipe = in ? usb_rcvisocpipe(port->udev, e->address)
		       : usb_sndisocpipe(port->udev, e->address);
	urb->transfer_flags = URB_ISO_ASAP;
	urb->transfer_buffer = u->buffer;
	urb->transfer_buffer_length = n * e->size;
	urb->complete = completed;
	urb->context = u;
	urb->number_of_packets = n;
	/* USB 2.0 9.6.6: isochronous intervals are powers of two, 4 ms for bInterval 3. */
	urb->interval = 1 << (e->interval - 1);
	for (i = 0; i < n; i++) {
		urb->iso_frame_desc[i].offset = i * e->size;
		urb->iso_frame_desc[i].length = e->size;
	}
	return 0;
}

int cb_stream_alloc(struct cb_port *port)
{
	static const struct {
		enum cb_kind kind;
		unsigned int count;
	} kinds[] = {{CB_DATA_IN, CB_URBS},
		     {CB_FEEDBACK, CB_FEEDBACK_URBS},
		     {CB_EVENT, CB_EVENT_URBS},
		     {CB_COMMAND, CB_COMMAND_URBS},
		     {CB_DATA_OUT, CB_URBS}};
	unsigned int k, i;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		if (kinds[k].kind == (port->bank ? CB_FEEDBACK : CB_COMMAND))
			continue;
		for (i = 0; i < kinds[k].count; i++)
			if (alloc_one(port, &port->urbs[port->urb_count++], kinds[k].kind))
				return -ENOMEM;
	}
	return 0;
}

void cb_stream_free(struct cb_port *port)
{
	unsigned int i;

	for (i = 0; i < port->urb_count; i++) {
		usb_free_urb(port->urbs[i].urb);
		kfree(port->urbs[i].buffer);
	}
}

int cb_stream_start(struct cb_port *port)
{
	u8 idle[CARD_E1_FRAME];
	unsigned long flags;
	unsigned int i;
	int r = 0;

	cb_idle_frame(port, idle);
	spin_lock_irqsave(&port->lock, flags);
	cb_flow_begin(&port->flow, idle, port->bank ? CB_FLOW_BANK_KEEPS : CB_FLOW_PORT_KEEPS);
	cb_in_begin(&port->in, port->ours);
	cb_pace_begin(&port->pace);
	if (port->bank)
		cb_bank_begin(port);
	port->live = true;
	for (i = 0; i < port->urb_count; i++) {
		port->urbs[i].failed = 0;
		memset(port->urbs[i].buffer, 0, packets(port->urbs[i].kind) * port->urbs[i].size);
		if (port->urbs[i].kind == CB_DATA_OUT)
			give_data(port, &port->urbs[i], true);
	}
	spin_unlock_irqrestore(&port->lock, flags);
	for (i = 0; i < port->urb_count && !r; i++)
		if (port->urbs[i].kind != CB_COMMAND)
			r = usb_submit_urb(port->urbs[i].urb, GFP_NOIO);
	if (!r) {
		if (port->bank)
			cb_bank_order(port);
		return 0;
	}
	dev_err(&port->intf->dev, "the port's packets cannot be sent (error %d)\n", r);
	cb_stream_stop(port);
	return r;
}

void cb_stream_stop(struct cb_port *port)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&port->lock, flags);
	port->live = false;
	if (port->bank)
		cb_bank_end(port);
	spin_unlock_irqrestore(&port->lock, flags);
	for (i = 0; i < port->urb_count; i++)
		usb_kill_urb(port->urbs[i].urb);
}

/* What an error has taken from its endpoint goes back: a transfer that failed, or could not be
 * submitted again from its completion. What OUT had in it is gone. */
void cb_stream_mend(struct cb_port *port)
{
	unsigned long flags;
	unsigned int i;
	int r;

	if (!READ_ONCE(port->live))
		return;
	for (i = 0; i < port->urb_count; i++) {
		struct cb_urb *u = &port->urbs[i];

		if (!READ_ONCE(u->failed))
			continue;
		if (!isochronous(u->kind) && u->failed == -EPIPE)
			usb_clear_halt(port->udev, u->urb->pipe);
		if (u->kind == CB_DATA_OUT) {
			spin_lock_irqsave(&port->lock, flags);
			give_data(port, u, false);
			spin_unlock_irqrestore(&port->lock, flags);
		}
		/* Cleared first: it may be back, failed again, before the submission returns. */
		WRITE_ONCE(u->failed, 0);
		r = usb_submit_urb(u->urb, GFP_NOIO);
		if (!r)
			continue;
		spin_lock_irqsave(&port->lock, flags);
		take_back(port, u);
		spin_unlock_irqrestore(&port->lock, flags);
		WRITE_ONCE(u->failed, r);
	}
}
