#include "costmodel/breakdown.h"

#include <array>
#include <memory>
#include <span>

#include "costmodel/estimate.h"
#include "features/footprint.h"
#include "features/parallelism.h"

namespace saku::costmodel {

namespace {

constexpr auto lines = static_cast<std::size_t>(features::Grain::line);

std::string level_name(const Model& model, int level) {
    return level < model.cache_count ? "L" + std::to_string(level + 1)
                                     : "TLB " + std::to_string(level - model.cache_count + 1);
}

/// Executions of all rows' copies and lanes, for these trips.
double work(const features::LoopTable& table, std::span<const double> trips) {
    std::vector<double> iterations;
    for (std::size_t l = 0; l < table.loops.size(); ++l) {
        const features::Loop& loop = table.loops[l];
        const double outer = loop.parent == features::no_loop ? 1 : iterations[static_cast<std::size_t>(loop.parent)];
        iterations.push_back(outer * loop.share * trips[l]);
    }
    double sum = 0;
    for (const features::Row& row : table.rows) {
        const double times = row.loop == features::no_loop ? 1 : iterations[static_cast<std::size_t>(row.loop)];
        sum += times * row.share * row.instances * row.lanes;
    }
    return sum;
}

/// The traffic of every level, and what it costs by itself.
std::vector<LevelUse> level_uses(const features::LoopTable& table, std::span<const double> trips,
                                 const features::Footprints& footprints, const Model& model) {
    features::Traffic traffic;
    std::vector<features::BufferTraffic> by_buffer(table.buffers.size());
    const std::span<const features::ReuseLevel> levels(model.levels.data(),
                                                       static_cast<std::size_t>(model.level_count));
    features::count_traffic(table, trips, footprints, levels, traffic,
                            {.residence = model.residence, .by_buffer = by_buffer});
    std::vector<LevelUse> uses;
    for (std::size_t l = 0; l < levels.size(); ++l) {
        LevelUse& use = uses.emplace_back();
        use.is_tlb = levels[l].grain == features::Grain::page;
        use.name = level_name(model, static_cast<int>(l));
        use.capacity_bytes = levels[l].capacity_bytes;
        const double unit = use.is_tlb ? model.units.page_bytes : model.units.line_bytes;
        for (const features::BufferTraffic& buffer : by_buffer) {
            use.buffers.push_back(
                {.fetched_bytes = buffer.fetched[l] * unit, .written_bytes = buffer.written[l] * unit});
            use.moved.fetched_bytes += use.buffers.back().fetched_bytes;
            use.moved.written_bytes += use.buffers.back().written_bytes;
        }
        const double load = load_cycles(model.refills[l], footprints.body_bytes[0][lines]);
        use.seconds = (use.moved.fetched_bytes / unit * load +
                       use.moved.written_bytes / unit * model.refills[l].store_cycles_per_unit) /
                      model.hertz;
        if (!use.is_tlb && load > 0) use.bytes_per_second = unit / load * model.hertz;
    }
    return uses;
}

std::vector<LoopUse> loop_uses(const features::LoopTable& table, std::span<const double> trips,
                               const features::Footprints& footprints, const Model& model) {
    std::vector<LoopUse> uses;
    for (std::size_t l = 0; l < table.loops.size(); ++l) {
        const features::Loop& loop = table.loops[l];
        const LoopUse* outer =
            loop.parent == features::no_loop ? nullptr : &uses[static_cast<std::size_t>(loop.parent)];
        LoopUse use{.trips = trips[l],
                    .executions = loop.share * (outer == nullptr ? 1 : outer->executions * outer->trips),
                    .body_bytes = footprints.body_bytes[l + 1][lines],
                    .full_bytes = footprints.full_bytes[l + 1][lines]};
        for (int c = model.cache_count - 1; c >= 0; --c) {
            if (use.full_bytes <= model.levels[static_cast<std::size_t>(c)].capacity_bytes) use.fits = c;
        }
        uses.push_back(use);
    }
    return uses;
}

}  // namespace

Fitted<Breakdown> break_down(const features::LoopTable& table, const Model& model) {
    Breakdown result;
    SAKU_TRY(cost, estimate(table, model));
    result.cost = cost;
    std::vector<double> trips(table.loops.size());
    const features::Parallelism parallel = features::spread_over_threads(table, model.threads, trips);
    std::vector<double> all_trips;
    for (const features::Loop& loop : table.loops) all_trips.push_back(loop.trips);
    const double all_work = work(table, all_trips);
    if (all_work > 0) result.busiest_share = work(table, trips) / all_work;
    result.chunks = parallel.chunks;

    const auto footprints = std::make_unique<features::Footprints>();
    const NotApplicable too_large{.reason = "nest too large to price", .detail = "more accesses than are priced"};
    if (!features::measure_footprints(table, all_trips, model.units, *footprints)) return too_large;
    result.working_set_bytes = footprints->body_bytes[0][lines];
    result.footprint_bytes.assign(table.buffers.size(), 0);
    for (int g = 0; g < footprints->group_count; ++g) {
        const features::Group& group = footprints->groups[static_cast<std::size_t>(g)];
        if (group.writes_only) continue;  // part of the buffer's other group
        const auto root = static_cast<std::size_t>(group.first_use + group.use_count - 1);
        result.footprint_bytes[static_cast<std::size_t>(group.buffer)] =
            footprints->uses[root].full.count[lines] * model.units.line_bytes;
    }
    if (!features::measure_footprints(table, trips, model.units, *footprints)) return too_large;
    result.levels = level_uses(table, trips, *footprints, model);
    result.loops = loop_uses(table, trips, *footprints, model);
    static_cast<void>(core_time(table, trips, model, {}, &result.innermost));
    return result;
}

}  // namespace saku::costmodel
