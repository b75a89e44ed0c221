// SPDX-License-Identifier: GPL-2.0
/* Cards come and go: Callbox's own, and Osmocom's icE1usb. Each E1 or T1 port is an interface, and
 * probed by itself; so is an analog bank. */
#include "callbox_card.h"
#include "opermode.h"

unsigned int alarm_loss_ms = 2500;
module_param(alarm_loss_ms, uint, 0644);
MODULE_PARM_DESC(alarm_loss_ms,
		 "ms that LOS, AIS or loss of alignment lasts until it is an alarm (2500)");
unsigned int alarm_remote_ms = 500;
module_param(alarm_remote_ms, uint, 0644);
MODULE_PARM_DESC(alarm_remote_ms, "ms that a remote alarm lasts until it is one (500)");
unsigned int alarm_recover_ms = 5000;
module_param(alarm_recover_ms, uint, 0644);
MODULE_PARM_DESC(alarm_recover_ms, "ms that a line is called recovering after an alarm (5000)");

static char *default_linemode = "e1";
module_param(default_linemode, charp, 0444);
MODULE_PARM_DESC(default_linemode,
		 "what ports that can be both are when they are plugged in: e1 "
		 "(the default) or t1; DAHDI's dahdi_spantype changes single ones");

char *opermode = "";
module_param(opermode, charp, 0444);
MODULE_PARM_DESC(opermode, "the country whose analog lines these are: FCC, TBR21, GERMANY ... "
			   "(as the card has it)");

#define ENDPOINTS_MAX 8

static const char *find_settings(struct cb_port *port)
{
	struct cb_endpoint e[ENDPOINTS_MAX];
	const char *why = "it has no setting with isochronous endpoints";
	bool on = false, off = false;
	unsigned int s, i;

	for (s = 0; s < port->intf->num_altsetting; s++) {
		const struct usb_host_interface *setting = &port->intf->altsetting[s];
		const unsigned int n = setting->desc.bNumEndpoints;

		if (n > ENDPOINTS_MAX) {
			why = "one of its settings has more endpoints than any port";
			continue;
		}
		for (i = 0; i < n; i++) {
			const struct usb_endpoint_descriptor *d = &setting->endpoint[i].desc;

			e[i] = (struct cb_endpoint){d->bEndpointAddress, d->bmAttributes,
						    d->bInterval, usb_endpoint_maxp(d)};
		}
		if (cb_pipes_off(e, n)) {
			port->setting_off = setting->desc.bAlternateSetting;
			off = true;
		} else if (!on) {
			why = port->bank ? cb_pipes_find_bank(&port->pipes, e, n)
					 : cb_pipes_find(&port->pipes, e, n);
			port->setting_on = setting->desc.bAlternateSetting;
			on = !why;
		}
	}
	if (!on)
		return why;
	return off ? NULL : "it has no setting without isochronous endpoints";
}

/* The count of E1 ports before this one: the first has the card's serial number as its id, others
 * SERIAL.2 and so on; a bank is SERIAL.bank. */
static unsigned int ports_before(const struct cb_port *port)
{
	const struct usb_host_config *config = port->udev->actconfig;
	const u8 mine = port->intf->cur_altsetting->desc.bInterfaceNumber;
	unsigned int i, before = 0;

	for (i = 0; i < config->desc.bNumInterfaces; i++) {
		const struct usb_interface_descriptor *d;

		if (!config->interface[i])
			continue;
		d = &config->interface[i]->altsetting[0].desc;
		if (d->bInterfaceClass == CARD_CLASS && d->bInterfaceSubClass == CARD_SUBCLASS_E1 &&
		    d->bInterfaceProtocol == CARD_PROTOCOL_E1 && d->bInterfaceNumber < mine)
			before++;
	}
	return before;
}

