#include "tuner/evaluate.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "base/check.h"
#include "base/checked.h"
#include "costmodel/estimate.h"
#include "features/border_copies.h"
#include "features/instruction_mix.h"
#include "features/registers.h"
#include "features/table_of.h"
#include "tuner/parallel.h"

namespace saku::tuner {

namespace {

/// Candidates priced one after another by one thread.
constexpr std::size_t run_length = 16;
/// Beyond this many vectors that do not fit, no price matters any more.
constexpr double most_spilled = 4;
/// Straight code of all rows together: more leaves the instruction cache, and takes long to compile.
constexpr double most_instructions = 4000;

Fitted<Done> fits_registers(const Sketch& sketch, const Decisions& decisions) {
    const std::int64_t needed = registers_of_tile(sketch, decisions.tile_m, decisions.tile_m2, decisions.vectors);
    if (needed <= sketch.registers) return Done{};
    return NotApplicable{"needs more registers than there are",
                         std::to_string(needed) + " live, " + std::to_string(sketch.registers) + " registers"};
}

std::string rounded(double count) { return std::to_string(static_cast<std::int64_t>(count)); }

NotApplicable spills(double vectors) { return {spills_registers, rounded(vectors) + " vectors too many"}; }

/// Straight code of all rows of `scratch.table` together, in instructions. Fills `scratch.mixes`.
double straight_code(TableScratch& scratch, const costmodel::Model& model) {
    double instructions = 0;
    scratch.mixes.clear();
    for (const features::Row& row : scratch.table.rows) {
        features::InstructionMix& mix = scratch.mixes.emplace_back();
        features::fill_mix(scratch.table, row, model.vector, mix);
        instructions = std::accumulate(mix.each.begin(), mix.each.end(), instructions);
    }
    return instructions;
}

/// Register use and size of the code, as far as the table tells. Fills `scratch.mixes`.
Fitted<Done> code_is_reasonable(TableScratch& scratch, const costmodel::Model& model, const Limits& limits) {
    const double spilled = features::worst_spill(scratch.table, model.vector, model.vector_registers);
    if (spilled > most_spilled) return spills(spilled);
    const double instructions = straight_code(scratch, model);
    if (instructions > most_instructions)
        return NotApplicable{"too much code", rounded(instructions) + " instructions"};
    return check_least_code(instructions, limits);
}

/// Bytes of the copies that a run makes: workspace, not offline packs.
double scratch_bytes(const features::LoopTable& table) {
    double bytes = 0;
    for (const features::Buffer& buffer : table.buffers) {
        if (buffer.scope != features::Scope::workspace) continue;
        double elements = 1;
        for (int d = buffer.first_dimension; d < buffer.first_dimension + buffer.dimension_count; ++d) {
            elements *= static_cast<double>(table.dimensions[static_cast<std::size_t>(d)].extent);
        }
        bytes += elements * buffer.element_bytes;
    }
    return bytes;
}

/// How a candidate's table came about.
enum class Made : std::uint8_t {
    directly,
    from_nest,
    not_at_all,  ///< it is not wanted
};

Fitted<Made> make_table_from_nest(const Pricer& pricer, Id id, TableScratch& scratch) {
    SAKU_TRY(nest, scheduled(pricer.space.plain, schedule_of(pricer.space, id)));
    SAKU_TRY(table, features::table_of(nest));
    scratch.table = std::move(table);
    return Made::from_nest;
}

/// The candidate's table in `scratch.table`; `number` is its sketch.
Fitted<Made> make_table(const Pricer& pricer, Id id, std::size_t number, const Decisions& decisions,
                        TableScratch& scratch) {
    if (const auto& shape = pricer.templates[number]) {
        const Sketch& sketch = (*pricer.space.sketches)[number];
        if (const auto made = produce_table(*shape, sketch, pricer.space.laid_out[number], decisions, scratch)) {
            SAKU_TRY_DONE(*made);
            return Made::directly;
        }
    }
    return make_table_from_nest(pricer, id, scratch);
}

/// The same, unless `least` comes to more than `most_seconds` or than may spill.
Fitted<Made> make_wanted_table(const Pricer& pricer, Id id, std::size_t number, const Decisions& decisions,
                               double most_seconds, TableScratch& scratch, LeastWork& least) {
    if (const auto& shape = pricer.templates[number]) {
        const Sketch& sketch = (*pricer.space.sketches)[number];
        const Wanted wanted{.model = pricer.model, .most_seconds = most_seconds, .most_spilled = most_spilled};
        if (const auto made = produce_wanted_table(*shape, sketch, pricer.space.laid_out[number], decisions, wanted,
                                                   scratch, least)) {
            SAKU_TRY(is_wanted, *made);
            return is_wanted ? Made::directly : Made::not_at_all;
        }
    }
    return make_table_from_nest(pricer, id, scratch);
}

}  // namespace

Pricer pricer_for(const Space& space, const targets::Machine& machine, const costmodel::Coefficients& coefficients,
                  int threads, features::Residence residence) {
    constexpr double slack = 64.0 * 1024 * 1024;
    constexpr double times = 16;  // im2col of a 3x3 kernel copies every element nine times
    std::vector<std::optional<TableTemplate>> templates;
    for (const Sketch& sketch : *space.sketches) templates.push_back(table_template(space, sketch));
    return {.space = space,
            .model = costmodel::prepare(machine, coefficients, threads, residence),
            .templates = std::move(templates),
            .most_scratch_bytes = static_cast<std::int64_t>(slack + times * ir::tensor_bytes(space.op)),
            .limits = {}};
}

Fitted<costmodel::Cost> price(const costmodel::Model& model, const ir::LoopNest& nest) {
    SAKU_TRY(table, features::table_of(nest));
    return costmodel::estimate(table, model);
}

namespace {

/// Prices the table in `scratch.table`, unless it fails a gate.
Fitted<costmodel::Appraisal> appraise(const Pricer& pricer, TableScratch& scratch, double most_seconds,
                                      costmodel::Resources& resources) {
    const double bytes = scratch_bytes(scratch.table);
    if (bytes > static_cast<double>(pricer.most_scratch_bytes)) {
        return NotApplicable{"scratch memory too large", rounded(bytes) + " bytes"};
    }
    SAKU_TRY_DONE(check_workspace(scratch.table, pricer.model.threads, pricer.limits));
    SAKU_TRY_DONE(code_is_reasonable(scratch, pricer.model, pricer.limits));
    return costmodel::estimate_within(scratch.table, pricer.model, scratch.mixes, most_seconds, resources);
}

/// One id for all schedules that differ in how far prefetches run ahead only.
Id without_distance(const Pricer& pricer, Id id, const Point& point) {
    const auto number = static_cast<std::size_t>(point.sketch);
    const int hole = (*pricer.space.sketches)[number].hole_of_knob[static_cast<std::size_t>(Knob::prefetch)];
    const auto h = static_cast<std::size_t>(hole);
    return id - static_cast<Id>(point.digits[h]) * pricer.space.ids.numbering.weights[number][h];
}

}  // namespace

Fitted<costmodel::Appraisal> price_within(const Pricer& pricer, Id id, TableScratch& scratch, double most_seconds) {
    Point point = point_of(pricer.space.ids.numbering, id);
    const auto number = static_cast<std::size_t>(point.sketch);
    const Sketch& sketch = (*pricer.space.sketches)[number];
    const Decisions decisions = settle(sketch, point.digits);
    SAKU_TRY_DONE(fits_registers(sketch, decisions));
    SAKU_TRY_DONE(make_table(pricer, id, number, decisions, scratch));
    costmodel::Resources resources;
    return appraise(pricer, scratch, most_seconds, resources);
}

Fitted<costmodel::Cost> price(const Pricer& pricer, Id id, TableScratch& scratch) {
    SAKU_TRY(appraisal, price_within(pricer, id, scratch, std::numeric_limits<double>::infinity()));
    return *appraisal.cost;
}

Fitted<costmodel::Cost> price(const Pricer& pricer, Id id) {
    TableScratch scratch;
    return price(pricer, id, scratch);
}

double likely_code_bytes(const Pricer& pricer, Id id, TableScratch& scratch) {
    Point point = point_of(pricer.space.ids.numbering, id);
    const auto number = static_cast<std::size_t>(point.sketch);
    const Decisions decisions = settle((*pricer.space.sketches)[number], point.digits);
    if (!make_table(pricer, id, number, decisions, scratch)) return std::numeric_limits<double>::infinity();
    straight_code(scratch, pricer.model);
    const std::vector<double> copies = features::border_copies(scratch.table);
    const auto copies_in = [&](int loop) {
        return loop == features::no_loop ? 1.0 : copies[static_cast<std::size_t>(loop)];
    };
    double instructions = 0;
    for (std::size_t r = 0; r < scratch.table.rows.size(); ++r) {
        const features::InstructionCounts& each = scratch.mixes[r].each;
        instructions += std::accumulate(each.begin(), each.end(), 0.0) * copies_in(scratch.table.rows[r].loop);
    }
    double loops = 0;
    for (const features::Loop& loop : scratch.table.loops) loops += copies_in(loop.parent);
    return likely_code_bytes(instructions, loops);
}

PricerPool::PricerPool(const Pricer& pricer) : pricer_(pricer), limits_(pricer.limits) {}

std::unique_ptr<PricerPool::Scratch> PricerPool::take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<Scratch>();
    std::unique_ptr<Scratch> scratch = std::move(free_.back());
    free_.pop_back();
    return scratch;
}

