// SPDX-License-Identifier: GPL-2.0
#include "opermode.h"
#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/string.h>
#else
#include <string.h>
#include <strings.h>
#endif

#define OHS 1
#define OHS2 2
#define DC(voltage, current) .dc = (voltage) | (current) << 2

/* Fields as card_analog_country's. */
struct row {
	const char *name;
	card_u8 dc, impedance, threshold, ringer, speed, limit;
};

static const struct row rows[] = {
	{"ARGENTINA", DC(3, 0)},
	{"AUSTRALIA", DC(0, 3), .impedance = 3, .speed = OHS},
	{"AUSTRIA", DC(3, 0), .limit = 1, .impedance = 3, .speed = OHS2},
	{"BAHRAIN", DC(3, 0), .limit = 1, .impedance = 2},
	{"BELGIUM", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"BRAZIL", DC(0, 3)},
	{"BULGARIA", DC(3, 0), .limit = 1, .impedance = 3},
	{"CANADA", DC(3, 0)},
	{"CHILE", DC(3, 0)},
	{"CHINA", DC(0, 3), .impedance = 15},
	{"COLOMBIA", DC(3, 0)},
	{"CROATIA", DC(3, 0), .limit = 1, .impedance = 2},
	{"CYPRUS", DC(3, 0), .limit = 1, .impedance = 2},
	{"CZECH", DC(3, 0), .limit = 1, .impedance = 2},
	{"DENMARK", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"ECUADOR", DC(3, 0)},
	{"EGYPT", DC(0, 3)},
	{"ELSALVADOR", DC(3, 0)},
	{"FCC", DC(3, 0), .threshold = 1},
	{"FINLAND", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"FRANCE", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"GERMANY", DC(3, 0), .limit = 1, .impedance = 3, .speed = OHS2},
	{"GREECE", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"GUAM", DC(3, 0)},
	{"HONGKONG", DC(3, 0)},
	{"HUNGARY", DC(3, 0)},
	{"ICELAND", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"INDIA", DC(3, 0), .impedance = 4},
	{"INDONESIA", DC(3, 0)},
	{"IRELAND", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"ISRAEL", DC(3, 0), .limit = 1, .impedance = 2},
	{"ITALY", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"JAPAN", DC(0, 3)},
	{"JORDAN", DC(0, 3)},
	{"KAZAKHSTAN", DC(3, 0)},
	{"KUWAIT", DC(3, 0)},
	{"LATVIA", DC(3, 0), .limit = 1, .impedance = 2},
	{"LEBANON", DC(3, 0), .limit = 1, .impedance = 2},
	{"LUXEMBOURG", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"MACAO", DC(3, 0)},
	{"MALAYSIA", DC(0, 3)},
	{"MALTA", DC(3, 0), .limit = 1, .impedance = 2},
	{"MEXICO", DC(3, 0)},
	{"MOROCCO", DC(3, 0), .limit = 1, .impedance = 2},
	{"NETHERLANDS", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"NEWZEALAND", DC(3, 0), .impedance = 4},
	{"NIGERIA", DC(3, 0), .limit = 1, .impedance = 2},
	{"NORWAY", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"OMAN", DC(0, 3)},
	{"PAKISTAN", DC(0, 3)},
	{"PERU", DC(3, 0)},
	{"PHILIPPINES", DC(0, 3)},
	{"POLAND", DC(3, 0), .threshold = 1, .ringer = 1},
	{"PORTUGAL", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"ROMANIA", DC(3, 0)},
	{"RUSSIA", DC(0, 3)},
	{"SAUDIARABIA", DC(3, 0)},
	{"SINGAPORE", DC(3, 0)},
	{"SLOVAKIA", DC(3, 0), .impedance = 3},
	{"SLOVENIA", DC(3, 0), .impedance = 2},
	{"SOUTHAFRICA", DC(3, 0), .impedance = 3, .speed = OHS, .ringer = 1},
	{"SOUTHKOREA", DC(3, 0)},
	{"SPAIN", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"SWEDEN", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"SWITZERLAND", DC(3, 0), .limit = 1, .impedance = 2, .speed = OHS2},
	{"SYRIA", DC(0, 3)},
	{"TAIWAN", DC(0, 3)},
	{"TBR21", DC(3, 0), .limit = 1, .impedance = 2},
	{"THAILAND", DC(0, 3)},
	{"UAE", DC(3, 0)},
	{"UK", DC(3, 0), .limit = 1, .impedance = 5, .speed = OHS2},
	{"USA", DC(3, 0)},
	{"YEMEN", DC(3, 0)},
};

bool cb_opermode(const char *name, card_u8 type, struct card_analog_country *country)
{
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcasecmp(name, rows[i].name))
			break;
	if (i == sizeof(rows) / sizeof(rows[0]))
		return false;
	memset(country, 0, sizeof(*country));
	country->impedance = rows[i].impedance;
	if (type != CARD_PORT_FXO)
		return true;
	country->ring_threshold = rows[i].threshold;
	country->ringer_impedance = rows[i].ringer;
	country->off_hook_speed = rows[i].speed;
	country->current_limit = rows[i].limit;
	country->dc = rows[i].dc;
	return true;
}
