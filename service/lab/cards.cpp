// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/cards.h"
#include "lab/bring_up.h"
#include "lab/converse.h"
#include "lab/started.h"
#include <callbox/base/async.h>
#include <callbox/base/unix_socket.h>
#include <filesystem>
#include <sys/socket.h>

namespace callbox::lab {

namespace {

using nlohmann::json;

constexpr Duration askEvery = 50ms;
constexpr Duration askLimit = 5s;
const char* const who = "cards";

Process cardsProcess(const CardOptions& o)
{
    const std::string folder = cardsFolder(o.dir);
    Process p;
    p.name = who;
    p.argv = {o.programs + "/callbox-virtual-card",
              "--cards",
              std::to_string(o.cards),
              "--personality",
              o.personality,
              "--e1",
              std::to_string(o.e1),
              "--analog",
              std::to_string(o.analog),
              "--ppm=" + std::to_string(o.ppm),
              "--port",
              std::to_string(o.port),
              "--control",
              cardsControl(o.dir),
              "--flash",
              folder};
    p.folder = folder;
    p.log = folder + "/log";
    return p;
}

Error notReached(const std::string& dir, const Error& e)
{
    if (e.code == Errc::denied)
        return Error{Errc::denied, "the virtual cards: their socket is not yours to open (" + e.what + ")"};
    if (e.code == Errc::timeout)
        return Error{Errc::gone, "the virtual cards do not answer: " + e.what};
    return Error{Errc::gone, "no virtual cards run in " + dir + " (" + e.what + "); callbox lab card up --dir " + dir +
                                 " starts some"};
}

Result<json> understood(const std::string& answer)
{
    json j = json::parse(answer, nullptr, false);
    if (!j.is_object())
        return Error{Errc::invalid, "the virtual cards answer with what is no JSON"};
    const auto error = j.find("error");
    if (error == j.end())
        return j;
    const auto textOf = [&](const char* name) {
        const auto it = error->is_object() ? error->find(name) : error->end();
        return error->is_object() && it != error->end() && it->is_string() ? it->get<std::string>() : std::string();
    };
    const std::string message = textOf("message");
    return Error{textOf("code") == "not_found" ? Errc::not_found : Errc::invalid,
                 message.empty() ? "the virtual cards refuse, and do not say why" : message};
}

Task<json> ask(Loop& loop, std::string control, json order)
{
    const int fd = co_await connectUnix(control, SOCK_STREAM);
    const Socket socket(fd);
    std::string line = order.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    const std::string answer = co_await converse(loop, socket, std::move(line), 0, askLimit);
    json j = co_await understood(answer);
    co_return std::move(j);
}

} // namespace

std::string cardsFolder(const std::string& dir)
{
    return dir + "/cards";
}

std::string cardsControl(const std::string& dir)
{
    return cardsFolder(dir) + "/control.sock";
}

Task<json> startCards(Loop& loop, CardOptions options, Duration limit)
{
    const std::string folder = cardsFolder(options.dir);
    std::error_code ec;
    std::filesystem::create_directories(folder, ec);
    if (ec)
        co_await Result<void>(systemError(ec.value(), "making the folder " + folder));
    const std::unique_ptr<FolderLock> lock = co_await lockLab(folder);
    if (auto r = refuseRunning(folder, "virtual cards run"); !r)
        co_await fail(r.error().code, r.error().what + "; stop them with: callbox lab card down --dir " + options.dir);
    Started guard(folder);
    const TimePoint until = loop.now() + limit;
    Process process = cardsProcess(options);
    co_await guard.start(std::move(process));
    while (true) {
        co_await allAlive(guard.processes());
        json order{{"do", "list"}};
        Result<json> answer = co_await check(ask(loop, cardsControl(options.dir), std::move(order)));
        if (answer) {
            json all = std::move(*answer);
            all["pid"] = guard.processes().front().pid;
            guard.keep();
            co_return std::move(all);
        }
        if (loop.now() >= until)
            co_await Result<void>(tooLate(guard.processes(), who, answer.error().what, limit));
        co_await sleepFor(loop, askEvery);
    }
}

Task<json> orderCards(Loop& loop, std::string dir, json order)
{
    Result<json> r = co_await check(ask(loop, cardsControl(dir), std::move(order)));
    if (!r && r.error().code != Errc::invalid && r.error().code != Errc::not_found)
        co_await Result<void>(notReached(dir, r.error()));
    if (!r && !std::filesystem::exists(cardsControl(dir)))
        co_await Result<void>(notReached(dir, r.error()));
    json answer = co_await std::move(r);
    co_return std::move(answer);
}

} // namespace callbox::lab
