// SPDX-License-Identifier: GPL-2.0
/*
 * What the USB core tells the drivers of one device around a system's sleep, on demand: the
 * last interface sleeps first, and while the device sleeps nothing can be submitted to it.
 * vhci-hcd keeps its devices out of a sleep of the whole machine, and the programs that are
 * its cards would sleep as well.
 *
 *	echo 1-1 >/sys/module/asleep/parameters/suspend
 *	echo 1-1 >/sys/module/asleep/parameters/resume
 *
 * Writing fails with ENODEV where there is no such device, else with what a driver said first.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/usb.h>

static int order_driver(struct usb_interface *intf, bool sleep)
{
	struct usb_driver *driver;

	if (!intf->dev.driver)
		return 0;
	driver = to_usb_driver(intf->dev.driver);
	if (sleep)
		return driver->suspend ? driver->suspend(intf, PMSG_SUSPEND) : 0;
	return driver->resume ? driver->resume(intf) : 0;
}

/* With the device locked, as the core has it. */
static int order_device(struct usb_device *udev, bool sleep)
{
	int i, n, err, first = 0;

	if (udev->state == USB_STATE_NOTATTACHED || !udev->actconfig)
		return -ENODEV;
	if (!sleep)
		udev->can_submit = 1;
	n = udev->actconfig->desc.bNumInterfaces;
	for (i = 0; i < n; i++) {
		err = order_driver(udev->actconfig->interface[sleep ? n - 1 - i : i], sleep);
		first = first ? first : err;
	}
	if (sleep && !first)
		udev->can_submit = 0;
	return first;
}

struct search {
	const char *name;
	struct usb_device *found;
};

static int look(struct usb_device *udev, void *data)
{
	struct search *search = data;

	if (strcmp(dev_name(&udev->dev), search->name))
		return 0;
	search->found = usb_get_dev(udev);
	return 1;
}

static int set(const char *value, const struct kernel_param *kp)
{
	char name[32];
	struct search search = {.name = name};
	int err;

	strscpy(name, value, sizeof(name));
	search.name = strim(name);
	usb_for_each_dev(&search, look);
	if (!search.found)
		return -ENODEV;
	usb_lock_device(search.found);
	err = order_device(search.found, kp->arg != NULL);
	usb_unlock_device(search.found);
	usb_put_dev(search.found);
	return err;
}

static const struct kernel_param_ops ops = {.set = set};
module_param_cb(suspend, &ops, (void *)1, 0200);
module_param_cb(resume, &ops, NULL, 0200);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For Callbox's tests: drivers of one USB device put to sleep and woken");
