// SPDX-License-Identifier: GPL-2.0-or-later
// What callers and recipients hear: prompt sets in memory, and sentences put together from them. A set is a folder of
// 8 kHz WAV files named after the ids below; a vendor replaces it whole or in part. A prompt that is missing or broken
// is taken from the fallback set, else left out (the beep: made here), counted and listed; it never ends a call.
#pragma once
#include <array>
#include <callbox/base/log.h>
#include <callbox/base/number.h>
#include <callbox/hal/media.h>
#include <map>
#include <optional>

namespace callbox::prompts {

// Whole sentences, or parts of one sentence in one voice. The words of each stand in en.txt; files are named by
// fileId().
enum class Prompt : std::uint8_t {
    beep,
    greeting,        // please leave your message after the tone; when done, hang up or press pound
    greetingFor,     // please leave a message for the number (the number follows, then greetingThen)
    greetingThen,    // after the tone; when done, hang up or press pound
    tooShort,        // nothing was recorded, or too little
    saved,           // only after the store said so
    notSaved,        // it could not be saved
    storeFull,       // no messages can be taken now
    recordAgain,     // please record your message again after the tone
    enterRecipient,  // enter the number your message is for, then press pound
    notAllowed,      // messages for this number are not taken here
    notANumber,      // this is not a complete number
    enterCode,       // enter the six digit code of your notification
    wrongCode,       // this code is not right
    tryAgain,        // please try again
    goodbye,         //
    messageFrom,     // message from (the number follows)
    messageWithheld, // message from a withheld number
    receivedOn,      // received on (date follows, then receivedAt and the time)
    receivedAt,      // at
    retrievalMenu,   // to hear it again press 1, to keep it press 2, to delete it press 3
    kept,            // the message is kept
    deleted,         // the message is deleted
    noMessage,       // no message for you here, or it is no longer available: never tells which
    messageDamaged,  // part of this message could not be played
    tryLater,        // please try your call again later
    boxAway,         // the place where this message is kept cannot be reached now
    systemBusy,      // all lines are busy
    notice,          // a message waits for you; to hear it press 1
    noticeLink,      // you can hear it again by calling (the link number follows)
    noticeCode,      // with the code (digits follow)
    oclock,
    oh, // of "two oh five"
    am,
    pm,
    number0, // spoken numbers; digits are the first ten
    number59 = number0 + 59,
    month1,
    month12 = month1 + 11,
    day1, // first, second, ...
    day31 = day1 + 30,
    count_, // how many there are; not a prompt
};
constexpr std::size_t promptCount = static_cast<std::size_t>(Prompt::count_);

// "greeting-for": the file is greeting-for.wav. Numbers, months and days: "number-7", "month-11", "day-22".
std::string_view fileId(Prompt);
std::optional<Prompt> promptOf(std::string_view fileId);

// A number's prompt: n below 60.
constexpr Prompt spokenNumber(unsigned n)
{
    return static_cast<Prompt>(static_cast<unsigned>(Prompt::number0) + n);
}

// One thing to say: prompts, digits and pauses one after another.
//     Sentence(Prompt::messageFrom).number(from)
class Sentence {
public:
    Sentence() = default;
    explicit Sentence(Prompt p) { say(p); }
    Sentence& say(Prompt);
    Sentence& digits(std::string_view);   // each by its name, evenly; what is no digit is a short pause
    Sentence& number(const PhoneNumber&); // in groups as people say them: 1, 212, 555, 0199
    Sentence& date(unsigned month, unsigned day);
    Sentence& time(unsigned hour, unsigned minute); // hour 0 to 23; said as English does, "two oh five p m"
    Sentence& pause(Duration);

    struct Piece {
        std::optional<Prompt> prompt; // else a pause
        Duration pause{};
    };
    [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }

private:
    std::vector<Piece> pieces_;
};

struct PromptConfig {
    std::string folder;          // empty: the shipped sets. Holds one folder a language, or the files themselves
    std::string language = "en"; // fallback: the shipped English set
};

// One set, read once, shared by all calls. Immutable but for its counter; loop thread only after load().
class PromptSet {
public:
    // No files: beeps, and is silent otherwise.
    PromptSet() = default;
    // Of sounds that are there already, all of one law; the rest is silence, the beep is made.
    static std::shared_ptr<const PromptSet> of(const std::map<Prompt, hal::SoundPtr>& sounds, hal::Law law);
    // Reads every prompt for each of `laws`. May block: at start-up. Never fails: what could not be read is in
    // missing().
    static std::shared_ptr<const PromptSet> load(const PromptConfig&, std::vector<hal::Law> laws, const Log&);
    // The same from folders given: own set first, then the fallback (may be empty).
    static std::shared_ptr<const PromptSet> loadFrom(const std::string& folder, const std::string& fallback,
                                                     std::vector<hal::Law> laws, const Log&);

    // The sounds of a sentence in one voice: all from the own set; if it lacks one, all from the fallback; only if
    // that lacks one too, each from where it is.
    [[nodiscard]] std::vector<hal::SoundPtr> sounds(const Sentence&, hal::Law) const;
    // Ready to play.
    [[nodiscard]] std::unique_ptr<hal::AudioSource> speak(const Sentence&, hal::Law) const;

    struct Missing {
        Prompt prompt;
        std::string why; // names the file
        bool replaced;   // the fallback set has it
    };
    // What the own set lacks: an alarm of the box when not empty.
    [[nodiscard]] const std::vector<Missing>& missing() const { return missing_; }
    // How often somebody did not hear a prompt because of that.
    [[nodiscard]] std::uint64_t unspoken() const { return unspoken_; }

private:
    using Sounds = std::array<hal::SoundPtr, promptCount>;
    struct Voice {
        std::map<hal::Law, Sounds> byLaw;
        [[nodiscard]] hal::SoundPtr sound(Prompt, hal::Law) const;
        [[nodiscard]] bool has(const Sentence&, hal::Law) const;
    };
    static Voice read(const std::string& folder, const std::vector<hal::Law>& laws,
                      std::array<std::string, promptCount>& failures);

    Voice own_, fallback_;
    std::vector<Missing> missing_;
    mutable std::uint64_t unspoken_ = 0;
};

// Where the shipped sets are: beside the program (PROGRAM/../../share/callbox/prompts), else
// /usr/share/callbox/prompts. `program` is the running one's path.
std::string shippedPrompts(const std::string& program);
std::string runningProgram(); // /proc/self/exe

} // namespace callbox::prompts
