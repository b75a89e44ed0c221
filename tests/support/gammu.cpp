// SPDX-License-Identifier: GPL-2.0-or-later
#include "gammu.h"
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iconv.h>
#include <thread>

namespace callbox::tests {

namespace {

std::string converted(std::string_view text, const char* from, const char* to)
{
    std::string out(text.size() * 4 + 4, '\0');
    std::string in(text);
    char* source = in.data();
    char* target = out.data();
    std::size_t left = in.size(), room = out.size();
    const iconv_t converter = iconv_open(to, from);
    const bool whole = iconv(converter, &source, &left, &target, &room) != std::size_t(-1);
    iconv_close(converter);
    if (!whole)
        return std::string("not ") + from;
    out.resize(out.size() - room);
    return out;
}

} // namespace

std::string utf8OfGammu(const unsigned char* utf16be, std::size_t units)
{
    return converted({reinterpret_cast<const char*>(utf16be), 2 * units}, "UTF-16BE", "UTF-8");
}

std::string utf16beForGammu(const std::string& utf8)
{
    return converted(utf8, "UTF-8", "UTF-16BE") + std::string(2, '\0');
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
