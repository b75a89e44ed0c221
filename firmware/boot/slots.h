// SPDX-License-Identifier: GPL-2.0-or-later
// Two slots for images, and which is started. A new image is started three times at most until it says that it runs;
// then the old one is started again. What is remembered lies in the slot's own header, in words that go from ones to
// zeros once: it goes with the slot's erasure, needs no other store, and the power may fail at any time. An
// image that no update put there is started only when there is no other. While the image that runs is not confirmed its
// own slot would count as the spare one: UpdateSession refuses updates until then.
#pragma once
#include "boot/image.h"

namespace callbox::firmware::boot {

// The card's flash. Words are written, whole and at multiples of 4; ones become zeros until the slot is erased.
class Flash {
public:
    [[nodiscard]] virtual Octets read(unsigned slot) const = 0; // all of it
    // False: it did not work; what lies there nobody knows.
    virtual bool erase(unsigned slot) = 0;
    virtual bool write(unsigned slot, std::uint32_t at, Octets words) = 0;

protected:
    ~Flash() = default;
};

class Slots {
public:
    static constexpr unsigned tries = 3;
    static constexpr int none = -1;

    // Both outlive it.
    Slots(const Part& part, Flash& flash) : part_(part), flash_(flash) {}

    struct State {
        Wrong wrong = Wrong::noImage; // nothing: the image is whole, and for this card
        Image image;
        bool complete = false;      // an update that put it here came to its end
        std::uint32_t sequence = 0; // of updates: the higher is the newer
        unsigned tried = 0;
        bool confirmed = false;
        [[nodiscard]] bool whole() const { return wrong == Wrong::nothing && complete; }
        [[nodiscard]] bool startable() const { return whole() && (confirmed || tried < tries); }
    };
    [[nodiscard]] State look(unsigned slot) const;
    // The slot to be started now, which costs one that is not confirmed a try; none: the loader stays.
    int start();
    // The image that runs says that it does. False: the flash did not keep it.
    bool confirm(unsigned slot);
    // The slot that an update may erase: never the one image that is known to run.
    [[nodiscard]] unsigned spare() const;
    // An image was written there: it is the newest from now on.
    bool complete(unsigned slot);
    // What lies there is not started any more. False: the flash did not keep it.
    bool forget(unsigned slot);

    [[nodiscard]] const Part& part() const { return part_; }
    [[nodiscard]] Flash& flash() { return flash_; }

private:
    int known(); // as start(), of those that an update brought
    bool mark(unsigned slot, std::uint32_t at, std::uint32_t word);

    const Part& part_;
    Flash& flash_;
};

} // namespace callbox::firmware::boot
