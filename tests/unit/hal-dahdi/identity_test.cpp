// SPDX-License-Identifier: GPL-2.0-or-later
// Spans are known by what they are, never by the order in which the kernel met them (N10). On a copy of what sysfs
// shows.
#include "../../../hal/backends/dahdi/identity.h"
#include "../../support/scratch_folder.h"
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

namespace fs = std::filesystem;

class Machine {
public:
    Machine() { fs::create_directories(root_ / "bus/dahdi_spans/devices"); }

    fs::path card(const std::string& name, const std::string& hardwareId, const std::string& location)
    {
        const fs::path folder = root_ / "devices" / name;
        fs::create_directories(folder);
        fs::create_directories(root_ / "bus/dahdi_devices/devices");
        fs::create_symlink(folder, root_ / "bus/dahdi_devices/devices" / name);
        put(folder / "assign_span", "");
        put(folder / "spantype", "");
        put(folder / "registration_time", "100");
        put(folder / "hardware_id", hardwareId);
        put(folder / "location", location);
        put(folder / "type", "a model");
        return folder;
    }
    void span(const fs::path& card, int number, int local, const std::string& kind, int first, int channels)
    {
        const std::string name = "span-" + std::to_string(number);
        const fs::path folder = card / name;
        fs::create_directories(folder);
        put(folder / "name", "name " + std::to_string(number));
        put(folder / "spantype", kind);
        put(folder / "local_spanno", std::to_string(local));
        put(folder / "basechan", std::to_string(first));
        put(folder / "channels", std::to_string(channels));
        fs::create_symlink(folder, root_ / "bus/dahdi_spans/devices" / name);
    }
    void channel(const fs::path& card, int span, int position, const std::string& can)
    {
        char name[32];
        std::snprintf(name, sizeof name, "dahdi!chan!%03d!%03d", span, position);
        const fs::path folder = card / ("span-" + std::to_string(span)) / name;
        fs::create_directories(folder);
        put(folder / "chanpos", std::to_string(position));
        put(folder / "sigcap", can);
    }
    [[nodiscard]] std::string root() const { return root_.string(); }

private:
    static void put(const fs::path& file, const std::string& text) { std::ofstream(file) << text << "\n"; }
    tests::ScratchFolder folder_{"sysfs"};
    fs::path root_{folder_.path()};
};

} // namespace

TEST(DahdiIdentity, TwoCardsThatSwapTheirPlacesKeepTheirNames)
{
    for (const bool swapped : {false, true}) {
        Machine m;
        const auto one = m.card("one", "SERIAL1", "PCI Bus 01 Slot 02"),
                   two = m.card("two", "SERIAL2", "PCI Bus 02 Slot 02");
        m.span(swapped ? two : one, 1, 1, "E1", 1, 31);
        m.span(swapped ? one : two, 2, 1, "T1", 32, 24);
        const auto first = dahdi::find(m.root(), "SERIAL1/1");
        ASSERT_TRUE(first) << first.error().what;
        EXPECT_EQ(first->number, swapped ? 2 : 1);
        EXPECT_EQ(first->firstChannel, swapped ? 32 : 1);
        EXPECT_EQ(first->type, swapped ? SpanType::t1 : SpanType::e1);
    }
}

TEST(DahdiIdentity, ACardWithoutAnIdIsKnownByWhereItIs)
{
    Machine m;
    m.span(m.card("one", "", "PCI Bus 01 Slot 02"), 4, 3, "E1", 63, 31);
    const auto all = dahdi::spans(m.root());
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 1u);
    EXPECT_EQ((*all)[0].id, "@PCI Bus 01 Slot 02/3");
    EXPECT_EQ((*all)[0].number, 4);
}

