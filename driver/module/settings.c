// SPDX-License-Identifier: GPL-2.0
/* Files below callbox/ that are written: how the line of an E1 or T1 port is, where system.conf has
 * no word for it. What is written holds until the card is pulled out or the port becomes the other
 * kind. An icE1usb is as it was built, a bank has `opermode`: they have none of these. */
#include "callbox_card.h"

static struct cb_port *port_of(struct device *dev)
{
	return usb_get_intfdata(to_usb_interface(dev));
}

/* Under `state`. A card that does not take it goes on as it was. */
static int change(struct cb_port *port, u8 *setting, u8 value)
{
	const u8 before = *setting;
	int r;

	*setting = value;
	r = cb_line_changed(port);
	if (!r)
		return 0;
	*setting = before;
	cb_line_changed(port); /* it may have taken a part of it; what it says is told already */
	return r;
}

/* `of_e1`, `of_t1`: what is allowed there, in words for who writes something else. */
static ssize_t store(struct cb_port *port, const char *name, const char *text, size_t count,
		     u8 *setting, bool (*can_be)(bool t1, u8 value), const char *of_e1,
		     const char *of_t1)
{
	u8 value;
	int r;

	mutex_lock(&port->state);
	if (kstrtou8(text, 10, &value) || !can_be(cb_is_t1(port), value)) {
		dev_err(&port->intf->dev, "%s = %.*s: %s allowed on %s\n", name,
			(int)strcspn(text, "\n"), text, cb_is_t1(port) ? of_t1 : of_e1,
			cb_is_t1(port) ? "a T1" : "an E1");
		r = -EINVAL;
	} else {
		r = change(port, setting, value);
	}
	mutex_unlock(&port->state);
	return r ? r : count;
}

#define SETTING(name, can_be, of_e1, of_t1)                                                        \
	static ssize_t name##_show(struct device *dev, struct device_attribute *attr, char *out)   \
	{                                                                                          \
		return sysfs_emit(out, "%u\n", READ_ONCE(port_of(dev)->name));                     \
	}                                                                                          \
	static ssize_t name##_store(struct device *dev, struct device_attribute *attr,             \
				    const char *text, size_t count)                                \
	{                                                                                          \
		struct cb_port *port = port_of(dev);                                               \
                                                                                                   \
		return store(port, #name, text, count, &port->name, can_be, of_e1, of_t1);         \
	}                                                                                          \
	static DEVICE_ATTR_RW(name)

static bool any_sensitivity(bool t1, u8 db)
{
	return cb_line_sensitivity(db);
}

static bool crc4_of_e1(bool t1, u8 on)
{
	return on <= !t1;
}

SETTING(impedance, cb_line_impedance, "75 and 120 are", "100 is");
SETTING(sensitivity, any_sensitivity, "12, 18, 36 and 43 are", "12, 18, 36 and 43 are");
SETTING(crc4_auto, crc4_of_e1, "0 and 1 are", "0 is");

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
