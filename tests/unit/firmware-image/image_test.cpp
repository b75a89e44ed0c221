// SPDX-License-Identifier: GPL-2.0-or-later
// Files for updates as a vendor makes them: what comes out is taken by a loader, what cannot be right is refused.
#include "image/virtual_program.h"
#include <gmock/gmock.h>

using namespace callbox;
using namespace callbox::firmware;
using namespace callbox::firmware::image;
using testing::HasSubstr;

namespace {

TEST(ImageVersion, IsThreeOrFourNumbers)
{
    EXPECT_EQ(*versionFrom("1.2.3"), 0x01020300U);
    EXPECT_EQ(*versionFrom("255.0.10.7"), 0xff000a07U);
    for (const char* wrong : {"", "1", "1.2", "1.2.", "1.2.3.", "1.2.3.4.5", "256.1.1", "-1.2.3", "a.b.c", "1.2.3 ",
                              " 1.2.3", "0.0.0", "0.0.0.0", "1..3"})
        EXPECT_FALSE(versionFrom(wrong)) << wrong;
    for (const char* text : {"1.2.3", "0.0.1", "10.20.30.40"})
        EXPECT_EQ(versionText(*versionFrom(text)), text);
}

TEST(ImageFile, IsWhatALoaderTakes)
{
    const boot::Part& part = boot::virtualCard;
    const OctetBuffer file = virtualFile(0x01020300);
    for (unsigned slot = 0; slot < 2; ++slot) {
        const Octets one = Octets(file).subspan(slot * file.size() / 2, file.size() / 2);
        boot::Image i;
        boot::Wrong wrong = boot::Wrong::nothing;
        ASSERT_EQ(boot::readHeader(one.first<boot::headerSize>(), i), boot::Wrong::nothing);
        EXPECT_EQ(boot::slotOf(i, part, wrong), static_cast<int>(slot));
        EXPECT_TRUE(boot::sound(i, one.subspan(boot::headerSize), part));
        EXPECT_EQ(i.version, 0x01020300U);
        EXPECT_TRUE(starts(one.subspan(boot::headerSize)));
    }
    EXPECT_FALSE(starts(virtualProgram(0, false)));
    EXPECT_FALSE(starts({}));
}

TEST(ImageFile, IsNotMadeOfAProgramThatCannotRunThere)
{
    const boot::Part& part = boot::stm32f405;
    EXPECT_THAT(makeImage(part, 1, 1, virtualProgram(0, true)).error().what,
                HasSubstr("slot 1 does not begin with a vector table for 0x08080200"));
    EXPECT_FALSE(makeImage(part, 0, 1, {}));
    EXPECT_FALSE(makeImage(part, 0, 1, OctetBuffer(7)));
    EXPECT_THAT(makeImage(part, 0, 1, OctetBuffer(part.slots[0].size)).error().what, HasSubstr("392704 is the most"));
    OctetBuffer odd = virtualProgram(0, true);
    odd.push_back(1);
    const auto padded = makeImage(part, 0, 1, std::move(odd));
    ASSERT_TRUE(padded) << padded.error().what;
    EXPECT_EQ(padded->size() % 4, 0U);
    EXPECT_EQ(partNamed("stm32f405")->hardware, part.hardware);
    EXPECT_THAT(partNamed("z80").error().what, HasSubstr("there is stm32f405, virtual"));
}

} // namespace
