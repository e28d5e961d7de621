#include "tuner/explanation.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "base/check.h"
#include "base/quantity.h"
#include "features/table_of.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "targets/emit.h"
#include "tuner/evaluate.h"
#include "tuner/space.h"

namespace saku::tuner {

namespace {

constexpr const char* kernel = "kernel";

std::string count_text(double value) {
    std::array<char, 32> text{};
    const bool whole = value == static_cast<double>(static_cast<std::int64_t>(value));
    std::snprintf(text.data(), text.size(), whole ? "%.0f" : "%.2f", value);
    return text.data();
}

/// "4 x 32 iterations, 96.0 KiB: in L2": executions, trips, what one execution touches.
std::string loop_note(const costmodel::LoopUse& use, const costmodel::Breakdown& breakdown) {
    const std::string place =
        use.fits < 0 ? "beyond the caches" : "fits " + breakdown.levels[static_cast<std::size_t>(use.fits)].name;
    return count_text(use.executions) + " x " + count_text(use.trips) + ", touches " + bytes_text(use.full_bytes) +
           ", " + place;
}

std::string annotated(const ir::LoopNest& nest, const std::vector<const ir::Loop*>& origins,
                      const costmodel::Breakdown& breakdown) {
    std::map<const ir::Loop*, std::size_t> position;
    for (std::size_t l = 0; l < origins.size(); ++l) position.emplace(origins[l], l);
    return ir::print_annotated(nest, [&](const ir::Loop& loop) {
        const auto found = position.find(&loop);
        return found == position.end() ? std::string() : loop_note(breakdown.loops[found->second], breakdown);
    });
}

std::vector<Roof> roofs_of(const costmodel::Breakdown& breakdown, double flops, int threads) {
    std::vector<Roof> roofs;
    for (const costmodel::LevelUse& level : breakdown.levels) {
        if (level.is_tlb) continue;
        const double bytes = level.moved.fetched_bytes + level.moved.written_bytes;
        roofs.push_back({.level = level.name,
                         .bytes_per_second = level.bytes_per_second * threads,
                         .flops_per_byte = bytes > 0 ? flops * breakdown.busiest_share / bytes : 0});
    }
    return roofs;
}

/// Does the step change loops of a copy that is called `buffer`? They are named after it.
bool changes_loops_of(const schedules::Step& step, const std::string& buffer) {
    const auto is_of = [&](const std::string& loop) { return loop.starts_with(buffer + "_"); };
    const auto* split = std::get_if<schedules::Split>(&step);
    const auto* unroll = std::get_if<schedules::Unroll>(&step);
    const auto* reorder = std::get_if<schedules::Reorder>(&step);
    return (split != nullptr && is_of(split->loop)) || (unroll != nullptr && is_of(unroll->loop)) ||
           (reorder != nullptr && is_of(reorder->loops.front()));
}

/// The same schedule without copies made in a run, where the rest of it still applies.
std::optional<double> seconds_without_packing(const ir::LoopNest& plain, const schedules::Schedule& schedule,
                                              const costmodel::Model& model) {
    schedules::Schedule without;
    std::vector<std::string> left_out;
    for (const schedules::Step& step : schedule.steps) {
        const auto* pack = std::get_if<schedules::Pack>(&step);
        const bool copies = pack != nullptr && !pack->at.empty();
        if (copies) left_out.push_back(pack->buffer);
        const bool is_about_copy = std::any_of(left_out.begin(), left_out.end(), [&](const std::string& buffer) {
            return changes_loops_of(step, buffer);
        });
        // What prefetches name may be a copy.
        if (!copies && !is_about_copy && !std::holds_alternative<schedules::Prefetch>(step))
            without.steps.push_back(step);
    }
    const auto nest = scheduled(plain, without);
    if (!nest) return std::nullopt;
    const auto cost = price(model, *nest);
    return cost ? std::optional(cost->seconds) : std::nullopt;
}

}  // namespace

Fitted<Explanation> explain(const ir::Operator& op, const Ranked& ranked, const targets::Machine& machine, int threads,
                            features::Residence residence) {
    const auto coefficients = costmodel::built_in_coefficients();
    SAKU_CHECK(coefficients.ok(), coefficients.error().text());
    const costmodel::Model model = costmodel::prepare(machine, *coefficients, threads, residence);
    const ir::LoopNest plain = ir::lower(op);
    SAKU_TRY(nest, scheduled(plain, ranked.schedule));
    Explanation result{.ranked = ranked,
                       .nest = std::move(nest),
                       .breakdown = {},
                       .loop_names = {},
                       .annotated_nest = {},
                       .roofs = {},
                       .code = {},
                       .warnings = {}};
    SAKU_TRY(traced, features::traced_table_of(result.nest));
    SAKU_TRY(breakdown, costmodel::break_down(traced.table, model));
    result.breakdown = std::move(breakdown);
    for (const ir::Loop* loop : traced.loops)
        result.loop_names.push_back(result.nest.variables[static_cast<std::size_t>(loop->variable)]);
    result.annotated_nest = annotated(result.nest, traced.loops, result.breakdown);
    result.peak_flops_per_second = machine.peak.f32_flops_per_cycle * machine.ghz * 1e9 * threads;
    result.flops_per_second = ir::flops(op) / result.breakdown.cost.seconds;
    result.roofs = roofs_of(result.breakdown, ir::flops(op), threads);
    if (const auto verified = ir::verify(result.nest); !verified)
        return NotApplicable{"cannot be verified", verified.error().text()};
    SAKU_TRY(emitted, targets::emit(result.nest, machine.codegen,
                                    {.name = kernel, .object = false, .assembly = true, .llvm_ir = false}));
    result.code = report_code(emitted.assembly, kernel, result.breakdown, model);
    result.warnings = warnings({.nest = result.nest,
                                .table = traced.table,
                                .breakdown = result.breakdown,
                                .model = model,
                                .machine = machine,
                                .code = result.code,
                                .seconds_without_packing = seconds_without_packing(plain, ranked.schedule, model)});
    return result;
}

}  // namespace saku::tuner
