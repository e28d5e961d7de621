#include "costmodel/estimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include "base/fixed_vector.h"
#include "costmodel/bursts.h"
#include "costmodel/core_time.h"
#include "costmodel/norm.h"
#include "features/instruction_mix.h"
#include "features/parallelism.h"
#include "features/prefetching.h"

namespace saku::costmodel {

namespace {

constexpr std::array<std::string_view, term_count> term_names{"core",    "l1_misses", "l2_misses", "l3_misses", "tlb",
                                                              "packing", "calls",     "spills",    "fork_join"};

std::size_t index(Term term) { return static_cast<std::size_t>(term); }

/// Adds up phases.
class Sum {
public:
    Sum(const Model& model, Cost& cost) : model_(model), cost_(cost), seconds_per_cycle_(1 / model.hertz) {}

    /// Work runs beside the moving of data. The caches move side by side too, but wait together for addresses to be
    /// translated: time = |busy, ||waiting, |l1, l2, l3| + tlb|||, with |...| the p-norm and ||...|| that of twice the
    /// power. Sums that wait for themselves keep nothing busy, and data arrives meanwhile: hardly anything takes longer
    /// because of both.
    void add(const PhaseTime& phase) {
        const int power = model_.coefficients.norm_power;
        const double moving = norm(std::span(phase.moving), power);
        const double waiting = remainder(phase.core, phase.busy, power);
        const double arriving = moving + phase.tlb;
        const double idle = norm(std::array{waiting, arriving}, 2 * power);
        const double together = norm(std::array{phase.busy, idle}, power);
        const double memory =
            idle > 0 ? together * raise(idle / together, power) * raise(arriving / idle, 2 * power) : 0;
        const double core = together - memory;
        put(Term::core, core, phase.core, phase.is_packing);
        for (std::size_t l = 0; l < cache_levels; ++l) {
            if (phase.moving[l] <= 0) continue;
            const double part = raise(phase.moving[l] / moving, power) * moving / arriving;
            put(static_cast<Term>(1 + l), memory * part, phase.moving[l], phase.is_packing);
        }
        if (phase.tlb > 0) put(Term::tlb, memory * phase.tlb / arriving, phase.tlb, phase.is_packing);
        put(Term::calls, phase.calls, phase.calls, phase.is_packing);
        put(Term::spills, phase.spills, phase.spills, phase.is_packing);
    }

private:
    void put(Term term, double cycles, double alone, bool is_packing) {
        const Term target = is_packing ? Term::packing : term;
        cost_.terms[index(target)] += cycles * seconds_per_cycle_;
        // A packing phase on its own takes what it takes: its resources have no term each.
        cost_.alone[index(target)] += (is_packing ? cycles : alone) * seconds_per_cycle_;
    }

