#include "tuner/small_code.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace saku::tuner {

namespace {

/// Of one sketch.
constexpr std::size_t most_ids = 128;

/// Sizes begin with the one that makes least code; orders of loops do not change how much there is.
bool is_decided(const Hole& hole) {
    return hole.ordered || hole.knob == Knob::order || hole.knob == Knob::inner_order || hole.knob == Knob::k_order;
}

/// The next value of what is open, like an odometer; false when all have been seen.
bool advance(const std::vector<Hole>& holes, std::vector<int>& digits) {
    for (std::size_t hole = 0; hole < holes.size(); ++hole) {
        if (is_decided(holes[hole])) continue;
        if (++digits[hole] < static_cast<int>(holes[hole].values.size())) return true;
        digits[hole] = 0;
    }
    return false;
}

/// Those that pass the gates, except that their code may be of any size: how large the smallest is, is then known.
std::vector<Priced> priced_with_little_code(Pricer pricer, int jobs) {
    pricer.limits.code_bytes.reset();
    std::vector<Id> ids;
    for (std::size_t sketch = 0; sketch < pricer.space.sketches->size(); ++sketch) {
        const std::vector<Id> more = ids_with_little_code(pricer.space, sketch);
        ids.insert(ids.end(), more.begin(), more.end());
    }
    const std::vector<Fitted<costmodel::Cost>> prices = PricerPool(pricer).price_all(ids, jobs);
    std::vector<Priced> priced;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (prices[i]) priced.push_back({.id = ids[i], .cost = *prices[i]});
    }
    return priced;
}

struct Sized {
    double likely_bytes = 0;
    Priced priced;
};

/// The smallest first; of equal ones the cheapest.
bool comes_before(const Sized& a, const Sized& b) {
    return std::tuple(a.likely_bytes, a.priced.cost.seconds, a.priced.id) <
           std::tuple(b.likely_bytes, b.priced.cost.seconds, b.priced.id);
}

std::vector<Priced> smallest_first(const Pricer& pricer, const std::vector<Priced>& candidates, int jobs) {
    std::vector<Id> ids;
    for (const Priced& candidate : candidates) ids.push_back(candidate.id);
    const std::vector<double> sizes = PricerPool(pricer).likely_code_bytes(ids, jobs);
    std::vector<Sized> sized;
    for (std::size_t i = 0; i < candidates.size(); ++i)
        sized.push_back({.likely_bytes = sizes[i], .priced = candidates[i]});
    std::sort(sized.begin(), sized.end(), comes_before);
    std::vector<Priced> sorted;
    for (const Sized& each : sized) {
        if (sorted.empty() || sorted.back().id != each.priced.id) sorted.push_back(each.priced);
    }
    return sorted;
}

CodeSelection select_small_code(const Pricer& pricer, std::vector<Priced> candidates, const targets::Codegen& codegen,
                                CodeOptions options) {
    const std::vector<Priced> small = priced_with_little_code(pricer, options.jobs);
    candidates.insert(candidates.end(), small.begin(), small.end());
    candidates = smallest_first(pricer, candidates, options.jobs);
    options.least_of_expected = 0;
    options.extend = {};
    CodeSelection selection = select_by_code(pricer.space, candidates, codegen, options);
    std::sort(selection.accepted.begin(), selection.accepted.end(), [](const Priced& a, const Priced& b) {
        return std::tuple(a.cost.seconds, a.id) < std::tuple(b.cost.seconds, b.id);
    });
    return selection;
}

/// What both found; the second one accepted what there is.
CodeSelection joined(CodeSelection first, CodeSelection second) {
    for (const auto& [reason, count] : second.rejected) first.rejected[reason] += count;
    first.accepted = std::move(second.accepted);
    first.looks.insert(first.looks.end(), second.looks.begin(), second.looks.end());
    first.regions += second.regions;
    if (first.least_code_bytes && second.least_code_bytes)
        first.least_code_bytes = std::min(*first.least_code_bytes, *second.least_code_bytes);
    else if (second.least_code_bytes)
        first.least_code_bytes = second.least_code_bytes;
    return first;
}

}  // namespace

std::vector<Id> ids_with_little_code(const Space& space, std::size_t sketch) {
    const std::vector<Hole>& holes = (*space.sketches)[sketch].holes;
    Point point{.sketch = static_cast<int>(sketch), .digits = std::vector<int>(holes.size(), 0)};
    std::vector<Id> ids;
    do {
        Point canonical = point;
        space.ids.canonical(canonical);
        ids.push_back(id_of(space.ids.numbering, canonical));
    } while (ids.size() < most_ids && advance(holes, point.digits));
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

LimitedSelection select_within(const Pricer& pricer, const std::vector<Priced>& candidates,
                               const targets::Codegen& codegen, CodeOptions options) {
    constexpr double hardly_any_code_is_smaller = 0.6;
    TableScratch scratch;
    if (options.limits.code_bytes) {
        options.likely_bytes = [&](Id id) { return likely_code_bytes(pricer, id, scratch); };
        options.least_of_expected = hardly_any_code_is_smaller;
    }
    CodeSelection selection = select_by_code(pricer.space, candidates, codegen, options);
    if (!selection.accepted.empty() || !options.limits.code_bytes) return {.code = std::move(selection)};
    selection = joined(std::move(selection), select_small_code(pricer, candidates, codegen, options));
    const bool found = !selection.accepted.empty();
    return {.code = std::move(selection),
            .remark = found ? "none of the best has so little code: chosen among the kernels with the least" : ""};
}

}  // namespace saku::tuner
