#include "tuner/warnings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/quantity.h"

namespace saku::tuner {

namespace {

using costmodel::Term;

// Below these parts there is nothing that a person would care about.
constexpr double notable_idle = 0.1;
constexpr double notable_tails = 0.25;
constexpr double notable_imbalance = 0.15;
constexpr double notable_packing = 0.2;
constexpr double notable_fork_join = 0.2;
constexpr double notable_tlb = 0.1;
constexpr std::int64_t conflict_bytes = 4096;

std::string percent(double part) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.0f %%", 100 * part);
    return text.data();
}

class Watch {
public:
    explicit Watch(const WarningFacts& facts) : facts_(facts) {}

    std::vector<Warning> run() {
        far_rows();
        tails();
        chunks();
        spills();
        packing();
        large_operands();
        threads_cost();
        translation();
        latency();
        large_loops();
        return std::move(found_);
    }

private:
    void warn(std::size_t kind, std::string reason, std::string advice) {
        found_.push_back({warning_kinds()[kind], std::move(reason), std::move(advice)});
    }

    [[nodiscard]] double part(Term term) const {
        return facts_.breakdown.cost.part(term) / facts_.breakdown.cost.seconds;
    }

    [[nodiscard]] const std::string& name_of(int buffer) const {
        return facts_.nest.buffers[static_cast<std::size_t>(buffer)].name;
    }

    [[nodiscard]] bool is_innermost(int loop) const {
        return std::any_of(facts_.breakdown.innermost.begin(), facts_.breakdown.innermost.end(),
                           [&](const costmodel::InnermostLoop& each) { return each.loop == loop; });
    }

    /// Positions along the dimension that one execution of the row touches, or of its loop where that is innermost.
    [[nodiscard]] double rows_touched(const features::Row& row, const features::Access& access, int dimension) const {
        double rows = facts_.table.boxes[static_cast<std::size_t>(access.first_box + dimension)].points;
        for (int t = access.first_term; t < access.first_term + access.term_count; ++t) {
            const features::Term& term = facts_.table.terms[static_cast<std::size_t>(t)];
            if (term.loop == row.loop && term.dimension == dimension && is_innermost(row.loop))
                rows *= facts_.table.loops[static_cast<std::size_t>(term.loop)].trips;
        }
        return rows;
    }

    /// Arguments whose rows fall into the same sets of L1, more of them at a time than it has ways.
    void far_rows() {
        if (facts_.machine.caches.empty()) return;
        const double ways = facts_.machine.caches.front().ways;
        std::vector<bool> named(facts_.table.buffers.size(), false);
        for (const features::Row& row : facts_.table.rows) {
            if (row.kind == features::RowKind::prefetch) continue;
            for (int a = row.first_access; a < row.first_access + row.access_count; ++a) {
                const features::Access& access = facts_.table.accesses[static_cast<std::size_t>(a)];
                const auto b = static_cast<std::size_t>(access.buffer);
                if (named[b] || facts_.table.buffers[b].scope != features::Scope::argument) continue;
                named[b] = far_rows_of(row, access, ways);
            }
        }
    }

    [[nodiscard]] std::string advice_for_rows(int buffer, std::int64_t leading) const {
        const std::string& name = name_of(buffer);
        std::string advice = "store " + name + " with gaps (ld " + std::to_string(leading) + ")";
        const bool is_read_only = !facts_.nest.buffers[static_cast<std::size_t>(buffer)].is_output;
        return is_read_only ? advice + ", or have it packed (--fix pack_" + name + "=...)" : advice;
    }

    bool far_rows_of(const features::Row& row, const features::Access& access, double ways) {
        const features::Buffer& buffer = facts_.table.buffers[static_cast<std::size_t>(access.buffer)];
        for (int d = 0; d < buffer.dimension_count; ++d) {
            const features::Dimension& dimension =
                facts_.table.dimensions[static_cast<std::size_t>(buffer.first_dimension + d)];
            const std::int64_t bytes = dimension.stride * buffer.element_bytes;
            if (dimension.extent < 2 || bytes % conflict_bytes != 0) continue;
            const double rows = rows_touched(row, access, d);
            if (rows <= ways) continue;
            const std::string& name = name_of(access.buffer);
            const std::int64_t line = facts_.model.vector.line_bytes / buffer.element_bytes;
            warn(0,
                 name + " has rows " + std::to_string(bytes) + " bytes apart, and the inner loop touches " +
                     std::to_string(std::llround(rows)) + " of them: they share sets of L1, which has " +
                     std::to_string(std::llround(ways)) + " ways",
                 advice_for_rows(access.buffer, dimension.stride + line));
            return true;
        }
        return false;
    }