    const Model& model_;
    Cost& cost_;
    double seconds_per_cycle_;
};

std::array<bool, features::max_phases> packing_phases(const features::LoopTable& table) {
    std::array<bool, features::max_phases> packs;
    packs.fill(true);
    for (const features::Row& row : table.rows) {
        if (row.kind != features::RowKind::copy && row.kind != features::RowKind::prefetch) {
            packs[static_cast<std::size_t>(row.phase)] = false;
        }
    }
    return packs;
}

/// Of each phase, the factor on its L2 misses.
using PhaseFactors = std::array<double, features::max_phases>;

/// Of several prefetches in a phase, the one with the largest effect decides.
void apply(double factor, double& decides) {
    if (std::abs(factor - 1) > std::abs(decides - 1)) decides = factor;
}

/// What prefetches of something that hardly stays in the L2 make of each phase's misses: requests of hardware alone
/// reach less of what the L3 gives, or more. Takes down those that would make something of it at some distance.
PhaseFactors prefetch_factors(const features::LoopTable& table, std::span<const double> trips, const Model& model,
                              Resources& resources) {
    const Coefficients& c = model.coefficients;
    const double least_bytes = model.cache_count > 1 ? c.prefetch_beyond * model.levels[1].capacity_bytes : 0;
    PhaseFactors factors;
    factors.fill(1);
    for (const features::Row& row : table.rows) {
        if (row.kind != features::RowKind::prefetch) continue;
        const features::PrefetchRun run = features::prefetch_run(table, row);
        if (run.burst > model.prefetched.burst_lines || features::prefetched_bytes(table, row, trips) <= least_bytes)
            continue;
        apply(value_at(model.prefetched.by_lines_ahead, run.ahead), factors[static_cast<std::size_t>(row.phase)]);
        const bool is_known =
            std::any_of(resources.prefetches.begin(), resources.prefetches.end(),
                        [&](const FarPrefetch& known) { return known.phase == row.phase && known.burst == run.burst; });
        if (is_known) continue;
        resources.has_all_prefetches = resources.has_all_prefetches && !resources.prefetches.full();
        if (resources.has_all_prefetches) resources.prefetches.push_back({.phase = row.phase, .burst = run.burst});
    }
    return factors;
}

/// Doublings from one value to the other; between whole ones in proportion. Without libm: predictions are to be the
/// same everywhere.
double doublings(double from, double to) {
    double count = 0;
    for (; to >= 2 * from; to /= 2) count += 1;
    return to > from ? count + to / from - 1 : count;
}

/// By phase, the factor on refills for code that names many places at once: a prefetcher that follows one load
/// instruction sees a few lines of each stream only. Not so of operands that each iteration reads on from where the one
/// before it ended: their lines come in order, whichever instruction asks.
std::array<double, features::max_phases> straight_factors(const features::LoopTable& table, const Model& model) {
    const Coefficients& c = model.coefficients;
    std::array<double, features::max_phases> vectors{};
    for (const features::Row& row : table.rows) {
        if (row.kind != features::RowKind::update) continue;
        double& most = vectors[static_cast<std::size_t>(row.phase)];
        most = std::max(most, row.instances * features::registers_per_vector(row, model.vector));
    }
    std::array<double, features::max_phases> factors{};
    for (std::size_t p = 0; p < factors.size(); ++p)
        factors[p] = 1 + c.straight_doubling * doublings(c.straight_from, vectors[p]);
    return factors;
}

/// Of what a phase takes when all data is at hand. Moving it runs beside the work of the core, never makes it less.
double working_cycles(const CoreTime& core, std::size_t phase) {
    return core.core[phase] + core.calls[phase] + core.spills[phase];
}

/// What the instructions say, before anybody looks at memory.
Appraisal at_least(const CoreTime& core, int phases, const features::Parallelism& parallel, double fork_join,
                   const Model& model) {
    double cycles = 0;
    double even_cycles = 0;
    for (std::size_t p = 0; p < static_cast<std::size_t>(phases); ++p) {
        cycles += working_cycles(core, p);
        even_cycles += working_cycles(core, p) * parallel.evenness[p];
    }
    return {.least_seconds = cycles / model.hertz + fork_join,
            .even_seconds = divided_seconds(even_cycles / model.hertz, model)};
}

/// Can the footprints certainly be measured? Each buffer has two groups at most, each with a use in every loop.
bool has_room(const features::LoopTable& table) {
    return 2 * table.accesses.size() <= features::max_touches && table.buffers.size() <= features::max_buffers &&
           2 * table.buffers.size() * (table.loops.size() + 1) <= features::max_uses;
}

void settle(Cost& cost) {
    cost.seconds = 0;
    for (std::size_t t = 0; t < term_count; ++t) {
        cost.seconds += cost.terms[t];
        if (cost.terms[t] > cost.terms[index(cost.bottleneck)]) cost.bottleneck = static_cast<Term>(t);
    }
}

Cost cost_of(const Resources& resources, const PhaseFactors& prefetched, const Model& model) {
    Cost cost;
    Sum sum(model, cost);
    for (std::size_t p = 0; p < resources.phase_count; ++p) {
        PhaseTime phase = resources.phases[p];
        phase.moving[1] *= prefetched[p];
        sum.add(phase);
    }
    cost.terms[index(Term::fork_join)] = cost.alone[index(Term::fork_join)] = resources.fork_join;
    settle(cost);
    return cost;
}

/// What L1 fetches for a phase beside so much work of the core: `fetching` cycles in all, `each` for a line, some of it
/// in bursts.
double with_bursts(std::size_t phase, double fetching, double core, double each, double straight,
                   const features::Traffic& traffic, const Model& model) {
    FixedVector<Burst, features::max_bursts> bursts;
    for (const features::Burst& burst : traffic.bursts) {
        if (burst.phase != static_cast<int>(phase)) continue;
        const double rows = straight * model.coefficients.rows_refill * burst.along_rows;
        bursts.push_back({.cycles = ((burst.streamed ? 1 : straight) * burst.lines + rows) * each, .part = burst.part});
    }
    return in_bursts(core, fetching, {bursts.begin(), bursts.end()}, model.coefficients.norm_power);
}

/// The times of a phase; `straight`: see `straight_factors`.
PhaseTime phase_time(std::size_t p, const CoreTime& core, const features::Traffic& traffic, double footprint_bytes,
                     double straight, const Model& model) {
    const Coefficients& c = model.coefficients;
    PhaseTime phase{.core = core.core[p], .busy = core.busy[p], .calls = core.calls[p], .spills = core.spills[p]};
    for (std::size_t l = 0; l < static_cast<std::size_t>(model.level_count); ++l) {
        const Refill& refill = model.refills[l];
        const bool is_cache = l < static_cast<std::size_t>(model.cache_count);
        const double harder = is_cache ? straight : 1;
        const double streamed = traffic.streamed[l][p];
        const double fetched = harder * (traffic.fetched[l][p] - streamed) + streamed;
        const double each = load_cycles(refill, footprint_bytes);
        double fetching = fetched * each;
        double writing = harder * traffic.written[l][p] * refill.store_cycles_per_unit;
        if (is_cache && l == 0) {
            fetching += straight * c.rows_refill * traffic.along_rows[p] * each;
            fetching = with_bursts(p, fetching, phase.core, each, straight, traffic, model);
            writing += c.crowded_cycles * traffic.crowded[p];
        }
        (is_cache ? phase.moving[l] : phase.tlb) += fetching + writing;
    }
    return phase;
}

}  // namespace

std::string_view name_of(Term term) { return term_names[index(term)]; }

Fitted<Cost> estimate(const features::LoopTable& table, const Model& model,
                      std::span<const features::InstructionMix> mixes) {
    Resources resources;
    SAKU_TRY(appraisal, estimate_within(table, model, mixes, std::numeric_limits<double>::infinity(), resources));
    return *appraisal.cost;
}

Cost cost_at(const Resources& resources, double iterations_ahead, const Model& model) {
    PhaseFactors factors;
    factors.fill(1);
    for (const FarPrefetch& prefetch : resources.prefetches) {
        apply(value_at(model.prefetched.by_lines_ahead, prefetch.burst * iterations_ahead),
              factors[static_cast<std::size_t>(prefetch.phase)]);
    }
    return cost_of(resources, factors, model);
}

Fitted<Appraisal> estimate_within(const features::LoopTable& table, const Model& model,
                                  std::span<const features::InstructionMix> mixes, double most_seconds,
                                  Resources& resources) {
    if (table.loops.size() > features::max_loops || table.rows.size() > features::max_rows ||
        table.phases > features::max_phases) {
        return NotApplicable{.reason = "nest too large to price",
                             .detail = "more loops, statements or phases than are priced"};
    }
    std::array<double, features::max_loops> storage;
    const std::span<double> trips(storage.data(), table.loops.size());
    const features::Parallelism parallel = features::spread_over_threads(table, model.threads, trips);
    const double fork_join =
        parallel.regions * model.fork_join_seconds + parallel.takes_per_thread * model.chunk_seconds;
    const CoreTime core = core_time(table, trips, model, mixes);
    Appraisal appraisal = at_least(core, table.phases, parallel, fork_join, model);
    if (is_beyond(appraisal.least_seconds, most_seconds) && has_room(table)) return appraisal;

    features::Footprints footprints;
    if (!features::measure_footprints(table, trips, model.units, footprints)) {
        return NotApplicable{.reason = "nest too large to price", .detail = "more accesses than are priced"};
    }
    features::Traffic traffic;
    const std::span<const features::ReuseLevel> levels(model.levels.data(),
                                                       static_cast<std::size_t>(model.level_count));
    std::array<double, features::max_loops> slots;
    const std::span<double> work(slots.data(), table.loops.size());
    slots_of_iterations(table, trips, model, mixes, work);
    features::count_traffic(
        table, trips, footprints, levels, traffic,
        {.residence = model.residence, .work = work, .window = model.coefficients.burst_window * model.rob_entries});
    const std::array<bool, features::max_phases> packs = packing_phases(table);
    const std::array<double, features::max_phases> straight = straight_factors(table, model);
    resources = {.phases = {}, .phase_count = static_cast<std::size_t>(table.phases), .fork_join = fork_join};
    resources.least_seconds = appraisal.least_seconds;
    resources.even_seconds = appraisal.even_seconds;
    for (std::size_t p = 0; p < resources.phase_count; ++p) {
        resources.phases[p] = phase_time(p, core, traffic, footprints.body_bytes[0][0], straight[p], model);
        resources.phases[p].is_packing = packs[p];
    }
    const PhaseFactors prefetched = prefetch_factors(table, trips, model, resources);
    appraisal.cost = cost_of(resources, prefetched, model);
    return appraisal;
}

Fitted<Cost> estimate(const features::LoopTable& table, const targets::Machine& machine,
                      const Coefficients& coefficients, int threads) {
    return estimate(table, prepare(machine, coefficients, threads));
}

}  // namespace saku::costmodel
