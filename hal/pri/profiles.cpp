// SPDX-License-Identifier: GPL-2.0-or-later
// The rows. A new kind of switch is a row here; a new quirk is one in `quirks` and the place that puts up with it.
#include <algorithm>
#include <array>
#include <callbox/hal/trunk_profile.h>

namespace callbox::hal {

namespace {

constexpr std::array types{PriSwitchType::euroIsdn, PriSwitchType::ni2,      PriSwitchType::dms100,
                           PriSwitchType::att4ess,  PriSwitchType::lucent5e, PriSwitchType::qsig};

constexpr std::array quirks{
    QuirkRow{
        PriQuirk::extensionBit, "extension-bit",
        "an extension bit of a number's octet 3, 3a or digits that is wrong: what looks like a digit is one",
        "libpri d2585d6, f8e6096: Lucent switches set the bit of octet 3 and send octet 3a all the same; also seen "
        "on NI2"},
    QuirkRow{PriQuirk::strayOctets, "stray-octets", "NULs and other octets that are no digits in a number: left out",
             "libpri 6078b21: carriers send NULs within numbers"},
    QuirkRow{PriQuirk::causeMissing, "cause-missing",
             "DISCONNECT or RELEASE without Cause: taken as cause 31, without cause 96 in the answer",
             "libpri 97648bb: DISCONNECT and RELEASE that lack mandatory elements"},
    QuirkRow{PriQuirk::channelMissing, "channel-missing",
             "the network's first answer without Channel identification: it is the channel we asked for",
             "libpri a972280: the element is mandatory there, and was not insisted on before"},
    QuirkRow{PriQuirk::progressMissing, "progress-missing",
             "PROGRESS without Progress indicator: no news, and no STATUS with cause 96 in answer",
             "libpri's ALERTING_NO_PROGRESS for Mitel switches"}};
static_assert(quirks.size() == quirkCount);

constexpr std::string_view everyTypesQuirks = "carriers of every kind send NULs in numbers and wrong extension bits; "
                                              "reading them cannot be mistaken";
constexpr std::string_view standardRestart = "EN 300 403-1 table 9: T316 2 minutes, two tries";
constexpr int t316 = 120'000;
constexpr int n316 = 2;

const std::array<TrunkProfile, 9>& rows()
{
    static const QuirkSet common{PriQuirk::extensionBit, PriQuirk::strayOctets};
    static const std::array<TrunkProfile, 9> all{
        TrunkProfile{"euroisdn", PriSwitchType::euroIsdn, "EuroISDN (EN 300 403-1)", common, everyTypesQuirks, true,
                     t316, n316, standardRestart, RedirectingForm::facility, "eu", false, TransferKind::ect,
                     DeflectionKind::etsiRerouting},
        TrunkProfile{"ni2", PriSwitchType::ni2, "National ISDN 2", common, everyTypesQuirks, true, t316, n316,
                     standardRestart, RedirectingForm::ie, "us", false, TransferKind::tbct, DeflectionKind::none},
        TrunkProfile{"dms100", PriSwitchType::dms100, "Nortel DMS-100", common, everyTypesQuirks, true, t316, n316,
                     standardRestart, RedirectingForm::ie, "us", true, TransferKind::rlt, DeflectionKind::none},
        TrunkProfile{"4ess", PriSwitchType::att4ess, "AT&T 4ESS", common, everyTypesQuirks, true, t316, n316,
                     standardRestart, RedirectingForm::ie, "us", true, TransferKind::tbct, DeflectionKind::none},
        TrunkProfile{"5ess", PriSwitchType::lucent5e, "Lucent 5ESS", common, everyTypesQuirks, true, t316, n316,
                     standardRestart, RedirectingForm::ie, "us", false, TransferKind::tbct, DeflectionKind::none},
        TrunkProfile{"qsig", PriSwitchType::qsig, "a private exchange, QSIG (ECMA-143)", common, everyTypesQuirks, true,
                     t316, n316, standardRestart, RedirectingForm::facility, "eu", false, TransferKind::qsigRerouteing,
                     DeflectionKind::qsigRerouteing},
        TrunkProfile{"qsig-join", PriSwitchType::qsig,
                     "a private exchange, QSIG, that transfers by join and path replacement (ECMA-178, 176)", common,
                     everyTypesQuirks, true, t316, n316, standardRestart, RedirectingForm::facility, "eu", false,
                     TransferKind::qsigJoin, DeflectionKind::qsigRerouteing},
        TrunkProfile{"no-restart", PriSwitchType::euroIsdn, "EuroISDN of a switch that does not acknowledge RESTART",
                     common, everyTypesQuirks, false, 4'000, 1,
                     "such a switch says cause 44 afterwards (ASTERISK-19608): it is not asked at the start, and only "
                     "briefly later",
                     RedirectingForm::facility, "eu", false, TransferKind::none, DeflectionKind::none},
        TrunkProfile{"strict", PriSwitchType::euroIsdn, "EuroISDN to the letter, as a conformance test has it",
                     QuirkSet(), "none: every deviation is answered as EN 300 403-1 5.8 says", true, t316, n316,
                     standardRestart, RedirectingForm::facility, "eu", false, TransferKind::ect,
                     DeflectionKind::etsiRerouting}};
    return all;
}

} // namespace

std::string_view name(PriSwitchType t)
{
    switch (t) {
    case PriSwitchType::euroIsdn:
        return "euroisdn";
    case PriSwitchType::ni2:
        return "ni2";
    case PriSwitchType::dms100:
        return "dms100";
    case PriSwitchType::att4ess:
        return "4ess";
    case PriSwitchType::lucent5e:
        return "5ess";
    case PriSwitchType::qsig:
        return "qsig";
    }
    return "euroisdn";
}

std::span<const PriSwitchType> allSwitchTypes()
{
    return types;
}

bool northAmerican(PriSwitchType t)
{
    return t != PriSwitchType::euroIsdn && t != PriSwitchType::qsig;
}

std::span<const QuirkRow> priQuirks()
{
    return quirks;
}

std::string_view name(PriQuirk q)
{
    return quirks[std::size_t(q)].name;
}

std::optional<PriQuirk> findQuirk(std::string_view name)
{
    const auto it = std::find_if(quirks.begin(), quirks.end(), [&](const QuirkRow& r) { return r.name == name; });
    return it == quirks.end() ? std::nullopt : std::optional(it->quirk);
}

std::span<const TrunkProfile> trunkProfiles()
{
    return rows();
}

const TrunkProfile* findProfile(std::string_view name)
{
    const auto it = std::find_if(rows().begin(), rows().end(), [&](const TrunkProfile& p) { return p.name == name; });
    return it == rows().end() ? nullptr : &*it;
}

const TrunkProfile& profileOf(PriSwitchType t)
{
    return *findProfile(name(t)); // every type has one: a test checks
}

} // namespace callbox::hal
