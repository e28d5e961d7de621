#include "tuner/explore.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "tests/tuner/operators.h"
#include "tuner/cost_limit.h"

namespace saku::tuner {

namespace {

struct Prepared {
    ir::Operator op;
    targets::Machine machine;
    Space space;
    costmodel::Coefficients coefficients;
};

Prepared prepared(const std::string& shorthand, const std::string& machine_name, int threads) {
    ir::Operator op = tests::operator_named(shorthand);
    targets::Machine machine = tests::machine_named(machine_name);
    auto space = make_space(op, machine, {.threads = threads, .pinned = {}});
    auto coefficients = costmodel::built_in_coefficients();
    REQUIRE(space.ok());
    REQUIRE(coefficients.ok());
    return {.op = op, .machine = machine, .space = std::move(*space), .coefficients = *coefficients};
}

constexpr const char* operators[] = {"matmul:m=65,n=70,k=90", "conv2d:c=9,h=14,w=14,k=33,r=3,s=3,pad=1",
                                     "depthwise_conv2d:c=32,h=14,w=14,r=3,s=3,pad=1", "row_sum:m=64,n=100"};

}  // namespace

TEST_CASE("a limit is the largest of the smallest costs") {
    CostLimit limit(3);
    CHECK(limit.value() > 1e300);
    for (const double cost : {5.0, 1.0, 7.0}) limit.add(cost);
    CHECK(limit.value() == 7.0);
    for (const double cost : {9.0, 2.0, 7.0}) limit.add(cost);
    CHECK(limit.value() == 5.0);
    CostLimit none(0);
    none.add(1);
    CHECK(none.value() < -1e300);
}

TEST_CASE("two threads share the channels of a depthwise convolution, many as they are") {
    const auto cheapest = [](int threads) {
        const Prepared here = prepared("depthwise_conv2d:c=384,h=14,w=14,r=3,s=3,pad=1", "zen5", threads);
        const Pricer pricer = pricer_for(here.space, here.machine, here.coefficients, threads);
        const auto found = explore(pricer, {.search = {.budget = 6000}, .keep = 16});
        REQUIRE(found.ok());
        return found->best.front().cost.seconds;
    };
    CHECK(cheapest(2) < 0.75 * cheapest(1));
}

TEST_CASE("without a price is only what costs more than the limit") {
    for (const char* op : operators) {
        for (const int threads : {1, 4}) {
            const Prepared here = prepared(op, "zen5", threads);
            const Pricer pricer = pricer_for(here.space, here.machine, here.coefficients, threads);
            Random random(11);
            std::vector<double> costs;
            std::size_t without = 0;
            TableScratch scratch;
            for (int i = 0; i < 400; ++i) {
                const auto sketch = static_cast<int>(random.below(here.space.sketches->size()));
                const Id id = random_id_in(here.space.ids, sketch, random);
                const auto exact = price(pricer, id, scratch);
                if (exact) costs.push_back(exact->seconds);
                // Limits from all over the costs met so far.
                const double limit = costs.empty() ? 0 : costs[random.below(costs.size())];
                const auto limited = price_within(pricer, id, scratch, limit);
                REQUIRE(limited.ok() == exact.ok());
                if (!exact) {
                    CHECK(limited.error().reason == exact.error().reason);
                } else if (!limited->cost) {
                    CHECK(exact->seconds > limit);
                    CHECK(limited->least_seconds > limit);
                    ++without;
                } else {
                    CHECK(limited->cost->seconds == exact->seconds);
                    CHECK(limited->cost->terms == exact->terms);
                    CHECK(limited->least_seconds <= exact->seconds * (1 + 1e-9));
                }
                if (!exact) continue;
                if (threads == 1) CHECK(limited->even_seconds == limited->least_seconds);
                CHECK(limited->even_seconds <= limited->least_seconds);
                CHECK(limited->even_seconds > 0);
            }
            CHECK(without > costs.size() / 10);
        }
    }
}

namespace {

/// The candidates that differ from `id` in how far prefetches run ahead only, itself among them; without prefetches
/// none.
std::vector<Id> at_all_distances(const Space& space, Id id) {
    const Point point = point_of(space.ids.numbering, id);
    const Sketch& sketch = sketch_of(space, id);
    const int hole = sketch.hole_of_knob[static_cast<std::size_t>(Knob::prefetch)];
    if (hole < 0 || decisions_of(space, id).prefetch == 0) return {};
    std::vector<Id> all;
    const auto h = static_cast<std::size_t>(hole);
    for (int digit = 0; digit < space.ids.numbering.radices[static_cast<std::size_t>(point.sketch)][h]; ++digit) {
        Point other = point;
        other.digits[h] = digit;
        if (sketch.holes[h].values[static_cast<std::size_t>(digit)] > 0)
            all.push_back(id_of(space.ids.numbering, other));
    }
    return all;
}

}  // namespace

namespace {

struct Compared {
    std::size_t prices = 0;
    std::size_t rejected = 0;
    std::size_t beyond = 0;   ///< the limit on seconds
    std::size_t changed = 0;  ///< by the distance
};

/// Random candidates at all distances, from a pool that remembers and from fresh memory.
void compare_distances(const Pricer& pricer, double most_seconds, Compared& compared) {
    const Space& space = pricer.space;
    Random random(5);
    PricerPool pool(pricer);
    const std::vector<double> limits(space.sketches->size(), most_seconds);
    for (int i = 0; i < 300; ++i) {
        const auto sketch = static_cast<int>(random.below(space.sketches->size()));
        const std::vector<Id> ids = at_all_distances(space, random_id_in(space.ids, sketch, random));
        const auto prices = pool.price_all_within(ids, limits, 1);
        std::vector<double> seconds;
        for (std::size_t d = 0; d < ids.size(); ++d) {
            TableScratch fresh;
            const auto exact = price_within(pricer, ids[d], fresh, most_seconds);
            REQUIRE(prices[d].ok() == exact.ok());
            if (!exact) {
                CHECK(prices[d].error().reason == exact.error().reason);
                ++compared.rejected;
                continue;
            }
            CHECK(prices[d]->least_seconds == exact->least_seconds);
            CHECK(prices[d]->even_seconds == exact->even_seconds);
            REQUIRE(prices[d]->cost.has_value() == exact->cost.has_value());
            if (!exact->cost) {
                ++compared.beyond;
                continue;
            }
            CHECK(prices[d]->cost->seconds == exact->cost->seconds);
            CHECK(prices[d]->cost->terms == exact->cost->terms);
            CHECK(prices[d]->cost->alone == exact->cost->alone);
            seconds.push_back(exact->cost->seconds);
            ++compared.prices;
        }
        if (!seconds.empty() && seconds.front() != seconds.back()) ++compared.changed;
    }
}

constexpr const char* prefetching_operators[] = {"matmul:m=1024,n=1024,k=1024", "matmul:m=64,n=4096,k=479",
                                                 "matmul:m=65,n=70,k=90", "conv2d:c=256,h=14,w=14,k=1024,r=1,s=1",
                                                 "conv2d:c=9,h=14,w=14,k=33,r=3,s=3,pad=1"};

}  // namespace

TEST_CASE("prices that are remembered from other distances of prefetches are those of the table") {
    Compared compared;
    for (const char* op : prefetching_operators) {
        for (const int threads : {1, 4}) {
            INFO(op, " ", threads);
            const Prepared here = prepared(op, "zen5", threads);
            const Pricer pricer = pricer_for(here.space, here.machine, here.coefficients, threads);
            compare_distances(pricer, std::numeric_limits<double>::infinity(), compared);
        }
    }
    CHECK(compared.prices > 1000);
    CHECK(compared.changed > 20);
}

TEST_CASE("remembered prices pass the limits of the user and of the search that those of the table pass") {
    constexpr double no_limit = std::numeric_limits<double>::infinity();
    Compared all;
    Compared within_limits;
    Compared within_time;
    for (const char* op : prefetching_operators) {
        const Prepared here = prepared(op, "zen5", 1);
        Pricer pricer = pricer_for(here.space, here.machine, here.coefficients, 1);
        const auto seed = price(pricer, here.space.ids.seeds.front());
        REQUIRE(seed.ok());
        compare_distances(pricer, no_limit, all);
        compare_distances(pricer, 1.5 * seed->seconds, within_time);
        pricer.limits = {.workspace_bytes = 200'000, .code_bytes = 1500};
        compare_distances(pricer, no_limit, within_limits);
    }
    CHECK(within_time.rejected == all.rejected);
    CHECK(within_time.beyond + within_time.prices == all.prices);
    CHECK(within_time.beyond > 100);
    CHECK(within_time.prices > 100);
    CHECK(within_limits.rejected > all.rejected + 100);
    CHECK(within_limits.prices > 100);
}

TEST_CASE("an exploration ends the same whether all prices are worked out at once or not") {
    for (const char* op : operators) {
        for (const char* strategy : {"default", "beam", "evolution", "random", "exhaustive"}) {
            INFO(op, " ", strategy);
            const Prepared here = prepared(op, "zen5", 1);
            const Pricer pricer = pricer_for(here.space, here.machine, here.coefficients, 1);
            ExploreOptions options{.search = {.strategy = strategy, .seed = 3, .budget = 1500}, .keep = 400};
            const auto at_once = explore(pricer, options);
            options.at_first = 30;
            auto in_parts = explore(pricer, options);
            REQUIRE(at_once.ok());
            REQUIRE(in_parts.ok());
            CHECK(at_once->dearer.empty());
            CHECK(in_parts->candidates == at_once->candidates);
            CHECK(in_parts->rejected == at_once->rejected);
            const std::size_t first = in_parts->best.size();
            CHECK((in_parts->dearer.empty() || first == options.at_first));
            const auto is_same = [](const Priced& a, const Priced& b) {
                return a.id == b.id && a.cost.seconds == b.cost.seconds;
            };
            const auto agree = [&] {
                return std::equal(in_parts->best.begin(), in_parts->best.end(), at_once->best.begin(),
                                  at_once->best.begin() + static_cast<std::ptrdiff_t>(in_parts->best.size()), is_same);
            };
            REQUIRE(first <= at_once->best.size());
            CHECK(agree());
            complete(pricer, options, *in_parts);
            REQUIRE(in_parts->best.size() == at_once->best.size());
            CHECK(agree());
        }
    }
}

TEST_CASE("a search that learns little is spared prices") {
    const Prepared here = prepared("matmul:m=256,n=512,k=512", "zen5", 1);
    const Pricer pricer = pricer_for(here.space, here.machine, here.coefficients, 1);
    const auto explored =
        explore(pricer, {.search = {.strategy = "default", .seed = 0, .budget = 4000}, .keep = 1000, .at_first = 100});
    REQUIRE(explored.ok());
    CHECK(explored->dearer.size() > explored->candidates / 4);
}

}  // namespace saku::tuner
