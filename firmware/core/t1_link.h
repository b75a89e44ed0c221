// SPDX-License-Identifier: GPL-2.0-or-later
// The data link of ESF, G.704 2.1.3.1.3: bit-oriented messages of 16 bits, eight ones and then 0xxxxxx0, said again and
// again. A message is written as its second half, the first bit on the line highest.
#pragma once
#include <cstdint>

namespace callbox::firmware::core {

inline constexpr std::uint8_t linkYellow = 0b00000000; // the far end sees a defect
// G.704 table 2
inline constexpr std::uint8_t linkLineLoop = 0b01110000, linkLineRelease = 0b00011100;
inline constexpr std::uint8_t linkPayloadLoop = 0b00101000, linkPayloadRelease = 0b01001100;
inline constexpr std::uint8_t linkRelease = 0b00100100; // of any loop

class T1LinkReceiver {
public:
    void bit(bool b);
    // 16 patterns in a row set it, fewer than 14 of 16 clear it.
    [[nodiscard]] bool yellow() const { return yellow_; }
    // A message other than yellow, once, after 7 in a row; -1: none.
    int take();
    void restart() { *this = T1LinkReceiver(); }

private:
    void message(std::uint8_t m);
    std::uint32_t bits_ = 0;
    unsigned since_ = 0; // bits since the last message ended
    std::uint8_t last_ = 0;
    unsigned same_ = 0;
    int told_ = -1;
    bool yellow_ = false;
    unsigned checked_ = 0, matched_ = 0; // while yellow stands: of 16 patterns
};

class T1LinkSender {
public:
    void send(std::uint8_t message, unsigned times) // after it flags again, which are the link's idle
    {
        message_ = message;
        left_ = times;
        at_ = 0;
    }
    void setYellow(bool on) { yellow_ = on; } // goes before every message
    bool bit();
    [[nodiscard]] bool idle() const { return left_ == 0; }

private:
    std::uint8_t message_ = 0;
    unsigned left_ = 0, at_ = 0;
    std::uint16_t now_ = 0;
    bool yellow_ = false;
};

} // namespace callbox::firmware::core
