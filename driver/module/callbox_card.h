/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One E1 or T1 port of a card, or its analog bank: an interface of a USB device, a device of DAHDI
 * with one span.
 *
 * Locks, outermost first: `state` (mutex: start, stop, suspend, requests), then `lock` (spin lock,
 * interrupts off: all that packets touch). DAHDI calls maint() with its own span->lock held and
 * interrupts off: it may take `lock`, and leaves a note for the work queue. No lock of ours is held
 * while DAHDI's functions are called.
 */
#ifndef CALLBOX_CARD_H
#define CALLBOX_CARD_H

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/usb.h>
#include <linux/workqueue.h>
#include <dahdi/kernel.h>
#include "compat.h"
#include "alarms.h"
#include "events.h"
#include "flow.h"
#include "line_setting.h"
#include "out_pace.h"
#include "packet_in.h"
#include "pipes.h"
#include "signals.h"
#include "stall.h"

#define CB_CHANNELS 31 /* of an E1; frames of a T1 have as much room, and 24 of them */
#define CB_T1_CHANNELS 24
#define CB_PACKETS 4 /* ms in a data URB */
#define CB_URBS 4    /* of each data direction: 16 ms under way */
#define CB_FEEDBACK_URBS 2
#define CB_EVENT_URBS 2
#define CB_COMMAND_URBS 1
#define CB_WATCH_MS 100

struct cb_port;
struct cb_bank;

enum cb_kind { /* the first CB_STREAMS are isochronous */
	CB_DATA_IN,
	CB_DATA_OUT,
	CB_FEEDBACK, /* of E1 ports */
	CB_EVENT,
	CB_COMMAND /* of analog banks */
};

struct cb_urb {
	struct cb_port *port;
	enum cb_kind kind;
	struct urb *urb;
	u8 *buffer;
	unsigned int size;   /* of one packet */
	unsigned int frames; /* to the card, in it; under `lock` */
	int failed;	     /* why it is not under way, a negative errno; under `lock` */
};

#define CB_URBS_ALL (2 * CB_URBS + CB_FEEDBACK_URBS + CB_EVENT_URBS + CB_COMMAND_URBS)

/* Notes for the work queue: bits of cb_port.todo. */
enum {
	CB_DO_STATUS,
	CB_DO_ZERO /* DAHDI's counters begin anew: with what the card has now */
};

struct cb_port {
	struct usb_device *udev;
	struct usb_interface *intf;
	u8 setting_on, setting_off;
	struct cb_pipes pipes;
	struct cb_bank *bank; /* NULL: an E1 port */
	bool ours;	      /* speaks the protocol, not only as an icE1usb does */
	u32 capabilities;     /* CARD_CAN_... */
	u8 number;	      /* of the port in device requests */
	char build[64], protocol[16], location[64], hardware[64], maker[64], model[64];

	struct dahdi_device *ddev;
	struct dahdi_span span;
	struct dahdi_chan *chans[CB_CHANNELS];
	struct dahdi_chan chan[CB_CHANNELS];

	struct mutex state; /* the following */
	bool wanted;	    /* DAHDI has started the span */
	bool running;	    /* URBs are under way */
	bool away;	    /* suspended, in reset, unplugged */
	struct cb_urb urbs[CB_URBS_ALL];
	unsigned int urb_count; /* of these there are */
	struct cb_urb *command; /* one of them, of a bank */
	struct card_ice1_tx tx;
	bool line_is_clock;
	u8 framing, code, build_out; /* of a T1: as card_line's */
	u8 impedance, sensitivity;   /* as card_line's */
	u8 crc4_auto;		     /* of an E1 with CRC-4: 1 takes a far end without, too */
	unsigned int loop;	     /* CARD_LOOP_..., as the card has it */
	struct cb_alarms alarms;
	struct cb_stall stall;
	unsigned int watched;		  /* ms since the counters were read */
	struct dahdi_count counted, zero; /* as they run on; what of that DAHDI calls 0 */

	spinlock_t lock; /* the following */
	struct cb_flow flow;
	struct cb_in in;
	struct cb_pace pace;
	struct cb_events events;
	struct cb_signals signals;
	bool signals_telling;
	bool live; /* packets are to be submitted again */
	bool ticking;
	u32 ticks, out_packets, usb_errors, restarts;
	u32 back[CB_STREAMS]; /* URBs that came back, by kind */

	unsigned int loop_wanted; /* by DAHDI: READ_ONCE, WRITE_ONCE */

	unsigned long todo;
	struct work_struct work, signalling;
	struct delayed_work watch;

	struct list_head retired; /* retired.c's */
	unsigned long gone;	  /* jiffies */
};

static inline bool cb_is_t1(const struct cb_port *port)
{
	return port->span.spantype == SPANTYPE_DIGITAL_T1;
}

