// SPDX-License-Identifier: GPL-2.0-or-later
#include "identity.h"
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

namespace callbox::hal::dahdi {

namespace {

namespace fs = std::filesystem;

std::string attribute(const fs::path& folder, const char* name)
{
    std::ifstream in(folder / name);
    std::string line;
    std::getline(in, line);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r'))
        line.pop_back();
    return line;
}

int number(const fs::path& folder, const char* name)
{
    const std::string text = attribute(folder, name);
    int n = 0;
    std::from_chars(text.data(), text.data() + text.size(), n);
    return n;
}

// "span-7"
int numberInName(const std::string& name)
{
    constexpr std::string_view before = "span-";
    int n = 0;
    if (name.starts_with(before))
        std::from_chars(name.data() + before.size(), name.data() + name.size(), n);
    return n;
}

std::optional<SpanType> typeOf(const std::string& kind, int channels)
{
    if (kind == "E1")
        return SpanType::e1;
    if (kind == "T1" || kind == "J1")
        return SpanType::t1;
    // A dynamic span is what it has room for.
    if (kind == "DYNAMIC" && channels == int(timeslots(SpanType::e1)))
        return SpanType::e1;
    if (kind == "DYNAMIC" && channels == int(timeslots(SpanType::t1)))
        return SpanType::t1;
    return std::nullopt;
}

} // namespace

Result<std::vector<SpanFacts>> spans(const std::string& root)
{
    std::vector<SpanFacts> out;
    std::error_code ec;
    for (fs::directory_iterator it(root + "/bus/dahdi_spans/devices", ec), end; !ec && it != end; it.increment(ec)) {
        std::error_code broken;
        const fs::path span = fs::canonical(it->path(), broken);
        if (broken)
            continue; // it went away meanwhile
        const fs::path card = span.parent_path();
        SpanFacts f;
        f.number = numberInName(it->path().filename().string());
        f.firstChannel = number(span, "basechan");
        f.channels = number(span, "channels");
        f.name = attribute(span, "name");
        f.model = attribute(card, "type");
        f.type = typeOf(attribute(span, "spantype"), f.channels);
        const std::string hardware = attribute(card, "hardware_id");
        f.id = (hardware.empty() ? "@" + attribute(card, "location") : hardware) + "/" +
               std::to_string(number(span, "local_spanno"));
        if (f.number > 0 && f.firstChannel > 0)
            out.push_back(std::move(f));
    }
    std::sort(out.begin(), out.end(), [](const SpanFacts& a, const SpanFacts& b) { return a.number < b.number; });
    return out;
}

std::vector<std::optional<PortKind>> portKinds(const std::string& root, const SpanFacts& of)
{
    std::vector<std::optional<PortKind>> out;
    std::error_code ec;
    const fs::path span = fs::canonical(root + "/bus/dahdi_spans/devices/span-" + std::to_string(of.number), ec);
    for (fs::directory_iterator it(span, ec), end; !ec && it != end; it.increment(ec)) {
        const int position = number(it->path(), "chanpos");
        if (!it->path().filename().string().starts_with("dahdi!chan!") || position < 1 || position > of.channels)
            continue;
        if (out.empty())
            out.resize(std::size_t(of.channels));
        // Named by the other side: FXS signalling faces an exchange.
        const std::string can = attribute(it->path(), "sigcap");
        const bool exchange = can.find("FXS") != std::string::npos, telephone = can.find("FXO") != std::string::npos;
        if (exchange != telephone)
            out[std::size_t(position) - 1] = exchange ? PortKind::fxo : PortKind::fxs;
    }
    return out;
}

Result<SpanFacts> find(const std::string& root, const std::string& id)
{
    auto all = spans(root);
    if (!all)
        return all.error();
    std::string known;
    const SpanFacts* found = nullptr;
    for (const SpanFacts& f : *all) {
        known += (known.empty() ? "" : ", ") + f.id;
        if (f.id != id)
            continue;
        if (found)
            return Error{Errc::invalid, "DAHDI has two spans " + id + ": its driver tells no id that is unique"};
        found = &f;
    }
    if (found)
        return *found;
    return Error{Errc::not_found, "DAHDI has no span " + id + (known.empty() ? "; it has none" : "; it has: " + known)};
}

} // namespace callbox::hal::dahdi
