// SPDX-License-Identifier: GPL-2.0-or-later
#include "recording.h"
#include <algorithm>
#include <charconv>

namespace callbox::messages {

Recording::Recording(MessageId id, hal::Law law, std::unique_ptr<File> file)
    : id_(id), law_(law), file_(std::move(file))
{
}

Result<void> Recording::append(Octets samples)
{
    if (failure_)
        return *failure_;
    if (auto r = file_->write(hal::wavHeaderSize + samples_, samples); !r) {
        failure_ = r.error();
        return r;
    }
    crc_.add(samples);
    samples_ += samples.size();
    return {};
}

void Recording::synced(const Result<void>& r)
{
    if (!r && !failure_)
        failure_ = r.error();
}

Result<void> Recording::seal()
{
    return file_->write(0, hal::wavHeader(law_, static_cast<std::uint32_t>(samples_)));
}

void Recording::pad()
{
    const std::uint8_t octet = 0;
    if (samples_ & 1)
        (void)file_->write(hal::wavHeaderSize + samples_, {&octet, 1});
}

FoundAudio lookAt(Octets file, hal::Law otherwise)
{
    FoundAudio found{otherwise, file.size() > hal::wavHeaderSize ? file.size() - hal::wavHeaderSize : 0, false};
    const auto view = hal::parseG711Wav(file);
    if (!view || view->dataOffset != hal::wavHeaderSize)
        return found;
    found.law = view->law;
    found.samples = view->samples;
    const OctetBuffer header = hal::wavHeader(view->law, static_cast<std::uint32_t>(view->samples));
    found.sealed = std::equal(header.begin(), header.end(), file.begin());
    return found;
}

std::optional<MessageId> idOfAudio(const std::string& name)
{
    MessageId id = 0;
    const auto [end, ec] = std::from_chars(name.data(), name.data() + name.size(), id);
    return ec == std::errc() && std::string_view(end) == ".wav" ? std::optional(id) : std::nullopt;
}

} // namespace callbox::messages
