#include "costmodel/bursts.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "costmodel/norm.h"

namespace saku::costmodel {

void slots_of_iterations(const features::LoopTable& table, std::span<const double> trips, const Model& model,
                         std::span<const features::InstructionMix> mixes, std::span<double> slots) {
    std::fill(slots.begin(), slots.end(), 0.0);
    features::InstructionMix own;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        const features::Row& row = table.rows[r];
        if (mixes.empty()) own = features::mix_of(table, row, model.vector);
        const features::InstructionMix& mix = mixes.empty() ? own : mixes[r];
        double held = row.share * issue_slots(model.ports.at(row.type, mix.bits), mix.each);
        for (int l = row.loop; l != features::no_loop; l = table.loops[static_cast<std::size_t>(l)].parent) {
            const auto loop = static_cast<std::size_t>(l);
            slots[loop] += held;
            held *= trips[loop] * table.loops[loop].share;
        }
    }
}

double in_bursts(double core, double moving, double part, int power) {
    if (part >= 1 || core <= 0 || moving <= 0) return moving;
    const double together = core - core * part + norm(std::array{core * part, moving}, power);
    return std::max(moving, remainder(together, core, power));
}

}  // namespace saku::costmodel
