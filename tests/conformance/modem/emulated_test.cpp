// SPDX-License-Identifier: GPL-2.0-or-later
// The modem suite on the two lines we have: in one process under simulated time, and a serial port on a pty.
#include "../../support/real_time.h"
#include "../../support/scratch_folder.h"
#include "bench.h"
#include <filesystem>

namespace callbox::tests {

namespace {

template <class L> class EmulatedBench : public Bench {
public:
    ~EmulatedBench() override = default;
    Loop& loop() override { return loop_; }
    Edges& edges() override { return edges_; }
    void prepare(AtModemConfig c) override { emulated_ = std::make_unique<AtModem>(edges_, centre_, std::move(c)); }
    AtModem& emulated() override
    {
        if (!emulated_)
            prepare({});
        return *emulated_;
    }
    SmsCentre& centre() override { return centre_; }

protected:
    L loop_;
    std::unique_ptr<Random> random_ = makeSeededRandom(1);
    std::unique_ptr<Files> files_ = makeSystemFiles();
    std::unique_ptr<Executor> disk_ = makeSimExecutor(loop_, 1ms);
    Edges edges_{loop_, *random_, *files_, *disk_, Log()};
    SmsCentre centre_{loop_};
    std::unique_ptr<AtModem> emulated_;
};

class InProcess final : public EmulatedBench<SimLoop> {
public:
    bool until(const std::function<bool()>& done, Duration limit) override { return loop_.runUntil(done, limit); }
    void plug(bool in) override
    {
        plugged_ = in;
        if (port_)
            port_->plug(in);
    }
    std::unique_ptr<ModemIo> io() override
    {
        auto port = makeEmulatedPort(loop_, emulated());
        port->plug(plugged_);
        port_ = port.get();
        return port;
    }

private:
    EmulatedPort* port_ = nullptr; // owned by who asked for it, to the end of the case
    bool plugged_ = true;
};

class OnAPty final : public EmulatedBench<RealLoop> {
public:
    bool until(const std::function<bool()>& done, Duration limit) override { return runUntil(loop_, done, limit); }
    void plug(bool in) override
    {
        const Result<void> r = pty().plug(in);
        EXPECT_TRUE(r) << (r ? "" : r.error().what);
    }
    std::unique_ptr<ModemIo> io() override
    {
        pty();
        return makeSerialPort(loop_, device());
    }

private:
    [[nodiscard]] std::string device() const { return folder_.path() + "/modem"; }
    PtyModem& pty()
    {
        if (!pty_) {
            auto made = PtyModem::make(loop_, emulated(), device());
            EXPECT_TRUE(made) << (made ? "" : made.error().what);
            pty_ = std::move(*made);
        }
        return *pty_;
    }
    ScratchFolder folder_{"modem"};
    std::unique_ptr<PtyModem> pty_;
};

template <class B> Make<Bench> maker()
{
    return [] { return std::make_unique<B>(); };
}

TEST(EmulatedPort, KeepsTheContractOfALineAndAModem)
{
    checkSubject(allCases(), maker<InProcess>());
}

TEST(SerialPort, KeepsTheContractOfALineAndAModem)
{
    checkSubject(allCases(), maker<OnAPty>());
}

TEST(ModemSuite, EachBrokenTwinFailsItsOwnCaseAndPassesTheRest)
{
    std::vector<Twin<Bench>> twins = brokenLines(maker<InProcess>());
    for (Twin<Bench>& t : brokenModems(maker<InProcess>()))
        twins.push_back(std::move(t));
    checkTwins(allCases(), twins);
}

} // namespace
} // namespace callbox::tests
