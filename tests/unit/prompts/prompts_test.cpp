// SPDX-License-Identifier: GPL-2.0-or-later
// Prompt sets: the shipped one is complete; what callers hear when a vendor's lacks something.
#include "../../support/scratch_folder.h"
#include "prompts/prompts.h"
#include <cmath>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <set>
#include <stdlib.h>

namespace callbox::prompts {
namespace {

using hal::Law;

class Folder {
public:
    [[nodiscard]] const std::string& path() const { return folder_.path(); }
    // A WAV file of `samples` equal octets.
    void put(const std::string& id, std::uint8_t octet, std::uint32_t samples = 800) const
    {
        OctetBuffer file = hal::wavHeader(Law::mulaw, samples);
        file.insert(file.end(), samples, octet);
        write(id, std::string(asText(file)));
    }
    void write(const std::string& id, const std::string& octets) const
    {
        std::ofstream(path() + "/" + id + ".wav", std::ios::binary) << octets;
    }

private:
    tests::ScratchFolder folder_{"prompts"};
};

std::string shipped()
{
    return shippedPrompts(runningProgram()) + "/en";
}

PhoneNumber number(const char* e164)
{
    return PhoneNumber::parse(e164).value();
}

// The words of a sentence, "|" for a pause between groups.
std::string words(const Sentence& s)
{
    std::string out;
    for (const Sentence::Piece& p : s.pieces()) {
        if (p.prompt)
            out += std::string(out.empty() || out.back() == ' ' ? "" : " ") + std::string(fileId(*p.prompt));
        else if (p.pause >= 200ms)
            out += " |";
    }
    return out;
}

// The octets with which each sound of a test's set is filled.
std::vector<int> heard(const std::vector<hal::SoundPtr>& sounds)
{
    std::vector<int> out;
    for (const hal::SoundPtr& s : sounds)
        out.push_back(s->samples.at(0));
    return out;
}

TEST(Prompts, EveryIdHasAFileNameOfItsOwn)
{
    std::set<std::string_view> ids;
    for (std::size_t i = 0; i < promptCount; ++i) {
        const auto p = static_cast<Prompt>(i);
        EXPECT_FALSE(fileId(p).empty()) << i;
        EXPECT_TRUE(ids.insert(fileId(p)).second) << fileId(p);
        EXPECT_EQ(promptOf(fileId(p)), p);
    }
    EXPECT_EQ(fileId(Prompt::pm), "pm"); // the last of the named ones: the table is in the enum's order
    EXPECT_EQ(fileId(Prompt::storeFull), "store-full");
    EXPECT_EQ(fileId(Prompt::noticeCode), "notice-code");
    EXPECT_EQ(fileId(spokenNumber(42)), "number-42");
    EXPECT_EQ(fileId(Prompt::day31), "day-31");
    EXPECT_FALSE(promptOf("number-60"));
}

TEST(Prompts, TheShippedEnglishSetIsComplete)
{
    const auto set = PromptSet::loadFrom(shipped(), "", {Law::alaw, Law::mulaw}, {});
    for (const auto& m : set->missing())
        ADD_FAILURE() << fileId(m.prompt) << ": " << m.why;
}

TEST(Prompts, TheShippedSetHoldsNoFileThatNobodySays)
{
    for (const auto& entry : std::filesystem::directory_iterator(shipped()))
        if (entry.path().extension() == ".wav") {
            EXPECT_TRUE(promptOf(entry.path().stem().string())) << entry.path();
        }
    EXPECT_TRUE(std::filesystem::exists(shipped() + "/LICENCE-NOTE"));
}

TEST(Prompts, TheShippedSetIsHeardAtTelephoneLevel)
{
    const auto set = PromptSet::loadFrom(shipped(), "", {Law::alaw}, {});
    for (std::size_t i = 0; i < promptCount; ++i) {
        const auto p = static_cast<Prompt>(i);
        const auto sounds = set->sounds(Sentence(p), Law::alaw);
        ASSERT_EQ(sounds.size(), 1u) << fileId(p);
        EXPECT_GT(sounds[0]->length(), 150ms) << fileId(p);
        EXPECT_LT(sounds[0]->length(), 9s) << fileId(p);
        const double level = hal::levelDbm0(sounds[0]->samples, Law::alaw);
        EXPECT_GT(level, -19) << fileId(p);
        EXPECT_LT(level, -11) << fileId(p);
    }
}

TEST(Prompts, OneSetServesBothLaws)
{
    const auto set = PromptSet::loadFrom(shipped(), "", {Law::mulaw}, {});
    const auto sounds = set->sounds(Sentence(Prompt::goodbye), Law::alaw);
    ASSERT_EQ(sounds.size(), 1u);
    EXPECT_EQ(sounds[0]->law, Law::mulaw);
    OctetBuffer out(160);
    EXPECT_EQ(set->speak(Sentence(Prompt::goodbye), Law::alaw)->read(out, Law::alaw), 160u);
}

TEST(Prompts, NumbersAreReadInGroups)
{
    EXPECT_EQ(
        words(Sentence().number(number("+12125550199"))),
        "number-1 | number-2 number-1 number-2 | number-5 number-5 number-5 | number-0 number-1 number-9 number-9");
    EXPECT_EQ(words(Sentence().number(number("+4930123"))),
              "number-4 number-9 number-3 | number-0 number-1 number-2 number-3");
    EXPECT_EQ(words(Sentence().number(number("+123"))), "number-1 number-2 number-3");
    EXPECT_EQ(words(Sentence().number(PhoneNumber())), "");
}

TEST(Prompts, DigitsThatAreNoneArePauses)
{
    EXPECT_EQ(words(Sentence(Prompt::noticeCode).digits("48*13")), "notice-code number-4 number-8 | number-1 number-3");
}

TEST(Prompts, TimesAreSaidAsEnglishDoes)
{
    EXPECT_EQ(words(Sentence().date(11, 22).time(14, 5)), "month-11 day-22 number-2 oh number-5 pm");
    EXPECT_EQ(words(Sentence().time(0, 0)), "number-12 oclock am");
    EXPECT_EQ(words(Sentence().time(12, 30)), "number-12 number-30 pm");
    EXPECT_EQ(words(Sentence().time(23, 59)), "number-11 number-59 pm");
    EXPECT_EQ(words(Sentence().date(13, 1).date(1, 32).time(24, 0).time(0, 60)), ""); // nonsense is not said
}

TEST(Prompts, AWholeSentenceComesFromTheFallbackSetWhenOneWordIsMissing)
{
    Folder own, fallback;
    own.put("message-from", 1);
    own.put("number-1", 2);
    for (const char* id : {"message-from", "number-1", "number-2"})
        fallback.put(id, 9);
    const auto set = PromptSet::loadFrom(own.path(), fallback.path(), {Law::mulaw}, {});
    const Sentence complete = Sentence(Prompt::messageFrom).say(spokenNumber(1));
    const Sentence lacking = Sentence(Prompt::messageFrom).say(spokenNumber(1)).say(spokenNumber(2));
    EXPECT_THAT(heard(set->sounds(complete, Law::mulaw)), testing::ElementsAre(1, 2));
    EXPECT_THAT(heard(set->sounds(lacking, Law::mulaw)), testing::ElementsAre(9, 9, 9));
    EXPECT_EQ(set->unspoken(), 0u);
    ASSERT_EQ(set->missing().size(), promptCount - 2);
    EXPECT_TRUE(set->missing()[promptCount - 3].why.find(own.path()) != std::string::npos);
}

TEST(Prompts, WhatNoSetHasIsLeftOutAndCounted)
{
    Folder own;
    own.put("saved", 1);
    own.put("number-1", 2);
    const auto set = PromptSet::loadFrom(own.path(), "", {Law::mulaw}, {});
    const Sentence s = Sentence(Prompt::saved).say(Prompt::goodbye).say(spokenNumber(1));
    EXPECT_THAT(heard(set->sounds(s, Law::mulaw)), testing::ElementsAre(1, 2));
    EXPECT_EQ(set->unspoken(), 1u);
    for (const auto& m : set->missing())
        EXPECT_FALSE(m.replaced);
}

TEST(Prompts, BrokenFilesAreMissingOnes)
{
    Folder own;
    own.write("greeting", "this is no WAV file at all");
    own.write("saved", "");
    own.put("beep", 1, 0);
    own.put("goodbye", 1);
    const auto set = PromptSet::loadFrom(own.path(), "", {Law::alaw}, {});
    const auto lacks = [&](Prompt p) {
        return std::any_of(set->missing().begin(), set->missing().end(), [&](const auto& m) { return m.prompt == p; });
    };
    EXPECT_TRUE(lacks(Prompt::greeting));
    EXPECT_TRUE(lacks(Prompt::saved));
    EXPECT_TRUE(lacks(Prompt::beep));
    EXPECT_FALSE(lacks(Prompt::goodbye));
}

// N52: without any prompt a caller still hears when to speak, and the call goes on.
TEST(Prompts, WithoutAnySetTheBeepIsMade)
{
    for (const auto& set : {PromptSet::loadFrom("/nowhere", "/nowhere else", {Law::alaw}, {}),
                            std::shared_ptr<const PromptSet>(std::make_shared<PromptSet>())}) {
        EXPECT_TRUE(set->sounds(Sentence(Prompt::greeting), Law::alaw).empty());
        const auto beep = set->sounds(Sentence(Prompt::beep), Law::alaw);
        ASSERT_EQ(beep.size(), 1u);
        EXPECT_GT(hal::levelDbm0(beep[0]->samples, Law::alaw), -16);
        OctetBuffer out(160);
        EXPECT_EQ(set->speak(Sentence(Prompt::greeting), Law::alaw)->read(out, Law::alaw), 0u); // ends at once
        EXPECT_EQ(set->unspoken(), 3u);
    }
}

TEST(Prompts, AVendorsFolderMayHoldLanguagesOrFiles)
{
    Folder vendor;
    std::filesystem::create_directory(vendor.path() + "/de");
    OctetBuffer file = hal::wavHeader(Law::alaw, 100);
    file.insert(file.end(), 100, 7);
    std::ofstream(vendor.path() + "/de/goodbye.wav", std::ios::binary) << asText(file);
    vendor.put("goodbye", 8);
    const auto german = PromptSet::load({vendor.path(), "de"}, {Law::alaw}, {});
    EXPECT_THAT(heard(german->sounds(Sentence(Prompt::goodbye), Law::alaw)), testing::ElementsAre(7));
    EXPECT_EQ(german->sounds(Sentence(Prompt::saved), Law::alaw).size(), 1u) << "the shipped English one stands in";
    const auto plain = PromptSet::load({vendor.path(), "fr"}, {Law::mulaw}, {});
    EXPECT_THAT(heard(plain->sounds(Sentence(Prompt::goodbye), Law::mulaw)), testing::ElementsAre(8));
}

TEST(Prompts, ShippedSetsLieBesideTheProgramOrInTheSystem)
{
    Folder root;
    std::filesystem::create_directories(root.path() + "/share/callbox/prompts");
    EXPECT_EQ(shippedPrompts(root.path() + "/bin/callboxd"), root.path() + "/share/callbox/prompts");
    EXPECT_EQ(shippedPrompts("/usr/sbin/nothing/callboxd"), "/usr/share/callbox/prompts");
    EXPECT_EQ(shippedPrompts(""), "/usr/share/callbox/prompts");
}

} // namespace
} // namespace callbox::prompts
