/* SPDX-License-Identifier: MIT */
/*
 * What goes over USB between a Callbox card and its host; PROTOCOL.md tells it in words. On its E1 interfaces a card
 * understands all that an icE1usb does (CARD_ICE1_...); the rest is found by CARD_REQ_GET_PROTO, which an icE1usb
 * stalls.
 *
 * For C (freestanding, Linux kernel) and C++. Every structure consists of octets, so it has no padding, may lie at any
 * address, and reads alike on any machine; numbers of more than one octet are little endian, by card_get16() and its
 * like. A structure only grows: who receives a short one takes the rest as zero, who receives a long one ignores the
 * tail.
 */
#ifndef CALLBOX_CARD_PROTOCOL_H
#define CALLBOX_CARD_PROTOCOL_H

#ifdef __KERNEL__
#include <linux/stddef.h>
#include <linux/types.h>
typedef u8 card_u8;
typedef u16 card_u16;
typedef u32 card_u32;
#else
#include <stddef.h>
#include <stdint.h>
typedef uint8_t card_u8;
typedef uint16_t card_u16;
typedef uint32_t card_u32;
#endif

#ifdef __cplusplus
#define CARD_ASSERT(what, why) static_assert(what, why)
#else
#define CARD_ASSERT(what, why) _Static_assert(what, why)
#endif
#define CARD_SIZE(type, octets) CARD_ASSERT(sizeof(struct type) == (octets), #type)
#define CARD_AT(type, member, octet) CARD_ASSERT(offsetof(struct type, member) == (octet), #type "." #member)

struct card_le16 {
    card_u8 octet[2];
};
struct card_le32 {
    card_u8 octet[4];
};

static inline card_u16 card_get16(struct card_le16 v)
{
    const card_u16 high = v.octet[1];
    return high << 8 | v.octet[0];
}
static inline card_u32 card_get32(struct card_le32 v)
{
    const card_u32 b = v.octet[1], c = v.octet[2], d = v.octet[3];
    return d << 24 | c << 16 | b << 8 | v.octet[0];
}
static inline struct card_le16 card_make16(card_u16 v)
{
    struct card_le16 out;
    out.octet[0] = v & 0xff;
    out.octet[1] = v >> 8;
    return out;
}
static inline struct card_le32 card_make32(card_u32 v)
{
    struct card_le32 out;
    out.octet[0] = v & 0xff;
    out.octet[1] = v >> 8 & 0xff;
    out.octet[2] = v >> 16 & 0xff;
    out.octet[3] = v >> 24;
    return out;
}

/* ---- Who is who ---- */

#define CARD_ICE1_VENDOR 0x1d50 /* icE1usb, Osmocom's */
#define CARD_ICE1_PRODUCT 0x6145
/* pid.codes' product for tests: not to be sold. Who builds a card asks pid.codes for his own and says it in
 * PROTOCOL.md's way. */
#define CARD_VENDOR 0x1209
#define CARD_PRODUCT 0x0001

/* bInterfaceClass, SubClass, Protocol */
#define CARD_CLASS 0xff
#define CARD_SUBCLASS_E1 0xe1
#define CARD_SUBCLASS_BANK 0xa1
#define CARD_PROTOCOL_E1 0x00
#define CARD_PROTOCOL_CLOCK 0xd0

/* ---- The E1 interface, as icE1usb's ---- */

#define CARD_E1_FRAME 32           /* octets: TS0..TS31, the most significant bit first on the line */
#define CARD_E1_HEADER 4           /* octets before the first frame of a packet, both ways */
#define CARD_E1_FRAMES_MAX 9       /* frames in a packet of 1 ms */
#define CARD_E1_PACKET_MAX 292     /* CARD_E1_HEADER + CARD_E1_FRAMES_MAX * CARD_E1_FRAME */
#define CARD_E1_RING 256           /* frames the card keeps each way; positions count modulo this */
#define CARD_E1_START 80           /* frames that must come on OUT before the card sends or receives anything */
#define CARD_E1_FEEDBACK 8192      /* frames per ms times 1024, in three octets: not the format of USB 2.0 5.12.4.2 */
#define CARD_E1_FEEDBACK_MORE 8448 /* fewer than 64 frames lie in the card */
#define CARD_E1_FEEDBACK_LESS 7936 /* more than 96 */
#define CARD_E1_FEEDBACK_SIZE 3
#define CARD_E1_INTERRUPT_SIZE 10

/* IN packets. An icE1usb sends zero where `sequence` and `flags` are, and in the low nibble of `version`. */
struct card_e1_header {
    card_u8 position; /* of the first frame, modulo CARD_E1_RING; low nibble: its number in the multiframe of 16 */
    card_u8 sequence; /* of this packet, modulo 256; empty packets do not count */
    card_u8 flags;    /* CARD_E1_HEADER_... */
    card_u8 version;  /* high nibble: 0; low nibble: as `position`'s */
};
CARD_SIZE(card_e1_header, CARD_E1_HEADER);
#define CARD_E1_HEADER_FILLER 0x01 /* no alignment: octets ff at the line's pace (CARD_E1_EXT_FILLER) */
#define CARD_E1_HEADER_LOST 0x02   /* frames were lost before this packet */
#define CARD_E1_HEADER_T1 0x04     /* octet 0: F bit in bit 7; 1..24 channels; 25..31 zero; positions run on */

