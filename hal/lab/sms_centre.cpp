// SPDX-License-Identifier: GPL-2.0-or-later
#include "sms_text.h"
#include <algorithm>
#include <callbox/lab/sms_centre.h>

namespace callbox::lab {

namespace {

struct Submit {
    std::string to, text;
    bool wantsReport = false;
    unsigned reference = 0, parts = 1, part = 1;
};

std::string upperHex(Octets o)
{
    std::string hex = toHex(o);
    std::transform(hex.begin(), hex.end(), hex.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return hex;
}

// The concatenation element of a user data header (23.040 9.2.3.24.1), if there is one.
void readHeader(Octets header, Submit& s)
{
    for (std::size_t i = 0; i + 2 <= header.size();) {
        const std::uint8_t id = header[i];
        const std::size_t length = header[i + 1];
        if (i + 2 + length > header.size())
            return;
        if (id == 0 && length == 3) {
            s.reference = header[i + 2];
            s.parts = header[i + 3];
            s.part = header[i + 4];
        }
        i += 2 + length;
    }
}

// Empty: no SMS-SUBMIT.
std::optional<Submit> readSubmit(Octets pdu)
{
    std::size_t at = 0;
    const auto need = [&](std::size_t n) { return at + n <= pdu.size(); };
    if (!need(1) || !need(1U + pdu[0]))
        return {};
    at += 1U + pdu[0];
    if (!need(4) || (pdu[at] & 3) != 1)
        return {};
    const std::uint8_t first = pdu[at];
    const std::size_t digits = pdu[at + 2];
    const bool international = (pdu[at + 3] & 0x70) == 0x10;
    at += 4;
    if (digits > 20 || !need((digits + 1) / 2))
        return {};
    Submit s;
    s.wantsReport = first & 0x20;
    s.to = international ? "+" : "";
    for (std::size_t i = 0; i < digits; ++i)
        s.to += static_cast<char>('0' + (i % 2 ? pdu[at + i / 2] >> 4 : pdu[at + i / 2] & 0x0F));
    at += (digits + 1) / 2;
    const std::size_t validity = (first & 0x18) == 0 ? 0 : (first & 0x18) == 0x10 ? 1 : 7;
    if (!need(3 + validity))
        return {};
    const std::uint8_t dcs = pdu[at + 1];
    const std::size_t length = pdu[at + 2 + validity];
    at += 3 + validity;
    const Octets data = pdu.subspan(at);
    std::size_t header = 0;
    if (first & 0x40) {
        if (data.empty() || data[0] + 1U > data.size())
            return {};
        header = data[0] + 1U;
        readHeader(data.subspan(1, header - 1), s);
    }
    const bool ucs2 = (dcs & 0x0C) == 0x08;
    const std::size_t octets = ucs2 ? length : (length * 7 + 7) / 8;
    if (octets != data.size() || octets < header)
        return {};
    s.text = ucs2 ? ucs2Text(data.subspan(header)) : gsm7Text(data.subspan(header), header, length);
    return s;
}

} // namespace

SmsCentre::Submitted SmsCentre::submit(const std::string& modem, Octets pdu)
{
    const auto s = readSubmit(pdu);
    if (!s || s->part < 1 || s->part > s->parts)
        return {304, {}, false}; // invalid PDU mode parameter
    if (const auto it = refusals_.find(s->to); it != refusals_.end() && it->second.second > 0) {
        --it->second.second;
        return {it->second.first, s->to, false};
    }
    ReceivedSms sms{s->to, s->text, loop_.wallNow(), modem, s->parts, {upperHex(pdu)}};
    if (s->parts <= 1) {
        complete(std::move(sms));
        return {0, s->to, s->wantsReport};
    }
    Waiting& w = waiting_[modem + "/" + s->to + "/" + std::to_string(s->reference)];
    w.texts[s->part] = s->text;
    w.pdus[s->part] = upperHex(pdu);
    if (w.texts.size() == s->parts) {
        sms.text.clear();
        sms.pdus.clear();
        for (const auto& [part, text] : w.texts)
            sms.text += text;
        for (const auto& [part, hex] : w.pdus)
            sms.pdus.push_back(hex);
        waiting_.erase(modem + "/" + s->to + "/" + std::to_string(s->reference));
        complete(std::move(sms));
    }
    return {0, s->to, s->wantsReport};
}

void SmsCentre::complete(ReceivedSms sms)
{
    received_.push_back(std::move(sms));
    if (told_)
        told_(received_.back());
}

void SmsCentre::refuse(const std::string& to, int cmsError, unsigned count)
{
    refusals_[to] = {cmsError, count};
}

void SmsCentre::setUnreachable(const std::string& to, bool on)
{
    constexpr std::uint8_t never = 0x40;
    setReports(to, on ? std::vector<std::uint8_t>{never} : std::vector<std::uint8_t>{});
}

void SmsCentre::setReports(const std::string& to, std::vector<std::uint8_t> statuses)
{
    if (statuses.empty())
        reports_.erase(to);
    else
        reports_[to] = std::move(statuses);
}

std::vector<std::uint8_t> SmsCentre::reports(const std::string& to) const
{
    const auto it = reports_.find(to);
    return it == reports_.end() ? std::vector<std::uint8_t>{0x00} : it->second;
}

} // namespace callbox::lab
