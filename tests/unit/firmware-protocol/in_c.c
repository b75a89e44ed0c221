/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protocol as a C compiler sees it: sizes, and a structure written by it. */
#include "in_c.h"
#include "protocol/card_protocol.h"
#include <string.h>

const size_t sizes_in_c[] = {
    sizeof(struct card_e1_header),     sizeof(struct card_ice1_tx),
    sizeof(struct card_ice1_errors),   sizeof(struct card_e1_event),
    sizeof(struct card_ice1_gpsdo),    sizeof(struct card_proto),
    sizeof(struct card_port_info),     sizeof(struct card_counters),
    sizeof(struct card_status),        sizeof(struct card_bert),
    sizeof(struct card_bert_result),   sizeof(struct card_sensors),
    sizeof(struct card_clock),         sizeof(struct card_log_record),
    sizeof(struct card_line),          sizeof(struct card_cas),
    sizeof(struct card_bank_event),    sizeof(struct card_bank_command),
    sizeof(struct card_analog_status), sizeof(struct card_analog_measured),
    sizeof(struct card_line_test),     sizeof(struct card_analog_country),
};
const size_t sizes_in_c_count = sizeof sizes_in_c / sizeof sizes_in_c[0];

void counters_in_c(unsigned char out[64])
{
    struct card_counters c;
    const unsigned char* from = (const unsigned char*)&c;
    size_t i;
    memset(&c, 0, sizeof c);
    c.frames = card_make32(0x01020304);
    c.slips_out = card_make32(0xfffefdfc);
    c.usb = card_make32(7);
    for (i = 0; i < sizeof c; ++i)
        out[i] = from[i];
}
