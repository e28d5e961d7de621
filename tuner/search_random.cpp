#include <limits>
#include <unordered_set>

#include "tuner/search.h"

namespace saku::tuner {

namespace {

class RandomSearch : public Search {
public:
    RandomSearch(const IdSpace& space, std::uint64_t seed) : space_(space), random_(seed) {}

    std::vector<Id> ask(std::size_t limit) override {
        std::vector<Id> ids;
        // In a small space most draws are repetitions near the end: give up after many in a row.
        for (int repeated = 0; ids.size() < limit && repeated < 2000;) {
            const std::optional<Id> id = random_id(space_, random_);
            if (id && seen_.insert(*id).second) {
                ids.push_back(*id);
                repeated = 0;
            } else {
                ++repeated;
            }
        }
        return ids;
    }

    void tell(std::span<const Outcome>) override {}
    [[nodiscard]] double cutoff(int) const override { return -std::numeric_limits<double>::infinity(); }

private:
    const IdSpace& space_;
    Random random_;
    std::unordered_set<Id> seen_;
};

}  // namespace

std::unique_ptr<Search> random_search(const IdSpace& space, std::uint64_t seed) {
    return std::make_unique<RandomSearch>(space, seed);
}

}  // namespace saku::tuner
