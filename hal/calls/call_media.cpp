// SPDX-License-Identifier: GPL-2.0-or-later
#include "call_media.h"
#include <algorithm>

namespace callbox::hal {

namespace {

// How much of a recording is held back so that an ending key's tone can be cut off where it began: the detector is
// sure after some 30 ms, a slow one within this.
constexpr std::size_t holdBack = 800;   // 100 ms
constexpr Duration lineFaultAfter = 2s; // so long without any sample
constexpr Duration lookTogether = 1s;   // all recordings are looked at in one turn of the loop
constexpr std::size_t typeAhead = 64;   // digits kept; more is no person
constexpr std::size_t digitsKept = 64;  // of a whole call, for who looks into it later

std::uint64_t samplesOf(Duration d)
{
    return static_cast<std::uint64_t>(d.count()) * samplesPerSecond / 1'000'000'000;
}

} // namespace

std::string_view name(RecordEnd e)
{
    switch (e) {
    case RecordEnd::digit:
        return "digit";
    case RecordEnd::silence:
        return "silence";
    case RecordEnd::hangup:
        return "hangup";
    case RecordEnd::limit:
        return "limit";
    case RecordEnd::sinkFailed:
        return "sink-failed";
    case RecordEnd::lineFault:
        return "line-fault";
    }
    return "hangup";
}

void Call::Media::play(const AudioBlock& block)
{
    if (!source)
        return;
    const std::size_t size = block.tx.size();
    if (toGo) {
        if (*toGo > size) {
            *toGo -= size;
            return;
        }
        source = nullptr;
        finish({MediaEnd::finished, 0});
    } else if (source->read(block.tx, law) < size) {
        // Said to be finished only when the last sample is on the line: who hangs up then cuts nothing off.
        toGo = block.ahead + size;
    }
}

void Call::Media::take(const AudioBlock& block)
{
    if (!sink)
        return;
    lastAudio = loop.now();
    lostSamples += block.lost;
    heard += block.rx.size();
    if (block.lost)
        flushRecording(0);
    held.insert(held.end(), block.rx.begin(), block.rx.end());
    if (block.lost)
        sink->append({}, block.lost);
    const bool loud = audible.reachedBy(block.rx);
    if (loud && !firstSound)
        firstSound = heard - block.rx.size();
    quiet = loud ? 0 : quiet + block.rx.size();
    if (record.silence > Duration::zero() && quiet >= samplesOf(record.silence))
        finish({MediaEnd::silence, 0});
    if (heard >= samplesOf(record.limit))
        finish({MediaEnd::limit, 0});
    if (sink->failed())
        finish({MediaEnd::sinkFailed, 0});
    flushRecording(holdBack);
    if (wait && wait->isSet()) {
        flushRecording(0);
        sink = nullptr;
    }
}

void Call::Media::flushRecording(std::size_t keepBack)
{
    if (!sink || held.size() <= keepBack)
        return;
    std::size_t n = held.size() - keepBack;
    if (toneAt) {
        if (keepBack > 0)
            n = std::min(n, *toneAt); // what is cut off is cut off whole
        *toneAt -= std::min(n, *toneAt);
    }
    sink->append(Octets(held).first(n), 0);
    given += n;
    held.erase(held.begin(), held.begin() + std::ptrdiff_t(n));
}

void Call::Media::suspect(std::optional<std::size_t> startedAgo)
{
    toneOn = startedAgo.has_value();
    toneAt.reset();
    if (startedAgo && sink)
        toneAt = held.size() - std::min(held.size(), *startedAgo);
}

void Call::Media::leaveOutTone()
{
    if (toneAt && sink)
        held.resize(std::min(held.size(), *toneAt));
    toneAt.reset();
}

void Call::Media::watchLine()
{
    // At the next full second after the fault would be one: a turn for each call would wake an idle processor more
    // often than their audio does.
    const Duration due = (lastAudio + lineFaultAfter).time_since_epoch();
    lineWatch.at(TimePoint((due / lookTogether + 1) * lookTogether), [this] {
        if (!sink)
            return;
        if (loop.now() - lastAudio < lineFaultAfter) {
            watchLine();
            return;
        }
        flushRecording(0);
        sink = nullptr;
        finish({MediaEnd::lineFault, 0});
    });
}

void Call::Media::onDigit(const DtmfDetector::Digit& d)
{
    if (digitsHeard.size() < digitsKept)
        digitsHeard.push_back({d.digit, loop.now() - begun});
    if (sink && record.stopDigits.find(d.digit) != std::string_view::npos) {
        held.resize(held.size() - std::min(held.size(), d.startedAgo));
        flushRecording(0);
        sink = nullptr;
        finish({MediaEnd::digit, d.digit});
        return;
    }
    if (source && stopDigits.find(d.digit) != std::string_view::npos) {
        source = nullptr;
        finish({MediaEnd::digit, d.digit});
        return;
    }
    if (typed.size() < typeAhead)
        typed += d.digit;
    if (wait && !source && !sink)
        finish({MediaEnd::digit, d.digit}); // digits() waits
}

void Call::Media::detect(Octets rx)
{
    detector.feed(rx, [this](const DtmfDetector::Digit& d) { onDigit(d); });
}

void Call::onAudio(const AudioBlock& block)
{
    samplesMoved_ += block.rx.size();
    samplesLost_ += block.lost;
    if (tap_)
        tap_->append(block.rx, block.lost);
    if (join_) {
        join_->onAudio(block);
        return;
    }
    // The block is held before the detector sees it, so that a tone in it can be cut off.
    Media& m = *media_;
    if (m.sink && !(m.wait && m.wait->isSet()))
        m.take(block);
    if (stage_ == CallStage::connected && tones_)
        hearTones(block.rx);
    if (stage_ == CallStage::connected && detecting_)
        m.detect(block.rx);
    m.play(block);
}

std::span<const HeardDigit> Call::digitsHeard() const
{
    return media_->digitsHeard;
}

Result<void> Call::mayWait() const
{
    if (media_->wait)
        return Error{Errc::busy, "call " + id() + " plays, records or listens for digits already"};
    if (join_)
        return Error{Errc::busy, "call " + id() + " is joined"};
    return {};
}

Task<PlayOutcome> Call::play(AudioSource& source, PlayOptions options)
{
    if (released() || stage_ == CallStage::releasing)
        co_await fail(Errc::gone, "call " + id() + " has ended");
    co_await mayWait();
    PlayOutcome outcome;
    Media& m = *media_;
    if (const auto at = m.typed.find_first_of(options.stopDigits); at != std::string::npos) {
        outcome.digit = m.typed[at]; // typed ahead: what came before it has been overtaken
        m.typed.erase(0, at + 1);
        co_return outcome;
    }
    Media::Waiting waiting(media_);
    m.stopDigits = options.stopDigits;
    m.toGo.reset();
    m.source = &source;
    MediaResult r = co_await waiting.event().wait();
    if (r.end == MediaEnd::hangup)
        co_await fail(Errc::gone, "call " + id() + " ended while playing");
    outcome.finished = r.end == MediaEnd::finished;
    outcome.digit = r.digit;
    co_return outcome;
}

namespace {

RecordEnd recordEnd(MediaEnd end)
{
    switch (end) {
    case MediaEnd::digit:
        return RecordEnd::digit;
    case MediaEnd::silence:
        return RecordEnd::silence;
    case MediaEnd::limit:
        return RecordEnd::limit;
    case MediaEnd::sinkFailed:
        return RecordEnd::sinkFailed;
    case MediaEnd::lineFault:
        return RecordEnd::lineFault;
    case MediaEnd::finished:
    case MediaEnd::hangup:
        break;
    }
    return RecordEnd::hangup;
}

} // namespace

Task<RecordOutcome> Call::record(AudioSink& sink, RecordOptions options)
{
    RecordOutcome outcome;
    if (released() || stage_ == CallStage::releasing)
        co_return outcome;
    co_await mayWait();
    Media& m = *media_;
    m.typed.clear(); // keys pressed during the greeting do not end the message
    Media::Waiting waiting(media_);
    m.record = options;
    m.audible = LeastLevel(options.silenceDbm0, m.law);
    m.heard = m.given = m.lostSamples = m.quiet = 0;
    m.firstSound.reset();
    m.held.clear();
    m.toneAt = m.toneOn ? std::optional<std::size_t>(0) : std::nullopt; // it began before the recording
    m.sink = &sink;
    m.lastAudio = edges_.loop.now();
    m.watchLine();
    MediaResult r = co_await waiting.event().wait();
    outcome.end = recordEnd(r.end);
    outcome.digit = r.digit;
    outcome.samples = m.given;
    outcome.lost = m.lostSamples;
    outcome.firstSound = m.firstSound;
    co_return outcome;
}

Task<std::string> Call::digits(DigitOptions options)
{
    std::string out;
    co_await mayWait();
    Media& m = *media_;
    Duration patience = options.first;
    while (out.size() < options.most) {
        if (m.typed.empty()) {
            if (released() || stage_ == CallStage::releasing)
                co_await fail(Errc::gone, "call " + id() + " has ended");
            Media::Waiting waiting(media_);
            std::optional<MediaResult> r = co_await waiting.event().waitFor(patience);
            if (!r)
                break;
            if (r->end == MediaEnd::hangup)
                co_await fail(Errc::gone, "call " + id() + " ended while keying");
            continue;
        }
        const char digit = m.typed.front();
        m.typed.erase(0, 1);
        if (options.terminators.find(digit) != std::string_view::npos)
            break;
        out += digit;
        patience = options.between;
    }
    co_return out;
}

} // namespace callbox::hal
