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

/* Counters that run on; those of a card that began anew, from there. */
static u32 since(u32 now, u32 *zero)
{
	if (now < *zero)
		*zero = 0;
	return now - *zero;
}

static void show_counters(struct cb_port *port)
{
	struct dahdi_count *to = &port->span.count, *zero = &port->zero;
	const struct dahdi_count *now = &port->counted;

	to->fe = since(now->fe, &zero->fe);
	to->cv = since(now->cv, &zero->cv);
	to->crc4 = since(now->crc4, &zero->crc4);
	to->ebit = since(now->ebit, &zero->ebit);
	to->fas = since(now->fas, &zero->fas);
	to->errsec = since(now->errsec, &zero->errsec);
	to->timingslips = since(now->timingslips, &zero->timingslips);
}

static void count_events(struct cb_port *port)
{
	unsigned long flags;

	spin_lock_irqsave(&port->lock, flags);
	if (!port->ours) {
		port->counted.crc4 = port->events.crc;
		port->counted.fe = port->events.alignment;
	}
	port->counted.timingslips = port->events.slips_out + port->events.slips_in +
				    port->flow.slips_left_out + port->flow.slips_said_twice;
	spin_unlock_irqrestore(&port->lock, flags);
}

static void ask_counters(struct cb_port *port)
{
	struct card_counters c;

	if (cb_get_counters(port, &c) < 0)
		return;
	port->counted.crc4 = card_get32(c.crc);
	port->counted.fas = card_get32(c.fas);
	if (cb_is_t1(port)) /* bits of the pattern, T1.107: what DAHDI calls framing errors */
		port->counted.fe = card_get32(c.fas);
	port->counted.ebit = card_get32(c.ebit);
	port->counted.cv = card_get32(c.code);
	port->counted.errsec = card_get32(c.es);
}

static void zero_as_wanted(struct cb_port *port)
{
	if (!test_and_clear_bit(CB_DO_ZERO, &port->todo))
		return;
	count_events(port);
	if (port->running && !port->away)
		ask_counters(port);
	port->zero = port->counted;
	show_counters(port);
}

static void watch_counters(struct cb_port *port)
{
	zero_as_wanted(port);
	count_events(port);
	port->watched += CB_WATCH_MS;
	if (port->watched >= COUNTERS_MS) {
		port->watched = 0;
		/* A question that failed, or an event did. */
		if (test_bit(CB_DO_STATUS, &port->todo))
			cb_ask_state(port);
		ask_counters(port);
	}
	show_counters(port);
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
	zero_as_wanted(port);
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
