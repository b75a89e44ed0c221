// SPDX-License-Identifier: GPL-2.0-or-later
// The tables of both kinds of port as tables (N8): no state sticks, and a bank that is down ends everything.
#include "../../../hal/analog/tables.h"
#include <gtest/gtest.h>
#include <map>
#include <set>

using namespace callbox::hal::analog;

namespace {

// From where one of `inputs` alone, again and again, leads.
template <class State, class Input> std::set<State> reachable(State from, const std::vector<Input>& inputs)
{
    std::set<State> seen{from};
    std::vector<State> todo{from};
    while (!todo.empty()) {
        const State state = todo.back();
        todo.pop_back();
        for (const Input input : inputs)
            if (const auto* row = find(state, input); row && seen.insert(row->next).second)
                todo.push_back(row->next);
    }
    return seen;
}

constexpr int fxoStates = int(FxoState::clearingDead) + 1;
constexpr int fxsStates = int(FxsState::silent) + 1;

TEST(AnalogTables, NoRowIsThereTwice)
{
    std::set<std::pair<FxoState, FxoInput>> fxo;
    for (const FxoRow& row : fxoTable())
        EXPECT_TRUE(fxo.insert({row.state, row.input}).second) << name(row.state);
    std::set<std::pair<FxsState, FxsInput>> fxs;
    for (const FxsRow& row : fxsTable())
        EXPECT_TRUE(fxs.insert({row.state, row.input}).second) << name(row.state);
}

TEST(AnalogTables, EveryStateIsReachedAndLeadsBackToIdle)
{
    std::vector<FxoInput> fxoInputs;
    for (int i = 0; i <= int(FxoInput::bankGone); ++i)
        fxoInputs.push_back(FxoInput(i));
    EXPECT_EQ(reachable(FxoState::dead, fxoInputs).size(), std::size_t(fxoStates));
    for (int i = 0; i < fxoStates; ++i)
        EXPECT_TRUE(reachable(FxoState(i), fxoInputs).contains(FxoState::idle)) << name(FxoState(i));
    std::vector<FxsInput> fxsInputs;
    for (int i = 0; i <= int(FxsInput::hangUp); ++i)
        fxsInputs.push_back(FxsInput(i));
    EXPECT_EQ(reachable(FxsState::dead, fxsInputs).size(), std::size_t(fxsStates));
    for (int i = 0; i < fxsStates; ++i)
        EXPECT_TRUE(reachable(FxsState(i), fxsInputs).contains(FxsState::idle)) << name(FxsState(i));
}

// Nobody above does anything and the line says nothing: our own timers alone end what was begun.
TEST(AnalogTables, TimersAloneLeadOutOfEveryStateThatIsNoCallOfSomebody)
{
    const std::vector<FxoInput> timers{FxoInput::ringsOver, FxoInput::callerKnown, FxoInput::tooLate,
                                       FxoInput::guardOver};
    for (const FxoState s : {FxoState::ringing, FxoState::offered, FxoState::ignored, FxoState::seizing,
                             FxoState::dialling, FxoState::calling, FxoState::clearing})
        EXPECT_TRUE(reachable(s, timers).contains(FxoState::idle)) << name(s);
    EXPECT_TRUE(reachable(FxoState::clearingDead, timers).contains(FxoState::dead));
    EXPECT_TRUE(reachable(FxsState::ringing, std::vector{FxsInput::tooLate}).contains(FxsState::idle));
    EXPECT_TRUE(reachable(FxsState::collecting, std::vector{FxsInput::tooLate}).contains(FxsState::silent));
}

TEST(AnalogTables, ALineWhoseBatteryComesBackIsNeverLeftDead)
{
    for (int i = 0; i < fxoStates; ++i) {
        const auto* lost = find(FxoState(i), FxoInput::batteryLost);
        FxoState s = lost ? lost->next : FxoState(i);
        for (const FxoInput input : {FxoInput::batteryBack, FxoInput::guardOver})
            if (const auto* row = find(s, input))
                s = row->next;
        EXPECT_EQ(s, FxoState::idle) << name(FxoState(i));
    }
}

TEST(AnalogTables, ABankThatIsDownEndsEveryCall)
{
    for (const FxoState s :
         {FxoState::offered, FxoState::seizing, FxoState::dialling, FxoState::calling, FxoState::talking}) {
        const auto* row = find(s, FxoInput::bankGone);
        ASSERT_TRUE(row) << name(s);
        EXPECT_TRUE(row->action == FxoAction::end || row->action == FxoAction::clear) << name(s);
    }
    for (const FxsState s : {FxsState::ringing, FxsState::offered, FxsState::talking}) {
        const auto* row = find(s, FxsInput::bankGone);
        ASSERT_TRUE(row) << name(s);
        EXPECT_EQ(row->action, FxsAction::end) << name(s);
    }
}

} // namespace
