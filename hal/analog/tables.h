// SPDX-License-Identifier: GPL-2.0-or-later
// What analog ports do, as tables: a state, what happens, the next state, what is done about it. What is not in a table
// changes nothing. Private to the folder; tests/unit/hal-analog walks them: no state is without a way back to idle.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace callbox::hal::analog {

template <class State, class Input, class Action> struct Row {
    State state;
    Input input;
    State next;
    Action action;
};

// ---- a port that faces an exchange

enum class FxoState : std::uint8_t {
    dead,         // no battery
    idle,         // on hook
    ringing,      // it rings; who calls is not known yet
    offered,      // it rings; somebody above has the call
    ignored,      // it rings; the call was refused, which an analog line cannot say
    seizing,      // off hook for a call of ours; no dial tone yet
    dialling,     // digits are going out
    calling,      // they are out; nobody has answered
    talking,      // connected
    clearing,     // on hook again; the exchange takes a moment
    clearingDead, // the same, without battery
};
enum class FxoInput : std::uint8_t {
    batteryLost,
    batteryBack,
    ringBegin,
    callerKnown, // or will not be
    ringsOver,   // so long without a ring that the caller has given up
    place,
    dialTone,
    dialled,
    answered, // by the far side
    farEnded, // busy, congestion; while talking: hung up
    tooLate,  // no dial tone, not dialled, no answer
    answer,   // by us
    hangUp,   // by us
    guardOver,
    bankGone, // the span is down
};
enum class FxoAction : std::uint8_t {
    none,
    listen,  // for the caller's number
    offer,   // the call to who takes it
    forget,  // what was known of the caller
    end,     // the call, on hook all the time
    seize,   // off hook, wait for dial tone
    dial,    // send the number
    await,   // an answer
    connect, // the call has its channel
    clear,   // on hook, end the call
};
using FxoRow = Row<FxoState, FxoInput, FxoAction>;
std::span<const FxoRow> fxoTable();
const FxoRow* find(FxoState, FxoInput); // null: changes nothing
std::string_view name(FxoState);

// ---- a port that faces a telephone

enum class FxsState : std::uint8_t {
    dead, // the bank is down
    idle,
    ringing,    // a call for it
    collecting, // off hook: dial tone, then digits
    offered,    // a call of it, not answered
    talking,
    parked, // the other side has gone: a tone until it is put down
    silent, // it was not put down for long
};
enum class FxsInput : std::uint8_t {
    bankBack,
    bankGone,
    offHook,
    onHook,
    place,
    numberComplete,
    tooLate, // no answer, no digits, not put down
    answer,
    hangUp,
};
enum class FxsAction : std::uint8_t { none, ring, dialTone, offer, connect, end, park, quiet };
using FxsRow = Row<FxsState, FxsInput, FxsAction>;
std::span<const FxsRow> fxsTable();
const FxsRow* find(FxsState, FxsInput);
std::string_view name(FxsState);

} // namespace callbox::hal::analog
