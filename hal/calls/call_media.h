// SPDX-License-Identifier: GPL-2.0-or-later
// What a call plays, records and detects. One media wait at a time: play, record and digits are one wait with several
// causes. Fed once per tick by the channel; decisions are told to the waiting coroutine through the loop.
#pragma once
#include <callbox/hal/call.h>
#include <callbox/hal/dtmf.h>
#include <callbox/hal/least_level.h>

namespace callbox::hal {

enum class MediaEnd { finished, digit, silence, hangup, limit, sinkFailed, lineFault };

struct MediaResult {
    MediaEnd end = MediaEnd::hangup;
    char digit = 0;
};

struct Call::Media {
    Media(Loop& loop, Law law) : loop(loop), law(law), detector(law), stages(loop), ended(loop), lineWatch(loop) {}

    Loop& loop;
    Law law;
    DtmfDetector detector;
    std::string typed; // digits nobody has asked for yet: type-ahead
    std::vector<HeardDigit> digitsHeard;
    TimePoint begun = loop.now();
    Queue<CallStage> stages;
    Event<bool> ended;
    std::shared_ptr<Queue<ReferralEvent>> referral; // what a deflection or transfer waits for

    // -- the one wait
    std::shared_ptr<Event<MediaResult>> wait;
    void finish(MediaResult r)
    {
        if (wait)
            wait->set(r);
    }
    // What is played and recorded stops at once; the waiter hears of it from the loop.
    void endAll(MediaEnd end)
    {
        source = nullptr;
        leaveOutTone();
        flushRecording(0);
        sink = nullptr;
        lineWatch.cancel();
        finish({end, 0});
    }

    // Ends the wait with the script's frame, also when the script is destroyed while it waits: what it lent (source,
    // sink) goes with it.
    class Waiting {
    public:
        explicit Waiting(const std::shared_ptr<Media>& media) : media_(media)
        {
            media->wait = std::make_shared<Event<MediaResult>>(media->loop);
            event_ = media->wait;
        }
        ~Waiting()
        {
            if (const auto m = media_.lock()) {
                m->source = nullptr;
                m->sink = nullptr;
                m->lineWatch.cancel();
                m->wait.reset();
            }
        }
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;
        Event<MediaResult>& event() { return *event_; }

    private:
        std::weak_ptr<Media> media_;
        std::shared_ptr<Event<MediaResult>> event_;
    };

    // -- playing
    AudioSource* source = nullptr;
    std::string_view stopDigits;
    std::optional<std::uint64_t> toGo; // the source has ended; until its last sample is on the line, in samples
    void play(const AudioBlock& block);

    // -- recording
    AudioSink* sink = nullptr;
    RecordOptions record;
    LeastLevel audible{record.silenceDbm0, law};
    std::uint64_t heard = 0; // samples since the recording began
    std::uint64_t given = 0; // samples the sink has
    std::uint64_t lostSamples = 0;
    std::uint64_t quiet = 0; // samples since something was last loud enough
    std::optional<std::uint64_t> firstSound;
    OctetBuffer held; // not yet given: an ending key's tone may lie in it
    // Where in it a tone of the line began that may mean the caller has left; nothing is given from there on.
    std::optional<std::size_t> toneAt;
    bool toneOn = false; // also while nothing is recorded
    void suspect(std::optional<std::size_t> startedAgo);
    void leaveOutTone();
    Timer lineWatch;
    TimePoint lastAudio{};
    void take(const AudioBlock& block);
    void flushRecording(std::size_t keepBack);
    void watchLine();

    void onDigit(const DtmfDetector::Digit& d);
    void detect(Octets rx);
};

} // namespace callbox::hal
