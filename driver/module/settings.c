// SPDX-License-Identifier: GPL-2.0
/* Files below callbox/ that are written: how the line of an E1 or T1 port is, where system.conf has
 * no word for it. What is written holds until the card is pulled out or the port becomes the other
 * kind. An icE1usb is as it was built, a bank has `opermode`: they have none of these. */
#include "callbox_card.h"

static struct cb_port *port_of(struct device *dev)
{
	return usb_get_intfdata(to_usb_interface(dev));
}

static ssize_t refused(struct cb_port *port, const char *name, const char *text,
		       const char *allowed)
{
	dev_err(&port->intf->dev, "%s = %.*s: %s allowed on %s\n", name, (int)strcspn(text, "\n"),
		text, allowed, cb_is_t1(port) ? "a T1" : "an E1");
	return -EINVAL;
}

/* Under `state`. A card that does not take it goes on as it was. */
static ssize_t change(struct cb_port *port, u8 *setting, u8 value, size_t count)
{
	const u8 before = *setting;
	int r;

	*setting = value;
	r = cb_line_changed(port);
	if (!r)
		return count;
	*setting = before;
	cb_line_changed(port); /* it may have taken a part of it; what it says is told already */
	return r;
}

static ssize_t impedance_show(struct device *dev, struct device_attribute *attr, char *out)
{
	return sysfs_emit(out, "%u\n", READ_ONCE(port_of(dev)->impedance));
}

static ssize_t impedance_store(struct device *dev, struct device_attribute *attr, const char *text,
			       size_t count)
{
	struct cb_port *port = port_of(dev);
	ssize_t r;
	u8 ohms;

	mutex_lock(&port->state);
	if (kstrtou8(text, 10, &ohms) || !cb_line_impedance(cb_is_t1(port), ohms))
		r = refused(port, "impedance", text, cb_is_t1(port) ? "100 is" : "75 and 120 are");
	else
		r = change(port, &port->impedance, ohms, count);
	mutex_unlock(&port->state);
	return r;
}
static DEVICE_ATTR_RW(impedance);

static ssize_t sensitivity_show(struct device *dev, struct device_attribute *attr, char *out)
{
	return sysfs_emit(out, "%u\n", READ_ONCE(port_of(dev)->sensitivity));
}

static ssize_t sensitivity_store(struct device *dev, struct device_attribute *attr,
				 const char *text, size_t count)
{
	struct cb_port *port = port_of(dev);
	ssize_t r;
	u8 db;

	mutex_lock(&port->state);
	if (kstrtou8(text, 10, &db) || !cb_line_sensitivity(db))
		r = refused(port, "sensitivity", text, "12, 18, 36 and 43 are");
	else
		r = change(port, &port->sensitivity, db, count);
	mutex_unlock(&port->state);
	return r;
}
static DEVICE_ATTR_RW(sensitivity);

static ssize_t crc4_auto_show(struct device *dev, struct device_attribute *attr, char *out)
{
	return sysfs_emit(out, "%u\n", READ_ONCE(port_of(dev)->crc4_auto));
}

static ssize_t crc4_auto_store(struct device *dev, struct device_attribute *attr, const char *text,
			       size_t count)
{
	struct cb_port *port = port_of(dev);
	ssize_t r;
	u8 on;

	mutex_lock(&port->state);
	if (kstrtou8(text, 10, &on) || on > 1 || (on && cb_is_t1(port)))
		r = refused(port, "crc4_auto", text, cb_is_t1(port) ? "0 is" : "0 and 1 are");
	else
		r = change(port, &port->crc4_auto, on, count);
	mutex_unlock(&port->state);
	return r;
}
static DEVICE_ATTR_RW(crc4_auto);

static struct attribute *attributes[] = {
	&dev_attr_impedance.attr,
	&dev_attr_sensitivity.attr,
	&dev_attr_crc4_auto.attr,
	NULL,
};

const struct attribute_group cb_settings_group = {
	.name = "callbox", /* beside cb_status_group's */
	.attrs = attributes,
};
