// SPDX-License-Identifier: GPL-2.0-or-later
// What waits in the modem's memory: read, told, deleted. One message that cannot be read or deleted blocks none of the
// others, and a full memory empties itself (N62).
#include "session.h"
#include <algorithm>

namespace callbox::hal::modem {

namespace {

constexpr int mostPlaces = 255; // where a modem does not tell how many it has
constexpr std::size_t mostStuck = 512;

} // namespace

Task<> Session::readStored()
{
    if (std::exchange(readAll_, false))
        co_await readAll();
    const std::string home = memory_;
    while (!stored_.empty()) {
        const Stored s = *stored_.begin();
        stored_.erase(stored_.begin());
        co_await readOne(s);
    }
    co_await select(home);
}

// Reports may be in a memory of their own ("SR").
Task<> Session::select(std::string memory)
{
    if (memory.empty() || memory == memory_)
        co_return;
    const Answer a = co_await ask("AT+CPMS=\"" + memory + "\"", "+CPMS:");
    if (a.ok)
        memory_ = std::move(memory);
}

Task<> Session::readOne(Stored s)
{
    co_await select(s.memory);
    const Answer a = co_await ask("AT+CMGR=" + std::to_string(s.index));
    std::string pdu;
    if (a.ok && a.info.size() > 1)
        pdu = a.info.back();
    const auto stuck = stuck_.find(s);
    const bool told = stuck != stuck_.end() && stuck->second == pdu;
    if (!pdu.empty() && !told)
        take(pdu);
    co_await remove(s, std::move(pdu));
}

Task<> Session::remove(Stored s, std::string pdu)
{
    const Answer a = co_await ask("AT+CMGD=" + std::to_string(s.index));
    const auto known = stuck_.find(s);
    if (known != stuck_.end() && (a.ok || known->second != pdu))
        stuck_.erase(known);
    if (a.ok)
        co_return;
    if (stuck_.size() < mostStuck && !pdu.empty() && !stuck_.count(s)) {
        edges_.log.warning("message not deleted", {{"modem", config_.name}, {"place", s.index}, {"why", a.words}});
        stuck_.emplace(s, std::move(pdu));
    }
}

// What came while we were away.
Task<> Session::readAll()
{
    co_await askMemory();
    readAll_ = false;
    const Answer a = co_await ask("AT+CMGL=4");
    if (!a.ok) { // some fail on one bad message
        co_await readEach();
        co_return;
    }
    for (std::size_t i = 0; i + 1 < a.info.size(); ++i) {
        if (!a.info[i].starts_with("+CMGL:") || a.info[i + 1].starts_with("+CMGL:"))
            continue;
        const Stored s{memory_, numberIn(fields(a.info[i]), 0)};
        const std::string& pdu = a.info[i + 1];
        const auto stuck = stuck_.find(s);
        const bool told = stuck != stuck_.end() && stuck->second == pdu;
        if (!told)
            take(pdu);
        stored_.erase(s); // its +CMTI may have come meanwhile
        if (s.index >= 0)
            co_await remove(s, pdu);
    }
}

Task<> Session::readEach()
{
    if (status_.memoryUsed.value_or(0) == 0)
        co_return;
    const int places = std::min(status_.memoryTotal.value_or(mostPlaces), mostPlaces);
    for (int i = 0; i <= places; ++i) // the first place is 0 or 1
        stored_.insert({memory_, i});
}

// How full the memory is. All is read and deleted as it comes: what is in it now came untold, or could not be deleted.
Task<> Session::askMemory()
{
    const Answer a = co_await ask("AT+CPMS?", "+CPMS:");
    if (!a.ok)
        co_return;
    for (const std::string& line : a.info) {
        const auto f = fields(line);
        if (!line.starts_with("+CPMS:") || f.size() < 3)
            continue;
        memory_ = f[0];
        const int used = numberIn(f, 1);
        const int total = numberIn(f, 2);
        if (used < 0 || total < 0)
            continue;
        status_.memoryUsed = used;
        status_.memoryTotal = total;
        readAll_ = readAll_ || used > 0;
        if (used >= total && total > 0 && !stuck_.empty())
            status_.lastError = "the memory for messages is full and cannot be emptied: delete messages in a phone";
    }
}

} // namespace callbox::hal::modem
