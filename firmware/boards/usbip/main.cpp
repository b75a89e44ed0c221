// SPDX-License-Identifier: GPL-2.0-or-later
// callbox-virtual-card: cards that a kernel attaches by USB/IP. Wiring only.
#include "boards/usbip/order_server.h"
#include "boards/usbip/orders.h"
#include "boards/usbip/server.h"
#include <boost/program_options.hpp>
#include <csignal>
#include <fmt/format.h>
#include <iostream>

namespace {

using namespace callbox;
using namespace callbox::usbip;
namespace po = boost::program_options;

struct Options {
    std::string address, personality, type, control, flash;
    unsigned port = 0, cards = 0, e1 = 0, analog = 0;
    int ppm = 0;
};

int usage(const std::string& why)
{
    std::cerr << "callbox-virtual-card: " << why << "; see --help\n";
    return 2;
}

int run(const Options& o)
{
    const auto made = o.personality == "ice1usb"
                          ? firmware::Personality::iceE1usb(o.e1)
                          : firmware::Personality::card(o.e1, o.type == "t1" ? CARD_PORT_T1 : CARD_PORT_E1);
    const auto kindOf = [&](unsigned i) { return made.withBank(i % 2 == 0 ? o.analog : 0, i % 2 == 0 ? 0 : o.analog); };
    std::vector<std::unique_ptr<VirtualCard>> cards;
    std::vector<VirtualCard*> lent;
    for (unsigned i = 0; i < o.cards; ++i) {
        cards.push_back(
            std::make_unique<VirtualCard>(kindOf(i), fmt::format("{:016x}", i + 1), fmt::format("1-{}", i + 1)));
        lent.push_back(cards.back().get());
        if (i % 2 == 1) { // crossed cables between each two
            for (unsigned p = 0; p < o.e1; ++p)
                cards[i - 1]->plug(p, *cards[i], p);
            for (unsigned p = 0; p < o.analog; ++p)
                cards[i - 1]->plugAnalog(p, *cards[i], p);
            cards[i]->drift(o.ppm);
        }
    }
    const auto files = makeSystemFiles();
    for (VirtualCard* card : o.flash.empty() ? std::vector<VirtualCard*>() : lent)
        if (auto r = card->keepFlashIn(*files, fmt::format("{}/{}.flash", o.flash, card->busId())); !r) {
            std::cerr << "callbox-virtual-card: " << r.error().what << "\n";
            return 1;
        }
    RealLoop loop;
    const auto sink = makeStderrLog(Level::info);
    Server server(loop, Log(*sink, "virtual-card"), lent);
    const auto port = server.listen(o.address, static_cast<std::uint16_t>(o.port));
    if (!port) {
        std::cerr << "callbox-virtual-card: " << port.error().what << "\n";
        return 1;
    }
    const std::string where = fmt::format("{}:{}", o.address, *port);
    const Orders orders(lent, o.personality, where);
    OrderServer control(loop, Log(*sink, "control"), [&](std::string_view order) { return orders.answer(order); });
    if (auto r = o.control.empty() ? Result<void>() : control.listen(o.control); !r) {
        std::cerr << "callbox-virtual-card: " << r.error().what << "\n";
        return 1;
    }
    std::cout << "listening on " << where << std::endl;
    loop.onSignals({SIGTERM, SIGINT}, [&](int) { loop.stop(); });
    server.start();
    loop.run();
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    Options o;
    po::options_description all("callbox-virtual-card: USB cards that are processes, attached by `usbip attach`");
    all.add_options()("help", "this text")("address", po::value(&o.address)->default_value("127.0.0.1"),
                                           "where to listen")("port", po::value(&o.port)->default_value(3240),
                                                              "0: any free one, which is said")(
        "personality", po::value(&o.personality)->default_value("card"), "card, or ice1usb")(
        "cards", po::value(&o.cards)->default_value(2), "1..8; the lines of each two are plugged into each other")(
        "e1", po::value(&o.e1)->default_value(1), "E1 or T1 ports of each: 1, 2; 0 with analog ones")(
        "type", po::value(&o.type)->default_value("e1"), "what these are until a host wants the other: e1, t1")(
        "analog", po::value(&o.analog)->default_value(0),
        "analog ports of each, 0..8: of every first card towards an exchange, of every second towards telephones")(
        "ppm", po::value(&o.ppm)->default_value(0), "how far the clock of every second card is off, -1000..1000")(
        "control", po::value(&o.control), "a Unix socket for orders: what goes wrong on the lines")(
        "flash", po::value(&o.flash), "a folder in which each card's firmware images stay, 1-1.flash; else forgotten");
    po::variables_map given;
    try {
        po::store(po::parse_command_line(argc, argv, all), given);
        po::notify(given);
    } catch (const po::error& e) {
        return usage(e.what());
    }
    if (given.count("help")) {
        std::cout << all;
        return 0;
    }
    if (o.personality != "card" && o.personality != "ice1usb")
        return usage("--personality " + o.personality + ": card or ice1usb");
    if (o.type != "e1" && o.type != "t1")
        return usage("--type " + o.type + ": e1 or t1");
    if (o.personality == "ice1usb" && o.type == "t1")
        return usage("--type t1: an icE1usb has none");
    if (o.analog > CARD_BANK_PORTS_MAX || (o.analog > 0 && o.personality == "ice1usb") || (o.analog == 0 && o.e1 == 0))
        return usage("--analog 0..8 is allowed, with --personality card only; a card has at least one port");
    if (o.cards < 1 || o.cards > 8 || o.e1 > firmware::e1PortsMax || o.port > 65535 || o.ppm < -1000 || o.ppm > 1000)
        return usage("--cards 1..8, --e1 0..2, --port 0..65535, --ppm -1000..1000 are allowed");
    return run(o);
}