void PricerPool::give_back(std::unique_ptr<Scratch> scratch) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(scratch));
}

/// Schedules whose prefetches run ahead by other distances differ in nothing else: the gates, the instructions and the
/// traffic are remembered.
Fitted<costmodel::Appraisal> PricerPool::price_canonical(Id id, Scratch& scratch, std::span<const double> most_seconds,
                                                         Gates gates) const {
    constexpr std::size_t most_remembered = 20'000;
    Point point = point_of(pricer_.space.ids.numbering, id);
    const auto number = static_cast<std::size_t>(point.sketch);
    const Sketch& sketch = (*pricer_.space.sketches)[number];
    const Decisions decisions = decisions_of_canonical(sketch, point.digits);
    const bool prefetches = decisions.prefetch > 0;
    const auto distance = static_cast<double>(decisions.prefetch);
    const Id twin = prefetches ? without_distance(pricer_, id, point) : id;
    if (prefetches) {
        if (const auto found = scratch.priced.find(twin); found != scratch.priced.end()) {
            costmodel::Appraisal appraisal{.least_seconds = found->second.least_seconds,
                                           .even_seconds = found->second.even_seconds};
            if (!costmodel::is_beyond(appraisal.least_seconds, most_seconds[number]))
                appraisal.cost = costmodel::cost_at(found->second, distance, pricer_.model);
            return appraisal;
        }
    }
    SAKU_TRY_DONE(fits_registers(sketch, decisions));
    LeastWork least;
    SAKU_TRY(made, gates == Gates::in_order ? make_table(pricer_, id, number, decisions, scratch.tables)
                                            : make_wanted_table(pricer_, id, number, decisions, most_seconds[number],
                                                                scratch.tables, least));
    if (made == Made::not_at_all) {
        if (least.spilled > most_spilled) return spills(least.spilled);
        return costmodel::Appraisal{.least_seconds = least.seconds, .even_seconds = least.even_seconds};
    }
    const bool is_produced = made == Made::directly;
    costmodel::Resources resources;
    SAKU_TRY(appraisal, appraise(pricer_, scratch.tables, most_seconds[number], resources));
    if (!prefetches || !is_produced || !appraisal.cost || !resources.has_all_prefetches) return appraisal;
    if (scratch.priced.size() >= most_remembered) scratch.priced.clear();
    scratch.priced.emplace(twin, resources);
    return appraisal;
}

