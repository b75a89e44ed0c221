// SPDX-License-Identifier: GPL-2.0-or-later
// The emulated modem's line: octets in, commands out of them, octets back, and the faults that real lines have.
#include <algorithm>
#include <callbox/lab/at_modem.h>
#include <cctype>

namespace callbox::lab {

namespace {

constexpr Duration bootTakes = 2s;
constexpr std::size_t longestTyped = 4096;

} // namespace

AtModem::AtModem(const Edges& edges, SmsCentre& centre, AtModemConfig config)
    : edges_(edges), centre_(centre), config_(std::move(config)), pinTries_(config_.pinTries), resetTimer_(edges.loop),
      acknowledgeTimer_(edges.loop)
{
    unlocked_ = config_.pin.empty();
}

AtModem::~AtModem()
{
    *alive_ = false;
}

void AtModem::reset()
{
    typed_.clear();
    frozen_.clear();
    echo_ = true;
    inPdu_ = false;
    numericErrors_ = false;
    tellsRegistration_ = false;
    messageMode_ = reportMode_ = 0;
    selected_ = "SM";
    unlocked_ = config_.pin.empty();
    acknowledgeTimer_.cancel();
}

void AtModem::restart(bool tells)
{
    reset();
    resetTimer_.after(bootTakes, [this, tells] {
        if (tells)
            line("RDY");
    });
}

void AtModem::setFaults(const AtModemFaults& f)
{
    const int before = registration();
    faults_ = f;
    if (tellsRegistration_ && registration() != before)
        line("+CREG: " + std::to_string(registration()));
    if (!faults_.frozen && !frozen_.empty())
        input(std::exchange(frozen_, {}));
}

void AtModem::emit(const std::string& octets)
{
    if (!output_)
        return;
    if (!faults_.bytewise) {
        output_(asOctets(octets));
        return;
    }
    for (std::size_t i = 0; i < octets.size() && output_; ++i)
        output_(asOctets(std::string_view(octets).substr(i, 1)));
}

void AtModem::put(std::string octets)
{
    if (faults_.silent || faults_.frozen)
        return;
    if (faults_.answerDelay <= Duration::zero()) {
        emit(octets);
        return;
    }
    // Late answers stay in order: timers of one instant run in the order they were set.
    edges_.loop.startTimer(edges_.loop.now() + faults_.answerDelay, [this, alive = alive_, octets = std::move(octets)] {
        if (*alive && !faults_.silent)
            emit(octets);
    });
}

void AtModem::line(const std::string& text)
{
    std::string noise;
    if (faults_.noise)
        for (std::uint64_t n = edges_.random.below(20); n > 0; --n)
            noise += static_cast<char>(edges_.random.below(256));
    put(noise + "\r\n" + text + "\r\n");
}

void AtModem::ok(std::initializer_list<std::string> info)
{
    for (const std::string& i : info)
        line(i);
    line("OK");
}

void AtModem::error(int cme)
{
    line(numericErrors_ ? "+CME ERROR: " + std::to_string(cme) : "ERROR");
}

void AtModem::input(Octets octets)
{
    if (faults_.frozen) {
        frozen_.insert(frozen_.end(), octets.begin(), octets.end());
        return;
    }
    if (faults_.silent || resetTimer_.armed())
        return;
    if (echo_ && !inPdu_)
        put(std::string(asText(octets)));
    take(octets);
}

void AtModem::take(Octets octets)
{
    for (const std::uint8_t o : octets) {
        if (o == 0x1B) { // out of the prompt
            typed_.clear();
            if (std::exchange(inPdu_, false))
                line("OK");
        } else if (inPdu_ && o == 0x1A) {
            inPdu_ = false;
            pduGiven(std::exchange(typed_, {}));
        } else if (!inPdu_ && o == '\r') {
            const std::string command = std::exchange(typed_, {});
            if (!command.empty())
                execute(command);
        } else if (o != '\n' && o != 0x1A && typed_.size() < longestTyped) {
            typed_ += static_cast<char>(o);
        }
    }
}

void AtModem::execute(const std::string& typed)
{
    if (faults_.loseAnswers > 0) {
        --faults_.loseAnswers;
        return;
    }
    std::string c = typed;
    std::transform(c.begin(), c.end(), c.begin(), [](unsigned char x) { return static_cast<char>(std::toupper(x)); });
    if (!basic(c) && !identity(c) && !sim(c) && !network(c) && !settings(c) && !memory(c))
        error(4);
}

} // namespace callbox::lab
