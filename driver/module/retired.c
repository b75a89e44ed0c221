// SPDX-License-Identifier: GPL-2.0
/*
 * Ports whose card is gone. DAHDI forgets a span at once, but who has one of its channels open
 * waits in a queue that lies in our memory, and comes there once more to leave it; others may be
 * inside a function of DAHDI with the channel in their hands. So a port stays until nobody waits at
 * it and a while has passed.
 */
#include <linux/delay.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include "callbox_card.h"

#define WHILE_MS 10000
#define LOOK_MS 1000

static LIST_HEAD(retired);
static DEFINE_MUTEX(retired_lock);
static void look(struct work_struct *work);
static DECLARE_DELAYED_WORK(looker, look);

/* Who sleeps wakes up and finds that the channel is gone. An epoll does not sleep: POLLFREE takes
 * it out of the queue, whose memory must outlast RCU's readers then (wake_up_pollfree() does this
 * where modules may call it). */
bool cb_waited_for(struct cb_port *port)
{
	bool waited = false;
	int i;

	for (i = 0; i < port->span.channels; i++) {
		wait_queue_head_t *queue = &port->chan[i].waitq;

		if (!wq_has_sleeper(queue))
			continue;
		__wake_up(queue, TASK_NORMAL, 0, poll_to_key(EPOLLHUP | POLLFREE));
		waited |= wq_has_sleeper(queue);
	}
	return waited;
}

/* Frees those for which it is time; returns how many are left. */
static unsigned int free_some(void)
{
	struct cb_port *port, *next;
	unsigned int left = 0;
	LIST_HEAD(done);

	mutex_lock(&retired_lock);
	list_for_each_entry_safe(port, next, &retired, retired)
	{
		if (cb_waited_for(port) ||
		    time_before(jiffies, port->gone + msecs_to_jiffies(WHILE_MS)))
			left++;
		else
			list_move_tail(&port->retired, &done);
	}
	mutex_unlock(&retired_lock);
	if (list_empty(&done))
		return left;
	synchronize_rcu();
	list_for_each_entry_safe(port, next, &done, retired) cb_port_free(port);
	return left;
}

static void look(struct work_struct *work)
{
	if (free_some() > 0)
		schedule_delayed_work(&looker, msecs_to_jiffies(LOOK_MS));
}

void cb_port_retire(struct cb_port *port)
{
	port->gone = jiffies;
	cb_waited_for(port);
	mutex_lock(&retired_lock);
	list_add_tail(&port->retired, &retired);
	mutex_unlock(&retired_lock);
	schedule_delayed_work(&looker, msecs_to_jiffies(LOOK_MS));
}

void cb_retired_end(void)
{
	unsigned int left, ms;

	cancel_delayed_work_sync(&looker);
	for (ms = 0; (left = free_some()) > 0 && ms < 2 * WHILE_MS; ms += 100)
		msleep(100);
	if (left > 0)
		pr_warn("callbox_card: the memory of %u ports is not freed: their channels are "
			"still waited at\n",
			left);
}