/// Calls `work(i, scratch)` for every i below `count` on `jobs` threads.
template <class Work>
void PricerPool::for_each_with_scratch(std::size_t count, int jobs, const Work& work) {
    SAKU_CHECK(pricer_.limits == limits_, "a pricer whose limits changed: remembered prices passed the old ones");
    // Runs, so that working memory is made once for many.
    const std::size_t runs = (count + run_length - 1) / run_length;
    for_each_index(runs, jobs, [&](std::size_t run) {
        std::unique_ptr<Scratch> scratch = take();
        const std::size_t end = std::min(count, (run + 1) * run_length);
        for (std::size_t i = run * run_length; i < end; ++i) work(i, *scratch);
        give_back(std::move(scratch));
    });
}

std::vector<Fitted<costmodel::Cost>> PricerPool::price_all(std::span<const Id> ids, int jobs) {
    std::vector<Fitted<costmodel::Cost>> prices(ids.size(), NotApplicable{});
    for_each_with_scratch(ids.size(), jobs,
                          [&](std::size_t i, Scratch& scratch) { prices[i] = price(pricer_, ids[i], scratch.tables); });
    return prices;
}

std::vector<Fitted<costmodel::Appraisal>> PricerPool::price_all_within(std::span<const Id> ids,
                                                                       std::span<const double> most_seconds, int jobs,
                                                                       Gates gates) {
    std::vector<Fitted<costmodel::Appraisal>> prices(ids.size(), NotApplicable{});
    for_each_with_scratch(ids.size(), jobs, [&](std::size_t i, Scratch& scratch) {
        prices[i] = price_canonical(ids[i], scratch, most_seconds, gates);
    });
    return prices;
}

std::vector<double> PricerPool::likely_code_bytes(std::span<const Id> ids, int jobs) {
    std::vector<double> bytes(ids.size());
    for_each_with_scratch(ids.size(), jobs, [&](std::size_t i, Scratch& scratch) {
        bytes[i] = tuner::likely_code_bytes(pricer_, ids[i], scratch.tables);
    });
    return bytes;
}

}  // namespace saku::tuner
