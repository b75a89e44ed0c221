// SPDX-License-Identifier: GPL-2.0-or-later
#include "errors.h"

namespace callbox::hal::modem {

namespace {

struct CmsRow {
    int code;
    SmsOutcome outcome;
    std::string_view words;
};
constexpr CmsRow cmsTable[] = {
    {1, SmsOutcome::refused, "the number is not in use: check it"},
    {8, SmsOutcome::refused, "barred by the operator: ask why this SIM may not send"},
    {10, SmsOutcome::refused, "barred: the SIM may not send to this number"},
    {21, SmsOutcome::refused, "rejected by the network: check the SIM's subscription and credit"},
    {27, SmsOutcome::failed, "the recipient's phone is out of order"},
    {28, SmsOutcome::refused, "unidentified subscriber: the number is not known to the network"},
    {29, SmsOutcome::refused, "facility rejected: the SIM has no SMS service"},
    {30, SmsOutcome::refused, "unknown subscriber: the number is not known to the network"},
    {38, SmsOutcome::failed, "network out of order"},
    {41, SmsOutcome::failed, "temporary failure in the network"},
    {42, SmsOutcome::failed, "congestion in the network"},
    {47, SmsOutcome::failed, "no resources in the network"},
    {50, SmsOutcome::refused, "facility not subscribed: the SIM has no SMS service"},
    {69, SmsOutcome::refused, "facility not implemented by the network"},
    {81, SmsOutcome::failed, "invalid transaction in the network"},
    {95, SmsOutcome::refused, "the network calls the message invalid"},
    {96, SmsOutcome::refused, "the network misses something in the message"},
    {97, SmsOutcome::refused, "the network does not know this kind of message"},
    {98, SmsOutcome::failed, "the network did not expect a message now"},
    {111, SmsOutcome::failed, "protocol error in the network"},
    {127, SmsOutcome::failed, "interworking failure"},
    {300, SmsOutcome::failed, "the modem failed: reset it if this stays"},
    {301, SmsOutcome::refused, "the SMS service of the modem is reserved by another program"},
    {302, SmsOutcome::failed, "the modem does not allow it now"},
    {303, SmsOutcome::refused, "the modem does not support it"},
    {304, SmsOutcome::refused, "the modem calls the PDU invalid"},
    {305, SmsOutcome::refused, "the modem calls the text invalid"},
    {310, SmsOutcome::failed, "no SIM inserted"},
    {311, SmsOutcome::failed, "the SIM wants its PIN: set pin in the configuration"},
    {312, SmsOutcome::failed, "the phone wants its PIN"},
    {313, SmsOutcome::failed, "SIM failure: take it out and put it in again"},
    {314, SmsOutcome::failed, "SIM busy"},
    {315, SmsOutcome::failed, "wrong SIM"},
    {316, SmsOutcome::failed, "the SIM wants its PUK: unblock it in a phone"},
    {320, SmsOutcome::failed, "memory failure in the modem"},
    {322, SmsOutcome::failed, "the memory for messages is full"},
    {330, SmsOutcome::refused, "the service centre's number is not known: set it on the SIM"},
    {331, SmsOutcome::failed, "no network"},
    {332, SmsOutcome::failed, "network timeout"},
    {340, SmsOutcome::failed, "no acknowledgement expected"},
    {500, SmsOutcome::failed, "unknown error"},
};

struct CmeRow {
    int code;
    std::string_view words;
};
constexpr CmeRow cmeTable[] = {
    {3, "not allowed now"},
    {4, "not supported by the modem"},
    {5, "the phone wants its PIN"},
    {10, "no SIM inserted"},
    {11, "the SIM wants its PIN: set pin in the configuration"},
    {12, "the SIM wants its PUK: unblock it in a phone"},
    {13, "SIM failure: take it out and put it in again"},
    {14, "SIM busy"},
    {15, "wrong SIM"},
    {16, "wrong PIN: it is not tried again; correct it in the configuration"},
    {17, "the SIM wants PIN2"},
    {20, "memory full"},
    {30, "no network"},
    {31, "network timeout"},
    {32, "the network allows emergency calls only"},
    {100, "unknown error"},
};

} // namespace

Meaning cmsMeaning(int code)
{
    for (const CmsRow& row : cmsTable)
        if (row.code == code)
            return {row.outcome, row.words};
    return {SmsOutcome::failed, "an error this program has no words for"};
}

std::string_view cmeWords(int code)
{
    for (const CmeRow& row : cmeTable)
        if (row.code == code)
            return row.words;
    return "an error this program has no words for";
}

} // namespace callbox::hal::modem
