// SPDX-License-Identifier: GPL-2.0-or-later
// Which I frames layer 2 will take (Q.921 5.6.2): libpri does not tell, its own N(R) does. A frame that came before, or
// too early, changes nothing above layer 2.
#pragma once
#include <callbox/base/bytes.h>

namespace callbox::hal::pri {

class ReceiveSequence {
public:
    void sent(Octets frame);
    void heard(Octets frame);
    // Before libpri gets it. Frames that are no I frames are taken always.
    [[nodiscard]] bool takes(Octets frame) const;

private:
    bool established_ = false;
    bool beginning_ = false; // our SABME waits for its answer
    bool called_ = false;    // their SABME waits for ours
    unsigned next_ = 0;      // V(R)
};

} // namespace callbox::hal::pri
