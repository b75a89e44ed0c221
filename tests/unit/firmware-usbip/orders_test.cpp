// SPDX-License-Identifier: GPL-2.0-or-later
// Orders to the cards' process: what they do, what is wrong with them, and the socket they come by.
#include "../../support/scratch_folder.h"
#include "boards/usbip/order_server.h"
#include "boards/usbip/orders.h"
#include "boards/usbip/server.h"
#include "peer.h"
#include <callbox/base/unix_socket.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <random>
#include <sys/socket.h>
#include <unistd.h>

using namespace callbox;
using namespace callbox::usbip;
using firmware::Personality;
using nlohmann::json;
using testing::HasSubstr;

namespace {

struct Ordered : testing::Test {
    VirtualCard a{Personality::card(1), "000000000000000a", "1-1"}, b{Personality::card(1), "000000000000000b", "1-2"},
        alone{Personality::card(2), "000000000000000c", "1-3"};
    Orders orders{{&a, &b, &alone}, "card", "127.0.0.1:3240"};
    void SetUp() override { a.plug(0, b, 0); }
    json ask(const std::string& order)
    {
        const json j = json::parse(orders.answer(order), nullptr, false);
        EXPECT_EQ(j.value("version", 0), 1) << j;
        return j;
    }
    json inject(json order)
    {
        order["do"] = "inject";
        return ask(order.dump());
    }
    std::string refused(json order) { return inject(std::move(order))["error"].value("message", "it was done"); }
    json port(std::size_t card, std::size_t p = 0) { return ask(R"({"do":"list"})")["cards"][card - 1]["ports"][p]; }
};

TEST_F(Ordered, AListTellsWhatStands)
{
    const json all = ask(R"({"do":"list"})");
    EXPECT_EQ(all["address"], "127.0.0.1:3240");
    EXPECT_EQ(all["personality"], "card");
    ASSERT_EQ(all["cards"].size(), 3u);
    EXPECT_EQ(all["cards"][1], json::parse(R"({"card":2,"bus_id":"1-2","plugged":true,"attached":false,"ppm":0,
        "ports":[{"port":0,"wired":true,"faults":[],"alarms":[]}],"lines":[]})"));
    EXPECT_EQ(all["cards"][2]["ports"].size(), 2u);
    for (unsigned ms = 0; ms < 20; ++ms)
        alone.millisecond();
    EXPECT_EQ(port(3)["alarms"], json({"LOS"})) << "nobody is at the other end";
}

TEST_F(Ordered, FaultsStandOnTheLineThatComesToTheCardUntilItIsWellAgain)
{
    for (const char* what : {"los", "lof", "rai"})
        EXPECT_EQ(inject({{"card", 2}, {"what", what}}),
                  json({{"version", 1}, {"card", 2}, {"port", 0}, {"what", what}}));
    EXPECT_EQ(inject({{"card", 2}, {"what", "errors"}, {"rate", 1e-5}})["rate"], 1e-5);
    EXPECT_EQ(port(2)["faults"], json({"los", "lof", "rai", "errors"}));
    EXPECT_EQ(port(1)["faults"], json::array()) << "the other direction is well";
    EXPECT_EQ(a.wire(0).fromCard.signal(), BitPipe::Signal::none);
    inject({{"card", 2}, {"what", "ais"}});
    inject({{"card", 2}, {"what", "lomf"}});
    EXPECT_EQ(port(2)["faults"], json({"ais", "lomf", "rai", "errors"}));
    inject({{"card", 2}, {"what", "ok"}});
    EXPECT_EQ(port(2)["faults"], json::array());
    inject({{"card", 2}, {"what", "drift"}, {"ppm", -200}});
    EXPECT_EQ(b.drift(), -200);
    EXPECT_EQ(a.drift(), 0);
}

TEST_F(Ordered, WhatIsWrongWithAnOrderIsSaid)
{
    EXPECT_EQ(ask("rubbish")["error"]["message"], "a JSON object with \"do\", list or inject, is wanted");
    EXPECT_EQ(ask("[]")["error"]["code"], "invalid");
    EXPECT_EQ(ask(R"({"do":7})")["error"]["code"], "invalid");
    EXPECT_EQ(refused({{"card", 1}}), "\"what\", the fault's name, is missing");
    EXPECT_EQ(refused({{"what", "los"}}), "\"card\", a number from 1, is missing");
    EXPECT_EQ(refused({{"card", "one"}, {"what", "los"}}), "\"card\" is \"one\": a whole number is wanted");
    EXPECT_EQ(refused({{"card", 4}, {"what", "los"}}), "no card 4: there are 1..3");
    EXPECT_EQ(refused({{"card", 1}, {"what", "fire"}}),
              "no fault is called \"fire\"; there is los, ais, lof, lomf, rai, errors, slip, drift, unplug, plug, ok, "
              "ring, battery, polarity, hook, flash");
    EXPECT_EQ(refused({{"card", 1}, {"what", "los"}, {"port", 1}}), "los: port 1: card 1-1 has ports 0..0");
    EXPECT_EQ(refused({{"card", 1}, {"what", "los"}, {"port", 9}}), "port 9: a card has ports 0..1");
    EXPECT_THAT(refused({{"card", 3}, {"what", "ais"}}), HasSubstr("the line of card 1-3, port 0, leads nowhere"));
    EXPECT_EQ(refused({{"card", 1}, {"what", "errors"}, {"count", 0}}), "errors: count 0: 1..1000000 are allowed");
    EXPECT_EQ(refused({{"card", 1}, {"what", "errors"}, {"rate", 0.5}}), "errors: rate 0.5: 1e-09..0.01 are allowed");
    EXPECT_EQ(refused({{"card", 1}, {"what", "errors"}, {"rate", 0.01}, {"count", 1}}),
              "errors: a count or a rate, not both");
    EXPECT_EQ(refused({{"card", 1}, {"what", "slip"}, {"count", -1001}}),
              "slip: count -1001: 1..1000, or negative for frames said twice");
    EXPECT_EQ(refused({{"card", 1}, {"what", "slip"}, {"count", 0xffffffffffffffffU}}),
              "\"count\" is 18446744073709551615: a whole number is wanted");
    EXPECT_EQ(refused({{"card", 1}, {"what", "drift"}}), "drift: by how many ppm? -1000..1000");
    EXPECT_EQ(refused({{"card", 1}, {"what", "drift"}, {"ppm", 1001}}), "drift: ppm 1001: -1000..1000 are allowed");
    EXPECT_EQ(refused({{"card", 1}, {"what", "los"}, {"ppm", 1}}), "los: ppm goes with drift only");
    EXPECT_EQ(refused({{"card", 1}, {"what", "los"}, {"rate", 1e-3}}), "los: a rate goes with errors only");
    EXPECT_EQ(refused({{"card", 1}, {"what", "los"}, {"count", 1}}), "los: a count goes with errors and slip only");
    EXPECT_EQ(port(1)["faults"], json::array()) << "and nothing was done";
}

// Three lines on one card towards an exchange, of which two lead to the other's telephones.
struct OrderedLines : Ordered {
    VirtualCard box{Personality::card(0).withBank(3, 0), "000000000000000d", "1-1"},
        office{Personality::card(0).withBank(0, 2), "000000000000000e", "1-2"};
    void SetUp() override
    {
        box.plugAnalog(0, office, 0);
        box.plugAnalog(1, office, 1);
        orders = Orders({&box, &office, &a}, "card", "127.0.0.1:3240");
    }
    json lines(std::size_t card) { return ask(R"({"do":"list"})")["cards"][card - 1]["lines"]; }
};

TEST_F(OrderedLines, FaultsStandOnAnAnalogLineAtBothItsEnds)
{
    EXPECT_EQ(inject({{"card", 1}, {"line", 2}, {"what", "ring"}}),
              json({{"version", 1}, {"card", 1}, {"line", 2}, {"what", "ring"}}));
    for (const char* what : {"battery", "polarity", "hook", "flash"})
        inject({{"card", 2}, {"line", 2}, {"what", what}});
    EXPECT_EQ(lines(2), json::parse(R"([{"line":1,"faces":"telephone","wired":true,"faults":[]},
        {"line":2,"faces":"telephone","wired":true,"faults":["ring","battery","polarity","hook"]}])"));
    EXPECT_EQ(lines(1)[1]["faults"], lines(2)[1]["faults"]);
    EXPECT_EQ(lines(1)[2], json::parse(R"({"line":3,"faces":"exchange","wired":false,"faults":[]})"));
    inject({{"card", 1}, {"line", 2}, {"what", "ok"}});
    EXPECT_EQ(lines(1)[1]["faults"], json::array());
    EXPECT_FALSE(inject({{"card", 1}, {"what", "drift"}, {"ppm", 50}}).contains("error")) << "it has a clock";
    EXPECT_EQ(box.drift(), 50);
}

TEST_F(OrderedLines, WhatIsWrongWithAnOrderIsSaid)
{
    EXPECT_EQ(refused({{"card", 1}, {"what", "ring"}}), "ring: on which line? card 1-1 has lines 1..3");
    EXPECT_EQ(refused({{"card", 2}, {"line", 3}, {"what", "hook"}}), "hook: line 3: card 1-2 has lines 1..2");
    EXPECT_EQ(refused({{"card", 2}, {"line", 9}, {"what", "hook"}}), "line 9: a card has lines 1..8");
    EXPECT_THAT(refused({{"card", 1}, {"line", 3}, {"what", "flash"}}), HasSubstr("line 3 of card 1-1 leads nowhere"));
    EXPECT_THAT(refused({{"card", 1}, {"line", 1}, {"what", "los"}}), HasSubstr("none of an analog line"));
    EXPECT_EQ(refused({{"card", 1}, {"what", "los"}}), "los: card 1-1 has analog lines only: which line?");
    EXPECT_EQ(refused({{"card", 1}, {"line", 1}, {"port", 0}, {"what", "ok"}}), "a port or a line, not both");
    EXPECT_EQ(refused({{"card", 1}, {"line", 1}, {"what", "ring"}, {"count", 3}}),
              "ring: a count goes with errors and slip only");
    EXPECT_EQ(refused({{"card", 3}, {"line", 1}, {"what", "ring"}}),
              "ring: card 1-1 has no analog lines; they are made with --analog");
    EXPECT_EQ(lines(1)[0]["faults"], json::array()) << "and nothing was done";
}

TEST_F(Ordered, AnyTextHasAnAnswer)
{
    std::mt19937 chance(1);
    const std::string good = R"({"do":"inject","card":1,"what":"slip","count":3,"port":0})";
    for (unsigned i = 0; i < 3000; ++i) {
        std::string text = good;
        for (unsigned n = chance() % 4; n > 0; --n)
            text[chance() % text.size()] = static_cast<char>(chance());
        ask(text);
    }
}

// The socket: a real one, on the real loop.
struct Socket : Ordered {
    RealLoop loop;
    tests::ScratchFolder scratch{"orders"};
    const std::string folder = scratch.path();
    OrderServer server{loop, Log(), [this](std::string_view order) { return orders.answer(order); }};
    int end = -1;
    std::string got;
    bool closed = false;
    void SetUp() override
    {
        Ordered::SetUp();
        ASSERT_TRUE(server.listen(folder + "/control.sock"));
        end = *connectUnix(folder + "/control.sock", SOCK_STREAM);
    }
    ~Socket() override { close(end); }
    void say(const std::string& text)
    {
        ASSERT_EQ(send(end, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    }
    // Runs the loop until so many lines have come, or the end.
    void lines(std::ptrdiff_t n)
    {
        auto watch = loop.watch(end, Interest::read, [&] {
            char buffer[4096];
            const ssize_t size = recv(end, buffer, sizeof buffer, MSG_DONTWAIT);
            closed = size == 0;
            if (size > 0)
                got.append(buffer, static_cast<std::size_t>(size));
            if (closed || std::count(got.begin(), got.end(), '\n') >= n)
                loop.stop();
        });
        loop.run();
    }
};

TEST_F(Socket, LinesAreAnsweredByLinesHoweverTheyCome)
{
    say("{\"do\":\"inject\",\"card\":1,\"what\":\"los\"}\n{\"do\":");
    say("\"list\"}\n");
    lines(2);
    EXPECT_EQ(got.substr(0, got.find('\n')), R"({"card":1,"port":0,"version":1,"what":"los"})");
    EXPECT_THAT(got, HasSubstr(R"("faults":["los"])"));
}

TEST_F(Socket, ALineWithoutEndIsNotWaitedFor)
{
    say(std::string(5000, 'x'));
    lines(1);
    EXPECT_TRUE(closed);
}

TEST_F(Socket, APathThatIsTakenIsSaid)
{
    OrderServer second(loop, Log(), [](std::string_view) { return std::string(); });
    EXPECT_EQ(second.listen(folder + "/control.sock").error().code, Errc::busy);
}

// Pulled out while a host has it, and in again.
TEST(Plug, ACardThatIsPulledOutLeavesItsHostAndMayBeImportedAgain)
{
    RealLoop loop;
    VirtualCard card{Personality::card(1), "000000000000000a", "1-1"};
    Server server{loop, Log(), {&card}};
    server.start();
    int both[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, both), 0);
    ASSERT_TRUE(server.attach(card, both[0]));
    auto watch = loop.watch(both[1], Interest::read, [&] {
        char octet = 0;
        if (recv(both[1], &octet, 1, MSG_DONTWAIT) == 0)
            loop.stop();
    });
    ASSERT_TRUE(inject(card, {.what = Fault::unplug}));
    loop.run();
    EXPECT_EQ(card.exported().bus, nullptr);
    test::Peer late({&card.exported()});
    EXPECT_FALSE(late.import("1-1"));
    EXPECT_TRUE(late.say(firmware::test::hex("0111 8005 00000000")));
    late.answer();
    EXPECT_EQ(late.answer(), firmware::test::hex("0111 0005 00000000 00000000")) << "nor is it offered";
    int another[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, another), 0);
    EXPECT_EQ(server.attach(card, another[0]).error().what, "card 1-1: it is unplugged");
    close(another[1]);
    ASSERT_TRUE(inject(card, {.what = Fault::plug}));
    EXPECT_TRUE(test::Peer({&card.exported()}).import("1-1"));
    watch->reset();
    close(both[1]);
}

} // namespace
