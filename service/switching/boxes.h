// SPDX-License-Identifier: GPL-2.0-or-later
// What the switch knows of its boxes: the records it heard, what it saw itself, their ties. Turns it into the facts
// that judge() and decide() work on. The count of calls is never kept here: the ties' channel ledgers and the boxes'
// own reports are the truth, a reservation lives two seconds at most.
#pragma once
#include "fleet/status_source.h"
#include "lines/lines.h"
#include "switching/config.h"
#include <deque>

namespace callbox::switching {

class Boxes {
public:
    Boxes(const Edges&, const SwitchConfig&, const lines::Lines&);

    void heard(const std::string& box, fleet::Heard heard);
    // Several times a second: notices who has gone down or is back. Returns who is to be asked at once.
    std::vector<std::string> look();

    // All boxes as they are now, each time beginning with another one, so that equal ones share the load.
    [[nodiscard]] std::vector<BoxFacts> facts() const;
    void turn() { ++turns_; }
    // Link pools as configured and as the boxes told.
    [[nodiscard]] Numbering numbering() const;
    // Whether the switch's own configuration gives the number to the box; what a box says of itself does not count.
    [[nodiscard]] bool owns(const std::string& box, const PhoneNumber&) const;
    [[nodiscard]] std::optional<TimePoint> heardAt(const std::string& box) const;

    // Usable ties of a box, the one with most idle channels first.
    [[nodiscard]] std::vector<lines::Line*> ties(const std::string& box) const;
    // A box reached over the public network: its route numbers, each for one call at a time until the box has it.
    [[nodiscard]] bool hasNumber(const std::string& box) const;
    [[nodiscard]] bool handsBack(const std::string& box) const; // calls may leave the switch
    [[nodiscard]] std::optional<PhoneNumber> takeNumber(const std::string& box);
    void freeNumber(const PhoneNumber& number);
    [[nodiscard]] std::string boxOf(const lines::Line& tie) const; // empty: no box's

    // A set-up goes out: counts as a channel in use while it is held, until a report shows it or two seconds are over.
    using Reservation = std::shared_ptr<const TimePoint>;
    [[nodiscard]] Reservation reserve(const std::string& box);
    // A set-up failed for a reason of the box, begun at `started`; the box took a call.
    void failed(const std::string& box, TimePoint started, std::string_view why);
    void worked(const std::string& box);

private:
    struct Box {
        BoxConfig config;
        std::vector<lines::Line*> ties;
        std::optional<fleet::Heard> heard;
        std::vector<NumberRange> learned;                     // pools it told
        std::vector<std::weak_ptr<const TimePoint>> reserved; // set-ups not yet to be seen in a report
        std::deque<TimePoint> downs;                          // when it went down, within the flap window
        LocalView local;
        bool everUp = false;
        bool up = false;
        Freshness shown = Freshness::unknown; // as last logged
    };
    Box* find(const std::string& id);
    [[nodiscard]] const Box* find(const std::string& id) const;
    [[nodiscard]] BoxFacts factsOf(const Box&) const;
    void seeTies(const Box&, LocalView&) const;
    void seeNumbers(const Box&, LocalView&) const;
    [[nodiscard]] unsigned freeNumbers(const Box&) const;
    void learnPools(Box&);
    void complainOfOverlaps(const Box&) const;
    void update(Box&);

    Edges edges_;
    Policy policy_;
    std::vector<PhoneNumber> access_;
    std::vector<Box> boxes_;
    std::vector<const lines::Line*> trunks_;
    std::map<PhoneNumber, TimePoint> numbersHeld_; // until then at most
    std::size_t turns_ = 0;
};

} // namespace callbox::switching
