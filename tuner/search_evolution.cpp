// An evolution strategy on the digits of points: (mu + lambda) selection, uniform crossover between parents of one
// sketch, and mutation whose strength is itself inherited, as evolution strategies do.
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "tuner/id_set.h"
#include "tuner/search.h"

namespace saku::tuner {

namespace {

/// A hole, as mutation sees it.
struct Gene {
    int radix;
    bool is_ordered;
};

std::vector<std::vector<Gene>> genes_of(const IdSpace& space) {
    std::vector<std::vector<Gene>> genes;
    for (std::size_t s = 0; s < space.numbering.radices.size(); ++s) {
        std::vector<Gene>& holes = genes.emplace_back();
        for (std::size_t h = 0; h < space.numbering.radices[s].size(); ++h)
            holes.push_back({.radix = space.numbering.radices[s][h], .is_ordered = space.ordered[s][h]});
    }
    return genes;
}

using Four = int __attribute__((vector_size(4 * sizeof(int))));

/// Of four digits, those become the other's whose two bits of the draw are 0, the first one's lowest. Which ones cannot
/// be foreseen: no branches.
inline void take_over_four(int* digits, const int* other, std::uint64_t draws) {
    Four mine{};
    Four theirs{};
    std::memcpy(&mine, digits, sizeof(mine));
    std::memcpy(&theirs, other, sizeof(theirs));
    const auto bits = static_cast<int>(draws & 0xff);
    const Four taken = (Four{bits, bits, bits, bits} & Four{3, 12, 48, 192}) == Four{};
    mine ^= (mine ^ theirs) & taken;
    std::memcpy(digits, &mine, sizeof(mine));
}

/// The same of fewer digits.
inline void take_over_rest(int* digits, const int* other, std::uint64_t draws, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const int kept = (draws >> (2 * i) & 3) == 0 ? 0 : -1;
        digits[i] = (digits[i] & kept) | (other[i] & ~kept);
    }
}

class Evolution : public Search {
public:
    Evolution(const IdSpace& space, const SearchOptions& options, std::span<const Outcome> elders)
        : space_(space), genes_(genes_of(space)), random_(options.seed ^ 0x5851f42d4c957f2dULL) {
        parents_wanted_ = evolution_parents(options.budget);
        children_wanted_ = 4 * parents_wanted_;
        for (const Outcome& elder : elders) {
            met_.insert(elder.id);
            if (elder.priced) parents_.push_back({elder, default_strength});
        }
        select();
    }

    std::vector<Id> ask(std::size_t limit) override {
        std::vector<Id> ids;
        strengths_.clear();
        const std::size_t wanted = std::min(limit, children_wanted_);
        if (!started_) {
            started_ = true;
            for (const Id seed : space_.seeds) {
                if (ids.size() < wanted && met_.insert(seed)) add(seed, default_strength, ids);
            }
        }
        for (int fruitless = 0; ids.size() < wanted && fruitless < most_fruitless;) {
            double strength = default_strength;
            const std::optional<Id> child = parents_.size() < 2 ? stranger() : offspring(strength);
            if (child) add(*child, strength, ids);
            fruitless = child ? 0 : fruitless + 1;
            restlessness_ = child ? std::max(restlessness_ - 0.5, 0.0) : std::min(restlessness_ + 0.5, most_restless);
        }
        return ids;
    }

    void tell(std::span<const Outcome> outcomes) override {
        SAKU_CHECK(outcomes.size() == strengths_.size(), "one outcome for each id that was asked for");
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            if (outcomes[i].priced) parents_.push_back({outcomes[i], strengths_[i]});
        }
        select();
    }

    [[nodiscard]] double cutoff(int) const override {
        if (parents_.size() < parents_wanted_) return std::numeric_limits<double>::infinity();
        return parents_.back().outcome.cost;
    }

private:
    struct Individual {
        Outcome outcome;
        double strength;  ///< expected number of holes that mutate
    };
    static constexpr double default_strength = 1.5;
    static constexpr double most_restless = 8;
    /// So many children in a row that were seen before: of what could be reached hardly 1 in 100 is left.
    static constexpr int most_fruitless = 500;

    void add(Id id, double strength, std::vector<Id>& ids) {
        strengths_.push_back(strength);
        ids.push_back(id);
    }

    void select() {
        std::sort(parents_.begin(), parents_.end(),
                  [](const Individual& a, const Individual& b) { return better(a.outcome, b.outcome); });
        if (parents_.size() > parents_wanted_) parents_.resize(parents_wanted_);
        points_.clear();
        for (const Individual& parent : parents_) points_.push_back(point_of(space_.numbering, parent.outcome.id));
    }

    /// The better of two drawn at random.
    std::size_t tournament() {
        const auto draw = [&] { return static_cast<std::size_t>(random_.below(parents_.size())); };
        return std::min(draw(), draw());
    }

