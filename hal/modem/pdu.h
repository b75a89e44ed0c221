// SPDX-License-Identifier: GPL-2.0-or-later
// Short messages as PDUs (3GPP TS 23.040 clause 9), with the service centre address in front as TS 27.005 3.1 has it.
// Values in, octets out and back; no state.
#pragma once
#include <callbox/hal/modem.h>

namespace callbox::hal::modem {

// -- out: pdu.cpp

struct SubmitPart {
    OctetBuffer pdu;        // centre address ("use the SIM's") included
    std::size_t length = 0; // what AT+CMGS wants: octets without the centre address
};
// The message in as many parts as it needs: GSM-7 if every character is in its alphabet, else UCS2. Neither an escape
// pair nor a surrogate pair nor a character with its combining marks is split. `concatenation` joins the parts.
// Errc::invalid: no text, no number, or more than 255 parts.
Result<std::vector<SubmitPart>> encodeSubmit(const SmsToSend&, std::uint8_t concatenation);

// -- in: pdu_read.cpp

struct Incoming {
    std::optional<SmsReport> report;     // SMS-STATUS-REPORT
    std::optional<SmsReceived> received; // SMS-DELIVER
    std::string address;                 // the report's recipient as it came: may lack '+' and country
};
// Errc::invalid says where the PDU goes wrong; Errc::unsupported: it is no text.
Result<Incoming> decodeIncoming(Octets pdu);

} // namespace callbox::hal::modem
