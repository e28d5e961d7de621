#include "tuner/tune.h"

#include <algorithm>
#include <chrono>

#include "base/check.h"
#include "costmodel/estimate.h"
#include "targets/c_header.h"
#include "tuner/machine_code.h"
#include "tuner/parallel.h"

namespace saku::tuner {

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Ranked ranked(const ir::Operator& op, const targets::Machine& machine, int threads, const costmodel::Cost& cost) {
    const double gflops = ir::flops(op) / cost.seconds * 1e-9;
    const double peak = machine.peak.f32_flops_per_cycle * machine.ghz * threads;
    Ranked result;
    result.cost = cost;
    result.gflops = gflops;
    result.percent_of_peak = 100 * gflops / peak;
    return result;
}

/// The priced candidates whose machine code is good, best first. When none is, all that compile: a kernel that spills
/// is still better than no kernel.
std::vector<Priced> with_good_code(const Space& space, const std::vector<Priced>& priced,
                                   const targets::Machine& machine, int jobs,
                                   std::map<std::string, std::size_t>& rejected) {
    std::vector<CodeVerdict> verdicts(priced.size());
    for_each_index(priced.size(), jobs, [&](std::size_t i) {
        const auto nest = scheduled(space.plain, schedule_of(space, priced[i].id));
        SAKU_CHECK(nest.ok(), "a candidate that was priced applies");
        verdicts[i] = inspect_code(*nest, machine.codegen);
    });
    std::vector<Priced> good;
    std::vector<Priced> spilling;
    for (std::size_t i = 0; i < priced.size(); ++i) {
        if (verdicts[i].accepted) good.push_back(priced[i]);
        if (verdicts[i].reason == "spills in machine code") spilling.push_back(priced[i]);
        if (!verdicts[i].accepted) ++rejected[verdicts[i].reason];
    }
    return good.empty() ? spilling : good;
}

}  // namespace

Result<TuneResult> tune(const ir::Operator& op, const targets::Machine& machine, const TuneOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    TuneResult result;
    result.op = ir::shorthand(op);
    result.target = machine.name;
    result.threads = options.threads;
    result.seed = options.seed;
    result.search = options.search;
    result.name = options.name.empty() ? targets::kernel_name_from(result.op) : options.name;
    SAKU_TRY_DONE(targets::check_kernel_name(result.name));

    // Operator -> space of schedules.
    SAKU_TRY(space, make_space(op, machine, {.threads = options.threads, .pinned = options.pinned}));
    result.space_size = space.ids.numbering.size;

    // Search x gates, up to a price for each candidate.
    SAKU_TRY(coefficients, costmodel::built_in_coefficients());
    const Pricer pricer = pricer_for(space, machine, coefficients, options.threads);
    const std::size_t budget = options.candidates > 0 ? options.candidates : default_candidates;
    SAKU_TRY(explored, explore(pricer, {.search = {.strategy = options.search, .seed = options.seed, .budget = budget},
                                        .keep = std::max(compiled_candidates, options.top),
                                        .jobs = options.jobs,
                                        .seconds = options.seconds,
                                        .progress = options.progress}));
    result.remark = explored.remark;
    result.candidates = explored.candidates;
    result.rejected = explored.rejected;
    result.interrupted = explored.interrupted;
    result.tier1_seconds = seconds_since(start);
    if (result.interrupted || explored.best.empty()) return result;

    // The machine code of the best few.
    const std::vector<Priced> best = with_good_code(space, explored.best, machine, options.jobs, result.rejected);
    result.tier2_seconds = seconds_since(start) - result.tier1_seconds;
    for (const Priced& one : best) {
        if (result.top.size() == options.top && !result.top.empty()) break;
        result.top.push_back(ranked(op, machine, options.threads, one.cost));
        result.top.back().id = one.id;
        result.top.back().choices = to_text(space, one.id);
        result.top.back().schedule = schedule_of(space, one.id);
    }
    if (best.size() > 1) result.margin_to_next = best[1].cost.seconds / best[0].cost.seconds - 1;
    if (result.top.empty()) return result;

    // The winner, compiled whole and verified.
    auto nest = scheduled(space.plain, result.top.front().schedule);
    SAKU_CHECK(nest.ok(), "the best schedule applied before");
    result.nest = std::move(*nest);
    auto emitted = targets::emit(result.nest, machine.codegen,
                                 {.name = result.name,
                                  .object = options.emit_object,
                                  .assembly = options.emit_assembly,
                                  .llvm_ir = options.emit_llvm_ir});
    SAKU_CHECK(emitted.ok(), emitted.error().text());
    result.emitted = std::move(*emitted);
    result.seconds = seconds_since(start);
    return result;
}

Fitted<Ranked> price_schedule(const ir::Operator& op, const schedules::Schedule& schedule,
                              const targets::Machine& machine, int threads) {
    auto coefficients = costmodel::built_in_coefficients();
    SAKU_CHECK(coefficients.ok(), coefficients.error().text());
    SAKU_TRY(nest, scheduled(ir::lower(op), schedule));
    SAKU_TRY(cost, price(costmodel::prepare(machine, *coefficients, threads), nest));
    Ranked result = ranked(op, machine, threads, cost);
    result.schedule = schedule;
    return result;
}

}  // namespace saku::tuner
