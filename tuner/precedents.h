// What candidates came to that are alike in all that decides about straight code, so that the next of their kind need
// not be looked at.
//
// The time of the core settles four candidates in five (`price_within`), and it hangs on the register tile, unrolling,
// tails, copies and blocks of the reduction. The blocks of the m and n sides, their orders and how far prefetches run
// ahead move loops around the tile and change it little. A kind is an id with those digits at zero. What threads divide
// is left out as well: their parts may be uneven, so a kind is known by what its members would take if all parts were
// equal, and a member that leaves some work to one thread by what it would take if that were divided, too.
//
// New kinds are judged by their family, all of the same tile, unrolling and copies: two members with prices must be
// well beyond the limit, since tails and orders change some of the time of the core. Whether registers spill does not
// hang on tails and blocks of the reduction.
//
// Where the time of the core does not settle it, whole prices may: a kind of which eight members have one, all beyond
// the limit, is dearer, too. In the default searches of large products that is most of what would be priced in vain.
// Whole prices of several threads are those of uneven parts where members are uneven: eight of them say less than of
// one.
//
// So what is dearer has the least seconds of its like for a lower bound (bench/likes_main.cpp tells how far they are
// from its own). That is a guess where `price_within` is certain: some of what is passed over would have had a price
// below the limit (most where the loops around the tile count, as in 16x512x13), and a rejection for spilled registers
// holds for all of a kind but for some padded windows. tests/tuner/precedents_test.cpp allows 2 in 100.
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
    Precedents(const std::vector<Sketch>& sketches, const Numbering& numbering);

    /// The id that stands for all that are alike. `id` must be below the numbering's size.
    [[nodiscard]] Id kind_of(Id id) const { return without(id, kinds_.left_out); }

    enum class Verdict : std::uint8_t {
        open,    ///< has to be priced
        dearer,  ///< costs more than the limit, to judge by its like
        spills,  ///< rejected, to judge by its like
    };
    struct Judgement {
        Verdict verdict = Verdict::open;
        double seconds = 0;  ///< of what is dearer: the least that its like takes
    };
    /// `most_seconds`: the limit, as for `price_within`.
    [[nodiscard]] Judgement judge(Id kind, double most_seconds) const;

    /// Of one that was priced: what its kind takes at the least (even_seconds of costmodel::Appraisal).
    void note_price(Id kind, double even_seconds);
    /// And its whole price, where it has one.
    void note_cost(Id kind, double seconds);
    /// Of one that was rejected because its tile spills registers.
    void note_spills(Id kind);

private:
    /// Neighbouring digits of ids.
    struct Digits {
        Id weight;  ///< of the lowest one
        Id above;   ///< the weight of a digit above the highest one
    };
    using LeftOut = std::vector<std::vector<Digits>>;  ///< [sketch]
    struct Known {
        double least_seconds = std::numeric_limits<double>::infinity();  ///< of the cheapest member
        double cheapest = std::numeric_limits<double>::infinity();       ///< the least whole price of a member
        int priced = 0;                                                  ///< members with a price
        int in_full = 0;                                                 ///< of them, those with a whole one
        int spilled = 0;                                                 ///< members that spill
    };
    /// Ids that differ in some holes only.
    struct Family {
        LeftOut left_out;
        IdMap<Known> known = {};
    };

    [[nodiscard]] Id without(Id id, const LeftOut& left_out) const;
    [[nodiscard]] const Known* known_of(const Family& family, Id kind) const;
    [[nodiscard]] Judgement judge_by_family(Id kind, double most_seconds) const;

    const Numbering& numbering_;
    Family kinds_;      ///< without the loops around the tile
    Family by_copies_;  ///< without tails, orders and blocks of the reduction, too
    Family by_spills_;  ///< or without tails and blocks of the reduction
};

}  // namespace saku::tuner
