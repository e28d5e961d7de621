#include "tuner/evaluate.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/checked.h"
#include "costmodel/estimate.h"
#include "features/instruction_mix.h"
#include "features/registers.h"
#include "features/table_of.h"
#include "tuner/parallel.h"

namespace saku::tuner {

namespace {

/// Beyond this many vectors that do not fit, no price matters any more.
constexpr double most_spilled = 4;
/// Straight code of all rows together: more leaves the instruction cache, and takes long to compile.
constexpr double most_instructions = 4000;

double tensor_bytes(const ir::Operator& op) {
    double bytes = 0;
    for (const ir::Tensor& tensor : op.tensors) {
        double elements = 1;
        for (const std::int64_t extent : tensor.shape) elements *= static_cast<double>(extent);
        bytes += elements * ir::size_bytes(tensor.type);
    }
    return bytes;
}

Fitted<Done> fits_registers(const Sketch& sketch, const Decisions& decisions) {
    const std::int64_t needed = registers_of_tile(sketch, decisions.tile_m, decisions.tile_m2, decisions.vectors);
    if (needed <= sketch.registers) return Done{};
    return NotApplicable{"needs more registers than there are",
                         std::to_string(needed) + " live, " + std::to_string(sketch.registers) + " registers"};
}

std::string rounded(double count) { return std::to_string(static_cast<std::int64_t>(count)); }

/// Register use and size of the code, as far as the table tells.
Fitted<Done> code_is_reasonable(const features::LoopTable& table, const costmodel::Model& model) {
    const double spilled = features::worst_spill(table, model.vector, model.vector_registers);
    if (spilled > most_spilled) return NotApplicable{"spills registers", rounded(spilled) + " vectors too many"};
    double instructions = 0;
    for (const features::Row& row : table.rows) {
        const features::InstructionMix mix = features::mix_of(table, row, model.vector);
        instructions = std::accumulate(mix.each.begin(), mix.each.end(), instructions);
    }
    if (instructions > most_instructions)
        return NotApplicable{"too much code", rounded(instructions) + " instructions"};
    return Done{};
}

/// Bytes of the copies that a run makes: workspace, not offline packs.
double scratch_bytes(const ir::LoopNest& nest) {
    double bytes = 0;
    for (const ir::Buffer& buffer : nest.buffers) {
        if (buffer.scope != ir::Scope::workspace) continue;
        bytes += static_cast<double>(ir::span_elements(buffer.layout)) * ir::size_bytes(buffer.type);
    }
    return bytes;
}

}  // namespace

Pricer pricer_for(const Space& space, const targets::Machine& machine, const costmodel::Coefficients& coefficients,
                  int threads) {
    constexpr double slack = 64.0 * 1024 * 1024;
    constexpr double times = 16;  // im2col of a 3x3 kernel copies every element nine times
    return {.space = space,
            .model = costmodel::prepare(machine, coefficients, threads),
            .most_scratch_bytes = static_cast<std::int64_t>(slack + times * tensor_bytes(space.op))};
}

Fitted<costmodel::Cost> price(const costmodel::Model& model, const ir::LoopNest& nest) {
    SAKU_TRY(table, features::table_of(nest));
    return costmodel::estimate(table, model);
}

Fitted<costmodel::Cost> price(const Pricer& pricer, Id id) {
    SAKU_TRY_DONE(fits_registers(sketch_of(pricer.space, id), decisions_of(pricer.space, id)));
    SAKU_TRY(nest, scheduled(pricer.space.plain, schedule_of(pricer.space, id)));
    if (const double bytes = scratch_bytes(nest); bytes > static_cast<double>(pricer.most_scratch_bytes)) {
        return NotApplicable{"scratch memory too large", std::to_string(static_cast<std::int64_t>(bytes)) + " bytes"};
    }
    SAKU_TRY(table, features::table_of(nest));
    SAKU_TRY_DONE(code_is_reasonable(table, pricer.model));
    return costmodel::estimate(table, pricer.model);
}

std::vector<Fitted<costmodel::Cost>> price_all(const Pricer& pricer, std::span<const Id> ids, int jobs) {
    std::vector<Fitted<costmodel::Cost>> prices(ids.size(), NotApplicable{});
    for_each_index(ids.size(), jobs, [&](std::size_t i) { prices[i] = price(pricer, ids[i]); });
    return prices;
}

}  // namespace saku::tuner