/* Vendor requests to an E1 interface (wIndex: its number in the low octet). Data of another length are stalled. */
enum {
    CARD_ICE1_GET_CAPABILITIES = 0x01, /* IN, nothing today */
    CARD_ICE1_SET_TX = 0x02,           /* OUT, card_ice1_tx */
    CARD_ICE1_GET_TX = 0x03,           /* IN */
    CARD_ICE1_SET_RX = 0x04,           /* OUT, one octet: CARD_ICE1_RX_... */
    CARD_ICE1_GET_RX = 0x05,           /* IN */
    CARD_ICE1_GET_ERRORS = 0x06,       /* IN, card_ice1_errors */
};
/* Vendor requests to the device */
enum {
    CARD_ICE1_DEVICE_CAPABILITIES = 0x01, /* IN, one octet; bit 0: a GPS-DO */
    CARD_ICE1_DEVICE_BUILD = 0x02,        /* IN, text without an end mark */
};
/* Vendor requests to the clock interface */
enum {
    CARD_ICE1_GET_GPSDO_STATUS = 0x10, /* IN, card_ice1_gpsdo */
    CARD_ICE1_GET_GPSDO_MODE = 0x12,   /* IN, one octet; icE1usb says 0 when enabled: read card_ice1_gpsdo.mode */
    CARD_ICE1_SET_GPSDO_MODE = 0x13,   /* OUT, wValue 0: disabled, 1: automatic */
    CARD_ICE1_GET_GPSDO_TUNE = 0x14,   /* IN, card_ice1_tune */
    CARD_ICE1_SET_GPSDO_TUNE = 0x15,   /* OUT */
};

struct card_ice1_tx {
    card_u8 mode;     /* CARD_ICE1_TX_... */
    card_u8 timing;   /* 0: the card's clock, 1: recovered from the line */
    card_u8 loopback; /* 0: none, 1: line to line in this port, 2: from the other port */
    card_u8 alarm;    /* 1: A bit (RAI) set */
};
CARD_SIZE(card_ice1_tx, 4);
enum { CARD_ICE1_TX_TRANSPARENT = 0, CARD_ICE1_TX_TS0 = 1, CARD_ICE1_TX_CRC4 = 2, CARD_ICE1_TX_CRC4_E = 3 };
enum { CARD_ICE1_RX_TRANSPARENT = 0, CARD_ICE1_RX_BASIC = 2, CARD_ICE1_RX_CRC4 = 3 };

struct card_ice1_errors {       /* free running, modulo 65536 */
    struct card_le16 crc;       /* multiframes with an errored sub-multiframe */
    struct card_le16 alignment; /* losses of alignment */
    struct card_le16 overflow;  /* frames received and never fetched */
    struct card_le16 underflow; /* times the card had nothing to send */
    card_u8 flags;              /* CARD_ICE1_FLAG_... */
};
CARD_SIZE(card_ice1_errors, 9);
CARD_AT(card_ice1_errors, flags, 8);
#define CARD_ICE1_FLAG_ALIGNMENT 0x01
#define CARD_ICE1_FLAG_LOS 0x02
#define CARD_ICE1_FLAG_RAI 0x04
#define CARD_ICE1_FLAG_AIS 0x08

/* Interrupt IN, ten octets; types from 2 on only after CARD_E1_EXT_EVENTS. */
enum {
    CARD_E1_EVENT_ERRORS = 1,
    CARD_E1_EVENT_ALARMS = 2,
    CARD_E1_EVENT_CAS = 3,
    CARD_E1_EVENT_SA = 4,
    CARD_E1_EVENT_SLIP = 5
};
struct card_e1_errors_event {
    card_u8 type; /* CARD_E1_EVENT_ERRORS */
    struct card_ice1_errors errors;
};
CARD_SIZE(card_e1_errors_event, CARD_E1_INTERRUPT_SIZE);
struct card_e1_event {
    card_u8 type;
    card_u8 sequence; /* of events of types from 2 on: a gap says that some were lost */
    struct card_le16
        what; /* ALARMS: CARD_ALARM_... now; CAS: the channel; SA: bits Sa4..Sa8 in bits 4..0; SLIP: 1 or ffff */
    struct card_le16 also; /* ALARMS: those before; CAS: ABCD in bits 3..0; SA: those before, as card_status.sa */
    struct card_le32 at;   /* frames since the port was switched on */
};
CARD_SIZE(card_e1_event, CARD_E1_INTERRUPT_SIZE);
CARD_AT(card_e1_event, at, 6);

struct card_ice1_gpsdo {
    card_u8 state;   /* 0 disabled, 1 calibrating, 2 hold over, 3 coarse, 4 fine */
    card_u8 antenna; /* 0 unknown, 1 good, 2 open, 3 short */
    card_u8 fix;     /* 1: valid */
    card_u8 mode;    /* 0 disabled, 1 automatic */
    struct card_le16 coarse, fine;
    struct card_le32 frequency; /* Hz, estimated */
    struct card_le16 error;     /* signed; icE1usb before 0.3 ends before this */
};
CARD_SIZE(card_ice1_gpsdo, 14);
struct card_ice1_tune {
    struct card_le16 coarse, fine;
};
CARD_SIZE(card_ice1_tune, 4);

