// SPDX-License-Identifier: GPL-2.0-or-later
// What the modem suite works on: a line under test with an emulated modem at its other end, and the modem on that line.
#pragma once
#include "suite.h"
#include <callbox/base/async.h>
#include <callbox/hal/modem.h>
#include <callbox/lab/at_modem.h>

namespace callbox::tests {

using namespace callbox::hal;
using namespace callbox::lab;

class Bench {
public:
    virtual ~Bench() = default;
    virtual Loop& loop() = 0;
    virtual Edges& edges() = 0;
    // Lets time pass until `done`, at most `limit`; returns done().
    virtual bool until(const std::function<bool()>& done, Duration limit) = 0;
    void pass(Duration d)
    {
        until([] { return false; }, d);
    }
    // The emulated modem gets this; before anything else.
    virtual void prepare(AtModemConfig) = 0;
    virtual AtModem& emulated() = 0;
    virtual SmsCentre& centre() = 0;
    virtual void plug(bool in) = 0;
    // -- what is under test; at most one at a time
    virtual std::unique_ptr<ModemIo> io() = 0;
    virtual std::unique_ptr<Modem> modem(ModemConfig config) { return makeModem(edges(), std::move(config), io()); }
};

// A good bench whose line or modem is wrapped in something that has one fault.
class WrappedBench final : public Bench {
public:
    explicit WrappedBench(std::unique_ptr<Bench> good) : good_(std::move(good)) {}
    Loop& loop() override { return good_->loop(); }
    Edges& edges() override { return good_->edges(); }
    bool until(const std::function<bool()>& done, Duration limit) override { return good_->until(done, limit); }
    void prepare(AtModemConfig c) override { good_->prepare(std::move(c)); }
    AtModem& emulated() override { return good_->emulated(); }
    SmsCentre& centre() override { return good_->centre(); }
    void plug(bool in) override { good_->plug(in); }
    std::unique_ptr<ModemIo> io() override { return wrapLine ? wrapLine(loop(), good_->io()) : good_->io(); }
    std::unique_ptr<Modem> modem(ModemConfig config) override
    {
        auto good = makeModem(edges(), config, io());
        return wrapModem ? wrapModem(*this, config, std::move(good)) : std::move(good);
    }
    std::function<std::unique_ptr<ModemIo>(Loop&, std::unique_ptr<ModemIo>)> wrapLine;
    std::function<std::unique_ptr<Modem>(Bench&, const ModemConfig&, std::unique_ptr<Modem>)> wrapModem;

private:
    std::unique_ptr<Bench> good_;
};

// Keeps what a line says.
class Ear final : public ModemIoEvents {
public:
    void onBytes(Octets o) override
    {
        insideWrite += writing ? 1 : 0;
        if (o.empty())
            return;
        ++events;
        heard.append(asText(o));
        if (whenHeard)
            whenHeard();
    }
    void onGone(Error e) override
    {
        ++events;
        ++gone;
        why = e.code;
    }
    Result<void> write(ModemIo& io, std::string_view text)
    {
        writing = true;
        Result<void> r = io.write(asOctets(text));
        writing = false;
        return r;
    }
    std::string heard;
    std::function<void()> whenHeard;
    bool writing = false;
    unsigned events = 0, gone = 0, insideWrite = 0;
    std::optional<Errc> why;
};

std::vector<Case<Bench>> lineCases();  // of hal::ModemIo
std::vector<Case<Bench>> modemCases(); // of hal::Modem
std::vector<Case<Bench>> allCases();
std::vector<Twin<Bench>> brokenLines(const Make<Bench>& make);
std::vector<Twin<Bench>> brokenModems(const Make<Bench>& make);

} // namespace callbox::tests
