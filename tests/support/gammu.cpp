// SPDX-License-Identifier: GPL-2.0-or-later
#include "gammu.h"
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace callbox::tests {

std::string utf8OfGammu(const unsigned char* utf16be, std::size_t units)
{
    std::u16string text;
    for (std::size_t i = 0; i < units; ++i)
        text += static_cast<char16_t>(utf16be[2 * i] << 8 | utf16be[2 * i + 1]);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char32_t c = text[i];
        if (c >= 0xD800 && c < 0xDC00 && i + 1 < text.size())
            c = 0x10000 + ((c & 0x3FF) << 10) + (text[++i] & 0x3FF);
        const auto put = [&](char32_t o) { out += static_cast<char>(o); };
        if (c < 0x80) {
            put(c);
        } else if (c < 0x800) {
            put(0xC0 | c >> 6);
            put(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            put(0xE0 | c >> 12);
            put(0x80 | (c >> 6 & 0x3F));
            put(0x80 | (c & 0x3F));
        } else {
            put(0xF0 | c >> 18);
            put(0x80 | (c >> 12 & 0x3F));
            put(0x80 | (c >> 6 & 0x3F));
            put(0x80 | (c & 0x3F));
        }
    }
    return out;
}

std::string utf16beForGammu(const std::string& utf8)
{
    std::string out;
    const auto unit = [&](unsigned u) {
        out += static_cast<char>(u >> 8);
        out += static_cast<char>(u & 0xFF);
    };
    for (std::size_t i = 0; i < utf8.size();) {
        const auto at = [&](std::size_t k) { return unsigned(static_cast<unsigned char>(utf8[i + k])); };
        const std::size_t length = at(0) < 0x80 ? 1 : at(0) < 0xE0 ? 2 : at(0) < 0xF0 ? 3 : 4;
        unsigned c = length == 1 ? at(0) : at(0) & (0x7FU >> length);
        for (std::size_t k = 1; k < length; ++k)
            c = c << 6 | (at(k) & 0x3F);
        if (c < 0x10000) {
            unit(c);
        } else {
            unit(0xD800 + ((c - 0x10000) >> 10));
            unit(0xDC00 + ((c - 0x10000) & 0x3FF));
        }
        i += length;
    }
    unit(0);
    return out;
}

std::optional<GammuPart> readByGammu(Octets pdu)
{
    GSM_SMSMessage sms{};
    size_t end = 0;
    const GSM_Error e = GSM_DecodePDUFrame(GSM_GetGlobalDebug(), &sms, pdu.data(), pdu.size(), &end, TRUE);
    if (e != ERR_NONE || sms.PDU != SMS_Submit)
        return {};
    GammuPart p;
    p.text = utf8OfGammu(sms.Text, UnicodeLength(sms.Text));
    p.ucs2 = sms.Coding == SMS_Coding_Unicode_No_Compression;
    p.number = utf8OfGammu(sms.Number, UnicodeLength(sms.Number));
    if (sms.UDH.Length > 0) {
        GSM_DecodeUDHHeader(GSM_GetGlobalDebug(), &sms.UDH);
        p.reference = sms.UDH.ID8bit;
        p.part = sms.UDH.PartNumber;
        p.parts = sms.UDH.AllParts;
    }
    return p;
}

GammuPhone::GammuPhone(const std::string& device) : machine_(GSM_AllocStateMachine())
{
    GSM_InitLocales(nullptr);
    GSM_SetDebugGlobal(FALSE, GSM_GetDebug(machine_));
    GSM_SetDebugLevel("none", GSM_GetDebug(machine_));
    GSM_Config* c = GSM_GetConfig(machine_, 0);
    std::memset(c, 0, sizeof *c);
    c->Device = ::strdup(device.c_str()); // the machine frees them
    c->Connection = ::strdup("at115200");
    c->DebugFile = ::strdup("");
    std::strcpy(c->Model, "at");
    std::strcpy(c->DebugLevel, "none");
    for (int& v : c->CNMIParams)
        v = -1; // zero would mean "no indications"
    GSM_SetConfigNum(machine_, 1);
    opened_ = GSM_InitConnection(machine_, 1);
    if (opened_ != ERR_NONE)
        return;
    GSM_SetSendSMSStatusCallback(
        machine_,
        [](GSM_StateMachine*, int status, int reference, void* self) {
            static_cast<GammuPhone*>(self)->answer_ = Sent{status, reference};
        },
        this);
    GSM_SetIncomingSMSCallback(
        machine_,
        [](GSM_StateMachine*, GSM_SMSMessage* m, void* self) {
            static_cast<GammuPhone*>(self)->incoming_.push_back(
                {m->PDU, utf8OfGammu(m->Text, UnicodeLength(m->Text)), m->MessageReference});
        },
        this);
}

GammuPhone::~GammuPhone()
{
    GSM_TerminateConnection(machine_);
    GSM_FreeStateMachine(machine_);
}

std::string GammuPhone::imei()
{
    char out[GSM_MAX_IMEI_LENGTH + 1] = {};
    return GSM_GetIMEI(machine_, out) == ERR_NONE ? out : "";
}

int GammuPhone::signalDbm()
{
    GSM_SignalQuality q{};
    return GSM_GetSignalQuality(machine_, &q) == ERR_NONE ? q.SignalStrength : 0;
}

GSM_NetworkInfo_State GammuPhone::network()
{
    GSM_NetworkInfo n{};
    return GSM_GetNetworkInfo(machine_, &n) == ERR_NONE ? n.State : GSM_NoNetwork;
}

bool GammuPhone::pump(const std::function<bool()>& done, int limitMs)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(limitMs);
    while (!done() && std::chrono::steady_clock::now() < end)
        if (GSM_ReadDevice(machine_, FALSE) <= 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(10)); // libgammu has no descriptor to wait for
    return done();
}