/* ---- Extensions: vendor requests to the device; wIndex: the port in the low octet unless said otherwise ---- */

enum {
    CARD_REQ_GET_PROTO = 0x80,     /* IN, card_proto; wIndex 0 */
    CARD_REQ_GET_PORT_INFO = 0x81, /* IN, card_port_info */
    CARD_REQ_GET_COUNTERS = 0x82,  /* IN, card_counters */
    CARD_REQ_GET_STATUS = 0x83,    /* IN, card_status */
    CARD_REQ_LOOP = 0x84,          /* OUT, wValue: CARD_LOOP_...; IN, one octet */
    CARD_REQ_BERT = 0x85,          /* OUT, card_bert */
    CARD_REQ_GET_BERT = 0x86,      /* IN, card_bert_result */
    CARD_REQ_GET_REG = 0x87,       /* IN, one octet; wValue: register, wIndex: chip in the high octet; maintenance */
    CARD_REQ_SET_REG = 0x88,       /* OUT, one octet; the same */
    CARD_REQ_GET_NVM = 0x89,       /* IN, wValue: first octet */
    CARD_REQ_SET_NVM = 0x8a,       /* OUT, wValue: first octet; maintenance */
    CARD_REQ_GET_SENSORS = 0x8b,   /* IN, card_sensors; wIndex 0 */
    CARD_REQ_CLOCK = 0x8c,         /* IN and OUT, card_clock; wIndex 0 */
    CARD_REQ_GET_LOG =
        0x8d, /* IN, card_log_record...; wValue: low half of the first sequence number wanted; wIndex 0 */
    CARD_REQ_SELFTEST = 0x8e,    /* OUT, no data, maintenance; IN, card_selftest; wIndex 0 */
    CARD_REQ_RESET = 0x8f,       /* OUT, no data, maintenance: the card leaves the bus and comes again; wIndex 0 */
    CARD_REQ_MAINTENANCE = 0x90, /* OUT, wValue 1: CARD_UNLOCK follows (4 octets); wValue 0, no data: over; wIndex 0 */
    CARD_REQ_LOCATE =
        0x91, /* OUT, wValue: seconds that its light blinks, 0 ends it; IN, seconds left (card_le16); wIndex 0 */
    CARD_REQ_UPDATE = 0x92, /* OUT, wValue: CARD_UPDATE_..., no data, maintenance; IN, card_update; wIndex 0 */
    CARD_REQ_UPDATE_DATA =
        0x93, /* OUT, 1..CARD_UPDATE_BLOCK octets, maintenance; wValue: the block's number modulo 65536; wIndex 0 */
};
/* Vendor requests to an E1 interface */
enum {
    CARD_E1_EXT_ENABLE = 0x20, /* OUT, wValue: CARD_E1_EXT_...; forgotten when the interface goes to setting 0 */
    CARD_E1_SET_LINE = 0x21,   /* OUT, card_line */
    CARD_E1_GET_LINE = 0x22,   /* IN */
    CARD_E1_SET_CAS = 0x23,    /* OUT, card_cas */
    CARD_E1_GET_CAS = 0x24,    /* IN */
    CARD_E1_ROBBED = 0x25,     /* OUT and IN, card_le32: channels of a T1 whose bits are robbed, bit n: channel n */
};
/* Vendor requests to an analog bank (wIndex: interface in the low octet, port of the bank in the high one) */
enum {
    CARD_BANK_GET_STATUS = 0x40,   /* IN, card_analog_status */
    CARD_BANK_GET_MEASURED = 0x41, /* IN, card_analog_measured */
    CARD_BANK_LINE_TEST = 0x42,    /* OUT, no data: start, at an idle port; IN, card_line_test */
    CARD_BANK_COUNTRY = 0x43,      /* IN and OUT, at an idle port, card_analog_country */
};

#define CARD_MAGIC 0x31434c54  /* "TLC1" */
#define CARD_MAJOR 1           /* a host refuses another */
#define CARD_MINOR 0           /* both sides use the lesser */
#define CARD_UNLOCK 0x4e45504f /* "OPEN" */

struct card_proto {
    struct card_le32 magic;
    card_u8 major, minor;
    struct card_le16 length; /* of this structure, as the card has it */
    card_u8 e1_ports, fxo_ports, fxs_ports, reserved;
    struct card_le32 capabilities; /* CARD_CAN_...: a request without its bit is stalled */
};
CARD_SIZE(card_proto, 16);
CARD_AT(card_proto, length, 6);
CARD_AT(card_proto, capabilities, 12);
#define CARD_CAN_FILLER 0x00000001
#define CARD_CAN_EVENTS 0x00000002
#define CARD_CAN_LINE 0x00000004
#define CARD_CAN_CAS 0x00000008
#define CARD_CAN_T1 0x00000010
#define CARD_CAN_LOOP 0x00000020
#define CARD_CAN_BERT 0x00000040
#define CARD_CAN_REGISTERS 0x00000080
#define CARD_CAN_NVM 0x00000100
#define CARD_CAN_SENSORS 0x00000200
#define CARD_CAN_CLOCK 0x00000400
#define CARD_CAN_LOG 0x00000800
#define CARD_CAN_SELFTEST 0x00001000
#define CARD_CAN_RESET 0x00002000
#define CARD_CAN_LINE_TEST 0x00004000
#define CARD_CAN_COUNTRY 0x00008000
#define CARD_CAN_LOCATE 0x00010000
#define CARD_CAN_UPDATE 0x00020000

