// SPDX-License-Identifier: GPL-2.0-or-later
#include "identity.h"
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

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

// Attributes of a card that newer kernels have under another name.
std::string cardAttribute(const fs::path& card, const std::string& name)
{
    const std::string value = attribute(card, name.c_str());
    return value.empty() ? attribute(card, ("dahdi_" + name).c_str()) : value;
}

constexpr const char* registered = "registration_time";

std::string idOf(const fs::path& card)
{
    const std::string hardware = attribute(card, "hardware_id");
    return hardware.empty() ? "@" + attribute(card, "location") : hardware;
}

// Not by a buffer that swallows what the kernel answers.
int tell(const fs::path& file, const std::string& what)
{
    const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    const int result = ::write(fd, what.data(), what.size()) < 0 ? errno : 0;
    ::close(fd);
    return result;
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
        f.cardSince = cardAttribute(card, registered);
        f.type = typeOf(attribute(span, "spantype"), f.channels);
        f.id = idOf(card) + "/" + std::to_string(number(span, "local_spanno"));
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

Result<void> assign(const std::string& root, const std::string& id, SpanType type, const std::string& since)
{
    const auto slash = id.rfind('/');
    const std::string card = id.substr(0, slash), local = slash == std::string::npos ? "" : id.substr(slash + 1);
    if (local.empty() || local.find_first_not_of("0123456789") != std::string::npos)
        return {};
    std::error_code ec;
    for (fs::directory_iterator it(root + "/bus/dahdi_devices/devices", ec), end; !ec && it != end; it.increment(ec)) {
        if (idOf(it->path()) != card)
            continue;
        if (!since.empty() && cardAttribute(it->path(), registered) == since)
            return {};
        std::error_code none;
        for (const char* kind : {"spantype", "dahdi_spantype"}) // by the kernel's age
            if (type != SpanType::analog && fs::exists(it->path() / kind, none))
                (void)tell(it->path() / kind, local + (type == SpanType::e1 ? ":E1" : ":T1")); // most have one type
        const fs::path file = it->path() / "assign_span";
        const int error = tell(file, local + ":0:0");
        if (error == EACCES || error == EPERM)
            return Error{Errc::denied, "span " + local + " of card " + card + " is not assigned, and " + file.string() +
                                           " may not be written: dahdi_span_assignments auto, as root, does it"};
        if (error != 0)
            return systemError(error, "assigning span " + local + " of card " + card);
        return {};
    }
    return {};
}

} // namespace callbox::hal::dahdi
