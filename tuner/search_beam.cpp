#include <algorithm>

#include "tuner/cost_limit.h"
#include "tuner/id_set.h"
#include "tuner/search.h"

namespace saku::tuner {

namespace {

class Beam : public Search {
public:
    Beam(const IdSpace& space, const SearchOptions& options) : space_(space), random_(options.seed) {
        const std::size_t sketches = space.numbering.radices.size();
        // A sixth of the budget is spent on the starting sample; one round then expands about 50 neighbours a point.
        starts_ = std::clamp<std::size_t>(options.budget / (6 * std::max<std::size_t>(sketches, 1)), 8, 2000);
        width_ = std::clamp<std::size_t>(options.budget / 600, 3, 64);
        limit_ = CostLimit(width_);
        limits_of_sketch_.assign(sketches, CostLimit(spared()));
    }

    std::vector<Id> ask(std::size_t limit) override {
        if (queue_.empty()) refill();
        const std::size_t count = std::min(limit, queue_.size());
        std::vector<Id> ids(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
        queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
        return ids;
    }

    void tell(std::span<const Outcome> outcomes) override {
        for (const Outcome& outcome : outcomes) {
            if (!outcome.priced) continue;
            pool_.push_back(outcome);
            limit_.add(outcome.cost);
            limits_of_sketch_[sketch_of(outcome.id)].add(outcome.cost);
        }
    }

    [[nodiscard]] double cutoff(int sketch) const override {
        if (rounds_ >= sparing_rounds) return limit_.value();
        return std::max(limit_.value(), limits_of_sketch_[static_cast<std::size_t>(sketch)].value());
    }

private:
    static constexpr int sparing_rounds = 3;

    /// Of each sketch, in the first rounds.
    [[nodiscard]] std::size_t spared() const { return std::max<std::size_t>(width_ / 4, 1); }

    [[nodiscard]] std::size_t sketch_of(Id id) const { return sketch_number(space_.numbering, id); }

    void refill() {
        if (!started_) {
            started_ = true;
            for (const Id seed : space_.seeds) enqueue(seed);
            for (std::size_t s = 0; s < space_.numbering.radices.size(); ++s) {
                for (std::size_t i = 0; i < starts_; ++i) {
                    enqueue(random_id_in(space_, static_cast<int>(s), random_));
                }
            }
            if (!queue_.empty()) return;
        }
        keep_best();
        for (const Outcome& outcome : pool_) {
            if (!expanded_.insert(outcome.id)) continue;
            for (const Id id : neighbours(space_, outcome.id)) enqueue(id);
        }
    }

    /// The best of all, and in the early rounds also the best of every sketch: a sketch whose sample was unlucky gets
    /// another chance.
    void keep_best() {
        std::sort(pool_.begin(), pool_.end(), better);
        std::vector<std::size_t> of_sketch(space_.numbering.radices.size(), 0);
        const std::size_t most_spared = rounds_++ < sparing_rounds ? spared() : 0;
        std::vector<Outcome> kept;
        for (const Outcome& outcome : pool_) {
            std::size_t& count = of_sketch[sketch_of(outcome.id)];
            if (kept.size() < width_ || count < most_spared) kept.push_back(outcome);
            ++count;
        }
        pool_ = std::move(kept);
    }

    void enqueue(Id id) {
        if (asked_.insert(id)) queue_.push_back(id);
    }

    const IdSpace& space_;
    Random random_;
    std::size_t starts_ = 0;
    std::size_t width_ = 0;
    int rounds_ = 0;
    bool started_ = false;
    CostLimit limit_{0};                       ///< of the beam
    std::vector<CostLimit> limits_of_sketch_;  ///< of those that are spared
    std::vector<Outcome> pool_;
    std::vector<Id> queue_;
    IdSet asked_;
    IdSet expanded_;
};

}  // namespace

std::unique_ptr<Search> beam_search(const IdSpace& space, const SearchOptions& options) {
    return std::make_unique<Beam>(space, options);
}

}  // namespace saku::tuner