/* Ports of a card are numbered E1/T1 first, then those of the banks, FXO and FXS as they are soldered. */
struct card_port_info {
    card_u8 type;      /* CARD_PORT_... */
    card_u8 interface; /* bInterfaceNumber */
    card_u8 index;     /* in that interface */
    card_u8 state;     /* 0 off, 1 waiting for data, 2 running */
    card_u8 hardware;  /* revision */
    card_u8 reserved[3];
};
CARD_SIZE(card_port_info, 8);
enum { CARD_PORT_E1 = 1, CARD_PORT_T1 = 2, CARD_PORT_FXO = 3, CARD_PORT_FXS = 4 };

struct card_counters { /* since power on, modulo 2^32; seconds by G.826 or T1.231 (es, ses, uas), of each defect */
    struct card_le32 frames;    /* received while aligned */
    struct card_le32 crc;       /* errored blocks, G.706 4.3.3; T1: errored multiframes of ESF */
    struct card_le32 fas;       /* errored frame alignment signals; T1: errored bits of the pattern */
    struct card_le32 ebit;      /* blocks that the far end found errored; T1: none */
    struct card_le32 code;      /* violations of the line code */
    struct card_le32 slips_out; /* frames left out, both directions */
    struct card_le32 slips_in;  /* frames said twice */
    struct card_le32 overflow, underflow;
    struct card_le32 los, ais, lof;
    struct card_le32 es, ses, uas;
    struct card_le32 usb; /* packets that were not a whole number of frames, or too long */
};
CARD_SIZE(card_counters, 64);
CARD_AT(card_counters, usb, 60);

struct card_status {
    card_u8 type, state;     /* as card_port_info's */
    struct card_le16 alarms; /* CARD_ALARM_... */
    card_u8 loop;            /* CARD_LOOP_... */
    card_u8 maintenance;     /* 1: the card is unlocked */
    card_u8 sa; /* E1, received: Sa4..Sa8 in bits 4..0, each as it last stood for 2 ms; bit 7: they are known */
    card_u8 reserved;
};
CARD_SIZE(card_status, 8);
#define CARD_ALARM_LOS 0x0001
#define CARD_ALARM_AIS 0x0002
#define CARD_ALARM_LOF 0x0004
#define CARD_ALARM_LOMF 0x0008
#define CARD_ALARM_RAI 0x0010
#define CARD_ALARM_LOCASMF 0x0020
#define CARD_ALARM_NO_HOST 0x0040 /* nothing on OUT for 500 ms: the line gets AIS */
enum {
    CARD_LOOP_NONE = 0,
    CARD_LOOP_LINE = 1,    /* what the line says goes back bit by bit */
    CARD_LOOP_PAYLOAD = 2, /* its slots go back in frames of ours */
    CARD_LOOP_DIGITAL = 3, /* what the host says goes back to the host, before the line interface */
    CARD_LOOP_ANALOG = 4,  /* ... in the line interface */
    CARD_LOOP_PCM = 5,     /* ... in the codec of an analog port */
};

struct card_bert {
    card_u8 run;            /* CARD_BERT_STOP.. */
    card_u8 pattern;        /* CARD_BERT_15.. */
    card_u8 fixed;          /* octet of CARD_BERT_FIXED */
    card_u8 spoil;          /* START, SPOIL: so many bits go out wrong */
    struct card_le32 slots; /* bit n: slot n; none that carries framing or signalling */
};
CARD_SIZE(card_bert, 8);
enum {
    CARD_BERT_STOP = 0,  /* the result stays */
    CARD_BERT_START = 1, /* instead of one that runs */
    CARD_BERT_SPOIL = 2, /* of one that runs; pattern, octet and slots are not looked at */
};
enum { CARD_BERT_15 = 0, CARD_BERT_11 = 1, CARD_BERT_QRSS = 2, CARD_BERT_FIXED = 3 };
struct card_bert_result {
    card_u8 state; /* 0 off, 1 seeks the pattern, 2 in synchronism */
    card_u8 reserved[3];
    struct card_le32 bits_low, bits_high, errors_low, errors_high;
    struct card_le32 losses;  /* of synchronism */
    struct card_le32 spoiled; /* wrong bits that went out */
};
CARD_SIZE(card_bert_result, 28);

struct card_sensors {
    struct card_le16 valid;        /* bit n: the n-th value below is measured */
    struct card_le16 temperature;  /* signed, 0.1 degrees Celsius */
    struct card_le16 vbus, supply; /* mV */
    struct card_le16 battery;      /* of the telephones' lines, signed, 0.1 V */
    struct card_le16 reserved;
    struct card_le32 clock; /* signed, offset of the card's clock, 1e-9 */
};
CARD_SIZE(card_sensors, 16);