static void name(struct cb_port *port)
{
	const struct usb_device *udev = port->udev;
	const unsigned int before = ports_before(port);
	char path[48];

	usb_make_path(port->udev, path, sizeof(path));
	snprintf(port->location, sizeof(port->location), port->bank ? "%s/bank" : "%s/%u", path,
		 before + 1);
	strscpy(port->maker, udev->manufacturer ? udev->manufacturer : "unknown",
		sizeof(port->maker));
	strscpy(port->model,
		udev->product ? udev->product
		: port->bank  ? "analog bank over USB"
			      : "E1 over USB",
		sizeof(port->model));
	if (!udev->serial || !udev->serial[0])
		return; /* DAHDI then names it by its location */
	if (port->bank)
		snprintf(port->hardware, sizeof(port->hardware), "%.40s.bank", udev->serial);
	else if (before == 0)
		strscpy(port->hardware, udev->serial, sizeof(port->hardware));
	else
		snprintf(port->hardware, sizeof(port->hardware), "%.40s.%u", udev->serial,
			 before + 1);
}

void cb_port_free(struct cb_port *port)
{
	/* DAHDI may have left a note after the span was gone. */
	cancel_delayed_work_sync(&port->watch);
	cancel_work_sync(&port->work);
	cancel_work_sync(&port->signalling);
	if (port->ddev)
		dahdi_free_device(port->ddev);
	cb_stream_free(port);
	kvfree(port->bank);
	usb_put_intf(port->intf);
	usb_put_dev(port->udev);
	kvfree(port);
}

/* As the parameter says, if the card can. */
static bool begins_as_t1(const struct cb_port *port)
{
	if (port->bank || strcasecmp(default_linemode, "t1"))
		return false;
	if (port->capabilities & CARD_CAN_T1)
		return true;
	dev_warn(&port->intf->dev, "the port is an E1 alone: this card has no T1\n");
	return false;
}

static bool is_bank(const struct usb_interface *intf)
{
	return intf->cur_altsetting->desc.bInterfaceSubClass == CARD_SUBCLASS_BANK;
}

static const char *kind_of(const struct cb_port *port)
{
	return port->bank ? "analog" : cb_is_t1(port) ? "T1" : "E1";
}

static int probe(struct usb_interface *intf, const struct usb_device_id *id)
{
	struct cb_port *port = kvzalloc(sizeof(*port), GFP_KERNEL);
	const char *wrong;
	int r;

	if (!port)
		return -ENOMEM;
	port->udev = usb_get_dev(interface_to_usbdev(intf));
	port->intf = usb_get_intf(intf);
	mutex_init(&port->state);
	spin_lock_init(&port->lock);
	cb_watch_init(port);
	cb_signals_init(port);
	if (is_bank(intf)) {
		r = -ENOMEM;
		port->bank = cb_bank_alloc();
		if (!port->bank)
			goto failed;
	}
	wrong = find_settings(port);
	if (!wrong) {
		name(port);
		wrong = cb_identify(port);
	}
	if (wrong) {
		dev_err(&intf->dev, "this %s interface cannot be used: %s\n", kind_of(port), wrong);
		r = -ENODEV;
		goto failed;
	}
	r = cb_stream_alloc(port);
	if (r)
		goto failed;
	usb_set_intfdata(intf, port);
	r = sysfs_create_group(&intf->dev.kobj, &cb_status_group);
	if (r)
		goto failed;
	if (port->bank)
		r = sysfs_update_group(&intf->dev.kobj, &cb_bank_status_group);
	if (!r)
		r = cb_span_register(port, begins_as_t1(port));
	if (r) {
		sysfs_remove_group(&intf->dev.kobj, &cb_status_group);
		goto failed;
	}
	dev_info(&intf->dev, "%s port %s, protocol %s, firmware %s%s\n", kind_of(port),
		 port->hardware, port->protocol, port->build,
		 port->bank || cb_can_signal(port)
			 ? ""
			 : "; its channels are clear (bchan, dchan): no robbed bits, no CAS");
	/* Now that the port is of a kind there is something to be set. */
	if (!port->bank && port->capabilities & CARD_CAN_LINE &&
	    sysfs_update_group(&intf->dev.kobj, &cb_settings_group))
		dev_warn(&intf->dev,
			 "impedance, sensitivity and crc4_auto cannot be set: no memory\n");
	return 0;
failed:
	usb_set_intfdata(intf, NULL);
	cb_port_free(port);
	return r;
}

