// SPDX-License-Identifier: GPL-2.0-or-later
#include "tables.h"

namespace callbox::hal::analog {

namespace {

namespace fxo {
using enum FxoState;
using I = FxoInput;
using A = FxoAction;
constexpr FxoRow table[] = {
    {dead, I::batteryBack, idle, A::none},
    {idle, I::batteryLost, dead, A::none},
    {idle, I::ringBegin, ringing, A::listen},
    {idle, I::place, seizing, A::seize},
    {idle, I::bankGone, dead, A::none},
    {ringing, I::callerKnown, offered, A::offer},
    {ringing, I::ringsOver, idle, A::forget},
    {ringing, I::batteryLost, dead, A::forget},
    {ringing, I::bankGone, dead, A::forget},
    {offered, I::answer, talking, A::connect},
    {offered, I::hangUp, ignored, A::end},
    {offered, I::ringsOver, idle, A::end},
    {offered, I::batteryLost, dead, A::end},
    {offered, I::bankGone, dead, A::end},
    {ignored, I::ringsOver, idle, A::forget},
    {ignored, I::batteryLost, dead, A::forget},
    {ignored, I::bankGone, dead, A::forget},
    {seizing, I::dialTone, dialling, A::dial},
    {seizing, I::tooLate, clearing, A::clear},
    {seizing, I::hangUp, clearing, A::clear},
    {seizing, I::batteryLost, clearingDead, A::clear},
    {seizing, I::bankGone, clearingDead, A::clear},
    {dialling, I::dialled, calling, A::await},
    {dialling, I::tooLate, clearing, A::clear},
    {dialling, I::hangUp, clearing, A::clear},
    {dialling, I::batteryLost, clearingDead, A::clear},
    {dialling, I::bankGone, clearingDead, A::clear},
    {calling, I::answered, talking, A::connect},
    {calling, I::farEnded, clearing, A::clear},
    {calling, I::tooLate, clearing, A::clear},
    {calling, I::hangUp, clearing, A::clear},
    {calling, I::batteryLost, clearingDead, A::clear},
    {calling, I::bankGone, clearingDead, A::clear},
    {talking, I::farEnded, clearing, A::clear},
    {talking, I::hangUp, clearing, A::clear},
    {talking, I::batteryLost, clearingDead, A::clear},
    {talking, I::bankGone, clearingDead, A::clear},
    {clearing, I::guardOver, idle, A::none},
    {clearing, I::batteryLost, clearingDead, A::none},
    {clearing, I::bankGone, clearingDead, A::none},
    {clearingDead, I::batteryBack, clearing, A::none},
    {clearingDead, I::guardOver, dead, A::none},
};
} // namespace fxo

namespace fxs {
using enum FxsState;
using I = FxsInput;
using A = FxsAction;
constexpr FxsRow table[] = {
    {dead, I::bankBack, idle, A::quiet},
    {idle, I::place, ringing, A::ring},
    {idle, I::offHook, collecting, A::dialTone},
    {idle, I::bankGone, dead, A::none},
    {ringing, I::offHook, talking, A::connect},
    {ringing, I::hangUp, idle, A::end},
    {ringing, I::tooLate, idle, A::end},
    {ringing, I::bankGone, dead, A::end},
    {collecting, I::numberComplete, offered, A::offer},
    {collecting, I::tooLate, parked, A::park},
    {collecting, I::onHook, idle, A::quiet},
    {collecting, I::bankGone, dead, A::quiet},
    {offered, I::answer, talking, A::connect},
    {offered, I::hangUp, parked, A::park},
    {offered, I::onHook, idle, A::end},
    {offered, I::bankGone, dead, A::end},
    {talking, I::onHook, idle, A::end},
    {talking, I::hangUp, parked, A::park},
    {talking, I::bankGone, dead, A::end},
    {parked, I::onHook, idle, A::quiet},
    {parked, I::tooLate, silent, A::quiet},
    {parked, I::bankGone, dead, A::quiet},
    {silent, I::onHook, idle, A::quiet},
    {silent, I::bankGone, dead, A::none},
};
} // namespace fxs

template <class R, std::size_t N, class S, class I> const R* findIn(const R (&table)[N], S state, I input)
{
    for (const R& row : table)
        if (row.state == state && row.input == input)
            return &row;
    return nullptr;
}

} // namespace

std::span<const FxoRow> fxoTable()
{
    return fxo::table;
}
std::span<const FxsRow> fxsTable()
{
    return fxs::table;
}
const FxoRow* find(FxoState state, FxoInput input)
{
    return findIn(fxo::table, state, input);
}
const FxsRow* find(FxsState state, FxsInput input)
{
    return findIn(fxs::table, state, input);
}

std::string_view name(FxoState s)
{
    constexpr std::string_view names[] = {"dead",     "idle",    "ringing", "offered",  "ignored",      "seizing",
                                          "dialling", "calling", "talking", "clearing", "clearing-dead"};
    return names[static_cast<std::size_t>(s)];
}

std::string_view name(FxsState s)
{
    constexpr std::string_view names[] = {"dead",    "idle",    "ringing", "collecting",
                                          "offered", "talking", "parked",  "silent"};
    return names[static_cast<std::size_t>(s)];
}

} // namespace callbox::hal::analog