extern char *opermode; /* "": the card's own */
extern unsigned int alarm_loss_ms, alarm_remote_ms, alarm_recover_ms;

/* requests.c: control requests. All may sleep, under `state`; 0 or more, or a negative errno. */
const char *cb_identify(struct cb_port *port); /* NULL, or why the port cannot be used */
int cb_set_line(struct cb_port *port);	   /* as its span is: switches it off if its kind changes */
int cb_line_changed(struct cb_port *port); /* both, of a port that runs, of the same kind */
int cb_select(struct cb_port *port, bool on);
int cb_configure(struct cb_port *port);
void cb_loop_as_wanted(struct cb_port *port);
int cb_set_remote_alarm(struct cb_port *port, bool on);
void cb_ask_state(struct cb_port *port);
int cb_get_counters(struct cb_port *port, struct card_counters *counters);
int cb_tell_cas(struct cb_port *port, const struct card_cas *cas); /* without `state`, too */
bool cb_can_loop(const struct cb_port *port, unsigned int loop);
int cb_get_bank_status(struct cb_port *port, unsigned int i, struct card_analog_status *status);
int cb_set_country(struct cb_port *port, unsigned int i, const struct card_analog_country *country);

/* stream.c: URBs. Under `state`. */
int cb_stream_alloc(struct cb_port *port);
void cb_stream_free(struct cb_port *port);
int cb_stream_start(struct cb_port *port);
void cb_stream_stop(struct cb_port *port);
void cb_stream_mend(struct cb_port *port);

/* tick.c: from any context, interrupts on or off. */
void cb_tick(struct cb_port *port);
void cb_idle_frame(struct cb_port *port, u8 *frame);
u8 cb_idle_of(const struct dahdi_chan *chan);

/* signals.c */
bool cb_can_signal(const struct cb_port *port);
bool cb_wants_cas(const struct cb_port *port); /* by slot 16 */
u32 cb_robbed(const struct cb_port *port);     /* channels of a T1, bit n: channel n */
void cb_signals_init(struct cb_port *port);
void cb_signals_config(struct cb_port *port); /* under `state` */
int cb_rbsbits(struct dahdi_chan *chan, int bits);
/* From any context. */
void cb_signals_send(struct cb_port *port);
void cb_signals_tell(struct cb_port *port);
void cb_signals_look(struct cb_port *port);

/* span.c */
int cb_span_register(struct cb_port *port, bool t1);
void cb_span_unregister(struct cb_port *port);
int cb_port_start(struct cb_port *port);
void cb_port_stop(struct cb_port *port);
int cb_port_restart(struct cb_port *port);
int cb_span_startup(struct file *file, struct dahdi_span *span);
int cb_span_shutdown(struct dahdi_span *span);

/* bank.c, of ports that have a bank. Under `lock`: */
void cb_bank_begin(struct cb_port *port);
void cb_bank_end(struct cb_port *port);
void cb_bank_take(struct cb_port *port, const u8 *data, unsigned int length);
unsigned int cb_bank_give(struct cb_port *port, u8 *to, bool first); /* the packet's length */
bool cb_bank_next_command(struct cb_port *port, u8 *to);
void cb_bank_event(struct cb_port *port, const u8 *data, unsigned int length);
/* From any context. */
void cb_bank_order(struct cb_port *port);
void cb_bank_tell(struct cb_port *port);
void cb_bank_look(struct cb_port *port); /* each tick */
/* Under `state`. */
struct cb_bank *cb_bank_alloc(void);
const char *cb_bank_identify(struct cb_port *port, const struct card_proto *proto);
unsigned int cb_bank_ports(const struct cb_port *port);
void cb_bank_describe(struct cb_port *port);
int cb_bank_ask_state(struct cb_port *port); /* 0, or an errno: to be asked again */
void cb_bank_watch(struct cb_port *port);
void cb_bank_country(struct cb_port *port); /* as `opermode` says */

/* watch.c */
void cb_watch_init(struct cb_port *port);
void cb_watch_later(struct cb_port *port); /* under `state`: it is started in a second */
void cb_tell_alarms(struct cb_port *port, int alarms);

/* main.c: of a port that nobody knows (any more). May sleep. */
void cb_port_free(struct cb_port *port);

/* retired.c: a port that DAHDI does not know any more is freed when that is safe. May sleep. */
void cb_port_retire(struct cb_port *port);
/* Somebody slept at one of its channels: he is woken up, and sleeps there yet. */
bool cb_waited_for(struct cb_port *port);
void cb_retired_end(void); /* the module goes: waits for them, 20 s at most */

/* status.c */
extern const struct attribute_group cb_status_group;
/* Beside it: bank_status.c of banks, settings.c of E1s and T1s of our card. */
extern const struct attribute_group cb_bank_status_group;
extern const struct attribute_group cb_settings_group;

#endif
