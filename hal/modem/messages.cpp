// SPDX-License-Identifier: GPL-2.0-or-later
// Messages through a modem that is set up: sending them, and what it hands us.
#include "errors.h"
#include "session.h"
#include <algorithm>
#include <cctype>

namespace callbox::hal::modem {

namespace {

constexpr std::size_t leastDigits = 6; // of a number that must tell which recipient is meant

// `handedOver`: the modem had the PDU; before that nothing can have been sent.
void takeRefusal(const Answer& a, bool handedOver, SmsResult& result)
{
    result.code = a.code;
    result.outcome = SmsOutcome::failed;
    if (a.code < 0) {
        result.reason = "the modem says " + a.words + " and no more";
        return;
    }
    const Meaning m = a.cms ? cmsMeaning(a.code) : cmeMeaning(a.code);
    if (m.outcome != SmsOutcome::unknown || handedOver)
        result.outcome = m.outcome;
    result.reason = (a.cms ? "CMS error " : "CME error ") + std::to_string(a.code) + ": " + std::string(m.words);
}

std::optional<std::uint8_t> referenceIn(const Answer& a)
{
    for (const std::string& line : a.info) {
        const int n = line.starts_with("+CMGS:") ? numberIn(fields(line), 0) : -1;
        if (n >= 0 && n < 256)
            return static_cast<std::uint8_t>(n);
    }
    return {};
}

std::string upperHex(Octets o)
{
    std::string hex = toHex(o);
    std::transform(hex.begin(), hex.end(), hex.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return hex;
}

} // namespace

// A failure of the modem itself ends the session; the message's own fate is told first.
Task<> Session::sendNext()
{
    const std::shared_ptr<Request> request = requests_.front().lock();
    requests_.pop_front();
    if (!request)
        co_return;
    auto parts = encodeSubmit(request->sms, ++concatenation_);
    if (!parts) {
        request->done.set({SmsOutcome::refused, {}, -1, parts.error().what});
        co_return;
    }
    // Whatever ends this, the sender is answered.
    struct Answered {
        std::shared_ptr<Request> request;
        explicit Answered(std::shared_ptr<Request> r) : request(std::move(r)) {}
        Answered(const Answered&) = delete;
        ~Answered()
        {
            const SmsOutcome outcome = request->handedOver ? SmsOutcome::unknown : SmsOutcome::failed;
            request->done.set({outcome, {}, -1, "the modem was stopped while sending"});
        }
    } answered(request);
    sendingTo_ = request->sms.to;
    SmsResult result;
    std::optional<Error> lost; // the modem's own failure: it fell silent or is gone
    co_await sendParts(*request, std::move(*parts), result, lost);
    sendingTo_ = {};
    edges_.log.info("SMS", {{"modem", config_.name},
                            {"to", request->sms.to},
                            {"outcome", hal::name(result.outcome)},
                            {"why", result.reason}});
    if (result.outcome == SmsOutcome::sent)
        recovery_.sent();
    request->done.set(std::move(result));
    if (lost)
        co_await fail(lost->code, lost->what);
}

Task<> Session::sendParts(Request& request, std::vector<SubmitPart> parts, SmsResult& result,
                          std::optional<Error>& lost)
{
    for (const SubmitPart& part : parts) {
        const Result<Answer> prompt = co_await check(ask("AT+CMGS=" + std::to_string(part.length)));
        if (!prompt) {
            result.outcome = SmsOutcome::failed;
            result.reason = prompt.error().what;
            lost = prompt.error();
            co_return;
        }
        if (!prompt->prompt) {
            takeRefusal(*prompt, false, result);
            co_return;
        }
        request.handedOver = true;
        const Result<Answer> sent = co_await check(engine_.pdu(upperHex(part.pdu), config_.sendLimit));
        if (!sent) {
            result.outcome = SmsOutcome::unknown;
            result.reason = "no answer after the message was handed over: " + sent.error().what;
            lost = sent.error();
            co_return;
        }
        request.handedOver = false;
        if (!sent->ok) {
            takeRefusal(*sent, true, result);
            co_return;
        }
        if (const auto reference = referenceIn(*sent)) {
            result.references.push_back(*reference);
            sentTo_[*reference] = request.sms.to;
        }
    }
    result.outcome = SmsOutcome::sent;
}

// Reports name the recipient as the network likes: in national form, with other prefixes. What we sent to is meant.
PhoneNumber Session::meant(std::uint8_t reference, const std::string& address) const
{
    const auto first = address.find_first_not_of("+0");
    const std::string digits = first == std::string::npos ? "" : address.substr(first);
    for (const PhoneNumber* sent : {&sentTo_[reference], &sendingTo_})
        if (digits.size() >= leastDigits && sent->digits().ends_with(digits))
            return *sent;
    return {};
}

void Session::take(const std::string& hexPdu)
{
    const auto octets = fromHex(hexPdu);
    auto incoming = octets ? decodeIncoming(*octets) : Result<Incoming>(octets.error());
    if (!incoming) {
        ++status_.badMessages;
        edges_.log.warning("message not understood", {{"modem", config_.name}, {"error", incoming.error()}});
        return;
    }
    if (incoming->report) {
        SmsReport report = *incoming->report;
        if (report.to.empty())
            report.to = meant(report.reference, incoming->address);
        tell([this, report = std::move(report)] {
            if (report_)
                report_(report);
        });
    }
    if (incoming->received)
        tell([this, received = std::move(*incoming->received)] {
            if (received_)
                received_(received);
        });
}

} // namespace callbox::hal::modem
