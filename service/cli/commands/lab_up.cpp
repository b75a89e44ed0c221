// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/progress.h"
#include "lab/bring_up.h"
#include <fstream>
#include <ostream>

namespace callbox::cli {

namespace {

lab::FleetOptions optionsFrom(const Context& c)
{
    const Values& v = c.values;
    lab::FleetOptions o;
    o.dir = absolutePath(v.text("dir"));
    o.programs = c.programs;
    o.country = v.text("country");
    o.standalone = v.flag("standalone");
    o.analog = v.flag("analog");
    o.byNumber = v.text("route") == "number";
    o.takesOver = v.text("takes-over");
    o.boxes = o.standalone ? 1 : static_cast<int>(v.number("boxes"));
    o.spans = static_cast<int>(v.number("spans"));
    o.modems = static_cast<int>(v.number("modems"));
    o.numbers = static_cast<int>(v.number("numbers"));
    return o;
}

void tell(Context& c, const lab::FleetOptions& o, const json& description)
{
    if (c.json()) {
        c.print(description);
        return;
    }
    c.out() << "The lab runs in " << o.dir << ": exchange, " << (o.standalone ? "" : "switch, ") << o.boxes
            << (o.boxes == 1 ? " box, " : " boxes, ") << o.boxes * o.modems << " modems (" << o.country << ").\n"
            << "Leave a message: callbox lab call --dir DIR --from +12125550199 --to "
            << textOf(description, "access_number")
            << (o.analog ? " --digits \"12125550123#\"\n" : " --redirecting +12125550123 --play FILE.wav\n")
            << "Stop it:         callbox lab down --dir DIR\n";
}

Task<Exit> run(Context& c)
{
    lab::FleetOptions o = optionsFrom(c);
    if (o.standalone && c.values.has("boxes") && c.values.number("boxes") != 1)
        co_return c.usage("lab up: --standalone is one box without a switch; --boxes does not go with it");
    if (o.byNumber && (o.standalone || o.analog))
        co_return c.usage(std::string("lab up: --route number is a switch's way to its boxes over PRI trunks; ") +
                          (o.standalone ? "--standalone" : "--analog") + " does not go with it");
    if (!o.byNumber && c.values.has("takes-over"))
        co_return c.usage("lab up: --takes-over is of --route number; without it the exchange is asked for nothing");
    if (o.analog && c.values.has("numbers"))
        co_return c.usage("lab up: --numbers: with --analog a box has the link numbers of its lines");
    if (c.values.has("wires")) {
        const Result<lab::Wires> wires = lab::readWires(c.values.text("wires"));
        if (!wires)
            co_return c.usage("lab up: " + wires.error().what);
        o.wires = *wires;
    }
    Progress progress(c, "starting the lab");
    lab::LabWorld world{c.loop, c.http, [&progress](const std::string& what) { progress.set("waiting for " + what); }};
    Result<void> r = co_await check(lab::bringUp(world, o));
    if (!r) {
        // Nothing was asked for that could be "not reached": the lab did not come up.
        c.say("callbox: lab up: " + r.error().what);
        co_return r.error().code == Errc::denied ? Exit::notPermitted : Exit::problem;
    }
    std::ifstream in(o.dir + "/lab.json");
    const json description = json::parse(in, nullptr, false);
    tell(c, o, description);
    co_return Exit::ok;
}

} // namespace

Command labUp()
{
    return {
        .path = {"lab", "up"},
        .summary = "start a virtual fleet: exchange, switch, boxes, GSM modems",
        .options = {{.name = "boxes", .value = "N", .help = "how many boxes", .preset = "3", .range = {{1, 100}}},
                    {.name = "spans",
                     .value = "N",
                     .help = "tie spans per box; the trunk has boxes x spans",
                     .preset = "1",
                     .range = {{1, 16}}},
                    {.name = "modems", .value = "N", .help = "GSM modems per box", .preset = "1", .range = {{0, 16}}},
                    {.name = "country",
                     .value = "COUNTRY",
                     .help = "T1, mu-law, NI2; or E1, A-law, EuroISDN",
                     .preset = "eu",
                     .choices = {"us", "eu"}},
                    {.name = "standalone", .help = "one box on the exchange, no switch"},
                    {.name = "analog", .help = "analog lines from the exchange, of one number each, instead of PRI"},
                    {.name = "route",
                     .value = "WAY",
                     .help = "how the switch reaches the boxes: by ties, or by their numbers on the public network",
                     .preset = "tie",
                     .choices = {"tie", "number"}},
                    {.name = "takes-over",
                     .value = "WHICH",
                     .help = "with --route number, calls that the exchange takes back from the switch: before or after "
                             "the answer, only after, never",
                     .preset = "all",
                     .choices = {"all", "transfers", "none"}},
                    {.name = "numbers",
                     .value = "N",
                     .help = "link numbers per box",
                     .preset = "1000",
                     .range = {{1, 100000}}},
                    {.name = "wires",
                     .value = "FILE",
                     .help = "spans of real cards in place of virtual ones",
                     .completes = Completes::file}},
        .address = Address::lab,
        .more =
            "Returns when calls can be placed. DIR/lab.json then says what is where; every process logs to\n"
            "DIR/NAME/log. Messages that an earlier lab left in DIR are still there.\n"
            "FILE has a section [wire NAME] for each span that is to run over a cable between two ports, NAME as\n"
            "the lab calls it (trunk1, box1-tie1), with network = BACKEND:ID and user = BACKEND:ID, its ends.\n"
            "With --analog a trunk is a bank of 8 lines: with --standalone all of the access number, which is the\n"
            "link number too; with a switch 4 of the access number and 4 of a box's one link number. Ties stay PRI.",
        .run = run};
}

} // namespace callbox::cli
