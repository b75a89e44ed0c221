// SPDX-License-Identifier: GPL-2.0-or-later
// Asking this machine's cards about themselves: those of `card info` and its like.
#pragma once
#include "cli/context.h"
#include <callbox/hal/card.h>

namespace callbox::cli {

// What the commands have in common of their table's row.
Argument cardArgument();
std::string cardsNote(); // for `more`

// What a card answers, as JSON; the card outlives it.
using AskCard = Task<json> (*)(hal::Card&);
// For people: that answer, with "card" and "model".
using TellCard = void (*)(Context&, const json& answer);

// Asks the card CARD, or all there are, one after the other: {cards: [..], problems: [{card, error}]}. A card that does
// not answer is a problem; the others are asked all the same. So is an answer with "passed": false.
Task<Exit> askCards(Context&, AskCard, TellCard);
// The card CARD; without it the only one there is, else Errc::invalid. `all` has to outlive the card.
Result<std::unique_ptr<hal::Card>> theCard(Context&, hal::Cards& all);

// Under a table: what the card does not tell, and why.
void tellUnknown(Context&, const json& answer);

} // namespace callbox::cli
