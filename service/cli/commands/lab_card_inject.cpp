// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/context.h"
#include "lab/cards.h"
#include <ostream>

namespace callbox::cli {

namespace {

bool ofAnAnalogLine(const std::string& what)
{
    return what == "ring" || what == "battery" || what == "polarity" || what == "hook" || what == "flash";
}

std::string usageTrouble(const Values& v)
{
    const std::string what = v.text("what");
    if (ofAnAnalogLine(what) && !v.has("line"))
        return "--what " + what + ": on which --line of the card's analog bank?";
    if (v.has("line") && v.has("port"))
        return "--port or --line, not both";
    if (v.has("line") && !ofAnAnalogLine(what) && what != "ok")
        return "--line goes with --what ring, battery, polarity, hook, flash and ok only";
    if (v.has("count") && what != "errors" && what != "slip")
        return "--count goes with --what errors and slip only";
    if (v.has("rate") && what != "errors")
        return "--rate goes with --what errors only";
    if (v.has("rate") && v.has("count"))
        return "--count or --rate, not both";
    if (v.has("ppm") != (what == "drift"))
        return v.has("ppm") ? "--ppm goes with --what drift only" : "--what drift: by how many --ppm?";
    if (what == "errors" && v.has("count") && v.number("count") < 1)
        return "--what errors: --count 1 or more";
    if (what == "slip" && v.has("count") && (v.number("count") == 0 || std::abs(v.number("count")) > 1000))
        return "--what slip: --count 1 to 1000, or negative for frames said twice";
    return "";
}

json orderFrom(const Values& v)
{
    json order{{"do", "inject"}, {"card", v.number("card")}, {"what", v.text("what")}};
    const char* const where = v.has("line") ? "line" : "port";
    order[where] = v.number(where);
    if (v.has("count"))
        order["count"] = v.number("count");
    if (v.has("ppm"))
        order["ppm"] = v.number("ppm");
    if (v.has("rate"))
        order["rate"] = v.decimal("rate");
    return order;
}

Task<Exit> run(Context& c)
{
    const Values& v = c.values;
    if (const std::string why = usageTrouble(v); !why.empty())
        co_return c.usage("lab card inject: " + why);
    json order = orderFrom(v);
    const json done = co_await lab::orderCards(c.loop, absolutePath(v.text("dir")), std::move(order));
    if (c.json())
        c.print(done);
    else
        c.out() << "card " << v.text("card") << (v.has("line") ? ", line " : ", port ")
                << v.text(v.has("line") ? "line" : "port") << ": " << v.text("what") << '\n';
    co_return Exit::ok;
}

} // namespace

Command labCardInject()
{
    return {
        .path = {"lab", "card", "inject"},
        .summary = "put a fault on a line that comes to a virtual card, or on its clock or plug",
        .options =
            {{.name = "card", .value = "N", .help = "which card", .required = true, .range = {{1, 8}}},
             {.name = "port", .value = "N", .help = "its E1 port", .preset = "0", .range = {{0, 1}}},
             {.name = "line", .value = "N", .help = "its analog line, instead of a port", .range = {{1, 8}}},
             {.name = "what",
              .value = "WHAT",
              .required = true,
              .choices = {"los", "ais", "lof", "lomf", "rai", "errors", "slip", "drift", "unplug", "plug", "ok", "ring",
                          "battery", "polarity", "hook", "flash"}},
             {.name = "count",
              .value = "N",
              .help = "errors: wrong bits, each in a CRC-4 block of its own; slip: frames, negative: said twice",
              .range = {{-1000, 1'000'000}}},
             {.name = "rate",
              .value = "R",
              .help = "errors: the share of wrong bits from now on",
              .decimal = {{1e-9, 0.01}}},
             {.name = "ppm", .value = "N", .help = "drift: how far the card's clock is off", .range = {{-1000, 1000}}}},
        .address = Address::lab,
        .more =
            "los, ais, lof, lomf, rai and a rate of errors last until ok; drift until --ppm 0. errors and slip happen\n"
            "once without --count. unplug takes the card from the host that has it; plug and lab card attach\n"
            "bring it back. A stock icE1usb counts no slips. On an analog line ring rings it, battery takes its\n"
            "battery away, polarity crosses its wires, hook is a telephone at it that is off hook, all until ok;\n"
            "flash opens its loop for 300 ms.",
        .run = run};
}

} // namespace callbox::cli
