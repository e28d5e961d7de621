#include "tuner/tune.h"

#include <algorithm>
#include <chrono>

#include "base/check.h"
#include "targets/kernel_name.h"
#include "tuner/machine_code.h"
#include "tuner/remember.h"
#include "tuner/small_code.h"

namespace saku::tuner {

namespace {
double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Both tiers: the best candidates whose machine code is good, cheapest first.
Result<std::vector<Priced>> search(const Pricer& pricer, const targets::Machine& machine, const TuneOptions& options,
                                   TuneResult& result) {
    const auto start = std::chrono::steady_clock::now();
    const std::size_t budget = options.candidates > 0 ? options.candidates : default_candidates;
    const ExploreOptions exploring{.search = {.strategy = options.search, .seed = options.seed, .budget = budget},
                                   .keep = options.limits.code_bytes ? budget : std::min(budget, most_kept),
                                   .at_first = options.limits.code_bytes ? 0 : kept_at_first,
                                   // Who goes through ids one by one wants to know of each.
                                   .by_precedent = options.search != "exhaustive" && options.search != "random",
                                   .jobs = options.jobs,
                                   .seconds = options.seconds,
                                   .progress = options.progress};
    SAKU_TRY(explored, explore(pricer, exploring));
    result.remark = explored.remark;
    result.interrupted = explored.interrupted;
    result.tier1_seconds = seconds_since(start);
    if (result.interrupted) return std::vector<Priced>{};
    LimitedSelection selected = select_within(pricer, explored.best, machine.codegen,
                                              {.wanted = std::max<std::size_t>(options.top, 2),
                                               .most_compiled = most_compiled,
                                               .most_instructions = most_compiled_instructions,
                                               .jobs = options.jobs,
                                               .limits = options.limits,
                                               .extend = [&] { complete(pricer, exploring, explored); }});
    result.candidates = explored.candidates;
    result.passed_over = explored.passed_over;
    result.rejected = explored.rejected;
    for (const auto& [reason, count] : selected.code.rejected) result.rejected[reason] += count;
    result.looks = std::move(selected.code.looks);
    result.regions = selected.code.regions;
    result.least_code_bytes = selected.code.least_code_bytes;
    if (!selected.remark.empty()) result.remark += (result.remark.empty() ? "" : "; ") + selected.remark;
    result.tier2_seconds = seconds_since(start) - result.tier1_seconds;
    // What was passed over and priced later may turn out to be cheaper.
    std::sort(selected.code.accepted.begin(), selected.code.accepted.end(), cheaper);
    return std::move(selected.code.accepted);
}

}  // namespace

Result<TuneResult> tune(const ir::Operator& op, const targets::Machine& machine, const TuneOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    TuneResult result;
    result.op = ir::shorthand(op);
    result.target = machine.name;
    result.calibration = machine.calibration;
    result.threads = options.threads;
    result.residence = options.residence;
    result.seed = options.seed;
    result.search = options.search;
    result.name = options.name.empty() ? targets::kernel_name_from(result.op) : options.name;
    SAKU_TRY_DONE(targets::check_kernel_name(result.name));

    // Operator -> space of schedules.
    SAKU_TRY(space, make_space(op, machine, {.threads = options.threads, .pinned = options.pinned}));
    result.space_size = space.ids.numbering.size;

    // Search x gates, a price for each candidate, the machine code of the best few.
    SAKU_TRY(coefficients, costmodel::built_in_coefficients());
    Pricer pricer = pricer_for(space, machine, coefficients, options.threads, options.residence);
    pricer.limits = options.limits;
    std::vector<Priced> best = options.decided ? replay(pricer, *options.decided, result) : std::vector<Priced>{};
    if (best.empty()) {
        SAKU_TRY(searched, search(pricer, machine, options, result));
        best = std::move(searched);
        if (result.interrupted || best.empty()) return result;
    }
    for (std::size_t i = 0; i < std::min(best.size(), std::max<std::size_t>(options.top, 1)); ++i) {
        result.top.push_back(ranked(space, machine, pricer.model, best[i]));
        if (i + 1 < best.size()) result.top[i].margin_to_next = best[i + 1].cost.seconds / best[i].cost.seconds - 1;
    }
    if (result.top.empty()) return result;
    if (result.remembered) result.top.front().margin_to_next = options.decided->margin_to_next;

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
    result.inner_loops = features::inner_loops(targets::read_assembly(result.emitted->assembly));
    result.seconds = seconds_since(start);
    return result;
}

}  // namespace saku::tuner
