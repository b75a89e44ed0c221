// SPDX-License-Identifier: GPL-2.0
/* /sys/bus/usb/devices/.../callbox/ of an analog bank: its ports, one a file, beside status.c's. */
#include "bank.h"

static struct cb_port *port_of(struct device *dev)
{
	return usb_get_intfdata(to_usb_interface(dev));
}

static ssize_t show_exchange(const struct cb_line *l, const struct cb_wish *w, char *out)
{
	return sysfs_emit(out, "FXO%s%s%s%s\n", l->battery ? " battery" : "",
			  l->reversed ? " reversed" : "", l->ringing ? " ringing" : "",
			  w->off_hook ? " off-hook" : "");
}

static ssize_t show_telephone(const struct cb_line *l, const struct cb_wish *w, char *out)
{
	return sysfs_emit(out, "FXS%s%s%s%s\n", w->reversed ? " reversed" : "",
			  w->ringing ? " ringing" : "", l->off_hook ? " off-hook" : "",
			  w->waiting && w->shows ? " message" : "");
}

static ssize_t show_port(struct device *dev, unsigned int i, char *out)
{
	struct cb_port *port = port_of(dev);
	struct cb_line line;
	struct cb_wish wish;
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	line = port->bank->lines.line[i];
	wish = port->bank->orders.wish[i];
	spin_unlock_irqrestore(&port->lock, flags);
	return line.type == CARD_PORT_FXO ? show_exchange(&line, &wish, out)
					  : show_telephone(&line, &wish, out);
}

#define PORT(number)                                                                               \
	static ssize_t port##number##_show(struct device *dev, struct device_attribute *attr,      \
					   char *out)                                              \
	{                                                                                          \
		return show_port(dev, number - 1, out);                                            \
	}                                                                                          \
	static DEVICE_ATTR_RO(port##number)
PORT(1);
PORT(2);
PORT(3);
PORT(4);
PORT(5);
PORT(6);
PORT(7);
PORT(8);

/* A counter, since the card was plugged in. */
#define COUNTER(name, what)                                                                        \
	static ssize_t name##_show(struct device *dev, struct device_attribute *attr, char *out)   \
	{                                                                                          \
		return sysfs_emit(out, "%u\n", READ_ONCE(port_of(dev)->bank->what));               \
	}                                                                                          \
	static DEVICE_ATTR_RO(name)
COUNTER(bank_events_bad, lines.bad);
COUNTER(bank_events_lost, lines.lost);
COUNTER(commands_refused, lines.refused);
COUNTER(commands_lost, orders.lost);
COUNTER(chip_faults, lines.faults);

static struct attribute *attributes[] = {
	&dev_attr_port1.attr,
	&dev_attr_port2.attr,
	&dev_attr_port3.attr,
	&dev_attr_port4.attr,
	&dev_attr_port5.attr,
	&dev_attr_port6.attr,
	&dev_attr_port7.attr,
	&dev_attr_port8.attr,
	&dev_attr_bank_events_bad.attr,
	&dev_attr_bank_events_lost.attr,
	&dev_attr_commands_refused.attr,
	&dev_attr_commands_lost.attr,
	&dev_attr_chip_faults.attr,
	NULL,
};

static umode_t visible(struct kobject *kobj, struct attribute *attribute, int n)
{
	const struct cb_port *port = port_of(kobj_to_dev(kobj));

	return n >= CARD_BANK_PORTS_MAX || n < port->bank->ports ? attribute->mode : 0;
}

const struct attribute_group cb_bank_status_group = {
	.name = "callbox",
	.attrs = attributes,
	.is_visible = visible,
};
