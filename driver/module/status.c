// SPDX-License-Identifier: GPL-2.0
/* /sys/bus/usb/devices/.../callbox/: one value a file. */
#include "callbox_card.h"

static struct cb_port *port_of(struct device *dev)
{
	return usb_get_intfdata(to_usb_interface(dev));
}

static ssize_t build_show(struct device *dev, struct device_attribute *attr, char *out)
{
	return sysfs_emit(out, "%s\n", port_of(dev)->build);
}
static DEVICE_ATTR_RO(build);

static ssize_t protocol_show(struct device *dev, struct device_attribute *attr, char *out)
{
	return sysfs_emit(out, "%s\n", port_of(dev)->protocol);
}
static DEVICE_ATTR_RO(protocol);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *out)
{
	const struct cb_port *port = port_of(dev);

	return sysfs_emit(out, "%s\n",
			  port->away	  ? "suspended"
			  : port->running ? "running"
					  : "off");
}
static DEVICE_ATTR_RO(state);

static ssize_t clock_show(struct device *dev, struct device_attribute *attr, char *out)
{
	const struct cb_port *port = port_of(dev);

	return sysfs_emit(out, "%s\n",
			  READ_ONCE(port->flow.clock) == CB_CLOCK_LINE ? "line" : "card");
}
static DEVICE_ATTR_RO(clock);

static ssize_t defects_show(struct device *dev, struct device_attribute *attr, char *out)
{
	static const char *const names[] = {"LOS", "AIS",     "LOF",	"LOMF",
					    "RAI", "LOCASMF", "NO_HOST"};
	const u16 now = READ_ONCE(port_of(dev)->events.defects);
	unsigned int i;
	int n = 0;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (now & 1u << i)
			n += scnprintf(out + n, PAGE_SIZE - n, "%s%s", n ? " " : "", names[i]);
	return n + scnprintf(out + n, PAGE_SIZE - n, "\n");
}
static DEVICE_ATTR_RO(defects);

static ssize_t signalling_show(struct device *dev, struct device_attribute *attr, char *out)
{
	const struct cb_port *port = port_of(dev);

	if (!READ_ONCE(port->signals.on))
		return sysfs_emit(out, "none\n");
	if (!port->signals.t1)
		return sysfs_emit(out, "slot 16\n");
	return sysfs_emit(out, "robbed bits %#08x\n", READ_ONCE(port->signals.slots));
}
static DEVICE_ATTR_RO(signalling);

/* us from a tick that says something to the tick that hears it, if the line gives it back at once:
 * echo cancellers need not bridge them. 0: not known. */
static ssize_t echo_delay_show(struct device *dev, struct device_attribute *attr, char *out)
{
	struct cb_port *port = port_of(dev);
	unsigned long flags;
	unsigned int frames;

	spin_lock_irqsave(&port->lock, flags);
	frames = port->live ? cb_flow_delay(&port->flow) : 0;
	spin_unlock_irqrestore(&port->lock, flags);
	return sysfs_emit(out, "%u\n", frames * 125);
}
static DEVICE_ATTR_RO(echo_delay);

/* A counter of the port, since it was plugged in. */
#define COUNTER(name, what)                                                                        \
	static ssize_t name##_show(struct device *dev, struct device_attribute *attr, char *out)   \
	{                                                                                          \
		return sysfs_emit(out, "%u\n", READ_ONCE(port_of(dev)->what));                     \
	}                                                                                          \
	static DEVICE_ATTR_RO(name)
COUNTER(loop, loop);
COUNTER(ticks, ticks);
COUNTER(packets_in, in.packets);
COUNTER(packets_out, out_packets);
COUNTER(packets_bad, in.bad);
COUNTER(frames_missing, in.missing);
COUNTER(frames_overflow, flow.overflow);
COUNTER(slips_left_out, flow.slips_left_out);
COUNTER(slips_said_twice, flow.slips_said_twice);
COUNTER(clock_switches, flow.switches);
COUNTER(echo_moves, flow.echo.moves);
COUNTER(events_bad, events.bad);
COUNTER(events_lost, events.lost);
COUNTER(card_overflow, events.overflow);
COUNTER(card_underflow, events.underflow);
COUNTER(signals_refused, signals.refused);
COUNTER(usb_errors, usb_errors);
COUNTER(restarts, restarts);

static struct attribute *attributes[] = {
	&dev_attr_build.attr,		&dev_attr_protocol.attr,
	&dev_attr_state.attr,		&dev_attr_clock.attr,
	&dev_attr_defects.attr,		&dev_attr_loop.attr,
	&dev_attr_ticks.attr,		&dev_attr_packets_in.attr,
	&dev_attr_packets_out.attr,	&dev_attr_packets_bad.attr,
	&dev_attr_frames_missing.attr,	&dev_attr_frames_overflow.attr,
	&dev_attr_slips_left_out.attr,	&dev_attr_slips_said_twice.attr,
	&dev_attr_clock_switches.attr,	&dev_attr_events_bad.attr,
	&dev_attr_events_lost.attr,	&dev_attr_card_overflow.attr,
	&dev_attr_card_underflow.attr,	&dev_attr_usb_errors.attr,
	&dev_attr_restarts.attr,	&dev_attr_signalling.attr,
	&dev_attr_signals_refused.attr, &dev_attr_echo_delay.attr,
	&dev_attr_echo_moves.attr,	NULL,
};

const struct attribute_group cb_status_group = {
	.name = "callbox",
	.attrs = attributes,
};