    /// Runs of each row's copies, over the whole nest.
    [[nodiscard]] std::vector<double> executions() const {
        std::vector<double> iterations;
        for (const features::Loop& loop : facts_.table.loops) {
            const double outer =
                loop.parent == features::no_loop ? 1 : iterations[static_cast<std::size_t>(loop.parent)];
            iterations.push_back(outer * loop.share * loop.trips);
        }
        std::vector<double> all;
        for (const features::Row& row : facts_.table.rows) {
            const double times = row.loop == features::no_loop ? 1 : iterations[static_cast<std::size_t>(row.loop)];
            all.push_back(times * row.share);
        }
        return all;
    }

    /// The part of the lanes that masks leave idle in rows of this kind.
    [[nodiscard]] double idle(features::RowKind kind, const std::vector<double>& times) const {
        double all = 0;
        double useful = 0;
        for (std::size_t r = 0; r < times.size(); ++r) {
            const features::Row& row = facts_.table.rows[r];
            if (row.kind != kind) continue;
            all += times[r] * row.instances * row.lanes;
            useful += times[r] * row.instances * row.active_lanes;
        }
        return all > 0 ? 1 - useful / all : 0;
    }

    /// The part of the sums' work that is done in register tiles smaller than the largest.
    [[nodiscard]] double in_small_tiles(const std::vector<double>& times) const {
        double largest = 0;
        double all = 0;
        double small = 0;
        for (const features::Row& row : facts_.table.rows) {
            if (row.kind == features::RowKind::update) largest = std::max(largest, row.instances * row.lanes);
        }
        for (std::size_t r = 0; r < times.size(); ++r) {
            const features::Row& row = facts_.table.rows[r];
            if (row.kind != features::RowKind::update) continue;
            all += times[r] * row.instances * row.lanes;
            if (row.instances * row.lanes < largest) small += times[r] * row.instances * row.lanes;
        }
        return all > 0 ? small / all : 0;
    }

    void tails() {
        const std::vector<double> times = executions();
        // Sums may run over padded copies; only what writes them is masked then.
        const double idle_lanes =
            std::max(idle(features::RowKind::update, times), idle(features::RowKind::write_back, times));
        if (idle_lanes > notable_idle)
            warn(1, percent(idle_lanes) + " of the vector lanes compute nothing that is kept",
                 "sizes that are multiples of the vector (" + std::to_string(facts_.model.vector.bits / 32) +
                     " floats), or --fix tail_n=peel");
        const double small = in_small_tiles(times);
        if (small > notable_tails)
            warn(1, percent(small) + " of the work is in tails, which run in smaller register tiles",
                 "a tile that divides the extents (--fix tile_m=..., tile_n=...), or padded operands");
    }

    void chunks() {
        const int threads = facts_.model.threads;
        if (threads <= 1) return;
        if (facts_.breakdown.chunks <= 0)
            return warn(2, "no loop is parallel: 1 of " + std::to_string(threads) + " cores works",
                        "--threads 1, or a schedule with a parallel loop (--fix parallel=...)");
        const double efficiency = 1 / (facts_.breakdown.busiest_share * threads);
        if (1 - efficiency > notable_imbalance)
            warn(2,
                 std::to_string(std::llround(facts_.breakdown.chunks)) + " chunks for " + std::to_string(threads) +
                     " cores: they are busy " + percent(efficiency) + " of the time",
                 "fewer --threads, or smaller blocks (--fix block_m=..., parallel=...)");
    }