    /// Any canonical id, unless it was met before.
    std::optional<Id> stranger() {
        const std::optional<Id> id = random_id(space_, random_);
        return id && met_.insert(*id) ? id : std::nullopt;
    }

    /// Children that were seen before make the next ones stray further, and new ones less far again, so that about one
    /// in two is new: a population that has come together would only repeat itself. The rule is Rechenberg's
    /// (Evolutionsstrategie, 1973), who steered by the part of the children that are better.
    /// Empty for a child that was: the same digits, or those that they stand for, came up before.
    std::optional<Id> offspring(double& strength) {
        const std::size_t mother = tournament();
        const std::size_t father = tournament();
        child_ = points_[mother];
        const Point& other = points_[father];
        if (other.sketch == child_.sketch) cross(child_.digits, other.digits);
        strength = std::clamp(parents_[mother].strength * (0.7 + 0.75 * random_.unit()), 0.5, 6.0);
        mutate(child_, strength + restlessness_);
        const Id drawn = id_of(space_.numbering, child_);
        if (!met_.insert(drawn)) return std::nullopt;
        space_.canonical(child_);
        const Id id = id_of(space_.numbering, child_);
        return id == drawn || met_.insert(id) ? std::optional(id) : std::nullopt;
    }

    /// A quarter of the digits become the other's.
    void cross(std::vector<int>& digits, const std::vector<int>& other) {
        std::uint64_t draws = 0;
        std::size_t h = 0;
        for (; h + 4 <= digits.size(); h += 4, draws >>= 8) {
            if (h % 32 == 0) draws = random_.bits();
            take_over_four(&digits[h], &other[h], draws);
        }
        if (h == digits.size()) return;
        if (h % 32 == 0) draws = random_.bits();
        take_over_rest(&digits[h], &other[h], draws, digits.size() - h);
    }

    void mutate(Point& child, double strength) {
        const std::vector<Gene>& genes = genes_[static_cast<std::size_t>(child.sketch)];
        if (genes.empty()) return;
        const auto rate =
            static_cast<std::uint64_t>(std::min(0x1p16, 0x1p16 * strength / static_cast<double>(genes.size())));
        for (std::size_t first = 0; first < genes.size(); first += 4) {
            const std::size_t count = std::min<std::size_t>(4, genes.size() - first);
            for (unsigned holes = mutating(random_.bits(), rate) & ((1U << count) - 1); holes != 0;
                 holes &= holes - 1) {
                const std::size_t h = first + static_cast<std::size_t>(std::countr_zero(holes));
                child.digits[h] = mutated(child.digits[h], genes[h]);
            }
        }
    }

    /// Which of four holes mutate: those whose 16 bits of the draw are below the rate, at most 2^16. Two of them at a
    /// time are so many away from it that the bit above them stays 0.
    static unsigned mutating(std::uint64_t draws, std::uint64_t rate) {
        constexpr std::uint64_t two = 0x0000'0001'0000'0001;
        const std::uint64_t away = (0x10000 - rate) * two;
        const std::uint64_t even = (draws & 0xffff * two) + away;
        const std::uint64_t odd = (draws >> 16 & 0xffff * two) + away;
        const std::uint64_t kept = (even >> 16 & two) | (odd >> 15 & 2 * two);
        return ~static_cast<unsigned>(kept | kept >> 30) & 15;
    }

    int mutated(int digit, const Gene& gene) {
        const std::uint64_t word = random_.bits();  // its lower bits and its upper half decide different things
        const auto any = static_cast<int>((word >> 32) * static_cast<std::uint64_t>(gene.radix) >> 32);
        const auto step = static_cast<int>(1 + (word >> 32) * 3 / (std::uint64_t{1} << 32));
        const int sign = 1 - static_cast<int>(word >> 1 & 2);
        const int near = std::clamp(digit + sign * step, 0, gene.radix - 1);
        return !gene.is_ordered || word % 4 == 0 ? any : near;
    }

    const IdSpace& space_;
    std::vector<std::vector<Gene>> genes_;  ///< [sketch][hole]
    Random random_;
    std::size_t parents_wanted_ = 0;
    std::size_t children_wanted_ = 0;
    bool started_ = false;
    double restlessness_ = 0;  ///< holes that mutate beyond what a child inherits
    std::vector<Individual> parents_;
    std::vector<Point> points_;  ///< of the parents
    Point child_;                ///< the one that is being made
    /// All that were asked for, and children before they were made canonical. A canonical id that was drawn was asked
    /// for, so that one set tells both.
    IdSet met_;
    std::vector<double> strengths_;  ///< of the ids that were asked for last
};

}  // namespace

std::size_t evolution_parents(std::size_t budget) { return std::clamp<std::size_t>(budget / 100, 8, 64); }

std::unique_ptr<Search> evolution_search(const IdSpace& space, const SearchOptions& options,
                                         std::span<const Outcome> elders) {
    return std::make_unique<Evolution>(space, options, elders);
}

}  // namespace saku::tuner