struct card_clock {      /* of ports whose card_ice1_tx.timing is 0 */
    card_u8 state;       /* IN: 0 free, 1 locked, 2 hold over */
    card_u8 source;      /* IN: in use, CARD_CLOCK_... */
    card_u8 priority[4]; /* sources, best first, none twice; CARD_CLOCK_NONE ends, and nothing else follows it */
    card_u8 reserved[2];
    struct card_le32 offset; /* IN, signed, 1e-9: of the card's own clock while that is in use, as far as it is known */
};
CARD_SIZE(card_clock, 12);
enum { CARD_CLOCK_OWN = 0, CARD_CLOCK_GPS = 1, CARD_CLOCK_PORT = 0x10 /* + E1 port */, CARD_CLOCK_NONE = 0xff };

struct card_log_record {
    struct card_le32 sequence, at; /* at: ms since power on */
    card_u8 level;                 /* 0 error, 1 warning, 2 information */
    card_u8 code;                  /* CARD_LOG_... */
    struct card_le16 port, value;
    card_u8 reserved[2];
};
CARD_SIZE(card_log_record, 16);
/* Why the card started. */
enum {
    CARD_LOG_START_POWER = 0,
    CARD_LOG_START_REQUEST = 1,
    CARD_LOG_START_WATCHDOG = 2 /* its program stood still */
};
enum {
    CARD_LOG_START = 1,   /* value: CARD_LOG_START_... */
    CARD_LOG_CONFIGURED,  /* value: bConfigurationValue */
    CARD_LOG_SETTING,     /* value: bAlternateSetting */
    CARD_LOG_UNDERFLOW,   /* value: low half of the counter */
    CARD_LOG_OVERFLOW,    /* the same */
    CARD_LOG_ALARMS,      /* value: CARD_ALARM_... now */
    CARD_LOG_NO_HOST,     /* value: 1 gone, 0 back */
    CARD_LOG_BAD_PACKET,  /* value: its length */
    CARD_LOG_STALLED,     /* value: bmRequestType << 8 | bRequest */
    CARD_LOG_MAINTENANCE, /* value: 1 on, 0 off, 2 wrong word */
    CARD_LOG_FAULT,       /* the program failed before this start; port 0: the processor's exception; then, low halves
                             first, where (1, 2), whither it would have returned (3, 4), why (5, 6), address (7, 8) */
    CARD_LOG_UPDATE,      /* of the firmware; value: 0 dropped, 1 begun, 2 whole, 3 the image that runs is confirmed,
                             4 it could not be: the flash keeps nothing,
                             CARD_LOG_UPDATE_WRONG + CARD_UPDATE_WRONG_... */
    CARD_LOG_FAR_WITHOUT_CRC, /* E1; value 1: the far end has complained of all our blocks for 5 s, without RAI: it
                                 finds no CRC-4 or has none (G.706 B.2.5); 0: no more */
    CARD_LOG_LINK, /* T1; value: what the far end asked for, CARD_LINK_... or another message; nothing is done of it */
};
#define CARD_LOG_UPDATE_WRONG 16
/* What a far end asks for on the data link of ESF, G.704 table 2, the first bit highest. */
enum {
    CARD_LINK_LINE_LOOP = 0x70,
    CARD_LINK_LINE_RELEASE = 0x1c,
    CARD_LINK_PAYLOAD_LOOP = 0x28,
    CARD_LINK_PAYLOAD_RELEASE = 0x4c,
    CARD_LINK_RELEASE = 0x24, /* of any loop */
};

struct card_selftest {             /* bit n: test n */
    struct card_le32 done, failed; /* since it was started last */
    struct card_le32 tests;        /* that there are: it is over when all of them are done */
};
CARD_SIZE(card_selftest, 12);
enum { CARD_SELFTEST_FRAMER = 0, CARD_SELFTEST_VENDOR = 16 }; /* from 16 on a vendor has numbers of his own */

#define CARD_LOCATE_MAX 255 /* seconds */

/* ---- Update of the firmware: an image goes into the slot that is free, and is started with the next reset ---- */

/* Kind of card and revision: an image is for one of them. Who builds a card takes a number of his own. */
#define CARD_HARDWARE_VIRTUAL 0x00010001
#define CARD_HARDWARE_STM32F405 0x04050001

#define CARD_IMAGE_HEADER 512       /* octets before the program */
#define CARD_IMAGE_MAGIC 0x49584243 /* "CBXI" */
#define CARD_IMAGE_FORMAT 1
struct card_image { /* the header of an image; ff follow to its end */
    struct card_le32 magic, format;
    struct card_le32 hardware; /* CARD_HARDWARE_... */
    struct card_le32 version;  /* major, minor, patch, build: an octet each, major the highest */
    struct card_le32 address;  /* of the slot, at which the header lies */
    struct card_le32 length;   /* of the program, a multiple of 4 */
    struct card_le32 crc;      /* of the program, IEEE 802.3 3.2.9 */
    struct card_le32 header;   /* check sum of the 28 octets above */
};
CARD_SIZE(card_image, 32);
CARD_AT(card_image, header, 28);