    void spills() {
        int accesses = 0;
        for (const CodeLoopReport& loop : facts_.code) {
            if (!loop.is_pack && loop.counts.multiply_adds > 0)
                accesses += loop.counts.spill_loads + loop.counts.spill_stores;
        }
        double spilled = 0;
        for (const costmodel::InnermostLoop& loop : facts_.breakdown.innermost)
            spilled = std::max(spilled, loop.spilled);
        const std::string advice = "a smaller register tile (--fix tile_m=..., tile_n=..., unroll=1)";
        if (accesses > 0)
            warn(3,
                 "the machine code's inner loops move vectors to and from the stack " + std::to_string(accesses) +
                     " times a pass",
                 advice);
        else if (spilled > 0 && facts_.code.empty())
            warn(3, std::to_string(std::llround(spilled)) + " vectors more than there are registers", advice);
    }

    void packing() {
        const std::optional<double> without = facts_.seconds_without_packing;
        const double seconds = facts_.breakdown.cost.seconds;
        if (facts_.breakdown.cost.part(Term::packing) <= 0) return;
        const bool costs_more = without && *without < seconds;
        if (!costs_more && part(Term::packing) <= notable_packing) return;
        std::string reason = "copies take " + percent(part(Term::packing)) + " of the time";
        if (costs_more) reason += "; without them the prediction is " + percent(1 - *without / seconds) + " lower";
        warn(4, reason,
             costs_more ? "--fix pack_...=none" : "mark the tensor const, so that it is packed once, before any run");
    }

    void large_operands() {
        const costmodel::LevelUse* last = nullptr;
        for (const costmodel::LevelUse& level : facts_.breakdown.levels) {
            if (!level.is_tlb) last = &level;
        }
        if (last == nullptr) return;
        for (std::size_t b = 0; b < facts_.breakdown.footprint_bytes.size(); ++b) {
            const double bytes = facts_.breakdown.footprint_bytes[b];
            if (bytes <= last->capacity_bytes) continue;
            warn(5,
                 facts_.nest.buffers[b].name + " takes " + bytes_text(bytes) + ", " + last->name + " gives a core " +
                     bytes_text(last->capacity_bytes) + ": each pass over it comes from memory",
                 "more work a run (a larger batch), so that what comes from memory is used more often");
        }
    }

    void threads_cost() {
        if (part(Term::fork_join) > notable_fork_join)
            warn(6, "handing work to threads takes " + percent(part(Term::fork_join)) + " of the time",
                 "fewer --threads for an operator this small");
    }

    void translation() {
        if (part(Term::tlb) > notable_tlb)
            warn(7, "TLB misses take " + percent(part(Term::tlb)) + " of the time",
                 "operands in large pages (madvise with MADV_HUGEPAGE), or packed ones");
    }

    /// The innermost loop that most time is spent in.
    void latency() {
        const costmodel::InnermostLoop* longest = nullptr;
        for (const costmodel::InnermostLoop& loop : facts_.breakdown.innermost) {
            if (longest == nullptr || loop.iterations * loop.cycles() > longest->iterations * longest->cycles())
                longest = &loop;
        }
        if (longest == nullptr) return;
        const double busy = std::max(longest->port_cycles, longest->issue_cycles);
        if (longest->chain_cycles > busy)
            warn(8,
                 "the inner loop waits for its own sums: ports are busy " + percent(busy / longest->chain_cycles) +
                     " of its time",
                 "more sums at a time: a larger register tile (--fix tile_m=..., tile_n=...)");
    }

    void large_loops() {
        const int most = facts_.machine.core.uop_cache_ops;
        if (most <= 0) return;
        for (const CodeLoopReport& loop : facts_.code) {
            if (loop.is_pack || loop.counts.instructions <= most) continue;
            warn(9,
                 "an inner loop has " + std::to_string(loop.counts.instructions) +
                     " instructions, the micro-op cache holds " + std::to_string(most),
                 "less straight code (--fix unroll=1, a smaller register tile)");
            return;
        }
    }

    const WarningFacts& facts_;
    std::vector<Warning> found_;
};

}  // namespace

const std::vector<std::string>& warning_kinds() {
    static const std::vector<std::string> kinds{
        "rows 4 KiB apart", "tail waste",   "too few chunks",      "spills",        "packing",
        "large operand",    "threads cost", "address translation", "latency bound", "large loop"};
    return kinds;
}

std::vector<Warning> warnings(const WarningFacts& facts) { return Watch(facts).run(); }

}  // namespace saku::tuner
