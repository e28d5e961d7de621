#include "tuner/explore.h"

#include <algorithm>
#include <chrono>

#include "tuner/cost_limit.h"
#include "tuner/precedents.h"

namespace saku::tuner {

namespace {

using Clock = std::chrono::steady_clock;

/// Of one size whatever the number of jobs: searches see the same batches.
constexpr std::size_t batch_size = 256;

/// The `count` cheapest, in no order. Does its work now and then only, so that it costs next to nothing a candidate.
void keep_best(std::vector<Priced>& best, std::size_t count, bool is_end) {
    const std::size_t room = is_end ? count : 2 * count + 1024;
    if (best.size() <= room) return;
    std::nth_element(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(count), best.end(), cheaper);
    best.resize(count);
}

/// What is going on in an exploration.
struct State {
    const Pricer& pricer;
    const ExploreOptions& options;
    Search& search;
    PricerPool pool;
    CostLimit limit;             ///< of the best that are wanted at first
    std::vector<double> limits;  ///< by sketch: what costs more matters neither to the search nor to the best
    Precedents precedents;
    Exploration result = {};
};

void fill_limits(State& state) {
    for (std::size_t s = 0; s < state.limits.size(); ++s)
        state.limits[s] = std::max(state.limit.value(), state.search.cutoff(static_cast<int>(s)));
}

/// An id of a batch: its kind, and what is known of it before it is priced.
struct Asked {
    Id kind = 0;
    Precedents::Judgement judgement = {};
    [[nodiscard]] bool is_open() const { return judgement.verdict == Precedents::Verdict::open; }
};

/// Judged in order, by what was known before the batch, so that the number of jobs decides nothing.
std::vector<Asked> judged(const State& state, std::span<const Id> ids) {
    std::vector<Asked> asked(ids.size());
    if (!state.options.by_precedent) return asked;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        asked[i].kind = state.precedents.kind_of(ids[i]);
        asked[i].judgement =
            state.precedents.judge(asked[i].kind, state.limits[sketch_number(state.pricer.space, ids[i])]);
    }
    return asked;
}

/// Takes down what became of an id that was priced, or rejected.
void take(State& state, Id id, Id kind, const Fitted<costmodel::Appraisal>& price, Outcome& outcome) {
    if (!price) {
        ++state.result.rejected[price.error().reason];
        if (state.options.by_precedent && price.error().reason == spills_registers) state.precedents.note_spills(kind);
        return;
    }
    ++state.result.candidates;
    if (state.options.by_precedent) state.precedents.note_price(kind, price->even_seconds);
    if (!price->cost) {
        state.result.dearer.push_back({.id = id, .least_seconds = price->least_seconds});
        return;
    }
    if (state.options.by_precedent) state.precedents.note_cost(kind, price->cost->seconds);
    state.result.best.push_back({.id = id, .cost = *price->cost});
    state.limit.add(price->cost->seconds);
    outcome.priced = true;
    outcome.cost = price->cost->seconds;
}

void pass_over(Exploration& result, Id id, const Precedents::Judgement& judgement) {
    ++result.passed_over;
    if (judgement.verdict == Precedents::Verdict::spills) {
        ++result.rejected[spills_registers];
        return;
    }
    ++result.candidates;
    result.dearer.push_back({.id = id, .least_seconds = judgement.seconds, .passed_over = true});
}

/// Prices a batch, and tells the search what it costs.
void digest(State& state, std::span<const Id> ids) {
    fill_limits(state);
    const std::vector<Asked> asked = judged(state, ids);
    std::vector<Id> open;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (asked[i].is_open()) open.push_back(ids[i]);
    }
    const auto prices = state.pool.price_all_within(open, state.limits, state.options.jobs,
                                                    state.options.by_precedent ? Gates::work_first : Gates::in_order);
    std::vector<Outcome> outcomes(ids.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        outcomes[i].id = ids[i];
        if (asked[i].is_open()) {
            take(state, ids[i], asked[i].kind, prices[next++], outcomes[i]);
        } else {
            pass_over(state.result, ids[i], asked[i].judgement);
        }
    }
    state.search.tell(outcomes);
}

}  // namespace

Result<Exploration> explore(const Pricer& pricer, const ExploreOptions& options) {
    SAKU_TRY(search, make_search(pricer.space.ids, options.search));
    const Clock::time_point start = Clock::now();
    const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    const std::size_t at_first =
        options.at_first > 0 ? std::min(options.at_first, options.keep) : options.search.budget;
    State state{.pricer = pricer,
                .options = options,
                .search = *search,
                .pool = PricerPool(pricer),
                .limit = CostLimit(at_first),
                .limits = std::vector<double>(pricer.space.sketches->size()),
                .precedents = Precedents(*pricer.space.sketches, pricer.space.ids.numbering)};
    Exploration& result = state.result;
    for (std::size_t asked = 0; asked < options.search.budget;) {
        if (options.seconds > 0 && elapsed() >= options.seconds) break;
        const std::vector<Id> ids = search->ask(std::min(batch_size, options.search.budget - asked));
        if (ids.empty()) break;
        asked += ids.size();
        digest(state, ids);
        keep_best(result.best, options.keep, false);
        const double fraction = static_cast<double>(asked) / static_cast<double>(options.search.budget);
        if (options.progress && !options.progress(fraction, "pricing")) {
            result.interrupted = true;
            break;
        }
    }
    keep_best(result.best, options.keep, true);
    std::sort(result.best.begin(), result.best.end(), cheaper);
    // Beyond the first ones, those that have no full price may come in between.
    if (!result.dearer.empty() && result.best.size() > at_first) {
        const auto end = result.best.begin() + static_cast<std::ptrdiff_t>(at_first);
        result.further.assign(end, result.best.end());
        result.best.erase(end, result.best.end());
    }
    result.remark = search->remark();
    return std::move(result);
}

void complete(const Pricer& pricer, const ExploreOptions& options, Exploration& exploration) {
    std::vector<Id> ids;
    for (const Dearer& dearer : exploration.dearer) ids.push_back(dearer.id);
    const std::vector<Fitted<costmodel::Cost>> prices = PricerPool(pricer).price_all(ids, options.jobs);
    for (std::size_t i = 0; i < prices.size(); ++i) {
        if (prices[i]) {
            exploration.further.push_back({.id = ids[i], .cost = *prices[i]});
        } else {  // passed over by precedent
            --exploration.candidates;
            ++exploration.rejected[prices[i].error().reason];
        }
    }
    std::sort(exploration.further.begin(), exploration.further.end(), cheaper);
    const std::size_t room = options.keep - std::min(options.keep, exploration.best.size());
    exploration.further.resize(std::min(room, exploration.further.size()));
    exploration.best.insert(exploration.best.end(), exploration.further.begin(), exploration.further.end());
    exploration.further.clear();
    exploration.dearer.clear();
}

}  // namespace saku::tuner
