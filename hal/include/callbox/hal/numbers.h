// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers as signalling carries them: digits with type, plan, presentation and screening kept apart (N26).
// Values are the code points of Q.931 4.5.8 and 4.5.10 (ETSI EN 300 403-1).
#pragma once
#include <callbox/base/number.h>
#include <optional>
#include <string>

namespace callbox::hal {

enum class TypeOfNumber : std::uint8_t {
    unknown = 0,
    international = 1,
    national = 2,
    networkSpecific = 3,
    subscriber = 4,
    abbreviated = 6,
};
enum class NumberingPlan : std::uint8_t {
    unknown = 0,
    isdn = 1, // E.164
    data = 3,
    telex = 4,
    national = 8,
    privatePlan = 9,
};
enum class Presentation : std::uint8_t { allowed = 0, restricted = 1, unavailable = 2 };
enum class Screening : std::uint8_t {
    userNotScreened = 0,
    userPassed = 1,
    userFailed = 2,
    network = 3,
};

struct PartyNumber {
    std::string digits; // as received: no prefix added, no '+'
    TypeOfNumber type = TypeOfNumber::unknown;
    NumberingPlan plan = NumberingPlan::isdn;
    Presentation presentation = Presentation::allowed;
    Screening screening = Screening::userNotScreened;
    bool operator==(const PartyNumber&) const = default;
};

// ETSI EN 300 207-1 DiversionReason, and Q.931's reason for diversion / ANSI T1.607 redirecting reason.
enum class DiversionReason : std::uint8_t {
    unknown = 0,
    busy = 1,
    noReply = 2,
    unconditional = 3,
    deflection = 4,
    mobileNotReachable = 5
};

struct Diversion {
    PartyNumber number;
    DiversionReason reason = DiversionReason::unknown;
    bool operator==(const Diversion&) const = default;
};

// How redirecting information travels: Redirecting Number IE (ANSI T1.607 / Q.931 codeset 0 0x74, original 0x73) or
// DivertingLegInformation2 in a Facility IE (EN 300 207-1).
enum class RedirectingForm { ie, facility, both };

// How a trunk writes numbers, and how what it writes becomes E.164: one tested place (N26).
struct DialPlan {
    std::string country = "1"; // country code digits
    std::string area;          // prefixed to subscriber numbers; may be empty
    std::string internationalPrefix = "011";
    std::string nationalPrefix = "1"; // the trunk prefix; empty where there is none
    // Digits of a national (significant) number. One length: a closed plan. Several: an open one, as Germany's.
    unsigned shortestNational = 10, longestNational = 10;

    [[nodiscard]] bool closed() const { return shortestNational == longestNational; }
    [[nodiscard]] bool isNational(std::size_t digits) const
    {
        return digits >= shortestNational && digits <= longestNational;
    }
    bool operator==(const DialPlan&) const = default;
};
DialPlan dialPlanUs(); // rows of the table in dial_plans.h
DialPlan dialPlanEu();

// Empty when the number cannot be one (letters, too short, too long, no digits). Of unknown type: by its prefix, else
// by its length, where a subscriber's number goes before a national one that lacks the national prefix.
PhoneNumber toE164(const PartyNumber&, const DialPlan&);
// How we write an E.164 number on a trunk with this plan: national where country and length match, else international.
PartyNumber fromE164(const PhoneNumber&, const DialPlan&);

} // namespace callbox::hal
