// SPDX-License-Identifier: GPL-2.0-or-later
// Slips are told as DAHDI shows them. On copies of what it shows.
#include "../../../hal/backends/dahdi/slips.h"
#include "../../support/scratch_folder.h"
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

using namespace callbox;
using namespace callbox::hal;

namespace {

class Proc {
public:
    Proc() { std::filesystem::create_directories(folder() + "/dahdi"); }
    [[nodiscard]] std::string folder() const { return scratch_.path(); }
    void shows(const std::string& counts) const
    {
        std::ofstream(folder() + "/dahdi/3") << "Span 3: Callbox/1-1/0 \"E1 over USB 0001\" (MASTER) HDB3/CCS/CRC4 \n"
                                             << counts << "\n\t  63 Callbox/1-1/0/1 Clear (In use) \n";
    }

private:
    tests::ScratchFolder scratch_{"proc"};
};

std::uint32_t more(dahdi::Slips& slips)
{
    return slips.more(dahdi::Slips::counted(slips.file()));
}

} // namespace

TEST(DahdiSlips, ALineThatSlipsWithoutAnErrorIsToldSlipBySlip)
{
    Proc proc;
    proc.shows("");
    dahdi::Slips slips;
    slips.begin(proc.folder(), 3);
    EXPECT_EQ(more(slips), 0u);
    proc.shows("\tCRC4 error count: 7\n\tTiming slips: 2\n");
    EXPECT_EQ(more(slips), 2u);
    EXPECT_EQ(more(slips), 0u);
    proc.shows("\tTiming slips: 3\n");
    EXPECT_EQ(more(slips), 1u);
}

TEST(DahdiSlips, WhatSlippedBeforeTheStartIsNotOurs)
{
    Proc proc;
    proc.shows("\tTiming slips: 41\n");
    dahdi::Slips slips;
    slips.begin(proc.folder(), 3);
    EXPECT_EQ(more(slips), 0u);
}

TEST(DahdiSlips, ACardThatWasPluggedInAgainCountsFromZeroAndNotFourThousandMillion)
{
    Proc proc;
    proc.shows("\tTiming slips: 41\n");
    dahdi::Slips slips;
    slips.begin(proc.folder(), 3);
    proc.shows("\tTiming slips: 2\n");
    EXPECT_EQ(more(slips), 2u);
    std::filesystem::remove(proc.folder() + "/dahdi/3");
    EXPECT_EQ(more(slips), 0u);
    proc.shows("\tTiming slips: 4000000000\n");
    EXPECT_EQ(more(slips), 1000u);
    proc.shows("\tTiming slips: no number\n");
    EXPECT_EQ(more(slips), 0u);
}
