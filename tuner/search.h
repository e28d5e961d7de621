// Which schedules to look at next.
//
// A search asks for ids to be priced and is told what they cost; it sees nothing else. Strategies:
//   exhaustive  every canonical id, or, where there are more than the limit, ids at equal distances over the space
//   random      canonical ids, uniformly, without repetition
//   beam        from the seeds and a sample of each sketch, the best few are improved one hole at a time, until none
//               of the best has an unseen neighbour
//   evolution   an evolution strategy (mu + lambda): parents of the same sketch are crossed, holes mutate
//   default     beam on half of the budget, then evolution from what it found
//
// A search is a state machine: `ask` gives the next batch and must be answered by `tell`, with one outcome per id in
// the same order, before the next `ask`. An empty batch ends the search. The sequence depends on the space, the options
// and the outcomes only, never on how many threads priced the batch.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "tuner/id_space.h"

namespace saku::tuner {

struct Outcome {
    Id id = 0;
    bool priced = false;  ///< false: rejected, or (taken to be) beyond the search's cutoff; `cost` has no meaning
    double cost = 0;      ///< smaller is better
};

/// Cheaper first, ties by id; rejected ones last.
[[nodiscard]] bool better(const Outcome& a, const Outcome& b);

class Search {
public:
    virtual ~Search() = default;
    /// At most `limit` (positive) ids that were not asked for before.
    [[nodiscard]] virtual std::vector<Id> ask(std::size_t limit) = 0;
    virtual void tell(std::span<const Outcome> outcomes) = 0;
    /// Ids of this sketch that cost more change nothing in what the search does next, whether they are told with their
    /// cost or as not priced. Of the ids asked for last.
    [[nodiscard]] virtual double cutoff(int sketch) const = 0;
    /// A sentence when the search could not do what its name says ("looked at 10000 of 2000000 ids"); else empty.
    [[nodiscard]] virtual std::string remark() const { return {}; }
};

struct SearchOptions {
    std::string strategy = "default";
    std::uint64_t seed = 0;
    std::size_t budget = 0;  ///< ids that will be asked for at most; strategies divide their effort by it
};

[[nodiscard]] std::vector<std::string> search_names();

/// The space must outlive the search. Unknown strategies are errors that list what there is.
[[nodiscard]] Result<std::unique_ptr<Search>> make_search(const IdSpace& space, const SearchOptions& options);

[[nodiscard]] std::unique_ptr<Search> exhaustive_search(const IdSpace& space, std::size_t budget);
[[nodiscard]] std::unique_ptr<Search> random_search(const IdSpace& space, std::uint64_t seed);
[[nodiscard]] std::unique_ptr<Search> beam_search(const IdSpace& space, const SearchOptions& options);
/// So many of the best live on from one generation to the next.
[[nodiscard]] std::size_t evolution_parents(std::size_t budget);
/// `elders` were priced before; they take part in the first generation and are not asked for again.
[[nodiscard]] std::unique_ptr<Search> evolution_search(const IdSpace& space, const SearchOptions& options,
                                                       std::span<const Outcome> elders = {});

}  // namespace saku::tuner
