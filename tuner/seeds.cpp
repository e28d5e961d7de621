#include "tuner/seeds.h"

#include <algorithm>

#include "base/checked.h"
#include "tuner/plan.h"

namespace saku::tuner {

namespace {

struct Seeding {
    const Sketch& sketch;
    const IdSpace& space;
    int number;
    int threads;
    std::vector<Id>& found;

    std::vector<std::size_t> holes(Knob knob) const {
        std::vector<std::size_t> list;
        for (std::size_t h = 0; h < sketch.holes.size(); ++h) {
            if (sketch.holes[h].knob == knob) list.push_back(h);
        }
        return list;
    }

    /// The digit of the value nearest to `wanted`, the smaller one of two.
    static int nearest(const Hole& hole, std::int64_t wanted) {
        int best = 0;
        const auto distance = [&](int digit) {
            const std::int64_t value = hole.values[static_cast<std::size_t>(digit)];
            return value > wanted ? value - wanted : wanted - value;
        };
        for (int digit = 1; digit < static_cast<int>(hole.values.size()); ++digit) {
            if (distance(digit) < distance(best)) best = digit;
        }
        return best;
    }

    /// The smallest value that is at least `wanted`, or else the largest.
    void set_block(Point& point, Knob knob, std::int64_t wanted) const {
        for (const std::size_t h : holes(knob)) {
            const std::vector<std::int64_t>& values = sketch.holes[h].values;
            const auto fitting =
                std::find_if(values.begin(), values.end() - 1, [&](auto value) { return value >= wanted; });
            point.digits[h] = static_cast<int>(fitting - values.begin());
        }
    }

    void set(Point& point, Knob knob, std::int64_t wanted) const {
        for (const std::size_t h : holes(knob)) point.digits[h] = nearest(sketch.holes[h], wanted);
    }

    /// Tallest tile that fits, and the one among the taller half of them that leaves the smallest part of the last tile
    /// unused.
    std::vector<std::int64_t> heights(std::int64_t vectors) const {
        if (sketch.tiled.empty()) return {1};
        const std::int64_t extent = sketch.axes[static_cast<std::size_t>(sketch.tiled.front())].extent;
        std::int64_t tallest = 1;
        while (tallest < extent && registers_of_tile(sketch, tallest + 1, 1, vectors) <= sketch.registers) ++tallest;
        std::int64_t best = tallest;
        const auto waste = [&](std::int64_t height) { return ceil_div(extent, height) * height - extent; };
        for (std::int64_t height = tallest; height > tallest / 2; --height) {
            if (waste(height) < waste(best)) best = height;
        }
        return best == tallest ? std::vector{tallest} : std::vector{tallest, best};
    }

    void add(std::int64_t vectors, std::int64_t height, bool blocked, std::size_t packing) const {
        Point point{.sketch = number, .digits = std::vector<int>(sketch.holes.size(), 0)};
        set(point, Knob::tile_n, vectors);
        set(point, Knob::tile_m, height);
        set(point, Knob::block_k, blocked ? 256 : 0);
        set(point, Knob::unroll, 1);
        for (const std::size_t h : holes(Knob::pack)) {
            point.digits[h] = static_cast<int>(std::min(packing, sketch.holes[h].values.size() - 1));
        }
        const std::vector<std::size_t> divisions = holes(Knob::parallel);
        if (divisions.empty()) return add(point);
        for (const std::int64_t side : sketch.holes[divisions.front()].values)
            add_divided(point, static_cast<Divided>(side));
    }

    /// The tiles of that side in as many blocks as there are threads, or a few less where there is no such block.
    void add_divided(Point point, Divided side) const {
        std::vector<int> settled = point.digits;  // as yet without blocks: packings would come to the same
        const TileCuts cuts = tile_cuts(sketch, settle(sketch, settled));
        const auto block = [&](const Cut& cut) { return ceil_div(cut.tile_count, threads); };
        if (side == Divided::m && cuts.blocked >= 0 && sketch.outside.empty())  // else those are what is divided
            set_block(point, Knob::block_m, block(cut_in(cuts, sketch, cuts.blocked)));
        if (side == Divided::n && sketch.vector >= 0) set_block(point, Knob::block_n, block(cuts.vector));
        set(point, Knob::parallel, static_cast<std::int64_t>(side));
        add(point);
    }

    void add(Point point) const {
        space.canonical(point);
        found.push_back(id_of(space.numbering, point));
    }

    void add_all() const {
        std::vector<std::int64_t> counts{1};
        for (const std::size_t h : holes(Knob::tile_n)) counts = sketch.holes[h].values;
        for (const std::int64_t vectors : counts) {
            for (const std::int64_t height : heights(vectors)) {
                for (const bool blocked : {false, true}) {
                    for (const std::size_t packing : {0, 1, 2, 5}) add(vectors, height, blocked, packing);
                }
            }
        }
    }
};

}  // namespace

std::vector<Id> seeds(const std::vector<Sketch>& sketches, const IdSpace& space, int threads) {
    std::vector<Id> found;
    for (std::size_t s = 0; s < sketches.size(); ++s) {
        Seeding{
            .sketch = sketches[s], .space = space, .number = static_cast<int>(s), .threads = threads, .found = found}
            .add_all();
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

}  // namespace saku::tuner
