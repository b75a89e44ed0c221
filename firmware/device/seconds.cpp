// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/seconds.h"

namespace callbox::firmware {

void Seconds::next(std::uint16_t alarms)
{
    defects(alarms);
    const bool defect = seen_ & (CARD_ALARM_LOS | CARD_ALARM_AIS | CARD_ALARM_LOF);
    const bool severe = defect || errored_ >= 300;
    const bool bad = defect || errored_ > 0;
    if (seen_ & CARD_ALARM_LOS)
        ++los_;
    if (seen_ & CARD_ALARM_AIS)
        ++ais_;
    if (seen_ & CARD_ALARM_LOF)
        ++lof_;
    if (away_) {
        ++uas_;
        run_ = severe ? 0 : run_ + 1;
        runErrored_ = severe ? 0 : runErrored_ + bad;
        if (run_ == 10) { // these ten were available
            away_ = false;
            uas_ -= run_;
            es_ += runErrored_;
            run_ = runErrored_ = 0;
        }
    } else {
        es_ += bad;
        ses_ += severe;
        run_ = severe ? run_ + 1 : 0;
        if (run_ == 10) {
            away_ = true;
            es_ -= run_;
            ses_ -= run_;
            uas_ += run_;
            run_ = runErrored_ = 0;
        }
    }
    errored_ = 0;
    seen_ = 0;
}

void Seconds::write(card_counters& out) const
{
    out.los = card_make32(los_);
    out.ais = card_make32(ais_);
    out.lof = card_make32(lof_);
    out.es = card_make32(es_);
    out.ses = card_make32(ses_);
    out.uas = card_make32(uas_);
}

} // namespace callbox::firmware
