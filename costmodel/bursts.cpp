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

double in_bursts(double core, double moving, std::span<Burst> bursts, int power) {
    if (bursts.empty() || core <= 0 || moving <= 0) return moving;
    std::sort(bursts.begin(), bursts.end(),
              [](const Burst& a, const Burst& b) { return a.part != b.part ? a.part > b.part : a.cycles > b.cycles; });
    double rate = moving;  // cycles of misses in one of work: from the end, where the fewest operands miss
    for (const Burst& burst : bursts) rate -= burst.cycles;
    rate = std::max(0.0, rate);
    double together = 0;
    double until = 1;
    for (const Burst& burst : bursts) {
        if (burst.part < until) together += (until - burst.part) * norm(std::array{core, rate}, power);
        until = burst.part;
        rate += burst.cycles / burst.part;
    }
    together += until * norm(std::array{core, rate}, power);
    return std::max(moving, remainder(together, core, power));
}

}  // namespace saku::costmodel