TEST(DahdiIdentity, TwoSpansOfOneNameAreRefusedNotGuessed)
{
    Machine m;
    m.span(m.card("one", "SAME", ""), 1, 1, "E1", 1, 31);
    m.span(m.card("two", "SAME", ""), 2, 1, "E1", 32, 31);
    const auto found = dahdi::find(m.root(), "SAME/1");
    ASSERT_FALSE(found);
    EXPECT_NE(found.error().what.find("two spans SAME/1"), std::string::npos) << found.error().what;
}

TEST(DahdiIdentity, ASpanThatIsNotAssignedIsNotListed)
{
    Machine m;
    m.span(m.card("one", "A", ""), 1, 1, "E1", 0, 31);
    EXPECT_TRUE(dahdi::spans(m.root())->empty());
    EXPECT_EQ(dahdi::find(m.root(), "A/1").error().what, "DAHDI has no span A/1; it has none");
}

std::string lineOf(const fs::path& file)
{
    std::string line;
    std::getline(std::ifstream(file) >> std::ws, line);
    return line;
}

TEST(DahdiIdentity, ASpanOfACardThatHasComeIsAssignedByUsWhereNobodyElseDoes)
{
    Machine m;
    const fs::path other = m.card("one", "A", ""), card = m.card("two", "", "USB 2");
    ASSERT_TRUE(dahdi::assign(m.root(), "@USB 2/3", SpanType::t1, ""));
    EXPECT_EQ(lineOf(card / "spantype"), "3:T1");
    EXPECT_EQ(lineOf(card / "assign_span"), "3:0:0");
    EXPECT_EQ(lineOf(other / "assign_span"), "");
    ASSERT_TRUE(dahdi::assign(m.root(), "A/1", SpanType::analog, "99")) << "another card of that name was there before";
    EXPECT_EQ(lineOf(other / "assign_span"), "1:0:0");
    EXPECT_EQ(lineOf(other / "spantype"), "");
}

TEST(DahdiIdentity, WhatSomebodyHasTakenBackByHandStaysSo)
{
    Machine m;
    const fs::path card = m.card("one", "A", "");
    ASSERT_TRUE(dahdi::assign(m.root(), "A/1", SpanType::e1, "100"));
    EXPECT_EQ(lineOf(card / "assign_span"), "");
}

TEST(DahdiIdentity, NoCardAndNoNumberOfASpanIsNothingToAssign)
{
    Machine m;
    const fs::path card = m.card("one", "A", "");
    for (const char* id : {"B/1", "A", "A/", "A/x", "", "/"})
        EXPECT_TRUE(dahdi::assign(m.root(), id, SpanType::e1, "")) << id;
    EXPECT_EQ(lineOf(card / "assign_span"), "");
    EXPECT_TRUE(dahdi::assign("/nonexistent", "A/1", SpanType::e1, ""));
}

TEST(DahdiIdentity, AMachineWithoutDahdiHasNoSpans)
{
    const auto none = dahdi::spans("/nonexistent");
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->empty());
}

TEST(DahdiIdentity, TheModulesOfAnAnalogCardAreKnownByWhatTheyFace)
{
    Machine m;
    const auto card = m.card("one", "SERIAL1", "PCI Bus 01 Slot 02");
    m.span(card, 3, 1, "ANALOG_MIXED", 32, 4);
    m.span(card, 4, 2, "FXS", 36, 4);
    m.channel(card, 3, 2, "FXOLS FXOGS FXOKS");
    m.channel(card, 3, 1, "FXSLS FXSKS Clear");
    m.channel(card, 3, 4, "");
    m.channel(card, 3, 9, "FXSKS");
    using Kinds = std::vector<std::optional<PortKind>>;
    EXPECT_EQ(dahdi::portKinds(m.root(), *dahdi::find(m.root(), "SERIAL1/1")),
              (Kinds{PortKind::fxo, PortKind::fxs, std::nullopt, std::nullopt}));
    EXPECT_EQ(dahdi::portKinds(m.root(), *dahdi::find(m.root(), "SERIAL1/2")), Kinds{}) << "the kernel does not tell";
}
