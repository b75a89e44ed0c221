// SPDX-License-Identifier: GPL-2.0-or-later
// Which link number and code a recipient gets: never one that the same recipient holds in a live or quarantined pair,
// among the least used by chance (design 6). The database's constraints have the last word.
#pragma once
#include "messages/schema.h"
#include "messages/store.h"

namespace callbox::messages {

class LinkNumbers {
public:
    LinkNumbers(const StoreConfig&, Random&);
    void load(Database&); // counts what is there

    struct Pair {
        std::string link, code;
    };
    // Errc::no_space: the recipient holds every number of the pool. Inside a transaction.
    Result<Pair> allot(Database&, const std::string& number, RecipientId recipient);
    void returned(const std::string& link) { count(link, -1); } // a pair's quarantine has ended
    // Undo of allot() when its transaction failed.
    void undo(const Pair& p) { count(p.link, -1); }
    [[nodiscard]] std::size_t size() const { return used_.size(); }
    [[nodiscard]] bool contains(const std::string& link) const { return indexOf(link) < used_.size(); }
    [[nodiscard]] std::string numberAt(std::size_t index) const;

private:
    [[nodiscard]] std::size_t indexOf(const std::string& link) const; // size() when it is none of ours
    void count(const std::string& link, int by);
    std::string freeCode(Database&, const std::string& link);
    Random& random_;
    std::uint64_t first_ = 0;
    std::size_t digits_ = 0;
    std::vector<std::uint32_t> used_; // pairs on each number, live and quarantined
};

} // namespace callbox::messages
