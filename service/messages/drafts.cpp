// SPDX-License-Identifier: GPL-2.0-or-later
#include "drafts.h"
#include <algorithm>

namespace callbox::messages {

namespace {

constexpr Duration tripEvery = 400ms; // what a crash of the process loses
constexpr std::size_t usual = 3360;   // octets of one draft that go along: as much speech, and a block
constexpr unsigned syncEvery = 4;     // trips: together with the collecting 2 s, what a power cut loses

} // namespace

struct Drafts::Shared {
    std::shared_ptr<Recording> recording; // executor's
    bool unsynced = false;                // executor's
    std::string failure;                  // loop's
};

struct Drafts::Piece {
    std::shared_ptr<Shared> draft;
    OctetBuffer samples;
    std::string error; // of the trip
};

class Drafts::Collecting final : public Draft {
public:
    Collecting(Drafts& drafts, std::shared_ptr<Recording> recording) : drafts_(drafts), id_(recording->id())
    {
        shared_->recording = std::move(recording);
        buffer_.reserve(usual);
        drafts_.all_.push_back(this);
    }
    ~Collecting() override { end(); }

    void append(Octets samples, std::uint32_t lost) override
    {
        samples_ += samples.size();
        lost_ += lost;
        if (failed())
            return;
        buffer_.insert(buffer_.end(), samples.begin(), samples.end());
        drafts_.heard();
    }
    [[nodiscard]] bool failed() const override { return !shared_->failure.empty(); }
    [[nodiscard]] MessageId message() const override { return id_; }
    [[nodiscard]] std::uint64_t samples() const override { return samples_; }
    [[nodiscard]] std::uint64_t lost() const override { return lost_; }
    [[nodiscard]] std::string failure() const override { return shared_->failure; }

    // What it has collected; may be nothing.
    [[nodiscard]] Piece piece()
    {
        Piece p{shared_, std::exchange(buffer_, {}), {}};
        buffer_.reserve(usual);
        return p;
    }
    [[nodiscard]] bool hasAudio() const { return !buffer_.empty(); }
    // Alone, at the end.
    std::shared_ptr<Recording> end()
    {
        if (std::erase(drafts_.all_, this) > 0 && hasAudio() && !failed())
            drafts_.send({piece()}, false);
        return shared_->recording;
    }

private:
    Drafts& drafts_;
    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
    MessageId id_;
    OctetBuffer buffer_;
    std::uint64_t samples_ = 0;
    std::uint64_t lost_ = 0;
};

Drafts::Drafts(const Edges& edges, Append append, Sync sync)
    : edges_(edges), append_(std::move(append)), sync_(std::move(sync)), next_(edges.loop)
{
}

Drafts::~Drafts() = default;

std::unique_ptr<Draft> Drafts::add(std::shared_ptr<Recording> recording)
{
    return std::make_unique<Collecting>(*this, std::move(recording));
}

std::shared_ptr<Recording> Drafts::release(Draft& draft)
{
    return static_cast<Collecting&>(draft).end();
}

void Drafts::heard()
{
    if (!next_.armed())
        next_.after(tripEvery, [this] { makeTrip(); });
}

void Drafts::makeTrip()
{
    const bool sync = ++trips_ % syncEvery == 0;
    std::vector<Piece> pieces;
    for (Collecting* draft : all_)
        if (!draft->failed() && (sync || draft->hasAudio()))
            pieces.push_back(draft->piece());
    if (!pieces.empty())
        send(std::move(pieces), sync);
    if (!all_.empty())
        heard(); // also without new audio: what is written is to be synced
}

void Drafts::send(std::vector<Piece> pieces, bool withSync)
{
    const auto trip = std::make_shared<std::vector<Piece>>(std::move(pieces));
    edges_.disk.run(
        [trip, append = append_, syncing = withSync ? sync_ : Sync()] {
            write(*trip, append);
            if (syncing)
                sync(*trip, syncing);
        },
        [trip] {
            for (const Piece& p : *trip)
                if (!p.error.empty() && p.draft->failure.empty())
                    p.draft->failure = p.error;
        });
}

void Drafts::write(std::vector<Piece>& pieces, const Append& append)
{
    for (Piece& p : pieces) {
        if (p.samples.empty())
            continue;
        p.draft->unsynced = true;
        if (auto r = append(*p.draft->recording, p.samples); !r)
            p.error = r.error().what;
    }
}

void Drafts::sync(std::vector<Piece>& pieces, const Sync& sync)
{
    std::vector<Piece*> unsynced;
    std::vector<std::shared_ptr<Recording>> recordings;
    for (Piece& p : pieces)
        if (std::exchange(p.draft->unsynced, false)) {
            unsynced.push_back(&p);
            recordings.push_back(p.draft->recording);
        }
    const auto synced = sync(recordings);
    for (std::size_t i = 0; i < unsynced.size(); ++i)
        if (!synced[i] && unsynced[i]->error.empty())
            unsynced[i]->error = synced[i].error().what;
}

} // namespace callbox::messages
