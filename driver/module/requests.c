// SPDX-License-Identifier: GPL-2.0
/* What is asked of the card by control requests. The buffers are of their own: they are handed to
 * DMA. */
#include <linux/ctype.h>
#include "callbox_card.h"

#define TIMEOUT_MS 1000

static u8 interface_of(const struct cb_port *port)
{
	return port->intf->cur_altsetting->desc.bInterfaceNumber;
}

static int request(struct cb_port *port, u8 recipient, u8 code, u16 value, u16 index,
		   const void *out, void *in, u16 length)
{
	const u8 type = USB_TYPE_VENDOR | recipient | (in ? USB_DIR_IN : USB_DIR_OUT);
	u8 *buffer = NULL;
	int n;

	if (length > 0) {
		buffer = kzalloc(length, GFP_NOIO);
		if (!buffer)
			return -ENOMEM;
		if (out)
			memcpy(buffer, out, length);
	}
	n = usb_control_msg(port->udev,
			    in ? usb_rcvctrlpipe(port->udev, 0) : usb_sndctrlpipe(port->udev, 0),
			    code, type, value, index, buffer, length, TIMEOUT_MS);
	if (in) {
		memset(in, 0, length); /* a short answer: the rest is zero */
		if (n > 0)
			memcpy(in, buffer, min_t(int, n, length));
	}
	kfree(buffer);
	return n;
}

static int tell(struct cb_port *port, u8 code, u16 value, const void *data, u16 length)
{
	return request(port, USB_RECIP_INTERFACE, code, value, interface_of(port), data, NULL,
		       length);
}

static int ask(struct cb_port *port, u8 code, void *data, u16 length)
{
	return request(port, USB_RECIP_INTERFACE, code, 0, interface_of(port), NULL, data, length);
}

static int ask_device(struct cb_port *port, u8 code, u16 index, void *data, u16 length)
{
	return request(port, USB_RECIP_DEVICE, code, 0, index, NULL, data, length);
}

/* Port numbers are the card's own: which of its ports has our interface? */
static void find_number(struct cb_port *port, unsigned int ports)
{
	struct card_port_info info;
	unsigned int i;

	for (i = 0; i < ports; i++)
		if (ask_device(port, CARD_REQ_GET_PORT_INFO, i, &info, sizeof(info)) >= 3 &&
		    (info.type == CARD_PORT_E1 || info.type == CARD_PORT_T1) &&
		    info.interface == interface_of(port)) {
			port->number = i;
			return;
		}
	dev_warn(&port->intf->dev,
		 "the card says of none of its %u ports that it is this one: used as an icE1usb\n",
		 ports);
	port->ours = false;
	port->capabilities = 0;
}

int cb_get_bank_status(struct cb_port *port, unsigned int i, struct card_analog_status *status)
{
	return request(port, USB_RECIP_INTERFACE, CARD_BANK_GET_STATUS, 0,
		       i << 8 | interface_of(port), NULL, status, sizeof(*status));
}

int cb_set_country(struct cb_port *port, unsigned int i, const struct card_analog_country *country)
{
	return request(port, USB_RECIP_INTERFACE, CARD_BANK_COUNTRY, 0, i << 8 | interface_of(port),
		       country, NULL, sizeof(*country));
}

/* Who does not answer, or answers something else, is used as an icE1usb, which has no bank. */
const char *cb_identify(struct cb_port *port)
{
	const char *none = port->bank ? "the card does not speak this driver's protocol" : NULL;
	struct card_proto proto;
	int n;

	n = ask_device(port, CARD_ICE1_DEVICE_BUILD, 0, port->build, sizeof(port->build) - 1);
	if (n < 0)
		port->build[0] = 0;
	for (n = 0; port->build[n]; n++)
		if (!isprint(port->build[n]))
			port->build[n] = '?';
	strscpy(port->protocol, "icE1usb", sizeof(port->protocol));
	n = ask_device(port, CARD_REQ_GET_PROTO, 0, &proto, sizeof(proto));
	if (n < 6 || card_get32(proto.magic) != CARD_MAGIC)
		return none;
	if (proto.major != CARD_MAJOR && port->bank)
		return "the card speaks another version of the protocol than this driver";
	if (proto.major != CARD_MAJOR) {
		dev_warn(&port->intf->dev,
			 "the card speaks version %u.%u of the protocol, this driver %u: used as "
			 "an icE1usb\n",
			 proto.major, proto.minor, CARD_MAJOR);
		return none;
	}
	port->ours = true;
	port->capabilities = card_get32(proto.capabilities);
	if (!(port->capabilities & CARD_CAN_LINE)) /* it could not be told to be one */
		port->capabilities &= ~(CARD_CAN_T1 | CARD_CAN_CAS);
	snprintf(port->protocol, sizeof(port->protocol), "%u.%u", proto.major,
		 min_t(u8, proto.minor, CARD_MINOR));
	if (port->bank)
		return cb_bank_identify(port, &proto);
	find_number(port, min_t(unsigned int, proto.e1_ports, 32));
	return NULL;
}

