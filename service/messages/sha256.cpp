// SPDX-License-Identifier: GPL-2.0-or-later
// Every sample of every message goes through here, of all recordings at the same moments. Libraries take one message at
// a time, which without SHA instructions costs more than all the rest of recording; here vectors hold a word of eight
// messages each.
#include "messages/sha256.h"
#include <algorithm>
#include <cstring>
#include <vector>

namespace callbox::messages {

namespace {

constexpr std::size_t blockSize = 64;
constexpr std::size_t lanes = 8;
using Vector __attribute__((vector_size(4 * lanes))) = std::uint32_t;
using Block = const std::uint8_t*;

// 4.2.2
constexpr std::uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr std::array<std::uint32_t, 8> initial{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                               0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}; // 5.3.3

std::uint32_t bigEndian(const std::uint8_t* at)
{
    return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}

// A word of one message, or the same word of several.
template <class Word> [[gnu::always_inline]] inline void rotated(const Word& x, int by, Word& out)
{
    out = x >> by | x << (32 - by);
}

// 6.2.2, steps 2 to 4. `w` holds the block; its later words take the place of those that are used up.
template <class Word> [[gnu::always_inline]] inline void rounds(Word (&state)[8], Word (&w)[16])
{
    Word a = state[0], b = state[1], c = state[2], d = state[3];
    Word e = state[4], f = state[5], g = state[6], h = state[7];
    Word r1, r2, r3;
    for (std::size_t base = 0; base < 64; base += 16)
#ifdef __clang__
#pragma clang loop unroll(full)
#endif
        for (std::size_t i = 0; i < 16; ++i) {
            if (base > 0) {
                const Word &early = w[(i + 1) % 16], &late = w[(i + 14) % 16];
                rotated(early, 7, r1);
                rotated(early, 18, r2);
                w[i] += (r1 ^ r2 ^ early >> 3) + w[(i + 9) % 16];
                rotated(late, 17, r1);
                rotated(late, 19, r2);
                w[i] += r1 ^ r2 ^ late >> 10;
            }
            rotated(e, 6, r1);
            rotated(e, 11, r2);
            rotated(e, 25, r3);
            const Word t1 = h + (r1 ^ r2 ^ r3) + (g ^ (e & (f ^ g))) + constants[base + i] + w[i];
            rotated(a, 2, r1);
            rotated(a, 13, r2);
            rotated(a, 22, r3);
            const Word t2 = (r1 ^ r2 ^ r3) + ((a & b) | (c & (a | b)));
            h = g;
            g = f;
            f = e;
            e = d + t1;
            d = c;
            c = b;
            b = a;
            a = t1 + t2;
        }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

// So many blocks of one message.
void compress(std::array<std::uint32_t, 8>& into, Block block, std::size_t count)
{
    std::uint32_t state[8], w[16];
    std::copy(into.begin(), into.end(), state);
    for (; count > 0; --count, block += blockSize) {
        for (std::size_t i = 0; i < 16; ++i)
            w[i] = bigEndian(block + 4 * i);
        rounds(state, w);
    }
    std::copy_n(state, 8, into.begin());
}

// As many of each of several messages. What vectors the processor has is seen at the start.
#ifdef __x86_64__
[[gnu::target_clones("avx512vl", "avx2", "default")]]
#endif
void compressEach(std::array<std::uint32_t, 8>* const (&into)[lanes], Block (&blocks)[lanes], std::size_t count)
{
    Vector state[8], w[16];
    for (std::size_t lane = 0; lane < lanes; ++lane)
        for (std::size_t i = 0; i < 8; ++i)
            state[i][lane] = (*into[lane])[i];
    for (; count > 0; --count) {
        for (std::size_t i = 0; i < 16; ++i)
            for (std::size_t lane = 0; lane < lanes; ++lane)
                w[i][lane] = bigEndian(blocks[lane] + 4 * i);
        rounds(state, w);
        for (Block& block : blocks)
            block += blockSize;
    }
    for (std::size_t lane = 0; lane < lanes; ++lane)
        for (std::size_t i = 0; i < 8; ++i)
            (*into[lane])[i] = state[i][lane];
}

} // namespace

// Whole blocks that a message has got.
struct Sha256::Work {
    std::array<std::uint32_t, 8>* state;
    Block next;
    std::size_t blocks;
};

// Those of about the same length together; what some have more than others comes in a later round.
void Sha256::run(std::span<Work> work)
{
    const auto longer = [](const Work& a, const Work& b) { return a.blocks > b.blocks; };
    for (;;) {
        std::sort(work.begin(), work.end(), longer);
        while (!work.empty() && work.back().blocks == 0)
            work = work.first(work.size() - 1);
        if (work.size() <= lanes / 4)
            break;
        for (std::size_t first = 0; first < work.size(); first += lanes) {
            const auto group = work.subspan(first, std::min(lanes, work.size() - first));
            const std::size_t count = group.back().blocks;
            std::array<std::uint32_t, 8> nobody{};
            std::array<std::uint32_t, 8>* states[lanes];
            Block blocks[lanes];
            for (std::size_t lane = 0; lane < lanes; ++lane) { // lanes without a message do another's work in vain
                states[lane] = lane < group.size() ? group[lane].state : &nobody;
                blocks[lane] = group[std::min(lane, group.size() - 1)].next;
            }
            compressEach(states, blocks, count);
            for (Work& w : group) {
                w.next += count * blockSize;
                w.blocks -= count;
            }
        }
    }
    for (const Work& w : work)
        compress(*w.state, w.next, w.blocks);
}

Sha256::Sha256() : state_(initial) {}

void Sha256::addAll(std::span<const Piece> pieces)
{
    std::vector<Work> starts, wholes; // a block begun before and now full; whole ones in the piece
    starts.reserve(pieces.size());
    wholes.reserve(pieces.size());
    for (const Piece& p : pieces) {
        Sha256& hash = *p.hash;
        Octets data = p.data;
        if (const std::size_t begun = hash.size_ % blockSize; begun > 0) {
            const std::size_t n = std::min(data.size(), blockSize - begun);
            std::copy_n(data.begin(), n, hash.rest_.begin() + std::ptrdiff_t(begun));
            data = data.subspan(n);
            if (begun + n == blockSize)
                starts.push_back({&hash.state_, hash.rest_.data(), 1});
        }
        wholes.push_back({&hash.state_, data.data(), data.size() / blockSize});
        hash.size_ += p.data.size();
    }
    run(starts);
    run(wholes);
    for (const Piece& p : pieces) {
        const std::size_t left = p.hash->size_ % blockSize;
        if (left <= p.data.size())
            std::copy_n(p.data.end() - std::ptrdiff_t(left), left, p.hash->rest_.begin());
    }
}

void Sha256::add(Octets data)
{
    const Piece only{this, data};
    addAll({&only, 1});
}

std::string Sha256::hex() const
{
    Sha256 whole = *this;
    // 5.1.1: a one bit, zeros, and the length in bits at a block's end.
    OctetBuffer padding(1 + (2 * blockSize - 1 - 8 - size_ % blockSize) % blockSize, 0);
    padding.front() = 0x80;
    for (int shift = 56; shift >= 0; shift -= 8)
        padding.push_back(static_cast<std::uint8_t>(size_ * 8 >> shift));
    whole.add(padding);
    OctetBuffer digest;
    for (const std::uint32_t word : whole.state_)
        for (int shift = 24; shift >= 0; shift -= 8)
            digest.push_back(static_cast<std::uint8_t>(word >> shift));
    return toHex(digest);
}

std::string sha256Hex(Octets data)
{
    Sha256 hash;
    hash.add(data);
    return hash.hex();
}

} // namespace callbox::messages
