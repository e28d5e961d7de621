#include <algorithm>
#include <limits>

#include "tuner/search.h"

namespace saku::tuner {

namespace {

class Exhaustive : public Search {
public:
    Exhaustive(const IdSpace& space, std::size_t budget) : space_(space) {
        // Not every id is canonical, so a space a little larger than the budget may still be covered; looking at every
        // id costs a canonicalisation each, which is cheap up to here.
        const Id affordable = std::max<Id>(static_cast<Id>(budget), 1) * 64;
        if (space.numbering.size > affordable) stride_ = space.numbering.size / std::max<Id>(budget, 1) + 1;
    }

    std::vector<Id> ask(std::size_t limit) override {
        std::vector<Id> ids;
        for (; next_ < space_.numbering.size && ids.size() < limit; next_ += stride_) {
            if (const std::optional<Id> id = first_canonical_from(next_)) ids.push_back(*id);
        }
        asked_ += ids.size();
        return ids;
    }

    void tell(std::span<const Outcome>) override {}
    [[nodiscard]] double cutoff(int) const override { return -std::numeric_limits<double>::infinity(); }

    std::string remark() const override {
        if (stride_ == 1 && next_ >= space_.numbering.size) return {};
        return "looked at " + std::to_string(asked_) + " schedules of a space of " +
               std::to_string(space_.numbering.size) + " ids: too many for an exhaustive search";
    }

private:
    /// The next canonical id at or after `start`, before the following sample.
    std::optional<Id> first_canonical_from(Id start) const {
        const Id end = std::min(start + std::min<Id>(stride_, 1000), space_.numbering.size);
        for (Id id = start; id < end; ++id) {
            if (canonical_id(space_, id) == id) return id;
        }
        return std::nullopt;
    }

    const IdSpace& space_;
    Id stride_ = 1;
    Id next_ = 0;
    std::size_t asked_ = 0;
};

}  // namespace

std::unique_ptr<Search> exhaustive_search(const IdSpace& space, std::size_t budget) {
    return std::make_unique<Exhaustive>(space, budget);
}

}  // namespace saku::tuner
