// A search's conversation with the gates: ask for ids, price them, tell, keep the best.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tuner/evaluate.h"
#include "tuner/search.h"

namespace saku::tuner {

/// How far, in [0, 1], and doing what. Called from the caller's thread; false asks to stop.
using Progress = std::function<bool(double fraction, const std::string& stage)>;

struct ExploreOptions {
    SearchOptions search = {};
    std::size_t keep = 16;      ///< this many of the best come back
    std::size_t at_first = 0;   ///< or only so many, the others when asked for (`complete`); 0: all at once
    bool by_precedent = false;  ///< pass over what costs too much to judge by its like (tuner/precedents.h)
    int jobs = 1;
    double seconds = 0;      ///< stop after so long; 0: no limit. The result then depends on the machine's speed.
    Progress progress = {};  ///< may be empty
};

struct Priced {
    Id id = 0;
    costmodel::Cost cost;
};
/// Ties by id.
[[nodiscard]] inline bool cheaper(const Priced& a, const Priced& b) {
    return a.cost.seconds != b.cost.seconds ? a.cost.seconds < b.cost.seconds : a.id < b.id;
}

/// Taken to cost more than every one of the best, by what the instructions take at the least: its own, or where it was
/// passed over those of its like, if threads had equal parts of them (`costmodel::Appraisal`), or by whole prices of
/// its like (tuner/precedents.h), which may be beyond where the least seconds are not.
struct Dearer {
    Id id = 0;
    double least_seconds = 0;
    bool passed_over = false;
    friend bool operator==(const Dearer&, const Dearer&) = default;
};

struct Exploration {
    std::vector<Priced> best;  ///< cheapest first, ties by id
    /// That passed the gates, or are taken to: with a price, or `dearer`.
    std::size_t candidates = 0;
    std::map<std::string, std::size_t> rejected;  ///< by reason
    std::size_t passed_over = 0;                  ///< by precedent, rejected or dearer
    std::string remark;                           ///< what the search wants to be said
    bool interrupted = false;

    std::vector<Priced> further = {};  ///< priced but not among the best, in no order
    std::vector<Dearer> dearer = {};   ///< the other candidates
};

/// Fails for an unknown strategy only.
[[nodiscard]] Result<Exploration> explore(const Pricer& pricer, const ExploreOptions& options);

/// Prices what has no full price yet, and appends to the best what follows them, until there are `options.keep`.
/// Without precedents, what comes back in the end is the same with any `at_first`; so are the counts.
void complete(const Pricer& pricer, const ExploreOptions& options, Exploration& exploration);

}  // namespace saku::tuner