#define CARD_UPDATE_BLOCK 512 /* octets: all blocks but the last are as long */
enum {
    CARD_UPDATE_DROP = 0,  /* what is whole and waits for the reset too */
    CARD_UPDATE_BEGIN = 1, /* drops so too; stalled while the image that runs is not confirmed */
    CARD_UPDATE_END = 2,   /* that was the file */
};
enum {
    CARD_UPDATE_NONE = 0,
    CARD_UPDATE_READY = 1,   /* for the block that `next` says, or for the end */
    CARD_UPDATE_BUSY = 2,    /* writes, or erases: up to ten seconds, in which it may answer nothing */
    CARD_UPDATE_WRITTEN = 3, /* whole: it is started with the next reset, three times at most until it is confirmed */
    CARD_UPDATE_FAILED = 4,  /* `wrong` says why; the card starts what it started before */
};
enum {
    CARD_UPDATE_WRONG_NOTHING = 0,
    CARD_UPDATE_WRONG_NO_IMAGE = 1,
    CARD_UPDATE_WRONG_HEADER = 2,
    CARD_UPDATE_WRONG_OTHER_CARD = 3, /* its hardware is not this one */
    CARD_UPDATE_WRONG_PLACE = 4,      /* for no slot of this card, twice for one, or too long for it */
    CARD_UPDATE_WRONG_PROGRAM = 5,    /* its check sum is wrong, or its vector table leads elsewhere */
    CARD_UPDATE_WRONG_CUT = 6,
    CARD_UPDATE_WRONG_NONE_HERE = 7, /* no image for the slot that is free */
    CARD_UPDATE_WRONG_FLASH = 8,     /* the flash did not keep what was written; without an update: that what runs is
                                        confirmed */
};
struct card_update {
    card_u8 state;             /* CARD_UPDATE_NONE.. */
    card_u8 wrong;             /* CARD_UPDATE_WRONG_... */
    card_u8 running;           /* slot of the image that runs: 0, 1 */
    card_u8 confirmed;         /* 1: it has said that it runs */
    struct card_le32 hardware; /* CARD_HARDWARE_... */
    struct card_le32 version;  /* that runs, as card_image's */
    struct card_le32 other;    /* version of the image in the other slot; 0: there is none that could be started */
    struct card_le32 address;  /* of the slot that is free: an image for it is wanted */
    struct card_le32 room;     /* octets of that slot, header included */
    struct card_le32 received; /* octets of the file that were taken */
    struct card_le16 next;     /* number of the block that is wanted, modulo 65536 */
    card_u8 reserved[2];
};
CARD_SIZE(card_update, 32);
CARD_AT(card_update, next, 28);

#define CARD_E1_EXT_FILLER 0x0001 /* IN never runs dry */
#define CARD_E1_EXT_EVENTS 0x0002

struct card_line {
    card_u8 kind;        /* CARD_PORT_E1, or _T1 where CARD_CAN_T1 is; changes in setting 0 alone */
    card_u8 framing;     /* CARD_FRAMING_...; CARD_ICE1_SET_RX and _SET_TX choose basic or CRC-4 within it */
    card_u8 code;        /* 0 AMI, 1 HDB3 or B8ZS */
    card_u8 build_out;   /* T1: 0..4, 0 to 655 ft by 133 ft; 5..7: -7.5, -15, -22.5 dB */
    card_u8 impedance;   /* ohms: E1 75, 120; T1 100 */
    card_u8 sensitivity; /* dB: 12, 18, 36, 43 */
    card_u8 idle;        /* octet of slots that are not in use */
    card_u8 sa;          /* bits Sa4..Sa8 in bits 4..0; ff: as the host has them in slot 0; T1: ff */
    card_u8 rai;         /* 0 never, 1 by itself on LOS, AIS, LOF */
    card_u8 cas;         /* 1: slot 16 carries CAS; T1: bits of the channels that CARD_E1_ROBBED says are robbed */
    card_u8 reserved[2];
};
CARD_SIZE(card_line, 12);
enum {
    CARD_FRAMING_BASIC = 0,
    CARD_FRAMING_CRC4 = 1,
    CARD_FRAMING_CRC4_AUTO = 2,
    CARD_FRAMING_SF = 3,
    CARD_FRAMING_ESF = 4
};

struct card_cas { /* as slot 16 of a multiframe, G.704 5.1.3.2: octet n: channel n in the high nibble, n + 15 in the low
                     one; of a T1 n + 12. A in bit 3. */
    card_u8 octet[16];
    struct card_le32 valid; /* bit n: channel n (1..30; T1: 1..24); IN: known; OUT: to be set */
};
CARD_SIZE(card_cas, 20);
#define CARD_CAS_CHANNELS 30 /* telephone channels of an E1: slots 1..15, 17..31 */
#define CARD_T1_CHANNELS 24
static inline card_u8 card_cas_get(const struct card_cas* c, unsigned int channel, unsigned int t1)
{
    const unsigned int half = t1 ? 12 : 15;
    return channel > half ? c->octet[channel - half] & 0x0f : c->octet[channel] >> 4;
}
static inline void card_cas_put(struct card_cas* c, unsigned int channel, unsigned int t1, card_u8 abcd)
{
    const unsigned int half = t1 ? 12 : 15;
    if (channel > half)
        c->octet[channel - half] = (c->octet[channel - half] & 0xf0) | abcd;
    else
        c->octet[channel] = (c->octet[channel] & 0x0f) | abcd << 4;
}

