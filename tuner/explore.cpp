#include "tuner/explore.h"

#include <algorithm>
#include <chrono>

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
void digest(std::span<const Id> ids, const std::vector<Fitted<costmodel::Cost>>& prices, Search& search,
            Exploration& result) {
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (prices[i]) {
            result.best.push_back({.id = ids[i], .cost = *prices[i]});
            ++result.candidates;
            outcomes.push_back({.id = ids[i], .priced = true, .cost = prices[i]->seconds});
        } else {
            ++result.rejected[prices[i].error().reason];
            outcomes.push_back({.id = ids[i], .priced = false, .cost = 0});
        }
    }
    search.tell(outcomes);
}

}  // namespace

Result<Exploration> explore(const Pricer& pricer, const ExploreOptions& options) {
    SAKU_TRY(search, make_search(pricer.space.ids, options.search));
    const Clock::time_point start = Clock::now();
    const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    ScratchPool pool;
    Exploration result;
    for (std::size_t asked = 0; asked < options.search.budget;) {
        if (options.seconds > 0 && elapsed() >= options.seconds) break;
        const std::vector<Id> ids = search->ask(std::min(batch_size, options.search.budget - asked));
        if (ids.empty()) break;
        asked += ids.size();
        digest(ids, price_all(pricer, ids, options.jobs, pool), *search, result);
        keep_best(result.best, options.keep, false);
        const double fraction = static_cast<double>(asked) / static_cast<double>(options.search.budget);
        if (options.progress && !options.progress(fraction, "pricing")) {
            result.interrupted = true;
            break;
        }
    }
    keep_best(result.best, options.keep, true);
    std::sort(result.best.begin(), result.best.end(), cheaper);
    result.remark = search->remark();
    return result;
}

}  // namespace saku::tuner
