// SPDX-License-Identifier: GPL-2.0-or-later
#include "alarms/kinds.h"

namespace callbox::alarms {

std::string_view name(Severity s)
{
    switch (s) {
    case Severity::warning:
        return "warning";
    case Severity::minor:
        return "minor";
    case Severity::major:
        return "major";
    case Severity::critical:
        return "critical";
    }
    return "critical";
}

namespace kinds {

using enum Severity;

const Kind spanLos{"span-los", major, "loss of signal: nothing comes in on the line",
                   "look whether the cable is in and the far end is on, then change cable and port"};
const Kind spanLof{"span-lof", major, "loss of frame alignment: a signal comes, but no frames are found in it",
                   "compare framing, CRC-4 and line code with the far end's"};
const Kind spanLomf{"span-lomf", major, "loss of CRC-4 multiframe alignment: frames are found, but no CRC-4 in them",
                    "CRC-4 is on at this end only: crc4 = no, or have the far end switch it on"};
const Kind spanAis{"span-ais", major, "the far end sends AIS: it has no signal to pass on",
                   "the fault lies beyond the next equipment; report it to whoever runs the line"};
const Kind spanRai{"span-rai", major, "the far end says that it does not hear us (RAI)",
                   "look at our transmit pair; both ends must agree on CRC-4"};
const Kind spanGone{"span-gone", major, "its card is gone",
                    "put the card or its USB cable back; the span comes back by itself"};
const Kind spanStopped{"span-stopped", major, "it does not run",
                       "callbox span status and the log say why it did not start"};
const Kind noSamples{"span-no-samples", major, "no alarm stands, yet no samples move",
                     "look at the card's interrupts, then load its driver again"};
const Kind dChannelDown{
    "d-channel-down", major, "the D channel is down though the line is well",
    "compare role, switch type and D channel slot with the far end's; callbox trace dchannel shows the frames"};
const Kind spanLooped{"span-looped", warning, "it is looped for a test: no call comes or goes",
                      "callbox test loop NAME --kind none ends the loop; it ends by itself as well"};
const Kind spanOutOfService{"span-out-of-service", warning, "somebody has taken it out of service",
                            "callbox span set NAME --service in puts it back"};
const Kind noBattery{"line-no-battery", major, "none of its analog lines has battery",
                     "look whether the lines are plugged in, then ask whoever runs them"};
const Kind lineDead{"line-dead", major, "the line has no battery: no call comes or goes on it",
                    "look whether it is plugged in and a telephone works on it, then ask whoever runs it"};
const Kind restartTrouble{"restart-trouble", minor,
                          "the far side does not answer RESTART, or refuses channels that are idle here",
                          "have the span restarted there; profile = no-restart if its switch knows no RESTART"};
const Kind slips{"span-slips", minor, "more than 5 slips in 24 hours (G.822)",
                 "the two ends have different clocks: one of them must take its clock from the other"};
const Kind slipsMany{"span-slips-many", major, "more than 30 slips in an hour (G.822)",
                     "the two ends have different clocks: one of them must take its clock from the other"};
const Kind lineErrors{"span-errors", minor, "many severely errored seconds in the last quarter of an hour",
                      "callbox span status NAME says which errors and what to try"};
const Kind wokenLate{"span-woken-late", warning,
                     "its ticks wake this program late: what is heard and said is delayed, and in the end lost",
                     "realtime_priority and cpu_latency_us in [machine]; keep other work off one processor (isolcpus); "
                     "look at the machine's load"};
const Kind noSpan{"no-span-up", critical, "no span is up: no call comes or goes", "the spans' own alarms say why"};

const Kind modemSilent{"modem-silent", major, "the modem does not answer; it is being recovered",
                       "if this stands for minutes, take its power away and give it back"};
const Kind modemAbsent{"modem-absent", major, "there is no modem at its device",
                       "look at its USB cable and at device in its configuration"};
const Kind modemNoSim{"modem-no-sim", major, "the modem finds no SIM", "put the SIM in, or clean its contacts"};
const Kind modemPin{"modem-pin", major, "the SIM wants a PIN or PUK that is not configured or not right",
                    "set pin in its configuration; a PUK is typed in once with a phone"};
const Kind modemNotRegistered{"modem-not-registered", major, "the modem is not registered in a network",
                              "look at antenna, signal and SIM contract"};
const Kind noModem{"no-modem-ready", major, "no modem can send: messages are kept, nobody is told by SMS",
                   "callbox modem status says what each of them lacks"};

const Kind storeCannotRecord{"store-cannot-record", critical, "no message can be taken",
                             "make room on the disk, or see what is wrong with it"};
const Kind storeFilesSetAside{"store-files-set-aside", critical, "recordings were found that no record explains",
                              "look into the folder, keep what is needed and empty it"};
const Kind storeRead{"store-read", major, "a message could not be read",
                     "look at the disk's own errors in the system's log"};
const Kind messageNotStored{"message-not-stored", critical, "a message could not be kept; its caller was told so",
                            "make room on the disk, or see what is wrong with it"};
const Kind diskLow{"disk-low", minor, "little room is left for messages",
                   "make room on the disk or shorten retention_days"};
const Kind poolFull{"pool-full", critical,
                    "some recipient holds all link numbers: no further message can be kept for them",
                    "a larger pool is needed; until then delete some of that recipient's messages"};
const Kind poolLow{"pool-low", minor, "some recipient holds most of the link numbers",
                   "a larger pool or a shorter quarantine is needed soon"};
const Kind promptsMissing{"prompts-missing", minor, "prompts are missing", "install the prompt set of this version"};
const Kind selfTest{"self-test-failed", major, "the box's last test call of itself failed",
                    "callbox test call does it again and says what is wrong"};
const Kind notices{"notices", major, "", ""}; // the outbox has the words

const Kind boxDown{"box-down", major, "the switch does not hear of this box, or its tie is down: no calls go there",
                   "callbox switch boxes says why"};
const Kind noBox{"no-box-usable", critical, "no box can take a call", "callbox switch boxes says why"};

const Kind clockStepped{"clock-stepped", warning, "the machine's clock was set",
                        "see that time synchronisation runs; times told before may be wrong"};
const Kind clockApart{"clock-apart", major,
                      "the switch's clock and this box's differ: its calls over the public network are refused",
                      "see that time synchronisation runs on both machines"};

} // namespace kinds

std::span<const Kind* const> allKinds()
{
    using namespace kinds;
    static constexpr const Kind* all[] = {&spanLos,
                                          &spanLof,
                                          &spanLomf,
                                          &spanAis,
                                          &spanRai,
                                          &spanGone,
                                          &spanStopped,
                                          &noSamples,
                                          &dChannelDown,
                                          &spanLooped,
                                          &spanOutOfService,
                                          &noBattery,
                                          &lineDead,
                                          &restartTrouble,
                                          &slips,
                                          &slipsMany,
                                          &lineErrors,
                                          &wokenLate,
                                          &noSpan,
                                          &modemSilent,
                                          &modemAbsent,
                                          &modemNoSim,
                                          &modemPin,
                                          &noModem,
                                          &modemNotRegistered,
                                          &storeCannotRecord,
                                          &storeFilesSetAside,
                                          &storeRead,
                                          &diskLow,
                                          &messageNotStored,
                                          &poolFull,
                                          &poolLow,
                                          &notices,
                                          &promptsMissing,
                                          &selfTest,
                                          &boxDown,
                                          &noBox,
                                          &clockStepped,
                                          &clockApart};
    return all;
}

const Kind* findKind(std::string_view name)
{
    for (const Kind* k : allKinds())
        if (k->name == name)
            return k;
    return nullptr;
}

} // namespace callbox::alarms
