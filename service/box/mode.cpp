// SPDX-License-Identifier: GPL-2.0-or-later
#include "box/mode.h"
#include <callbox/base/whole_file.h>
#include <nlohmann/json.hpp>

namespace callbox::box {

namespace {

using nlohmann::json;

constexpr std::size_t largestFile = 64 << 10; // what we write is a few hundred octets
constexpr std::size_t longestText = 1000;

Result<std::string> textOf(const json& j, const char* key)
{
    const auto it = j.find(key);
    if (it == j.end() || it->is_null())
        return std::string();
    if (!it->is_string() || it->get_ref<const std::string&>().size() > longestText)
        return Error{Errc::invalid,
                     std::string(key) + ": a text of at most " + std::to_string(longestText) + " octets"};
    return it->get<std::string>();
}

} // namespace

Result<status::ModeRecord> modeFromJson(const json& j)
{
    status::ModeRecord mode;
    const auto state = textOf(j, "state");
    const auto known = state ? status::mode(*state) : std::nullopt;
    if (!known)
        return Error{Errc::invalid, "state: active, draining or maintenance"};
    mode.state = *known;
    for (const auto& [key, target] : {std::pair{"by", &mode.by}, std::pair{"why", &mode.why}}) {
        auto text = textOf(j, key);
        if (!text)
            return text.error();
        *target = std::move(*text);
    }
    const auto until = textOf(j, "until");
    if (!until)
        return until.error();
    if (!until->empty()) {
        const auto time = parseIsoUtc(*until);
        if (!time)
            return time.error().because("until");
        mode.until = *time;
    }
    return mode;
}

json toJson(const status::ModeRecord& m)
{
    return {{"version", 1},
            {"state", status::name(m.state)},
            {"by", m.by},
            {"why", m.why},
            {"until", m.until ? json(isoUtc(*m.until)) : json(nullptr)}};
}

void ModeKeeper::load()
{
    const auto there = edges_.files.exists(path_);
    if (there && !*there)
        return;
    const auto text = readWhole(edges_.files, path_, largestFile);
    const json document = text ? json::parse(*text, nullptr, false) : json();
    const auto mode =
        document.is_object()
            ? modeFromJson(document)
            : Result<status::ModeRecord>(text ? Error{Errc::invalid, path_ + " holds no JSON object"} : text.error());
    if (!mode) {
        edges_.log.warning("the mode kept at the last stop is lost; active", {{"error", mode.error()}});
        return;
    }
    mode_ = *mode;
    endWhenDue();
    if (mode_.state != status::Mode::active)
        edges_.log.info("mode as kept", {{"state", status::name(mode_.state)}, {"by", mode_.by}, {"why", mode_.why}});
}

Task<> ModeKeeper::set(status::ModeRecord mode)
{
    mode_ = std::move(mode);
    edges_.log.info("mode", {{"state", status::name(mode_.state)}, {"by", mode_.by}, {"why", mode_.why}});
    std::string text = toJson(mode_).dump(2, ' ', false, json::error_handler_t::replace) + "\n";
    std::function<Result<void>()> job = [&files = edges_.files, path = path_, text = std::move(text)] {
        return replaceDurably(files, path, text);
    };
    Result<void> kept = co_await check(runOn<void>(edges_.disk, edges_.loop, std::move(job)));
    if (!kept)
        co_await Result<void>(kept.error().because("keeping the mode over a restart"));
}

bool ModeKeeper::endWhenDue()
{
    if (!mode_.until || edges_.loop.wallNow() < *mode_.until)
        return false;
    edges_.log.info("mode ends as planned", {{"state", status::name(mode_.state)}});
    mode_ = {}; // the file needs no change: it says until when
    return true;
}

} // namespace callbox::box
