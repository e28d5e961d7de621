#include "costmodel/estimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include "costmodel/core_time.h"
#include "features/instruction_mix.h"
#include "features/parallelism.h"
#include "features/prefetching.h"

namespace saku::costmodel {

namespace {

constexpr std::array<std::string_view, term_count> term_names{"core",    "l1_misses", "l2_misses", "l3_misses", "tlb",
                                                              "packing", "calls",     "spills",    "fork_join"};

std::size_t index(Term term) { return static_cast<std::size_t>(term); }

/// base^power for the powers that coefficients may name.
double raise(double base, int power) {
    double result = base * base;
    for (int p = 2; p < power; p *= 2) result *= result;
    return result;
}

double root(double value, int power) {
    double result = std::sqrt(value);
    for (int p = 2; p < power; p *= 2) result = std::sqrt(result);
    return result;
}

/// (sum t^power)^(1/power) of times that are not negative.
double norm(std::span<const double> times, int power) {
    double largest = 0;
    for (const double t : times) largest = std::max(largest, t);
    if (largest <= 0) return 0;
    double sum = 0;
    for (const double t : times) sum += raise(t / largest, power);
    return largest * root(sum, power);
}

/// Cycles of one phase by resource.
struct PhaseTime {
    double core = 0;
    std::array<double, cache_levels> moving{};  ///< the misses of each cache
    double tlb = 0;
    double calls = 0;
    double spills = 0;
};

/// Adds up phases.
class Sum {
public:
    Sum(const Model& model, Cost& cost) : model_(model), cost_(cost), seconds_per_cycle_(1 / model.hertz) {}

