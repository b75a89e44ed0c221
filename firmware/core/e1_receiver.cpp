// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/e1_receiver.h"

namespace callbox::firmware::core {

namespace {

constexpr unsigned lossAfter = 3;         // G.706 4.1.1 and its note 1
constexpr unsigned remoteAfter = 3;       // double frames; G.775 allows 2 to 5
constexpr unsigned giveUpAfter = 400 * 8; // frames: the 400 ms of G.706 B.2.3
constexpr unsigned falseAlignment = 915;  // errored blocks of 1000, G.706 4.3.2
constexpr unsigned second = 1000;         // blocks
constexpr unsigned patience = 16;         // chunks
constexpr unsigned complaints = 990;      // E bits of a second, G.706 B.2.5

bool isSignal(std::uint32_t first)
{
    return (first & fasMask) == fasBits;
}

} // namespace

void E1Receiver::begin(E1Framing framing)
{
    E1Receiver anew(framing);
    anew.counters_ = counters_;
    anew.watch_ = watch_;
    *this = anew;
}

const std::uint32_t* E1Receiver::store(FrameIn line)
{
    constexpr std::size_t kept = (searched - 1) * chunkWords;
    if (next_ == words_.size()) {
        for (std::size_t i = 0; i < kept; ++i)
            words_[i] = words_[next_ - kept + i];
        next_ = kept;
    }
    std::uint32_t* to = &words_[next_];
    for (std::size_t i = 0; i < chunkWords; ++i)
        to[i] = wordAt(&line[4 * i]);
    next_ += chunkWords;
    return to - kept;
}

bool E1Receiver::receive(FrameIn line, FrameOut frame)
{
    const std::uint32_t* oldest = store(line);
    const std::uint32_t* chunk = oldest + (searched - 1) * chunkWords;
    block_ = Block();
    if (framing_ == E1Framing::transparent) {
        watch_.chunk(chunk);
        for (std::size_t i = 0; i < frame.size(); ++i)
            frame[i] = line[i];
        ++counters_.frames;
        number_ = (number_ + 1) % 16;
        return true;
    }
    // What is right needs no count of ones and zeros.
    if (!aligned_ || !fasRight_)
        watch_.chunk(chunk);
    if (!aligned_)
        search(oldest, place_);
    if (aligned_)
        read(oldest + (searched - 2) * chunkWords, frame);
    if (aligned_ && multi_ == Multi::sought)
        seekMultiframe(oldest, wordAt(frame.data()));
    if (aligned_ && (framing_ != E1Framing::crc4 || multi_ == Multi::reached)) {
        ++counters_.frames;
        return true;
    }
    for (std::uint8_t& octet : frame)
        octet = 0xFF;
    return false;
}

void E1Receiver::search(const std::uint32_t* oldest, unsigned from)
{
    const int found = findFrames(oldest, from);
    if (found < 0) {
        if (++sought_ > patience)
            waited_ = 0; // there is no frame at all, so it is not the multiframe that lacks
        return;
    }
    sought_ = 0;
    aligned_ = fasFrame_ = true; // the third of the frames looked at comes next
    place_ = unsigned(found);
    badFas_ = badNfas_ = aSame_ = 0;
    number_ = 15;
    multi_ = framing_ == E1Framing::basic ? Multi::off : Multi::sought;
    finder_.restart();
    otherLives_ = false;
}

void E1Receiver::lose(unsigned searchFrom)
{
    // Where CRC-4 is required and not found yet, nothing is lost that had been reached.
    if (framing_ != E1Framing::crc4 || multi_ == Multi::reached) {
        ++counters_.losses;
        waited_ = 0;
    }
    aligned_ = fasRight_ = false;
    place_ = searchFrom % 256;
    multi_ = Multi::off;
    blocks_ = errored_ = eErrored_ = complaining_ = 0;
    eAlarm_ = false;
    remote_ = false;
}

// A frame out of the stream, with its sum on the way: this is where the time goes.
void E1Receiver::read(const std::uint32_t* at, FrameOut out)
{
    at += place_ / 32;
    const unsigned offset = place_ % 32;
    const std::uint32_t first = bitsFrom(at, offset);
    putWord(out.data(), first);
    // Begins anew with the multiframe: what is put in before does not matter. A copy stays in registers, which octets
    // that are written may not change.
    Crc4 crc = check_.crc();
    const bool summed = multi_ == Multi::reached;
    if (summed)
        crc.word(0, fasFrame_ ? first & ~siBit : first);
    if (offset == 0) {
        for (std::size_t i = 1; i < chunkWords; ++i) {
            putWord(&out[4 * i], at[i]);
            crc.word(unsigned(i), at[i]);
        }
    } else {
        std::uint32_t before = at[1];
        for (std::size_t i = 1; i < chunkWords; ++i) {
            const std::uint32_t after = at[i + 1];
            const std::uint32_t word = before << offset | after >> (32 - offset);
            before = after;
            putWord(&out[4 * i], word);
            crc.word(unsigned(i), word);
        }
    }
    check_.crc() = crc;
    if (summed) {
        number_ = check_.number();
        checkBlock(first);
    } else {
        number_ = (number_ + 1) % 16;
    }
    if (aligned_)
        slotZero(first);
}

void E1Receiver::slotZero(std::uint32_t first)
{
    if (fasFrame_) {
        const bool right = isSignal(first);
        if (right) {
            badFas_ = 0;
            if (!fasRight_)
                watch_.framed();
        } else {
            ++counters_.fas;
            ++badFas_;
        }
        fasRight_ = right;
    } else {
        badNfas_ = (first & nfasBit2) != 0 ? 0 : badNfas_ + 1;
        const bool a = (first & aBit) != 0;
        aSame_ = a == remote_ ? 0 : aSame_ + 1;
        if (aSame_ >= remoteAfter) {
            remote_ = a;
            aSame_ = 0;
        }
    }
    fasFrame_ = !fasFrame_;
    if (badFas_ >= lossAfter || badNfas_ >= lossAfter)
        lose(place_);
}

void E1Receiver::checkBlock(std::uint32_t first)
{
    const unsigned number = number_;
    block_ = check_.frame(first);
    if (number == 13 || number == 15) {
        eAlarm_ = eAlarm_ || remote_;
        if ((first & siBit) == 0) {
            ++counters_.ebit;
            ++eErrored_;
        }
    }
    if (block_.errored) {
        ++counters_.crc;
        ++errored_;
    }
    if (!block_.whole || ++blocks_ < second)
        return;
    complaining_ = eErrored_ > complaints && !eAlarm_ ? complaining_ + 1 : 0;
    const bool wrong = errored_ >= falseAlignment;
    blocks_ = errored_ = eErrored_ = 0;
    eAlarm_ = remote_;
    if (wrong)
        lose(place_ + 1);
}

void E1Receiver::seekMultiframe(const std::uint32_t* oldest, std::uint32_t first)
{
    ++waited_;
    const bool odd = fasFrame_; // the next one holds the signal, so this one did not
    if (odd && finder_.odd((first & siBit) != 0)) {
        multi_ = Multi::reached;
        number_ = 11;
        check_.begin(12);
        waited_ = 0;
        return;
    }
    if (framing_ == E1Framing::automatic) {
        tryOther(oldest);
        if (multi_ == Multi::reached)
            return;
        if (waited_ >= giveUpAfter) {
            multi_ = Multi::none;
            return;
        }
        if (finder_.failed())
            finder_.restart();
        return;
    }
    // G.706 4.2: no multiframe within 8 ms says that the signal found was not the real one; the next search begins just
    // behind it.
    if (finder_.failed())
        lose(place_ + 1);
}

// One other place at a time, for 8 ms each.
void E1Receiver::tryOther(const std::uint32_t* oldest)
{
    if (!otherLives_) {
        const int found = findFrames(oldest, (other_ + 1) % 256);
        if (found < 0)
            return;
        other_ = unsigned(found);
        if (other_ == place_)
            return;
        otherLives_ = otherFas_ = true;
        otherBad_ = 0;
        otherFinder_.restart();
    }
    const std::uint32_t first = bitsFrom(oldest + (searched - 2) * chunkWords + other_ / 32, other_ % 32);
    if (otherFas_) {
        otherBad_ = isSignal(first) ? 0 : otherBad_ + 1;
    } else if (otherFinder_.odd((first & siBit) != 0)) {
        place_ = other_;
        fasFrame_ = true;
        fasRight_ = false;
        badFas_ = badNfas_ = 0;
        multi_ = Multi::reached;
        number_ = 11;
        check_.begin(12);
        waited_ = 0;
        otherLives_ = false;
        return;
    }
    otherFas_ = !otherFas_;
    if (otherBad_ >= lossAfter || otherFinder_.failed())
        otherLives_ = false;
}

Defects E1Receiver::defects() const
{
    Defects out = watch_.now();
    if (framing_ == E1Framing::transparent)
        return out;
    if ((out & (los | ais)) == 0) {
        // While the search of G.706 4.2 goes from one signal to the next, it is the multiframe that lacks.
        if (framing_ == E1Framing::crc4 && multi_ != Multi::reached && (aligned_ || waited_ > 0))
            out = Defects(out | lomf);
        else if (!aligned_)
            out = Defects(out | lof);
    }
    const bool inService = aligned_ && (framing_ != E1Framing::crc4 || multi_ == Multi::reached);
    return Defects(out | (inService && remote_ ? rai : 0));
}

} // namespace callbox::firmware::core
