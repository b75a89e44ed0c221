// SPDX-License-Identifier: GPL-2.0-or-later
#include "device/seconds.h"

namespace callbox::firmware {

void Seconds::next(std::uint16_t alarms)
{
    defects(alarms);
    const bool defect = seen_ & (CARD_ALARM_LOS | CARD_ALARM_AIS | CARD_ALARM_LOF | CARD_ALARM_LOMF);
    const bool severe = defect || errored_ >= severeFrom_;
    const bool bad = defect || errored_ > 0;
    if (seen_ & CARD_ALARM_LOS)
        ++los_;
    if (seen_ & CARD_ALARM_AIS)
        ++ais_;
    if (seen_ & (CARD_ALARM_LOF | CARD_ALARM_LOMF))
        ++lof_;
    // A run that may end or begin unavailable time stays out of the counters until that is known: they never go back.
    if (away_) {
        if (severe) {
            uas_ += run_ + 1;
            run_ = runErrored_ = 0;
        } else {
            ++run_;
            runErrored_ += bad;
            if (run_ == 10) { // these ten were available
                away_ = false;
                es_ += runErrored_;
                run_ = runErrored_ = 0;
            }
        }
    } else if (severe) {
        if (++run_ == 10) {
            away_ = true;
            uas_ += run_;
            run_ = 0;
        }
    } else {
        es_ += run_ + bad;
        ses_ += run_;
        run_ = 0;
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