std::vector<GammuPhone::Sent> GammuPhone::send(const std::string& to, const std::string& text, bool unicode,
                                               bool report)
{
    std::string utf16 = utf16beForGammu(text);
    GSM_MultiPartSMSInfo info;
    GSM_ClearMultiPartSMSInfo(&info);
    info.Class = -1;
    info.EntriesNum = 1;
    info.UnicodeCoding = unicode;
    info.Entries[0].ID = SMS_ConcatenatedTextLong;
    info.Entries[0].Buffer = reinterpret_cast<unsigned char*>(utf16.data());
    GSM_MultiSMSMessage parts{};
    std::vector<Sent> out;
    if (GSM_EncodeMultiPartSMS(GSM_GetGlobalDebug(), &info, &parts) != ERR_NONE)
        return out;
    GSM_SMSC centre{};
    centre.Location = 1;
    GSM_GetSMSC(machine_, &centre);
    for (int i = 0; i < parts.Number; ++i) {
        GSM_SMSMessage& m = parts.SMS[i];
        CopyUnicodeString(m.SMSC.Number, centre.Number);
        const std::string number = utf16beForGammu(to);
        std::memcpy(m.Number, number.data(), number.size());
        m.PDU = report ? SMS_Status_Report : SMS_Submit;
        answer_.reset();
        if (GSM_SendSMS(machine_, &m) != ERR_NONE || !pump([&] { return answer_.has_value(); }, 10000))
            break;
        out.push_back(*answer_);
    }
    return out;
}

GSM_Error GammuPhone::listen()
{
    return GSM_SetIncomingSMS(machine_, TRUE);
}

std::optional<GammuPhone::Incoming> GammuPhone::next(int limitMs)
{
    if (!pump([&] { return !incoming_.empty(); }, limitMs))
        return {};
    Incoming first = incoming_.front();
    incoming_.erase(incoming_.begin());
    return first;
}

std::optional<GammuPhone::Incoming> GammuPhone::takeStored()
{
    GSM_MultiSMSMessage m{};
    if (GSM_GetNextSMS(machine_, &m, TRUE) != ERR_NONE)
        return {};
    const GSM_SMSMessage& first = m.SMS[0];
    Incoming read{first.PDU, utf8OfGammu(first.Text, UnicodeLength(first.Text)), first.MessageReference};
    GSM_SMSMessage gone = first;
    gone.Folder = 0;
    if (GSM_DeleteSMS(machine_, &gone) != ERR_NONE)
        return {};
    return read;
}

} // namespace callbox::tests
