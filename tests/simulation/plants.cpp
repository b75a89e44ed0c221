// SPDX-License-Identifier: GPL-2.0-or-later
// Two planted bugs for each point of design 9, 1 to 6. They sit in wrappers of edges, of the store and of what a box
// tells: no product code knows them.
#include "simulation/plant.h"
#include "span_proxy.h"
#include "store_proxy.h"
#include <map>
#include <set>

namespace callbox::simulation {

namespace {

using namespace callbox::messages;

// ---- 1: a saved message is lost

// A disk that says "synced" and has not.
class LyingDisk final : public Files {
public:
    LyingDisk(Files& real, bool files, bool folders) : real_(real), files_(files), folders_(folders) {}
    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override
    {
        auto f = real_.open(path, mode);
        if (!f || !files_ || !path.ends_with(".wav"))
            return f;
        return std::unique_ptr<File>(std::make_unique<Unsynced>(std::move(*f)));
    }
    Result<void> rename(const std::string& a, const std::string& b) override { return real_.rename(a, b); }
    Result<void> remove(const std::string& p) override { return real_.remove(p); }
    Result<void> makeDirectories(const std::string& p) override { return real_.makeDirectories(p); }
    Result<void> syncDirectory(const std::string& p) override
    {
        return folders_ && p.ends_with("/audio") ? Result<void>() : real_.syncDirectory(p);
    }
    Result<std::vector<std::string>> list(const std::string& p) override { return real_.list(p); }
    Result<bool> exists(const std::string& p) override { return real_.exists(p); }
    Result<std::uint64_t> freeBytes(const std::string& p) override { return real_.freeBytes(p); }

private:
    struct Unsynced final : File {
        explicit Unsynced(std::unique_ptr<File> f) : real(std::move(f)) {}
        Result<std::size_t> read(std::uint64_t at, std::span<std::uint8_t> out) override { return real->read(at, out); }
        Result<void> write(std::uint64_t at, std::span<const std::uint8_t> d) override { return real->write(at, d); }
        Result<void> truncate(std::uint64_t size) override { return real->truncate(size); }
        Result<std::uint64_t> size() override { return real->size(); }
        Result<void> sync() override { return {}; }
        std::unique_ptr<File> real;
    };
    Files& real_;
    bool files_, folders_;
};

struct DiskPlant final : Plant {
    DiskPlant(bool f, bool d) : lyingFiles(f), lyingFolders(d) {}
    Files& files(Files& real) override
    {
        return *wrapped.emplace_back(std::make_unique<LyingDisk>(real, lyingFiles, lyingFolders));
    }
    bool lyingFiles, lyingFolders;
    std::vector<std::unique_ptr<Files>> wrapped;
};

// ---- 2: played to someone else

// Whoever calls a link number gets what is there.
struct AnyRecipient final : StoreProxy {
    using StoreProxy::StoreProxy;
    std::map<PhoneNumber, PhoneNumber> lastOn; // link number -> a recipient told of it
    Task<std::vector<Notice>> take(std::string protocol, std::size_t most) override
    {
        std::vector<Notice> notices = co_await real_->take(std::move(protocol), most);
        for (const Notice& n : notices)
            lastOn[n.linkNumber] = n.to;
        co_return notices;
    }
    Task<std::optional<FoundMessage>> find(PhoneNumber link, PhoneNumber recipient) override
    {
        const auto it = lastOn.find(link);
        return real_->find(link, it == lastOn.end() ? recipient : it->second);
    }
};

// The first block of a call is the last of the call before on that channel.
struct StaleAudio final : SpanProxy {
    using SpanProxy::SpanProxy;
    std::map<hal::Timeslot, OctetBuffer> last;
    std::map<hal::Timeslot, unsigned> owed;
    Result<void> openSlot(hal::Timeslot t) override
    {
        if (last.count(t))
            owed[t] = 0;
        return real_->openSlot(t);
    }
    void onTick(const hal::SpanTick& tick) override
    {
        events_->onTick(tick);
        for (const hal::SlotBlock& b : tick.slots) {
            OctetBuffer& kept = last[b.slot];
            const auto owes = owed.find(b.slot);
            if (owes != owed.end() && kept.size() >= 160) {
                std::copy(kept.begin(), kept.begin() + 160, b.tx.begin());
                kept.erase(kept.begin(), kept.begin() + 160);
                if (kept.size() < 160)
                    owed.erase(owes);
                continue;
            }
            bool quiet = true;
            for (const std::uint8_t o : b.rx)
                quiet = quiet && o == 0xD5;
            if (!quiet && kept.size() < 8000)
                kept.insert(kept.end(), b.rx.begin(), b.rx.end());
        }
    }
};

// ---- 3: told twice, or not at all in silence

// Every fifth notice that was sent is queued again.
struct ToldAgain final : StoreProxy {
    using StoreProxy::StoreProxy;
    unsigned n = 0;
    Task<> update(NotificationChange c) override
    {
        const bool again = c.state == NotificationState::sent && ++n % 5 == 0;
        const NotificationId id = c.id;
        co_await real_->update(std::move(c));
        if (again)
            co_await real_->update({id, NotificationState::queued, "", {}, "", 20s});
    }
};

// Some notices are marked as sent before they are.
struct SentBeforeSent final : StoreProxy {
    using StoreProxy::StoreProxy;
    unsigned n = 0;
    Task<std::vector<Notice>> take(std::string protocol, std::size_t most) override
    {
        std::vector<Notice> notices = co_await real_->take(std::move(protocol), most);
        std::vector<Notice> out;
        for (const Notice& notice : notices) {
            if (++n % 6 == 0)
                co_await real_->update({notice.id, NotificationState::sent, "", {}, "", {}});
            else
                out.push_back(notice);
        }
        co_return out;
    }
};

// ---- 4: a channel stays taken, a call counts for ever

struct NeverClosed final : SpanProxy {
    using SpanProxy::SpanProxy;
    unsigned n = 0;
    void closeSlot(hal::Timeslot t) noexcept override
    {
        if (++n % 4 != 0)
            real_->closeSlot(t);
    }
};

fleet::AskBox countsForEver(fleet::AskBox real)
{
    return [real = std::move(real), most = std::make_shared<unsigned>(0)] {
        auto r = real();
        if (r) {
            *most = std::max(*most, r->calls);
            r->calls = *most;
        }
        return r;
    };
}

// ---- 5: called usable and is not

fleet::AskBox alwaysCanRecord(fleet::AskBox real)
{
    return [real = std::move(real)] {
        auto r = real();
        if (r)
            r->canRecord = true;
        return r;
    };
}

// Answers with an old record as if it were new.
fleet::AskBox toldFromMemory(fleet::AskBox real)
{
    return [real = std::move(real), kept = std::make_shared<std::optional<status::StatusRecord>>()] {
        auto r = real();
        if (!*kept || (r && r->canRecord))
            *kept = r;
        if (*kept && r) {
            (*kept)->sequence = r->sequence;
            (*kept)->monotonicMs = r->monotonicMs;
        }
        return *kept;
    };
}

// ---- 6: somebody outside the ranges is told or called

// The fourth digit of a number in a PDU comes out wrong now and then: +1212555... becomes +1213555...
struct WrongDigit final : hal::ModemIo {
    explicit WrongDigit(std::unique_ptr<hal::ModemIo> r) : real(std::move(r)) {}
    Result<void> start(hal::ModemIoEvents& e) override { return real->start(e); }
    void stop() noexcept override { real->stop(); }
    Result<void> write(Octets o) override
    {
        std::string text(asText(o));
        if (const auto at = text.find("0B912121"); at != std::string::npos && ++n % 4 == 0)
            text.replace(at, 8, "0B912131");
        return real->write(asOctets(text));
    }
    std::unique_ptr<hal::ModemIo> real;
    unsigned n = 0;
};

// A SETUP towards the exchange whose called number has changed on the way.
struct WrongNumber final : SpanProxy {
    using SpanProxy::SpanProxy;
    Result<void> sendFrame(Octets f) override
    {
        OctetBuffer frame(f.begin(), f.end());
        const bool setup = frame.size() > 9 && !(frame[2] & 1) && frame[4] == 8 && frame[8] == 5;
        if (setup)
            for (std::size_t i = 9; i + 8 < frame.size(); ++i)
                if (frame[i] == 0x70 && frame[i + 1] > 8 && frame[i + 2] & 0x80) {
                    const std::size_t last = i + 1 + frame[i + 1];
                    if (last < frame.size() && last > 4)
                        frame[last - 3] = '9'; // ...5550123 becomes ...5559123
                    break;
                }
        return real_->sendFrame(frame);
    }
};

// ---- how they get in

struct StorePlant final : Plant {
    using Wrap = std::unique_ptr<Store> (*)(std::unique_ptr<Store>);
    explicit StorePlant(Wrap w) : wrap(w) {}
    std::unique_ptr<Store> store(std::unique_ptr<Store> real) override { return wrap(std::move(real)); }
    Wrap wrap;
};
struct TiePlant final : Plant {
    using Wrap = std::unique_ptr<hal::SpanIo> (*)(std::unique_ptr<hal::SpanIo>);
    explicit TiePlant(Wrap w) : wrap(w) {}
    std::unique_ptr<hal::SpanIo> boxTie(std::unique_ptr<hal::SpanIo> real) override { return wrap(std::move(real)); }
    Wrap wrap;
};
struct TrunkPlant final : Plant {
    std::unique_ptr<hal::SpanIo> switchTrunk(std::unique_ptr<hal::SpanIo> real) override
    {
        return std::make_unique<WrongNumber>(std::move(real));
    }
};
struct ModemPlant final : Plant {
    std::unique_ptr<hal::ModemIo> modem(std::unique_ptr<hal::ModemIo> real) override
    {
        return std::make_unique<WrongDigit>(std::move(real));
    }
};
struct StatusPlant final : Plant {
    using Wrap = fleet::AskBox (*)(fleet::AskBox);
    explicit StatusPlant(Wrap w) : wrap(w) {}
    fleet::AskBox status(fleet::AskBox real) override { return wrap(std::move(real)); }
    Wrap wrap;
};

template <class S> std::unique_ptr<Plant> inStore()
{
    return std::make_unique<StorePlant>(
        [](std::unique_ptr<Store> real) -> std::unique_ptr<Store> { return std::make_unique<S>(std::move(real)); });
}
template <class S> std::unique_ptr<Plant> onTie()
{
    return std::make_unique<TiePlant>([](std::unique_ptr<hal::SpanIo> real) -> std::unique_ptr<hal::SpanIo> {
        return std::make_unique<S>(std::move(real));
    });
}

} // namespace

const std::vector<PlantedBug>& plantedBugs()
{
    static const std::vector<PlantedBug> bugs = {
        {"audio files are not synced", 1, 21, [] { return std::make_unique<DiskPlant>(true, false); }},
        {"names of audio files are not synced", 1, 222, [] { return std::make_unique<DiskPlant>(false, true); }},
        {"a link number plays to whoever calls it", 2, 23, inStore<AnyRecipient>},
        {"a channel begins with the audio of the call before", 2, 24, onTie<StaleAudio>},
        {"some notices are queued again after they were sent", 3, 25, inStore<ToldAgain>, false},
        {"some notices are called sent and are not", 3, 26, inStore<SentBeforeSent>},
        {"some channels are never closed", 4, 27, onTie<NeverClosed>},
        {"calls count for ever", 4, 28, [] { return std::make_unique<StatusPlant>(countsForEver); }},
        {"a box says it can record and cannot", 5, 29, [] { return std::make_unique<StatusPlant>(alwaysCanRecord); }},
        {"a box answers from memory", 5, 30, [] { return std::make_unique<StatusPlant>(toldFromMemory); }},
        {"a digit of an SMS's number is wrong", 6, 31, [] { return std::make_unique<ModemPlant>(); }},
        {"a called number changes on the way out", 6, 32, [] { return std::make_unique<TrunkPlant>(); }},
    };
    return bugs;
}

} // namespace callbox::simulation
