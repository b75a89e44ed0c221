// SPDX-License-Identifier: GPL-2.0-or-later
#include "speech.h"
#include <algorithm>
#include <callbox/hal/dtmf.h>

namespace callbox::lab {

Ear::Ear(hal::Law law, Options options, std::function<void(std::uint64_t)> onBeep)
    : options_(options), onBeep_(std::move(onBeep))
{
    if (onBeep_)
        beeps_.emplace(law);
}

void Ear::append(Octets samples, std::uint32_t lost)
{
    position_ += samples.size();
    lost_ += lost;
    if (options_.keep)
        heard_.insert(heard_.end(), samples.begin(), samples.end());
    if (!beeps_)
        return;
    if (const auto end = beeps_->feed(samples)) {
        if (!options_.everyBeep)
            beeps_.reset();
        onBeep_(*end);
    }
}

void Speech::say(std::shared_ptr<hal::AudioSource> piece, std::string_view begins, std::string_view ends)
{
    pieces_.push_back({std::move(piece), begins, ends});
}

void Speech::key(std::string_view digits)
{
    for (const char c : digits)
        say(hal::makeDtmfSource(std::string(1, c)), c == 'p' ? "" : "digit", "");
}

void Speech::tell(std::string_view what, std::size_t offset) const
{
    if (told_ && !what.empty())
        told_(what, lengthOf(offset));
}

std::size_t Speech::read(std::span<std::uint8_t> out, hal::Law law)
{
    std::size_t put = 0;
    if (waiting_) {
        const std::uint64_t now = ear_.position(); // what is said next is heard after what was just heard
        if (begin_ > now)
            put = static_cast<std::size_t>(std::min<std::uint64_t>(begin_ - now, out.size()));
        std::fill_n(out.begin(), put, hal::idleOctet(law));
        waiting_ = put == out.size();
    }
    while (put < out.size() && current_ < pieces_.size()) {
        Piece& p = pieces_[current_];
        if (!std::exchange(p.begun, true))
            tell(p.begins, put);
        const std::size_t n = p.source->read(out.subspan(put), law);
        put += n;
        if (put == out.size())
            break;
        tell(p.ends, put);
        ++current_;
    }
    return put;
}

void Speech::rewind()
{
    for (Piece& p : pieces_) {
        p.source->rewind();
        p.begun = false;
    }
    current_ = 0;
}

} // namespace callbox::lab
