// What candidates came to that are alike in all that decides about straight code, so that the next of their kind need
// not be looked at.
//
// The time of the core settles four candidates in five (`price_within`), and it hangs on the register tile, unrolling,
// tails, copies, blocks of the reduction and on what is parallel. The blocks of the m and n sides, their orders and how
// far prefetches run ahead move loops around the tile and change it little. A kind is an id with those digits at zero.
// Where there are threads, blocks and their order say how evenly they share the work, and are not left out.
//
// This is a guess where `price_within` is certain: some of what is passed over would have had a price below the limit
// (most where the loops around the tile count, as in 16x512x13), and a rejection for spilled registers holds for all of
// a kind but for some padded windows. tests/tuner/precedents_test.cpp allows 2 in 100.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "tuner/id_map.h"
#include "tuner/sketch.h"

namespace saku::tuner {

class Precedents {
public:
    /// The numbering must outlive it.
    Precedents(const std::vector<Sketch>& sketches, const Numbering& numbering, int threads);

    /// The id that stands for all that are alike. `id` must be below the numbering's size.
    [[nodiscard]] Id kind_of(Id id) const;

    enum class Verdict : std::uint8_t {
        open,    ///< has to be priced
        dearer,  ///< costs more than the limit, to judge by its like
        spills,  ///< rejected, to judge by its like
    };
    /// `most_seconds`: the limit, as for `price_within`.
    [[nodiscard]] Verdict judge(Id kind, double most_seconds) const;

    /// Of one that was priced: what it takes at the least (costmodel::Appraisal).
    void note_price(Id kind, double least_seconds);
    /// Of one that was rejected because its tile spills registers.
    void note_spills(Id kind);

private:
    struct Hole {
        Id weight;  ///< of its digit in ids
        Id radix;
    };
    static constexpr double unpriced = std::numeric_limits<double>::infinity();
    struct Known {
        double least_seconds = unpriced;
        int spilled = 0;  ///< members that spill
    };

    const Numbering& numbering_;
    std::vector<std::vector<Hole>> moved_;  ///< [sketch]: holes that do not matter
    IdMap<Known> known_;
};

}  // namespace saku::tuner
