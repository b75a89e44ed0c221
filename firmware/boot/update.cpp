// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/update.h"
#include <algorithm>

namespace callbox::firmware::boot {

Wrong Update::feed(Octets octets)
{
    while (!octets.empty() && wrong_ == Wrong::nothing && !over_) {
        const std::size_t most = left_ > 0 ? left_ : headerSize - have_;
        const Octets now = octets.first(std::min(most, octets.size()));
        octets = octets.subspan(now.size());
        if (left_ > 0) {
            programCame(now);
            continue;
        }
        std::copy(now.begin(), now.end(), header_.begin() + have_);
        have_ += static_cast<std::uint32_t>(now.size());
        if (have_ == headerSize)
            headerCame();
    }
    return wrong_;
}

void Update::headerCame()
{
    have_ = 0;
    wrong_ = readHeader(header_, image_);
    if (wrong_ == Wrong::nothing)
        into_ = slotOf(image_, slots_.part(), wrong_);
    if (wrong_ == Wrong::nothing && seen_ >> into_ & 1)
        wrong_ = Wrong::place;
    if (wrong_ != Wrong::nothing)
        return;
    seen_ |= 1u << into_;
    left_ = image_.length;
    crc_ = {};
    if (into_ != static_cast<int>(slot_))
        return;
    keep_ = header_;
    at_ = headerSize;
    held_ = 0;
    if (!slots_.flash().erase(slot_))
        wrong_ = Wrong::flash;
}

void Update::programCame(Octets octets)
{
    crc_.add(octets);
    left_ -= static_cast<std::uint32_t>(octets.size());
    if (into_ == static_cast<int>(slot_))
        while (!octets.empty() && wrong_ == Wrong::nothing) {
            const Octets now = octets.first(std::min<std::size_t>(words_.size() - held_, octets.size()));
            std::copy(now.begin(), now.end(), words_.begin() + held_);
            held_ += static_cast<std::uint32_t>(now.size());
            octets = octets.subspan(now.size());
            if (held_ == words_.size())
                write();
        }
    if (left_ == 0 && wrong_ == Wrong::nothing)
        imageCame();
}

void Update::write()
{
    if (held_ > 0 && !slots_.flash().write(slot_, at_, Octets(words_).first(held_)))
        wrong_ = Wrong::flash;
    at_ += held_;
    held_ = 0;
}

void Update::imageCame()
{
    if (into_ == static_cast<int>(slot_))
        write();
    if (wrong_ == Wrong::nothing && crc_.value() != image_.crc)
        wrong_ = Wrong::program;
}

Wrong Update::end()
{
    if (over_ || wrong_ != Wrong::nothing)
        return wrong_;
    over_ = true;
    if (left_ > 0 || have_ > 0 || seen_ == 0)
        return wrong_ = Wrong::cut;
    if (!(seen_ >> slot_ & 1))
        return wrong_ = Wrong::noneHere;
    if (!slots_.flash().write(slot_, 0, keep_))
        return wrong_ = Wrong::flash;
    // Its check sum was right as it came: what is wrong with it now came by the flash, or leads elsewhere.
    const Slots::State s = slots_.look(slot_);
    if (s.wrong == Wrong::nothing)
        wrong_ = slots_.complete(slot_) ? Wrong::nothing : Wrong::flash;
    else
        wrong_ = s.wrong == Wrong::program ? Wrong::program : Wrong::flash;
    return wrong_;
}

} // namespace callbox::firmware::boot