/* ---- The analog bank ---- */

#define CARD_BANK_HEADER 4
#define CARD_BANK_SAMPLES_MAX 9
#define CARD_BANK_PORTS_MAX 8
#define CARD_BANK_EVENT_SIZE 16
#define CARD_BANK_COMMAND_SIZE 16
#define CARD_BANK_BUFFER 256 /* samples of each port that the card keeps each way */
/* Samples that must have come on OUT before the lines get them; after an underflow again. */
#define CARD_BANK_START 32
/* Iso packets, both ways: this, then `samples` times `ports` octets, all ports of one instant together. */
struct card_bank_header {
    card_u8 sequence; /* of this packet, modulo 256; empty packets do not count */
    card_u8 lost;     /* IN: samples before these for which the card had no room, 255: that many or more; OUT: 0 */
    card_u8 samples;  /* 0..CARD_BANK_SAMPLES_MAX */
    card_u8 ports;    /* of the bank, all of them */
};
CARD_SIZE(card_bank_header, CARD_BANK_HEADER);

struct card_bank_event { /* interrupt IN */
    card_u8 type;        /* CARD_BANK_EVENT_... */
    card_u8 port;
    struct card_le16 sequence;
    struct card_le32 at; /* samples of the bank since setting 1; of a ring: when it began or ended on the line */
    card_u8 code, flags;
    struct card_le16 a;
    struct card_le32 b; /* signed */
};
CARD_SIZE(card_bank_event, CARD_BANK_EVENT_SIZE);
#define CARD_BANK_FLAG_REVERSED 0x01 /* BATTERY: ring is above tip */
enum {
    CARD_BANK_EVENT_DONE = 1,     /* a: tag of the command, code: 0 or why not */
    CARD_BANK_EVENT_RING = 2,     /* FXO; code 1 begins, 0 ends; a: mHz, b: mV rms; 0: not measured */
    CARD_BANK_EVENT_BATTERY = 3,  /* FXO; code 1 present, 0 lost */
    CARD_BANK_EVENT_POLARITY = 4, /* FXO; code 1 reversed */
    CARD_BANK_EVENT_CURRENT = 5,  /* FXO off hook; code 0 ceased; BATTERY follows when there is one again */
    CARD_BANK_EVENT_HOOK = 6,     /* FXS; code 1 off, 0 on, 2 flash (a: ms), 3 off in a ring */
    CARD_BANK_EVENT_FAULT = 7,    /* code: CARD_BANK_FAULT_... */
    CARD_BANK_EVENT_DIGIT = 8,    /* FXS; code: 0..9, dialled with the hook */
    CARD_BANK_EVENT_DIALLED = 9,  /* FXO; what CARD_BANK_DIAL brought is out */
};
enum {
    CARD_BANK_FAULT_MUTE = 1, /* the chip does not answer; FXO: BATTERY follows when it does again */
    CARD_BANK_FAULT_CURRENT = 2,
    CARD_BANK_FAULT_TEMPERATURE = 3,
    CARD_BANK_FAULT_POWER = 4,    /* the chip switched its line off by itself; it was put back, not ringing */
    CARD_BANK_FAULT_NO_HOST = 5,  /* nothing had come on OUT for 500 ms; all ports were made safe, and now it comes */
    CARD_BANK_FAULT_GIVEN_UP = 6, /* too many power alarms: left off until setting 0 */
    CARD_BANK_FAULT_EVENTS = 7,   /* events before this one were lost, of any port; its sequence has the gap */
};

struct card_bank_command { /* bulk OUT; answered by CARD_BANK_EVENT_DONE, in order */
    card_u8 op;            /* CARD_BANK_... */
    card_u8 port;
    struct card_le16 tag;
    card_u8 argument[12];
};
CARD_SIZE(card_bank_command, CARD_BANK_COMMAND_SIZE);
/* Arguments, numbered by their octets from 0. */
enum {
    CARD_BANK_HOOK = 1,     /* FXO; 0: 0 on, 1 off, 2 flash, off hook (1..2: 50..1000 ms) */
    CARD_BANK_LINEFEED = 2, /* FXS; 0: CARD_BANK_FEED_... */
    CARD_BANK_RING = 3,     /* FXS; 0: 0 off, 1 on; 1: Hz, 15..70, 2..3: V rms, 12..63, 4..5: V direct, 0..30, with the
                               peak 90 at most; zero: the card's own */
    CARD_BANK_MWI = 4,      /* FXS; 0: 0 off, 1 on: its lamp blinks while it is on hook */
    CARD_BANK_GAIN = 5,     /* 0: to the line, 1: from the line; signed, 0.1 dB; FXO up to 12 dB, FXS 6 dB */
    CARD_BANK_LAW = 6,      /* 0: 0 A-law, 1 mu-law */
    CARD_BANK_DIAL = 7,     /* FXO off hook; 0: how many (1..11) digits follow, 0..9: breaks of the loop, 10 a second */
};
enum {
    CARD_BANK_FEED_OPEN = 0,    /* for so long (1..2: 1..5000 ms) */
    CARD_BANK_FEED_FORWARD = 1, /* both ways also on-hook transmission, while that lasts */
    CARD_BANK_FEED_REVERSE = 2,
    CARD_BANK_FEED_ON_HOOK = 3, /* on-hook transmission for so long (1..2: ms; ffff: always; 0: no more) */
};
/* Codes of CARD_BANK_EVENT_DONE */
enum {
    CARD_BANK_DONE = 0,
    CARD_BANK_NO_SUCH_COMMAND = 1,
    CARD_BANK_NO_SUCH_PORT = 2, /* or not of the kind that does this */
    CARD_BANK_OUT_OF_RANGE = 3,
    CARD_BANK_NOT_NOW = 4, /* the port is on hook, off hook or dead */
};

