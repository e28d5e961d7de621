#include "tuner/explore.h"

#include <algorithm>
#include <chrono>

#include "base/check.h"
#include "tuner/cost_limit.h"

namespace saku::tuner {

namespace {

using Clock = std::chrono::steady_clock;

/// Of one size whatever the number of jobs: searches see the same batches.
constexpr std::size_t batch_size = 256;

bool cheaper(const Priced& a, const Priced& b) {
    return a.cost.seconds != b.cost.seconds ? a.cost.seconds < b.cost.seconds : a.id < b.id;
}

/// The `count` cheapest, in no order. Does its work now and then only, so that it costs next to nothing a candidate.
void keep_best(std::vector<Priced>& best, std::size_t count, bool is_end) {
    const std::size_t room = is_end ? count : 2 * count + 1024;
    if (best.size() <= room) return;
    std::nth_element(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(count), best.end(), cheaper);
    best.resize(count);
}

/// Tells the search what a batch cost, and takes down what becomes of each id.
void digest(std::span<const Id> ids, const std::vector<Fitted<std::optional<costmodel::Cost>>>& prices, Search& search,
            CostLimit& limit, Exploration& result) {
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        Outcome& outcome = outcomes.emplace_back();
        outcome.id = ids[i];
        if (!prices[i]) {
            ++result.rejected[prices[i].error().reason];
            continue;
        }
        ++result.candidates;
        const std::optional<costmodel::Cost>& cost = *prices[i];
        if (!cost) {
            result.dearer.push_back(ids[i]);
            continue;
        }
        result.best.push_back({.id = ids[i], .cost = *cost});
        limit.add(cost->seconds);
        outcome.priced = true;
        outcome.cost = cost->seconds;
    }
    search.tell(outcomes);
}

/// By sketch, the costs beyond which an id matters neither to the search nor to the best.
void fill_limits(const Search& search, const CostLimit& limit, std::vector<double>& by_sketch) {
    for (std::size_t s = 0; s < by_sketch.size(); ++s)
        by_sketch[s] = std::max(limit.value(), search.cutoff(static_cast<int>(s)));
}

}  // namespace

Result<Exploration> explore(const Pricer& pricer, const ExploreOptions& options) {
    SAKU_TRY(search, make_search(pricer.space.ids, options.search));
    const Clock::time_point start = Clock::now();
    const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    ScratchPool pool;
    Exploration result;
    const std::size_t at_first =
        options.at_first > 0 ? std::min(options.at_first, options.keep) : options.search.budget;
    CostLimit limit(at_first);
    std::vector<double> limits(pricer.space.sketches->size());
    for (std::size_t asked = 0; asked < options.search.budget;) {
        if (options.seconds > 0 && elapsed() >= options.seconds) break;
        const std::vector<Id> ids = search->ask(std::min(batch_size, options.search.budget - asked));
        if (ids.empty()) break;
        asked += ids.size();
        fill_limits(*search, limit, limits);
        digest(ids, price_all_within(pricer, ids, limits, options.jobs, pool), *search, limit, result);
        keep_best(result.best, options.keep, false);
        const double fraction = static_cast<double>(asked) / static_cast<double>(options.search.budget);
        if (options.progress && !options.progress(fraction, "pricing")) {
            result.interrupted = true;
            break;
        }
    }
    keep_best(result.best, options.keep, true);
    std::sort(result.best.begin(), result.best.end(), cheaper);
    // Beyond the first ones, those that have no price may come in between.
    if (!result.dearer.empty() && result.best.size() > at_first) {
        const auto end = result.best.begin() + static_cast<std::ptrdiff_t>(at_first);
        result.further.assign(end, result.best.end());
        result.best.erase(end, result.best.end());
    }
    result.remark = search->remark();
    return result;
}

void complete(const Pricer& pricer, const ExploreOptions& options, Exploration& exploration) {
    ScratchPool pool;
    const std::vector<Fitted<costmodel::Cost>> prices = price_all(pricer, exploration.dearer, options.jobs, pool);
    for (std::size_t i = 0; i < prices.size(); ++i) {
        SAKU_CHECK(prices[i].ok(), "the gates let it pass before");
        exploration.further.push_back({.id = exploration.dearer[i], .cost = *prices[i]});
    }
    std::sort(exploration.further.begin(), exploration.further.end(), cheaper);
    const std::size_t room = options.keep - std::min(options.keep, exploration.best.size());
    exploration.further.resize(std::min(room, exploration.further.size()));
    exploration.best.insert(exploration.best.end(), exploration.further.begin(), exploration.further.end());
    exploration.further.clear();
    exploration.dearer.clear();
}

}  // namespace saku::tuner
