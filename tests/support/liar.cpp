// SPDX-License-Identifier: GPL-2.0-or-later
#include "liar.h"
#include "device/descriptors.h"
#include <algorithm>
#include <cstring>

namespace callbox::tests {

Liar::Liar(const firmware::Personality& kind, unsigned seed)
    : bank_(kind.fxoPorts + kind.fxsPorts > 0), t1_(kind.kind == CARD_PORT_T1), ports_(kind.fxoPorts + kind.fxsPorts),
      chance_(seed), card_(kind, "000000000000000a", "1-1")
{
}

void Liar::configured()
{
    OctetBuffer none;
    card_.device().control({0x00, 9, 1, 0, 0}, none);
}

void Liar::spoil(std::span<std::uint8_t> octets)
{
    for (unsigned n = octets.empty() ? 0 : 1 + upTo(3); n > 0; --n)
        octets[chance_() % octets.size()] = octet();
}

OctetBuffer Liar::configuration()
{
    OctetBuffer out(512);
    out.resize(firmware::configurationDescriptor(personality(), out));
    if (once(3))
        spoil(out);
    if (once(8))
        out.resize(chance_() % (out.size() + 1));
    return out;
}

std::optional<OctetBuffer> Liar::control(const firmware::Setup& setup, const OctetBuffer& data)
{
    OctetBuffer answer = data;
    const int n = card_.device().control(setup, answer);
    if (n < 0)
        return {};
    answer.resize(setup.in() ? static_cast<std::size_t>(n) : 0);
    return answer;
}

std::optional<OctetBuffer> Liar::answer(const firmware::Setup& setup, const OctetBuffer& data)
{
    ++requests;
    auto answer = control(setup, data);
    if (!answer && once(4))
        answer.emplace();
    if (!answer)
        return {};
    if (once(12))
        spoil(*answer);
    if (setup.in() && once(12))
        answer->resize(chance_() % (data.size() + 1), octet());
    return answer;
}

std::size_t Liar::data(std::span<std::uint8_t> room)
{
    ++packets;
    if (once(10)) { // anything, of any length
        const std::size_t size = chance_() % (room.size() + 1);
        std::generate_n(room.begin(), size, [this] { return octet(); });
        return size;
    }
    if (once(20))
        return 0;
    std::size_t size = 0;
    if (bank_) {
        const unsigned samples = once(8) ? upTo(CARD_BANK_SAMPLES_MAX) : 8;
        const card_bank_header h{sequence_++, static_cast<card_u8>(once(30) ? octet() : 0),
                                 static_cast<card_u8>(samples), static_cast<card_u8>(ports_)};
        size = sizeof h + std::size_t{samples} * ports_;
        if (size > room.size())
            return 0;
        std::memcpy(room.data(), &h, sizeof h);
        samples_ += samples;
    } else {
        const unsigned frames = once(8) ? upTo(CARD_E1_FRAMES_MAX) : 8;
        size = CARD_E1_HEADER + std::size_t{frames} * CARD_E1_FRAME;
        if (size > room.size())
            return 0;
        const unsigned flags = (t1_ ? CARD_E1_HEADER_T1 : 0) | (once(30) ? octet() : 0);
        const card_e1_header h{position_, sequence_++, static_cast<card_u8>(flags), 0};
        std::memcpy(room.data(), &h, sizeof h);
        position_ = static_cast<std::uint8_t>(position_ + frames);
    }
    const std::uint8_t voice = octet();
    const bool noise = upTo(3) == 0;
    std::generate_n(room.begin() + 4, size - 4, [&] { return noise ? octet() : voice; });
    if (once(10))
        spoil(room.first(size));
    return once(20) ? chance_() % (size + 1) : size;
}

std::size_t Liar::event(std::span<std::uint8_t> room)
{
    ++events;
    if (once(4)) {
        const std::size_t size = chance_() % (room.size() + 1);
        std::generate_n(room.begin(), size, [this] { return octet(); });
        return size;
    }
    if (!bank_) {
        const std::size_t size = std::min<std::size_t>(room.size(), CARD_E1_INTERRUPT_SIZE);
        std::generate_n(room.begin(), size, [this] { return octet(); });
        room[0] = static_cast<std::uint8_t>(upTo(6));
        return size;
    }
    card_bank_event e{};
    e.type = static_cast<card_u8>(upTo(10));
    e.port = static_cast<card_u8>(upTo(ports_));
    e.sequence = card_make16(once(10) ? octet() : ++eventSequence_);
    e.at = card_make32(once(10) ? static_cast<card_u32>(chance_()) : samples_);
    e.code = static_cast<card_u8>(upTo(10));
    e.flags = static_cast<card_u8>(upTo(3));
    e.a = card_make16(static_cast<card_u16>(upTo(30)));
    const std::size_t size = std::min(room.size(), sizeof e);
    std::memcpy(room.data(), &e, size);
    return size;
}

std::size_t Liar::feedback(std::span<std::uint8_t> room)
{
    const unsigned pace = once(4) ? number() : unsigned{CARD_E1_FEEDBACK};
    const std::size_t size = std::min<std::size_t>(room.size(), 3);
    for (std::size_t i = 0; i < size; ++i)
        room[i] = static_cast<std::uint8_t>(pace >> 8 * i);
    return once(8) ? chance_() % (room.size() + 1) : size;
}

// What a host sends is right whatever it was told.
void Liar::look(bool command, Octets packet, std::size_t packetMax)
{
    const auto say = [&](const char* what) {
        if (wrong.empty())
            wrong = what;
    };
    if (packet.size() > packetMax)
        say("a packet that is longer than its endpoint");
    if (command) {
        ++commands;
        if (packet.size() != CARD_BANK_COMMAND_SIZE)
            say("a command of another length");
        return;
    }
    ++packets;
    const auto header = [&] { return packet.size() < 4 ? std::size_t{0} : std::size_t{packet[2]} * packet[3]; };
    if (bank_ ? packet.size() < 4 || packet.size() != 4 + header()
              : packet.size() < 4 || (packet.size() - 4) % CARD_E1_FRAME != 0)
        say("a packet that is none");
}

} // namespace callbox::tests
