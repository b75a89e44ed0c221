// SPDX-License-Identifier: GPL-2.0-or-later
// Messages through a modem that is set up: sending, reports, what the SIM has received.
#include "errors.h"
#include "session.h"
#include <charconv>

namespace callbox::hal::modem {

namespace {

SmsResult refusedBy(const Answer& a, std::vector<std::uint8_t> references)
{
    SmsResult r;
    r.references = std::move(references);
    r.code = a.code;
    if (a.code < 0) {
        r.outcome = SmsOutcome::failed;
        r.reason = "the modem says ERROR and no more";
    } else if (a.cms) {
        const Meaning m = cmsMeaning(a.code);
        r.outcome = m.outcome;
        r.reason = "CMS error " + std::to_string(a.code) + ": " + std::string(m.words);
    } else {
        r.outcome = SmsOutcome::failed;
        r.reason = "CME error " + std::to_string(a.code) + ": " + std::string(cmeWords(a.code));
    }
    return r;
}

std::optional<std::uint8_t> referenceIn(const Answer& a)
{
    for (const std::string& line : a.info) {
        if (!line.starts_with("+CMGS:"))
            continue;
        unsigned n = 256;
        const std::string f = fields(line)[0];
        std::from_chars(f.data(), f.data() + f.size(), n);
        if (n < 256)
            return static_cast<std::uint8_t>(n);
    }
    return {};
}

std::string upperHex(Octets o)
{
    std::string hex = toHex(o);
    for (char& c : hex)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return hex;
}

} // namespace

// A failure of the modem itself ends the session; the message's own fate is told first.
Task<> Session::sendNext()
{
    const auto request = requests_.front();
    requests_.pop_front();
    auto parts = encodeSubmit(request->sms, ++concatenation_);
    if (!parts) {
        request->done.set({SmsOutcome::refused, {}, -1, parts.error().what});
        co_return;
    }
    // Whatever ends this, the sender is answered.
    struct Answered {
        std::shared_ptr<Request> request;
        explicit Answered(std::shared_ptr<Request> r) : request(std::move(r)) {}
        ~Answered() { request->done.set({SmsOutcome::unknown, {}, -1, "the modem was stopped while sending"}); }
    } answered(request);
    const std::string to = request->sms.to.masked();
    SmsResult result = co_await sendParts(std::move(*parts));
    edges_.log.info("SMS",
                    {{"modem", config_.name}, {"to", to}, {"outcome", int(result.outcome)}, {"why", result.reason}});
    const bool silent = result.outcome == SmsOutcome::unknown || result.code == -2;
    if (result.code == -2)
        result.code = -1;
    const std::string why = result.reason;
    request->done.set(std::move(result));
    if (silent)
        co_await fail(engine_.gone() ? Errc::gone : Errc::timeout, why);
}

// Code -2 in the result: the modem fell silent before it had the message.
Task<SmsResult> Session::sendParts(std::vector<SubmitPart> parts)
{
    SmsResult result;
    for (const SubmitPart& part : parts) {
        const Result<Answer> prompt = co_await check(ask("AT+CMGS=" + std::to_string(part.length)));
        if (!prompt) {
            result.outcome = result.references.empty() ? SmsOutcome::failed : SmsOutcome::unknown;
            result.code = -2;
            result.reason = prompt.error().what;
            co_return result;
        }
        if (!prompt->prompt)
            co_return refusedBy(*prompt, result.references);
        const Result<Answer> sent = co_await check(engine_.pdu(upperHex(part.pdu), config_.sendLimit));
        if (!sent) {
            result.outcome = SmsOutcome::unknown;
            result.reason = "no answer after the message was handed over: " + sent.error().what;
            co_return result;
        }
        if (!sent->ok)
            co_return refusedBy(*sent, result.references);
        if (const auto reference = referenceIn(*sent))
            result.references.push_back(*reference);
    }
    result.outcome = SmsOutcome::sent;
    co_return result;
}

void Session::onLine(const std::string& line, const std::string& pdu)
{
    if (line.starts_with("+CDS:") || line.starts_with("+CMT:")) {
        take(pdu);
    } else if (line.starts_with("+CDSI:") || line.starts_with("+CMTI:")) {
        const auto f = fields(line);
        int index = -1;
        if (f.size() > 1)
            std::from_chars(f[1].data(), f[1].data() + f[1].size(), index);
        if (index >= 0) {
            stored_.insert(index);
            wake_.push(true);
        }
    }
}

void Session::take(std::string_view hexPdu)
{
    const auto octets = fromHex(hexPdu);
    const auto incoming = octets ? decodeIncoming(*octets) : Result<Incoming>(octets.error());
    if (!incoming) { // it is deleted all the same: one bad PDU must not block the rest (N62)
        edges_.log.warning("message not understood", {{"modem", config_.name}, {"error", incoming.error()}});
        return;
    }
    if (incoming->report && report_)
        report_(*incoming->report);
    if (incoming->received && received_)
        received_(*incoming->received);
}

Task<> Session::readStored()
{
    while (!stored_.empty()) {
        const int index = *stored_.begin();
        stored_.erase(stored_.begin());
        const Answer a = co_await ask("AT+CMGR=" + std::to_string(index));
        if (a.ok && a.info.size() > 1)
            take(a.info.back());
        (void)co_await ask("AT+CMGD=" + std::to_string(index));
    }
}

// What came while we were away; a full memory takes no more.
Task<> Session::readAll()
{
    const Answer a = co_await ask("AT+CMGL=4");
    if (!a.ok)
        co_return;
    std::vector<int> indexes;
    for (std::size_t i = 0; i + 1 < a.info.size(); ++i) {
        if (!a.info[i].starts_with("+CMGL:"))
            continue;
        int index = -1;
        const std::string f = fields(a.info[i])[0];
        std::from_chars(f.data(), f.data() + f.size(), index);
        take(a.info[i + 1]);
        if (index >= 0)
            indexes.push_back(index);
    }
    for (const int index : indexes)
        (void)co_await ask("AT+CMGD=" + std::to_string(index));
}

} // namespace callbox::hal::modem