/* Who had the port before may have left it the other kind, or with signalling. */
int cb_set_line(struct cb_port *port)
{
	const bool t1 = cb_is_t1(port);
	const struct card_le32 robbed = card_make32(cb_robbed(port));
	const struct cb_line_setting wanted = {
		.t1 = t1,
		.cas = cb_can_signal(port) && (t1 || cb_wants_cas(port)),
		.framing = port->framing,
		.code = port->code,
		.build_out = port->build_out,
		.impedance = port->impedance,
		.sensitivity = port->sensitivity,
		.crc4_auto = port->crc4_auto && port->span.lineconfig & DAHDI_CONFIG_CRC4,
	};
	struct card_line line;
	u8 kind;
	int r;

	if (port->bank || !(port->capabilities & CARD_CAN_LINE))
		return 0;
	r = ask(port, CARD_E1_GET_LINE, &line, sizeof(line));
	if (r >= 0 && r < (int)sizeof(line))
		r = -EPROTO;
	kind = line.kind;
	if (r >= 0 && !cb_line_set(&line, &wanted) && !t1)
		return 0;
	if (r >= 0 && line.kind != kind)
		r = usb_set_interface(port->udev, interface_of(port), port->setting_off);
	if (r >= 0)
		r = tell(port, CARD_E1_SET_LINE, 0, &line, sizeof(line));
	if (r >= 0 && t1 && wanted.cas) /* others stay clear */
		r = tell(port, CARD_E1_ROBBED, 0, &robbed, sizeof(robbed));
	if (r < 0)
		dev_err(&port->intf->dev,
			"the card does not make the port %s of %u ohms and %u dB (error %d)\n",
			t1	     ? "a T1 of this framing, line code, build-out and signalling"
			: wanted.cas ? "an E1 with CAS"
				     : "an E1",
			wanted.impedance, wanted.sensitivity, r);
	return r < 0 ? r : 0;
}

/* Under `state`: what is not told to a port that runs, it is told when it starts. */
int cb_line_changed(struct cb_port *port)
{
	int r;

	if (!port->running || port->away)
		return 0;
	r = cb_set_line(port);
	if (!r)
		r = cb_configure(port);
	if (!r) /* which forgets what it has not told yet */
		cb_ask_state(port);
	return r;
}

int cb_tell_cas(struct cb_port *port, const struct card_cas *cas)
{
	return tell(port, CARD_E1_SET_CAS, 0, cas, sizeof(*cas));
}

int cb_select(struct cb_port *port, bool on)
{
	const int r = usb_set_interface(port->udev, interface_of(port),
					on ? port->setting_on : port->setting_off);

	if (r == -ENOSPC)
		dev_err(&port->intf->dev, "the bus has no room for this port: two E1 ports are "
					  "more than a full-speed bus carries\n");
	else if (r && on)
		dev_err(&port->intf->dev, "the card does not switch the port on (error %d)\n", r);
	return r;
}

int cb_configure(struct cb_port *port)
{
	const bool crc4 = port->span.lineconfig & DAHDI_CONFIG_CRC4;
	const u8 rx = crc4 ? CARD_ICE1_RX_CRC4 : CARD_ICE1_RX_BASIC;
	const u16 extensions = (port->capabilities & CARD_CAN_FILLER ? CARD_E1_EXT_FILLER : 0) |
			       (port->capabilities & CARD_CAN_EVENTS ? CARD_E1_EXT_EVENTS : 0);
	int r;

	if (port->bank) { /* the rest by commands, when packets flow */
		cb_bank_country(port);
		return 0;
	}
	port->tx.mode = crc4 ? CARD_ICE1_TX_CRC4_E : CARD_ICE1_TX_TS0;
	port->tx.timing = port->line_is_clock;
	port->tx.loopback = !port->ours && port->loop == CARD_LOOP_LINE;
	port->tx.alarm = !port->ours && cb_alarms_unusable(&port->alarms);
	r = tell(port, CARD_ICE1_SET_RX, 0, &rx, sizeof(rx));
	if (r >= 0)
		r = tell(port, CARD_ICE1_SET_TX, 0, &port->tx, sizeof(port->tx));
	if (r >= 0 && port->ours && extensions)
		r = tell(port, CARD_E1_EXT_ENABLE, extensions, NULL, 0);
	if (r < 0)
		dev_err(&port->intf->dev, "the card does not take the port's settings (error %d)\n",
			r);
	return r < 0 ? r : 0;
}

