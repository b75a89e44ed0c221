// SPDX-License-Identifier: GPL-2.0-or-later
#include "caller_id.h"
#include <algorithm>
#include <spandsp.h>

namespace callbox::hal::analog {

namespace {

constexpr std::size_t longestText = 20;
constexpr std::size_t longestDtmf = 40; // digits, the letters about the number among them
constexpr std::size_t largestMessage = 256;

int standardOf(CallerIdKind kind)
{
    return kind == CallerIdKind::bell202 ? ADSI_STANDARD_CLASS : ADSI_STANDARD_CLIP;
}

bool isNumber(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789", text[0] == '+') == std::string_view::npos;
}

void takeNumber(CallerId& id, std::string text)
{
    if (text == "P")
        id.presentation = Presentation::restricted;
    else if (isNumber(text) && text.size() <= longestText) {
        id.number = std::move(text);
        id.presentation = Presentation::allowed;
    }
}

// "P": private; "O": out of area, unavailable (GR-30 table 2-5, EN 300 659-3 5.4.4).
void takeAbsence(CallerId& id, std::string_view why)
{
    id.number.clear();
    id.presentation = why == "P" ? Presentation::restricted : Presentation::unavailable;
}

std::optional<CallerId> readMessage(adsi_rx_state_t* rx, const std::uint8_t* message, int length)
{
    CallerId id;
    std::uint8_t type = 0;
    const std::uint8_t* body = nullptr;
    int size = 0;
    int at = adsi_next_field(rx, message, length, -1, &type, &body, &size);
    const bool single = type == CLASS_SDMF_CALLERID;
    if (at < 0 || (!single && type != CLASS_MDMF_CALLERID))
        return std::nullopt;
    while (at < length) {
        at = adsi_next_field(rx, message, length, at, &type, &body, &size);
        if (at <= 0 || size < 0 || !body || body + size > message + length)
            break; // what was read before a field that is too long stands
        const std::string text(body, body + size);
        if (single)
            takeNumber(id, text.size() > 8 ? text.substr(8) : ""); // after the date and time
        else if (type == MCLASS_CALLER_NUMBER)
            takeNumber(id, text);
        else if (type == MCLASS_ABSENCE1)
            takeAbsence(id, text);
        else if (type == MCLASS_CALLER_NAME)
            id.name = text.substr(0, longestText);
        else if (type == CLIP_REDIR_NUMBER && isNumber(text) && text.size() <= longestText)
            id.redirecting = text;
    }
    return id;
}

// EN 300 659-3: A number C; B 00 C not available, B 10 C restricted. Other networks: D number C; number #, A number #,
// D 1 # restricted, D 2 # and D 3 # not available.
std::optional<CallerId> readDigits(std::string_view digits)
{
    const char last = digits.back();
    digits.remove_suffix(1);
    CallerId id;
    const auto field = [&](char letter) {
        const auto at = digits.find(letter);
        const auto rest = at == std::string_view::npos ? std::string_view() : digits.substr(at + 1);
        return std::string(rest.substr(0, rest.find_first_of("ABCD")));
    };
    if (last == '#' && digits.starts_with('D')) {
        id.presentation = digits == "D1" ? Presentation::restricted : Presentation::unavailable;
        return id;
    }
    takeNumber(id, isNumber(digits) ? std::string(digits) : digits.starts_with('D') ? field('D') : field('A'));
    if (digits.starts_with('A') || digits.starts_with('B'))
        if (const std::string by(field('D')); isNumber(by) && by.size() <= longestText)
            id.redirecting = by;
    if (id.number.empty() && field('B') == "10")
        id.presentation = Presentation::restricted;
    return id.number.empty() && field('B').empty() ? std::nullopt : std::optional(id);
}

} // namespace

struct CallerIdReceiver::Impl {
    Impl(CallerIdKind k, Law l) : kind(k), law(l), dtmf(l)
    {
        if (kind == CallerIdKind::bell202 || kind == CallerIdKind::v23)
            fsk = adsi_rx_init(nullptr, standardOf(kind), &Impl::onMessage, this);
    }
    ~Impl()
    {
        if (fsk)
            adsi_rx_free(fsk);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    static void onMessage(void* user, const std::uint8_t* message, int length)
    {
        auto* self = static_cast<Impl*>(user);
        if (length > 2)
            self->found = readMessage(self->fsk, message, length);
    }
    void onDigit(char digit)
    {
        if (digits.size() == longestDtmf)
            digits.clear();
        digits += digit;
        if (digit != 'C' && digit != '#')
            return;
        found = readDigits(digits);
        digits.clear();
    }

    CallerIdKind kind;
    Law law;
    adsi_rx_state_t* fsk = nullptr;
    DtmfDetector dtmf;
    std::string digits;
    std::vector<std::int16_t> linear;
    std::optional<CallerId> found;
};

CallerIdReceiver::CallerIdReceiver(CallerIdKind kind, Law law) : impl_(std::make_unique<Impl>(kind, law)) {}
CallerIdReceiver::~CallerIdReceiver() = default;

void CallerIdReceiver::reset()
{
    impl_ = std::make_unique<Impl>(impl_->kind, impl_->law);
}

std::optional<CallerId> CallerIdReceiver::feed(Octets samples)
{
    Impl& r = *impl_;
    if (r.fsk) {
        r.linear.resize(samples.size());
        std::transform(samples.begin(), samples.end(), r.linear.begin(),
                       [&](std::uint8_t octet) { return toLinear(octet, r.law); });
        adsi_rx(r.fsk, r.linear.data(), int(r.linear.size()));
    } else if (r.kind == CallerIdKind::dtmf) {
        r.dtmf.feed(samples, [&r](const DtmfDetector::Digit& d) { r.onDigit(d.digit); });
    }
    return std::exchange(r.found, std::nullopt);
}

namespace {

std::string dtmfOf(const CallerId& id)
{
    const std::string diverted = id.redirecting.empty() ? "" : "D" + id.redirecting;
    if (!id.number.empty())
        return "A" + id.number + diverted + "C";
    return (id.presentation == Presentation::restricted ? "B10" : "B00") + diverted + "C";
}

// MMDDhhmm
std::string monthToMinute(WallTime now)
{
    const std::string iso = isoUtc(now);
    return iso.substr(5, 2) + iso.substr(8, 2) + iso.substr(11, 2) + iso.substr(14, 2);
}

OctetBuffer fskOf(CallerIdKind kind, const CallerId& id, WallTime now, Law law)
{
    adsi_tx_state_t* tx = adsi_tx_init(nullptr, standardOf(kind));
    std::uint8_t message[largestMessage];
    int length = 0;
    const auto add = [&](std::uint8_t type, std::string_view text) {
        const std::string body(text.substr(0, longestText));
        length = adsi_add_field(tx, message, length, type, reinterpret_cast<const std::uint8_t*>(body.data()),
                                int(body.size()));
    };
    length = adsi_add_field(tx, message, -1, CLASS_MDMF_CALLERID, nullptr, 0);
    add(MCLASS_DATETIME, monthToMinute(now));
    if (!id.number.empty())
        add(MCLASS_CALLER_NUMBER, id.number);
    else
        add(MCLASS_ABSENCE1, id.presentation == Presentation::restricted ? "P" : "O");
    if (!id.name.empty())
        add(MCLASS_CALLER_NAME, id.name);
    if (!id.redirecting.empty() && kind == CallerIdKind::v23)
        add(CLIP_REDIR_NUMBER, id.redirecting);
    adsi_tx_put_message(tx, message, length);
    OctetBuffer out;
    std::int16_t block[160];
    for (int n = 160; n == 160;) {
        n = adsi_tx(tx, block, 160);
        std::transform(block, block + n, std::back_inserter(out), [&](std::int16_t x) { return fromLinear(x, law); });
    }
    adsi_tx_free(tx);
    return out;
}

} // namespace

std::unique_ptr<AudioSource> makeCallerIdSource(CallerIdKind kind, const CallerId& id, WallTime now, Law law)
{
    if (kind == CallerIdKind::dtmf)
        return makeDtmfSource(dtmfOf(id));
    auto sound = std::make_shared<Sound>();
    sound->law = law;
    if (kind != CallerIdKind::none)
        sound->samples = fskOf(kind, id, now, law);
    return makeSoundSource({sound});
}

} // namespace callbox::hal::analog
