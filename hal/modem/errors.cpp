// SPDX-License-Identifier: GPL-2.0-or-later
#include "errors.h"

namespace callbox::hal::modem {

namespace {

struct CmsRow {
    int code;
    SmsOutcome outcome;
    std::string_view words;
};
constexpr SmsOutcome refused = SmsOutcome::refused;
constexpr SmsOutcome failed = SmsOutcome::failed;
constexpr SmsOutcome unknown = SmsOutcome::unknown;

constexpr CmsRow cmsTable[] = {
    // 0 to 127: RP-ERROR (24.011 8.2.5.4)
    {1, refused, "the number is not in use: check it"},
    {8, refused, "barred by the operator: ask why this SIM may not send"},
    {10, refused, "barred: the SIM may not send to this number"},
    {21, refused, "rejected by the network: check the SIM's subscription and credit"},
    {22, failed, "the centre's memory is full: it is tried again later"},
    {27, failed, "the recipient's phone is out of order"},
    {28, refused, "unidentified subscriber: the number is not known to the network"},
    {29, refused, "facility rejected: the SIM has no SMS service"},
    {30, refused, "unknown subscriber: the number is not known to the network"},
    {38, failed, "network out of order: it is tried again later"},
    {41, failed, "temporary failure in the network"},
    {42, failed, "congestion in the network"},
    {47, failed, "no resources in the network"},
    {50, refused, "facility not subscribed: the SIM has no SMS service"},
    {69, refused, "facility not implemented by the network"},
    {81, failed, "invalid transaction in the network"},
    {95, refused, "the network calls the message invalid"},
    {96, refused, "the network misses something in the message"},
    {97, refused, "the network does not know this kind of message"},
    {98, failed, "the network did not expect a message now"},
    {99, refused, "the network does not know an element of the message"},
    {111, failed, "protocol error in the network"},
    {127, failed, "interworking failure"},
    // 128 to 255: TP-Failure-Cause (23.040 9.2.3.22)
    {128, refused, "the centre cannot reach that kind of network"},
    {129, refused, "the centre does not take this type of message"},
    {130, failed, "the centre cannot replace a message"},
    {143, refused, "the centre does not take this protocol"},
    {144, refused, "the centre does not take this alphabet"},
    {145, refused, "the centre does not take this class of message"},
    {159, refused, "the centre does not take this coding"},
    {160, failed, "the centre cannot act on it now"},
    {161, refused, "the centre does not know this command"},
    {175, refused, "the centre refuses the command"},
    {176, refused, "the centre does not take this kind of message"},
    {192, failed, "the centre is busy"},
    {193, refused, "the SIM has no subscription at this centre: check the centre's number on the SIM"},
    {194, failed, "the centre has failed"},
    {195, refused, "the centre calls the number invalid: check it"},
    {196, refused, "the recipient is barred at the centre"},
    {197, unknown, "the centre says that it has this message already"},
    {198, refused, "the centre does not take this form of validity"},
    {199, refused, "the centre does not take this validity"},
    {208, failed, "the SIM's memory is full"},
    {209, failed, "the SIM has no memory for messages"},
    {210, failed, "error in the modem: reset it if this stays"},
    {211, failed, "the memory for messages is full"},
    {212, failed, "the SIM is busy with its own programs"},
    {213, failed, "the SIM could not take data"},
    {255, failed, "an error without a cause"},
    // 300 to 511: of the modem (27.005 3.2.5)
    {300, failed, "the modem failed: reset it if this stays"},
    {301, refused, "the SMS service of the modem is reserved by another program: find and stop it"},
    {302, failed, "the modem does not allow it now"},
    {303, refused, "the modem does not support it"},
    {304, refused, "the modem calls the PDU invalid"},
    {305, refused, "the modem calls the text invalid"},
    {310, failed, "no SIM inserted"},
    {311, failed, "the SIM wants its PIN: set pin in the configuration"},
    {312, failed, "the modem is bound to another SIM (PH-SIM PIN)"},
    {313, failed, "SIM failure: take it out and put it in again"},
    {314, failed, "SIM busy"},
    {315, failed, "wrong SIM"},
    {316, failed, "the SIM wants its PUK: unblock it in a phone"},
    {317, failed, "the SIM wants PIN2"},
    {318, failed, "the SIM wants PUK2: unblock it in a phone"},
    {320, failed, "memory failure in the modem"},
    {321, failed, "the modem has no message at that place"},
    {322, failed, "the memory for messages is full"},
    {330, refused, "the service centre's number is not known: set it on the SIM"},
    {331, failed, "no network: check the aerial"},
    {332, unknown, "the network did not answer in time: it may have the message"},
    {340, failed, "no acknowledgement expected"},
    {500, failed, "unknown error: check the SIM's credit and reset the modem if this stays"},
};

struct CmeRow {
    int code;
    std::string_view words;
};
constexpr CmeRow cmeTable[] = {
    {0, "the modem failed: reset it if this stays"},
    {1, "the modem has no connection to its phone part"},
    {2, "the link is reserved by another program: find and stop it"},
    {3, "not allowed now"},
    {4, "not supported by the modem"},
    {5, "the modem is bound to another SIM (PH-SIM PIN)"},
    {6, "the modem is bound to its first SIM (PH-FSIM PIN)"},
    {7, "the modem is bound to its first SIM (PH-FSIM PUK)"},
    {10, "no SIM inserted"},
    {11, "the SIM wants its PIN: set pin in the configuration"},
    {12, "the SIM wants its PUK: unblock it in a phone"},
    {13, "SIM failure: take it out and put it in again"},
    {14, "SIM busy"},
    {15, "wrong SIM"},
    {16, "wrong PIN: it is not tried again; correct it in the configuration"},
    {17, "the SIM wants PIN2"},
    {18, "the SIM wants PUK2: unblock it in a phone"},
    {20, "memory full"},
    {21, "the modem has nothing at that place"},
    {22, "not found"},
    {23, "memory failure in the modem"},
    {24, "text too long for the modem"},
    {25, "the modem does not take these characters"},
    {26, "number too long for the modem"},
    {27, "the modem does not take these digits"},
    {30, "no network: check the aerial"},
    {31, "the network did not answer in time"},
    {32, "the network allows emergency calls only: check the SIM's subscription"},
    {40, "the modem is locked to another network"},
    {41, "the modem is locked to another network (PUK)"},
    {50, "the modem does not take these parameters"},
    {100, "unknown error"},
};

} // namespace

Meaning cmsMeaning(int code)
{
    for (const CmsRow& row : cmsTable)
        if (row.code == code)
            return {row.outcome, row.words};
    return {SmsOutcome::failed,
            code >= 512 ? "an error of this make of modem: see its manual" : "an error this program has no words for"};
}

Meaning cmeMeaning(int code)
{
    constexpr int networkTimeout = 31;
    for (const CmeRow& row : cmeTable)
        if (row.code == code)
            return {code == networkTimeout ? SmsOutcome::unknown : SmsOutcome::failed, row.words};
    return {SmsOutcome::failed, "an error this program has no words for"};
}

} // namespace callbox::hal::modem
