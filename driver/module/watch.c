// SPDX-License-Identifier: GPL-2.0
/* What goes on beside the packets: alarms, counters, a stream that has stopped; and what callbacks
 * that may not sleep left to do. */
#include "callbox_card.h"

#define COUNTERS_MS 1000

void cb_tell_alarms(struct cb_port *port, int alarms)
{
	unsigned long flags;

	spin_lock_irqsave(&port->span.lock, flags);
	port->span.alarms = alarms | (port->span.alarms & DAHDI_ALARM_LOOPBACK);
	/* DAHDI itself tells what changed; before a span has a number there is nobody to tell. */
	if (test_bit(DAHDI_FLAGBIT_REGISTERED, &port->span.flags))
		dahdi_alarm_notify(&port->span);
	spin_unlock_irqrestore(&port->span.lock, flags);
}

static int alarms_of(const struct cb_alarms *a)
{
	int alarms = 0;

	if (a->now & CARD_ALARM_LOS)
		alarms |= DAHDI_ALARM_RED | DAHDI_ALARM_LOS;
	if (a->now & CARD_ALARM_LOF)
		alarms |= DAHDI_ALARM_RED | DAHDI_ALARM_LFA;
	if (a->now & (CARD_ALARM_LOMF | CARD_ALARM_LOCASMF)) /* DAHDI has one word for both */
		alarms |= DAHDI_ALARM_RED | DAHDI_ALARM_LMFA;
	if (a->now & CARD_ALARM_AIS)
		alarms |= DAHDI_ALARM_BLUE;
	if (a->now & CARD_ALARM_RAI)
		alarms |= DAHDI_ALARM_YELLOW;
	if (cb_alarms_recovers(a))
		alarms |= DAHDI_ALARM_RECOVER;
	return alarms;
}

/* LOS hides what follows from it: a line without a signal has no frames either. */
static u16 defects_now(struct cb_port *port)
{
	unsigned long flags;
	u16 d;

	spin_lock_irqsave(&port->lock, flags);
	d = port->events.defects;
	spin_unlock_irqrestore(&port->lock, flags);
	if (cb_stall_stands(&port->stall))
		d |= CARD_ALARM_LOS;
	if (d & (CARD_ALARM_LOS | CARD_ALARM_AIS))
		d &= ~(CARD_ALARM_LOF | CARD_ALARM_LOMF | CARD_ALARM_LOCASMF);
	return d;
}

static void watch_alarms(struct cb_port *port)
{
	const struct cb_alarm_times times = {READ_ONCE(alarm_loss_ms), READ_ONCE(alarm_remote_ms),
					     READ_ONCE(alarm_recover_ms)};

	if (cb_alarms_pass(&port->alarms, &times, defects_now(port), CB_WATCH_MS))
		cb_tell_alarms(port, alarms_of(&port->alarms));
	cb_set_remote_alarm(port, cb_alarms_unusable(&port->alarms));
}

static void watch_counters(struct cb_port *port)
{
	struct card_counters c;
	unsigned long flags;
	u32 slips;

	spin_lock_irqsave(&port->lock, flags);
	slips = port->events.slips_out + port->events.slips_in + port->flow.slips_left_out +
		port->flow.slips_said_twice;
	if (!port->ours) {
		port->span.count.crc4 = port->events.crc;
		port->span.count.fe = port->events.alignment;
	}
	port->span.count.timingslips = slips;
	spin_unlock_irqrestore(&port->lock, flags);
	port->watched += CB_WATCH_MS;
	if (port->watched < COUNTERS_MS)
		return;
	port->watched = 0;
	if (test_bit(CB_DO_STATUS, &port->todo)) /* a question that failed, or an event did */
		cb_ask_state(port);
	if (cb_get_counters(port, &c) < 0)
		return;
	port->span.count.crc4 = card_get32(c.crc);
	port->span.count.fas = card_get32(c.fas);
	if (cb_is_t1(port)) /* bits of the pattern, T1.107: what DAHDI calls framing errors */
		port->span.count.fe = card_get32(c.fas);
	port->span.count.ebit = card_get32(c.ebit);
	port->span.count.cv = card_get32(c.code);
	port->span.count.errsec = card_get32(c.es);
}

/* A host controller that gives nothing back, say. It is tried once a second. */
static void watch_stream(struct cb_port *port)
{
	static const char *const names[CB_STREAMS] = {"data from the card", "data to the card",
						      "the card's feedback"};
	u32 back[CB_STREAMS];
	unsigned int stopped, i;

	for (i = 0; i < CB_STREAMS; i++)
		back[i] = READ_ONCE(port->back[i]);
	stopped = cb_stall_pass(&port->stall, back, CB_WATCH_MS);
	if (!stopped)
		return;
	i = __ffs(stopped);
	dev_warn_ratelimited(
		&port->intf->dev,
		"no transfer of %s has come back for %u ms: the port is started anew\n", names[i],
		port->stall.idle[i]);
	port->restarts++;
	cb_port_restart(port);
}

static void watch(struct work_struct *work)
{
	struct cb_port *port = container_of(to_delayed_work(work), struct cb_port, watch);

	mutex_lock(&port->state);
	if (port->wanted && !port->running && !port->away) {
		if (cb_port_start(port))
			cb_watch_later(port);
	} else if (port->running && !port->away) {
		watch_stream(port);
		cb_stream_mend(port);
		watch_alarms(port);
		watch_counters(port);
		if (port->bank)
			cb_bank_watch(port);
		else
			cb_signals_send(port); /* what failed */
		schedule_delayed_work(&port->watch, msecs_to_jiffies(CB_WATCH_MS));
	}
	mutex_unlock(&port->state);
}

static void work_todo(struct work_struct *work)
{
	struct cb_port *port = container_of(work, struct cb_port, work);

	mutex_lock(&port->state);
	if (port->running && !port->away) {
		cb_loop_as_wanted(port);
		if (test_bit(CB_DO_STATUS, &port->todo))
			cb_ask_state(port);
	}
	mutex_unlock(&port->state);
}

/* A card that was not ready when it should have started again. */
void cb_watch_later(struct cb_port *port)
{
	schedule_delayed_work(&port->watch, msecs_to_jiffies(CB_STALL_MS));
}

void cb_watch_init(struct cb_port *port)
{
	INIT_WORK(&port->work, work_todo);
	INIT_DELAYED_WORK(&port->watch, watch);
}