static void disconnect(struct usb_interface *intf)
{
	struct cb_port *port = usb_get_intfdata(intf);

	sysfs_remove_group(&intf->dev.kobj, &cb_status_group);
	mutex_lock(&port->state);
	port->wanted = false;
	port->away = port->udev->state == USB_STATE_NOTATTACHED;
	cb_port_stop(port);
	port->away = true;
	mutex_unlock(&port->state);
	cb_span_unregister(port);
	usb_set_intfdata(intf, NULL);
	cb_port_retire(port);
}

/* Calls go on as soon as the card is back; DAHDI sees an alarm meanwhile. */
static void leave(struct cb_port *port)
{
	mutex_lock(&port->state);
	cb_port_stop(port);
	port->away = true;
	mutex_unlock(&port->state);
}

static int come_back(struct cb_port *port)
{
	mutex_lock(&port->state);
	port->away = false;
	if (port->wanted && cb_port_start(port))
		cb_watch_later(port);
	mutex_unlock(&port->state);
	return 0;
}

static int suspend(struct usb_interface *intf, pm_message_t message)
{
	leave(usb_get_intfdata(intf));
	return 0;
}

static int resume(struct usb_interface *intf)
{
	return come_back(usb_get_intfdata(intf));
}

static int pre_reset(struct usb_interface *intf)
{
	leave(usb_get_intfdata(intf));
	return 0;
}

static int post_reset(struct usb_interface *intf)
{
	return come_back(usb_get_intfdata(intf));
}

static const struct usb_device_id ids[] = {
	{USB_DEVICE_AND_INTERFACE_INFO(CARD_VENDOR, CARD_PRODUCT, CARD_CLASS, CARD_SUBCLASS_E1,
				       CARD_PROTOCOL_E1)},
	{USB_DEVICE_AND_INTERFACE_INFO(CARD_VENDOR, CARD_PRODUCT, CARD_CLASS, CARD_SUBCLASS_BANK,
				       0)},
	{USB_DEVICE_AND_INTERFACE_INFO(CARD_ICE1_VENDOR, CARD_ICE1_PRODUCT, CARD_CLASS,
				       CARD_SUBCLASS_E1, CARD_PROTOCOL_E1)},
	{}};
MODULE_DEVICE_TABLE(usb, ids);

static struct usb_driver card_driver = {
	.name = "callbox_card",
	.probe = probe,
	.disconnect = disconnect,
	.suspend = suspend,
	.resume = resume,
	.reset_resume = resume,
	.pre_reset = pre_reset,
	.post_reset = post_reset,
	.id_table = ids,
};

static int __init begin(void)
{
	struct card_analog_country country;

	if (strcasecmp(default_linemode, "e1") && strcasecmp(default_linemode, "t1")) {
		pr_err("callbox_card: default_linemode=%s is neither e1 nor t1\n",
		       default_linemode);
		return -EINVAL;
	}
	if (opermode[0] && !cb_opermode(opermode, CARD_PORT_FXO, &country)) {
		pr_err("callbox_card: opermode=%s is none of DAHDI's: FCC, TBR21, USA, GERMANY, "
		       "UK, ...\n",
		       opermode);
		return -EINVAL;
	}
	return usb_register(&card_driver);
}
module_init(begin);

static void __exit end(void)
{
	usb_deregister(&card_driver);
	cb_retired_end();
}
module_exit(end);

MODULE_DESCRIPTION(
	"E1, T1 and analog cards over USB: Callbox's own and Osmocom's icE1usb, as DAHDI spans");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: dahdi");
