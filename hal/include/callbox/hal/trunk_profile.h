// SPDX-License-Identifier: GPL-2.0-or-later
// What a PRI trunk's far end is like: a row of data for each kind of switch. The known deviations of real switches are
// put up with by name only, and counted; each name has its source (N22, N24). Immutable data.
#pragma once
#include <bitset>
#include <callbox/hal/numbers.h>
#include <map>
#include <span>
#include <string_view>

namespace callbox::hal {

enum class PriSwitchType { euroIsdn, ni2, dms100, att4ess, lucent5e, qsig };
// "euroisdn", "ni2", "dms100", "4ess", "5ess", "qsig".
std::string_view name(PriSwitchType);
std::span<const PriSwitchType> allSwitchTypes();
// Spans of the North American types are T1 and carry SERVICE messages of B channels.
bool northAmerican(PriSwitchType);

enum class PriQuirk : std::uint8_t {
    extensionBit,
    strayOctets,
    causeMissing,
    channelMissing,
    progressMissing,
};
inline constexpr std::size_t quirkCount = 5;

struct QuirkRow {
    PriQuirk quirk;
    std::string_view name;    // "extension-bit"
    std::string_view accepts; // what is put up with, and how it is read
    std::string_view source;  // who has seen it
};
std::span<const QuirkRow> priQuirks();
std::string_view name(PriQuirk);
std::optional<PriQuirk> findQuirk(std::string_view name);

class QuirkSet {
public:
    QuirkSet() = default;
    QuirkSet(std::initializer_list<PriQuirk> quirks)
    {
        for (const PriQuirk q : quirks)
            add(q);
    }
    void add(PriQuirk q) { bits_.set(std::size_t(q)); }
    void add(const QuirkSet& more) { bits_ |= more.bits_; }
    [[nodiscard]] bool has(PriQuirk q) const { return bits_.test(std::size_t(q)); }
    [[nodiscard]] bool empty() const { return bits_.none(); }
    bool operator==(const QuirkSet&) const = default;

private:
    std::bitset<quirkCount> bits_;
};
// How often each was met, by name.
using QuirkCounts = std::map<std::string, std::uint64_t>;

// How two answered calls, or one before its answer, go back to the network. QSIG's exchanges are each other's equals:
// there either side asks; elsewhere the user does.
enum class TransferKind {
    none,
    ect,
    tbct,
    rlt,
    qsigRerouteing, // ECMA-178: one end calls the other anew; by join where the exchange refuses that
    qsigJoin,       // ECMA-178, 176: the calls are joined here, and the ends may replace the path
};
enum class DeflectionKind { none, etsiRerouting, qsigRerouteing };

struct TrunkProfile {
    std::string_view name;
    PriSwitchType switchType;
    std::string_view about;
    QuirkSet quirks;
    std::string_view quirksWhy;
    // RESTART of every channel when the link first comes up; T316 in milliseconds, N316 tries (EN 300 403-1 9.5, 5.5).
    bool restartAtStart;
    int t316, n316;
    std::string_view restartWhy;
    RedirectingForm form;     // how diversions are sent
    std::string_view country; // the dial plan, unless the span says another
    // A calling number whose presentation is allowed is sent as network provided.
    bool callingAsNetwork;
    TransferKind transfer;
    DeflectionKind deflection;
};
std::span<const TrunkProfile> trunkProfiles();
const TrunkProfile* findProfile(std::string_view name);
// The one that has the switch type's own name.
const TrunkProfile& profileOf(PriSwitchType);

} // namespace callbox::hal
