/* SPDX-License-Identifier: GPL-2.0 */
/* Which endpoints of an interface's setting are what: by their attributes, never by their numbers,
 * and believing nothing. */
#ifndef CALLBOX_PIPES_H
#define CALLBOX_PIPES_H

#include "card_protocol.h"
#ifdef __KERNEL__
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#endif

struct cb_endpoint { /* of the descriptor */
	card_u8 address, attributes, interval;
	unsigned int size;
};

struct cb_pipes {
	struct cb_endpoint in, out, interrupt;
	struct cb_endpoint feedback; /* of an E1 port */
	struct cb_endpoint command;  /* of an analog bank */
	unsigned int frames_max;     /* in a packet to the card */
};

/* No isochronous endpoint has a size: this setting is "off". Old firmware lists them with size 0.
 */
bool cb_pipes_off(const struct cb_endpoint *endpoints, unsigned int count);
/* NULL: *p is filled. Else what is wrong with this setting, for a person. */
const char *cb_pipes_find(struct cb_pipes *p, const struct cb_endpoint *endpoints,
			  unsigned int count);
/* The same of an analog bank. How many ports its packets have to hold the card itself says. */
const char *cb_pipes_find_bank(struct cb_pipes *p, const struct cb_endpoint *endpoints,
			       unsigned int count);

#endif