struct card_analog_status {    /* all that events tell, at once: a lost event costs nothing for good */
    card_u8 type;              /* CARD_PORT_FXO or _FXS */
    card_u8 hook;              /* FXO: ours; FXS: the telephone's; 1 off */
    card_u8 battery, polarity; /* FXO: 1 present; 1 reversed */
    card_u8 ringing;
    card_u8 linefeed; /* FXS: 0 open, 1 forward, 2 reverse, 3 and 4 these with on-hook transmission, 5 ringing */
    card_u8 fault;    /* CARD_BANK_FAULT_... that stands */
    card_u8 reserved;
    struct card_le16 sequence; /* of the last event */
    card_u8 reserved2[2];
};
CARD_SIZE(card_analog_status, 12);
struct card_analog_measured {
    struct card_le16 line, loop;     /* signed: mV / 10, 0.1 mA; what a chip does not measure is 0 */
    struct card_le16 battery;        /* signed, mV / 10 */
    struct card_le16 ring, ring_mhz; /* 0.1 V rms, mHz */
    struct card_le16 temperature;    /* signed, 0.1 degrees Celsius */
    struct card_le16 power_alarms, reserved;
};
CARD_SIZE(card_analog_measured, 16);
struct card_line_test { /* GR-909, as far as the port's chip measures */
    card_u8 state;      /* CARD_TEST_... */
    card_u8 failed;     /* CARD_TEST_FAILED_... */
    /* Signed, mV / 10. FXS: foreign voltages against ground, found with the feed open; FXO: tip against ring, `tip` on
     * hook, `ring` off hook. */
    struct card_le16 tip, ring;
    struct card_le32 ohms; /* FXS: the least, between the wires or to ground; FXO: of line and feed; ffffffff: too many
                              to be measured */
    struct card_le16 ren;  /* FXS: 0.01 */
    struct card_le16 loop; /* FXO: 0.1 mA, off hook */
    card_u8 reserved[2];
};
CARD_SIZE(card_line_test, 16);
enum {
    CARD_TEST_NONE = 0, /* since power on */
    CARD_TEST_RUNS = 1,
    CARD_TEST_DONE = 2,
    CARD_TEST_BROKEN_OFF = 3, /* by a command, a ring, a chip that failed; nothing else of it counts */
};
#define CARD_TEST_FAILED_HAZARD 0x01      /* FXS: 50 V rms, or 95 V and more direct */
#define CARD_TEST_FAILED_FOREIGN 0x02     /* FXS: 10 V rms, or 6 V direct */
#define CARD_TEST_FAILED_RESISTIVE 0x04   /* FXS: a short or a leak */
#define CARD_TEST_FAILED_OFF_HOOK 0x08    /* FXS: the telephone is; FXO: another one at the line is */
#define CARD_TEST_FAILED_NO_RINGER 0x10   /* FXS: less than 0.175 REN, or one step of 0.13: no telephone is there */
#define CARD_TEST_FAILED_RINGERS 0x20     /* FXS: more than 5 REN */
#define CARD_TEST_FAILED_NO_BATTERY 0x40  /* FXO */
#define CARD_TEST_FAILED_LOW_CURRENT 0x80 /* FXO: less than 18 mA off hook */

struct card_analog_country {    /* of a port; what its kind has not is zero */
    card_u8 impedance;          /* of the AC termination, 0..15, by Si3050's table ACIM: 0 600 ohm, 1 900 ohm, 2 270 +
                                   (750 | 150 nF) (TBR 21), 3 220 + (820 | 120 nF), ... FXS: 600 ohm instead of one that its
                                   chip has not */
    card_u8 ring_threshold;     /* FXO; 0: 13.5..16.5 V rms, 1: 19.35..23.65 */
    card_u8 ringer_impedance;   /* FXO; 1: synthesised */
    card_u8 off_hook_speed;     /* FXO; bit 0: OHS, bit 1: OHS2 */
    card_u8 current_limit;      /* FXO; 1: 60 mA (TBR 21); FXS: mA of the feed, 20..41; 0: the card's own */
    card_u8 ring_min, ring_max; /* FXO; Hz of what is a ring, 10..70; both 0: any */
    card_u8 dc;                 /* FXO; bits 1..0: DCV, bits 3..2: MINI, the voltage and the current off hook */
    card_u8 hybrid[8];          /* FXO; of the balance, the chip's registers 45..52; 0: its own */
};
CARD_SIZE(card_analog_country, 16);

#endif