bool cb_can_loop(const struct cb_port *port, unsigned int loop)
{
	if (loop == CARD_LOOP_NONE)
		return true;
	return port->ours ? port->capabilities & CARD_CAN_LOOP : loop == CARD_LOOP_LINE;
}

void cb_loop_as_wanted(struct cb_port *port)
{
	const unsigned int loop = READ_ONCE(port->loop_wanted);
	int r;

	if (port->loop == loop)
		return;

	if (port->ours) {
		r = request(port, USB_RECIP_DEVICE, CARD_REQ_LOOP, loop, port->number, NULL, NULL,
			    0);
	} else {
		port->tx.loopback = loop == CARD_LOOP_LINE;
		r = tell(port, CARD_ICE1_SET_TX, 0, &port->tx, sizeof(port->tx));
	}
	if (r < 0)
		dev_err(&port->intf->dev, "the card does not set loop %u (error %d)\n", loop, r);
	else
		port->loop = loop;
}

/* An icE1usb before 0.3 leaves this to the host. */
int cb_set_remote_alarm(struct cb_port *port, bool on)
{
	struct card_ice1_tx tx = port->tx;
	int r;

	if (port->ours || tx.alarm == on)
		return 0;
	tx.alarm = on;
	r = tell(port, CARD_ICE1_SET_TX, 0, &tx, sizeof(tx));
	if (r >= 0)
		port->tx = tx;
	return r;
}

/* 0: taken; -EAGAIN: the card told something meanwhile, and which of the two is newer nobody knows;
 * else the question failed. */
static int ask_once(struct cb_port *port)
{
	struct card_ice1_errors errors;
	struct card_status status;
	unsigned long flags;
	bool taken;
	u32 told;
	int n;

	spin_lock_irqsave(&port->lock, flags);
	told = port->events.told;
	spin_unlock_irqrestore(&port->lock, flags);
	if (port->events.extended) {
		n = ask_device(port, CARD_REQ_GET_STATUS, port->number, &status, sizeof(status));
		if (n < 4)
			return n < 0 ? n : -EPROTO;
	} else {
		n = ask(port, CARD_ICE1_GET_ERRORS, &errors, sizeof(errors));
		/* Old firmware stalls it; then there is no defect until the card tells of one. */
		if (n == -EPIPE)
			return 0;
		if (n != sizeof(errors))
			return n < 0 ? n : -EPROTO;
	}
	spin_lock_irqsave(&port->lock, flags);
	taken = port->events.extended
			? cb_events_status(&port->events, told, card_get16(status.alarms))
			: cb_events_asked(&port->events, told, &errors);
	spin_unlock_irqrestore(&port->lock, flags);
	return taken ? 0 : -EAGAIN;
}

static int ask_cas(struct cb_port *port)
{
	struct card_cas cas;
	unsigned long flags;
	int n;

	spin_lock_irqsave(&port->lock, flags);
	cb_signals_ask(&port->signals);
	spin_unlock_irqrestore(&port->lock, flags);
	n = ask(port, CARD_E1_GET_CAS, &cas, sizeof(cas));
	if (n < (int)sizeof(cas))
		return n < 0 ? n : -EPROTO;
	spin_lock_irqsave(&port->lock, flags);
	cb_signals_answer(&port->signals, &cas);
	spin_unlock_irqrestore(&port->lock, flags);
	cb_signals_tell(port);
	return 0;
}

/* Events tell of changes only. A card that tells one after another tells the last one, too; a
 * question that failed is left for the watch. */
void cb_ask_state(struct cb_port *port)
{
	unsigned int tries;
	int r = -EAGAIN;

	clear_bit(CB_DO_STATUS, &port->todo);
	if (port->bank) {
		r = cb_bank_ask_state(port);
	} else {
		for (tries = 0; tries < 3 && r == -EAGAIN; tries++)
			r = ask_once(port);
		if (r == -EAGAIN)
			r = 0; /* events have told more than an answer would */
		if (r >= 0 && READ_ONCE(port->signals.on))
			r = ask_cas(port);
	}
	if (r < 0)
		set_bit(CB_DO_STATUS, &port->todo);
}

int cb_get_counters(struct cb_port *port, struct card_counters *counters)
{
	return port->ours ? ask_device(port, CARD_REQ_GET_COUNTERS, port->number, counters,
				       sizeof(*counters))
			  : -EOPNOTSUPP;
}
