/* SPDX-License-Identifier: GPL-2.0 */
/* The electrical manners of a country's analog lines, by the names that users of DAHDI's analog
 * cards know as `opermode`. */
#ifndef CALLBOX_OPERMODE_H
#define CALLBOX_OPERMODE_H

#include "card_protocol.h"
#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

/* What is sent to a port of this type (CARD_PORT_FXO or _FXS). False: no country has this name, in
 * whatever letters. */
bool cb_opermode(const char *name, card_u8 type, struct card_analog_country *country);

#endif
