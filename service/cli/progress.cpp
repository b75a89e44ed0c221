// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/progress.h"
#include "cli/table.h"
#include <ostream>

namespace callbox::cli {

namespace {

constexpr Duration every = 1s; // what ends sooner needs no line
constexpr std::size_t longest = 70;

} // namespace

Progress::Progress(Context& context, std::string what)
    : context_(context), what_(std::move(what)), start_(context.loop.now()), timer_(context.loop)
{
    if (context_.terminal.errIsTerminal)
        timer_.after(every, [this] { tick(); });
}

Progress::~Progress()
{
    if (shown_)
        context_.terminal.err << "\r\033[K" << std::flush;
}

void Progress::tick()
{
    shown_ = true;
    const auto seconds = toMs(context_.loop.now() - start_) / 1000;
    context_.terminal.err << "\r\033[K" << cutTo(printable(what_), longest) << " (" << seconds << " s)" << std::flush;
    timer_.after(every, [this] { tick(); });
}

} // namespace callbox::cli
