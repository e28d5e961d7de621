#include "tuner/search.h"

#include <algorithm>

#include "tuner/cost_limit.h"

namespace saku::tuner {

bool better(const Outcome& a, const Outcome& b) {
    if (a.priced != b.priced) return a.priced;
    if (a.priced && a.cost != b.cost) return a.cost < b.cost;
    return a.id < b.id;
}

namespace {

/// Beam on half of the budget, then evolution from everything that was seen.
class BeamThenEvolution : public Search {
public:
    BeamThenEvolution(const IdSpace& space, SearchOptions options)
        : space_(space), options_(std::move(options)), elders_(evolution_parents(options_.budget)) {
        SearchOptions half = options_;
        half.budget = options_.budget / 2;
        current_ = beam_search(space_, half);
        beam_left_ = half.budget;
    }

    std::vector<Id> ask(std::size_t limit) override {
        if (!evolving_) {
            const std::vector<Id> ids = beam_left_ > 0 ? current_->ask(std::min(limit, beam_left_)) : std::vector<Id>{};
            beam_left_ -= ids.size();
            if (!ids.empty()) return ids;
            evolving_ = true;
            current_ = evolution_search(space_, options_, seen_);
        }
        return current_->ask(limit);
    }

    void tell(std::span<const Outcome> outcomes) override {
        current_->tell(outcomes);
        if (evolving_) return;
        seen_.insert(seen_.end(), outcomes.begin(), outcomes.end());
        for (const Outcome& outcome : outcomes) {
            if (outcome.priced) elders_.add(outcome.cost);
        }
    }

    /// The best that the beam saw are the first parents.
    [[nodiscard]] double cutoff(int sketch) const override {
        return evolving_ ? current_->cutoff(sketch) : std::max(current_->cutoff(sketch), elders_.value());
    }

private:
    const IdSpace& space_;
    SearchOptions options_;
    std::unique_ptr<Search> current_;
    std::size_t beam_left_ = 0;
    bool evolving_ = false;
    std::vector<Outcome> seen_;
    CostLimit elders_;
};

}  // namespace

std::vector<std::string> search_names() { return {"default", "exhaustive", "random", "beam", "evolution"}; }

Result<std::unique_ptr<Search>> make_search(const IdSpace& space, const SearchOptions& options) {
    if (options.strategy == "default") return std::unique_ptr<Search>(new BeamThenEvolution(space, options));
    if (options.strategy == "exhaustive") return exhaustive_search(space, options.budget);
    if (options.strategy == "random") return random_search(space, options.seed);
    if (options.strategy == "beam") return beam_search(space, options);
    if (options.strategy == "evolution") return evolution_search(space, options);
    std::string known;
    for (const std::string& name : search_names()) known += (known.empty() ? "" : ", ") + name;
    return Error{"--search", "unknown search '" + options.strategy + "', expected one of " + known};
}

}  // namespace saku::tuner