    /// Work runs beside the moving of data. The caches move side by side too, but wait together for addresses to be
    /// translated: time = |core, |l1, l2, l3| + tlb|, with |...| the p-norm.
    void add(const PhaseTime& phase, bool is_packing) {
        const int power = model_.coefficients.norm_power;
        const double moving = norm(std::span(phase.moving), power);
        const std::array<double, 2> sides{phase.core, moving + phase.tlb};
        const double together = norm(sides, power);
        const double core = together > 0 ? together * raise(phase.core / together, power) : 0;
        const double memory = together - core;
        put(Term::core, core, phase.core, is_packing);
        for (std::size_t l = 0; l < cache_levels; ++l) {
            if (phase.moving[l] <= 0) continue;
            const double part = raise(phase.moving[l] / moving, power) * moving / sides[1];
            put(static_cast<Term>(1 + l), memory * part, phase.moving[l], is_packing);
        }
        if (phase.tlb > 0) put(Term::tlb, memory * phase.tlb / sides[1], phase.tlb, is_packing);
        put(Term::calls, phase.calls, phase.calls, is_packing);
        put(Term::spills, phase.spills, phase.spills, is_packing);
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

/// In which phases prefetches of something that the L2 cannot hold run well ahead: the requests of hardware alone reach
/// less of what the L3 gives.
std::array<bool, features::max_phases> prefetched_phases(const features::LoopTable& table, const Model& model) {
    const Coefficients& c = model.coefficients;
    const double l2_bytes = model.cache_count > 1 ? model.levels[1].capacity_bytes : 0;
    std::array<bool, features::max_phases> are{};
    for (const features::Row& row : table.rows) {
        if (row.kind != features::RowKind::prefetch) continue;
        const features::PrefetchRun run = features::prefetch_run(table, row);
        are[static_cast<std::size_t>(row.phase)] |=
            run.ahead >= c.prefetch_ahead.from && run.ahead <= c.prefetch_ahead.until &&
            run.burst <= c.prefetch_burst && features::prefetched_bytes(table, row) > l2_bytes;
    }
    return are;
}

/// Doublings from one value to the other; between whole ones in proportion. Without libm: predictions are to be the
/// same everywhere.
double doublings(double from, double to) {
    double count = 0;
    for (; to >= 2 * from; to /= 2) count += 1;
    return to > from ? count + to / from - 1 : count;
}

/// By phase, the factor on refills for code that names many places at once: a prefetcher that follows one load
/// instruction sees a few lines of each stream only.
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

/// What the phases take when all data is at hand: moving it runs beside the work of the core, never makes it less.
double least_seconds(const CoreTime& core, int phases, const Model& model) {
    double cycles = 0;
    for (std::size_t p = 0; p < static_cast<std::size_t>(phases); ++p)
        cycles += core.core[p] + core.calls[p] + core.spills[p];
    return cycles / model.hertz;
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

}  // namespace

std::string_view name_of(Term term) { return term_names[index(term)]; }

Fitted<Cost> estimate(const features::LoopTable& table, const Model& model,
                      std::span<const features::InstructionMix> mixes) {
    SAKU_TRY(appraisal, estimate_within(table, model, mixes, std::numeric_limits<double>::infinity()));
    return *appraisal.cost;
}

Fitted<Appraisal> estimate_within(const features::LoopTable& table, const Model& model,
                                  std::span<const features::InstructionMix> mixes, double most_seconds) {
    if (table.loops.size() > features::max_loops || table.rows.size() > features::max_rows ||
        table.phases > features::max_phases) {
        return NotApplicable{.reason = "nest too large to price",
                             .detail = "more loops, statements or phases than are priced"};
    }
    std::array<double, features::max_loops> storage;
    const std::span<double> trips(storage.data(), table.loops.size());
    const features::Parallelism parallel = features::spread_over_threads(table, model.threads, trips);
    const double fork_join =
        parallel.regions * model.fork_join_seconds + parallel.chunks_per_thread * model.chunk_seconds;
    const CoreTime core = core_time(table, trips, model, mixes);
    Appraisal appraisal{.least_seconds = least_seconds(core, table.phases, model) + fork_join};
    if (is_beyond(appraisal.least_seconds, most_seconds) && has_room(table)) return appraisal;

    features::Footprints footprints;
    if (!features::measure_footprints(table, trips, model.units, footprints)) {
        return NotApplicable{.reason = "nest too large to price", .detail = "more accesses than are priced"};
    }
    features::Traffic traffic;
    const std::span<const features::ReuseLevel> levels(model.levels.data(),
                                                       static_cast<std::size_t>(model.level_count));
    features::count_traffic(table, trips, footprints, levels, traffic, model.residence);
    const std::array<bool, features::max_phases> packs = packing_phases(table);
    const std::array<bool, features::max_phases> are_prefetched = prefetched_phases(table, model);

    const std::array<double, features::max_phases> straight = straight_factors(table, model);

    Cost cost;
    Sum sum(model, cost);
    for (std::size_t p = 0; p < static_cast<std::size_t>(table.phases); ++p) {
        PhaseTime phase{.core = core.core[p], .calls = core.calls[p], .spills = core.spills[p]};
        for (std::size_t l = 0; l < levels.size(); ++l) {
            const Refill& refill = model.refills[l];
            const double cycles = traffic.fetched[l][p] * load_cycles(refill, footprints.body_bytes[0][0]) +
                                  traffic.written[l][p] * refill.store_cycles_per_unit;
            (l < static_cast<std::size_t>(model.cache_count) ? phase.moving[l] : phase.tlb) += cycles;
        }
        if (model.cache_count > 0)
            phase.moving[0] += model.coefficients.rows_refill * traffic.along_rows[p] *
                               load_cycles(model.refills[0], footprints.body_bytes[0][0]);
        for (double& moving : phase.moving) moving *= straight[p];
        if (model.cache_count > 0) phase.moving[0] += model.coefficients.crowded_cycles * traffic.crowded[p];
        if (are_prefetched[p]) phase.moving[1] *= model.coefficients.prefetched_refill;
        sum.add(phase, packs[p]);
    }
    cost.terms[index(Term::fork_join)] = cost.alone[index(Term::fork_join)] = fork_join;
    settle(cost);
    appraisal.cost = cost;
    return appraisal;
}

Fitted<Cost> estimate(const features::LoopTable& table, const targets::Machine& machine,
                      const Coefficients& coefficients, int threads) {
    return estimate(table, prepare(machine, coefficients, threads));
}

}  // namespace saku::costmodel
