// SPDX-License-Identifier: GPL-2.0-or-later
// Recordings under way as the loop sees them. Their audio is collected and goes to the disk for all of them in one
// trip: waking the disk's thread, and a sync, cost far more than the octets, and one serves thirty calls as well as
// one.
#pragma once
#include "messages/recording.h"
#include "messages/store.h"
#include <callbox/base/executor.h>
#include <functional>
#include <vector>

namespace callbox::messages {

class Drafts {
public:
    // Both are called on the executor.
    using Append = std::function<Result<void>(Recording&, Octets samples)>;
    using Sync = std::function<std::vector<Result<void>>(const std::vector<std::shared_ptr<Recording>>&)>;
    Drafts(const Edges&, Append append, Sync sync);
    ~Drafts(); // drafts are gone before

    std::unique_ptr<Draft> add(std::shared_ptr<Recording>);
    // Hands over what is left of a draft of ours, which gets no more; the recording is for the job that ends it.
    std::shared_ptr<Recording> release(Draft&);

private:
    class Collecting;
    struct Shared; // with a draft's jobs, which may end after it
    struct Piece;
    void heard(); // some draft has got audio
    void makeTrip();
    void send(std::vector<Piece>, bool sync);
    static void write(std::vector<Piece>&, const Append&); // executor's
    static void sync(std::vector<Piece>&, const Sync&);    // executor's

    Edges edges_;
    Append append_;
    Sync sync_;
    std::vector<Collecting*> all_; // those that may get audio, in the order they began
    Timer next_;
    unsigned trips_ = 0;
};

} // namespace callbox::messages
