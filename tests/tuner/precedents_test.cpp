#include "tuner/precedents.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "tests/tuner/operators.h"
#include "tuner/explore.h"
#include "tuner/id_set.h"

namespace saku::tuner {

namespace {

Space space_of(const std::string& op, int threads) {
    auto space =
        make_space(tests::operator_named(op), tests::machine_named("zen5"), {.threads = threads, .pinned = {}});
    REQUIRE(space.ok());
    return std::move(*space);
}

bool moves_loops_only(Knob knob) {
    return knob == Knob::block_m || knob == Knob::block_n || knob == Knob::order || knob == Knob::inner_order ||
           knob == Knob::parallel || knob == Knob::prefetch;
}

constexpr const char* operators[] = {"matmul:m=96,n=192,k=160", "conv2d:c=16,h=28,w=28,k=48,r=3,s=3,pad=1",
                                     "depthwise_conv2d:c=64,h=28,w=28,r=3,s=3,pad=1", "matmul:m=16,n=512,k=13"};

}  // namespace

TEST_CASE("with threads, the best that random ids have is not passed over") {
    const Space space = space_of("matmul:m=100,n=200,k=300", 16);
    const Pricer pricer = pricer_for(space, tests::machine_named("zen5"), *costmodel::built_in_coefficients(), 16);
    ExploreOptions options{.search = {.strategy = "random", .seed = 1, .budget = 10000}, .keep = 500, .at_first = 64};
    const auto certain = explore(pricer, options);
    options.by_precedent = true;
    const auto guessed = explore(pricer, options);
    REQUIRE(certain.ok());
    REQUIRE(guessed.ok());
    CHECK(guessed->best.front().cost.seconds <= 1.01 * certain->best.front().cost.seconds);
}

TEST_CASE("what is taken to spill registers does so") {
    constexpr double any_limit = std::numeric_limits<double>::infinity();  // nothing is dearer
    int taken_to = 0;
    int wrong = 0;
    for (const char* op : operators) {
        CAPTURE(std::string(op));
        const Space space = space_of(op, 1);
        const Pricer pricer = pricer_for(space, tests::machine_named("zen5"), *costmodel::built_in_coefficients(), 1);
        Precedents precedents(*space.sketches, space.ids.numbering);
        TableScratch scratch;
        Random random(2);
        IdSet seen;
        for (int i = 0; i < 5000; ++i) {
            const auto sketch = static_cast<int>(random.below(space.sketches->size()));
            const Id id = random_id_in(space.ids, sketch, random);
            if (!seen.insert(id)) continue;
            const Id kind = precedents.kind_of(id);
            const bool judged = precedents.judge(kind, any_limit).verdict == Precedents::Verdict::spills;
            const auto price = price_within(pricer, id, scratch, any_limit);
            const bool spills = !price && price.error().reason == spills_registers;
            taken_to += judged ? 1 : 0;
            wrong += judged && !spills ? 1 : 0;
            if (judged) continue;  // as in a search, which learns nothing from it
            if (spills) precedents.note_spills(kind);
            if (price) precedents.note_price(kind, price->even_seconds);
        }
    }

    CHECK(taken_to > 1000);
    CHECK(wrong <= 0.01 * taken_to);
}

TEST_CASE("ids are of one kind when they differ in loops around the tile alone") {
    const Space space = space_of("conv2d:c=9,h=14,w=14,k=33,r=3,s=3,pad=1", 2);
    const Numbering& numbering = space.ids.numbering;
    const Precedents precedents(*space.sketches, numbering);
    Random random(5);
    for (int i = 0; i < 2000; ++i) {
        const Point point = point_of(numbering, random.below(numbering.size));
        const auto sketch = static_cast<std::size_t>(point.sketch);
        const std::size_t hole = random.below(point.digits.size());
        const int radix = numbering.radices[sketch][hole];
        if (radix == 1) continue;
        Point other = point;
        other.digits[hole] = (point.digits[hole] + 1) % radix;
        const Hole& changed = (*space.sketches)[sketch].holes[hole];
        CAPTURE(changed.name);
        const bool are_alike =
            precedents.kind_of(id_of(numbering, point)) == precedents.kind_of(id_of(numbering, other));
        CHECK(are_alike == moves_loops_only(changed.knob));
    }
}

namespace {

/// Nothing known yet of the ids of a product.
struct Beginning {
    Space space = space_of("matmul:m=96,n=192,k=160", 1);
    Precedents precedents{*space.sketches, space.ids.numbering};

    /// An id of the first sketch by a few of its digits; all others are 0.
    [[nodiscard]] Id with(const std::vector<std::pair<Knob, int>>& digits) const {
        const Sketch& sketch = space.sketches->front();
        Point point{.sketch = 0, .digits = std::vector<int>(sketch.holes.size(), 0)};
        for (const auto& [knob, digit] : digits) {
            for (std::size_t h = 0; h < sketch.holes.size(); ++h) {
                if (sketch.holes[h].knob != knob) continue;
                REQUIRE(static_cast<int>(sketch.holes[h].values.size()) > digit);
                point.digits[h] = digit;
                break;
            }
        }
        return id_of(space.ids.numbering, point);
    }
};

}  // namespace

TEST_CASE("a kind is judged by its cheapest, and rejected only while all of it is") {
    using Verdict = Precedents::Verdict;
    Beginning ids;
    Precedents& precedents = ids.precedents;
    const Id one = ids.with({{Knob::tile_m, 1}});
    const Id other = ids.with({{Knob::tile_m, 2}});
    CHECK(precedents.judge(one, 1).verdict == Verdict::open);
    precedents.note_price(one, 3);
    precedents.note_price(one, 2);
    precedents.note_price(one, 5);
    CHECK(precedents.judge(one, 1.9).verdict == Verdict::dearer);
    CHECK(precedents.judge(one, 1.9).seconds == 2);
    CHECK(precedents.judge(one, 2).verdict == Verdict::open);
    CHECK(precedents.judge(other, 1).verdict == Verdict::open);
    precedents.note_spills(other);
    CHECK(precedents.judge(other, 100).verdict == Verdict::open);
    precedents.note_spills(other);
    CHECK(precedents.judge(other, 100).verdict == Verdict::spills);
    precedents.note_price(other, 4);
    CHECK(precedents.judge(other, 3).verdict == Verdict::dearer);
    precedents.note_spills(other);
    CHECK(precedents.judge(other, 4).verdict == Verdict::open);
}

TEST_CASE("a kind is judged by eight whole prices, all of them beyond the limit") {
    using Verdict = Precedents::Verdict;
    Beginning ids;
    Precedents& precedents = ids.precedents;
    const Id one = ids.with({{Knob::tile_m, 1}});
    const Id other = ids.with({{Knob::tile_m, 2}});
    for (int i = 0; i < 8; ++i) {
        CHECK(precedents.judge(one, 2.5).verdict == Verdict::open);
        precedents.note_price(one, 2);
        precedents.note_cost(one, 3 + i);
        precedents.note_price(other, 2);
        precedents.note_cost(other, i == 5 ? 2.4 : 3);
    }
    CHECK(precedents.judge(one, 2.5).verdict == Verdict::dearer);
    CHECK(precedents.judge(one, 2.5).seconds == 2);
    CHECK(precedents.judge(one, 3).verdict == Verdict::open);
    CHECK(precedents.judge(other, 2.5).verdict == Verdict::open);
}

TEST_CASE("a new kind is judged by two of its family that are well beyond the limit") {
    using Verdict = Precedents::Verdict;
    Beginning ids;
    Precedents& precedents = ids.precedents;
    const Id fresh = ids.with({{Knob::tile_m, 1}, {Knob::tail_m, 1}});
    precedents.note_price(ids.with({{Knob::tile_m, 1}}), 8);
    CHECK(precedents.judge(fresh, 0.5).verdict == Verdict::open);
    precedents.note_price(ids.with({{Knob::tile_m, 1}, {Knob::block_k, 1}}), 8);
    CHECK(precedents.judge(fresh, 7.2).verdict == Verdict::dearer);
    CHECK(precedents.judge(fresh, 7.4).verdict == Verdict::open);
    precedents.note_price(ids.with({{Knob::tile_m, 1}, {Knob::block_k, 2}}), 2);
    CHECK(precedents.judge(fresh, 1.8).verdict == Verdict::dearer);
    CHECK(precedents.judge(fresh, 1.9).verdict == Verdict::open);
    for (const Knob knob : {Knob::tile_n, Knob::unroll, Knob::pack}) {
        CAPTURE(static_cast<int>(knob));
        CHECK(precedents.judge(ids.with({{Knob::tile_m, 1}, {Knob::tail_m, 1}, {knob, 1}}), 0.1).verdict ==
              Verdict::open);
    }
}

TEST_CASE("a new kind spills where two others do that differ in tails and blocks of the reduction") {
    using Verdict = Precedents::Verdict;
    Beginning ids;
    Precedents& precedents = ids.precedents;
    const Id fresh = ids.with({{Knob::tile_m, 1}, {Knob::tail_m, 1}});
    precedents.note_spills(ids.with({{Knob::tile_m, 1}}));
    CHECK(precedents.judge(fresh, 1).verdict == Verdict::open);
    precedents.note_spills(ids.with({{Knob::tile_m, 1}, {Knob::block_k, 1}}));
    CHECK(precedents.judge(fresh, 1).verdict == Verdict::spills);
    CHECK(precedents.judge(ids.with({{Knob::tile_m, 1}, {Knob::pack, 1}}), 1).verdict == Verdict::open);
    precedents.note_price(ids.with({{Knob::tile_m, 1}, {Knob::block_k, 2}}), 3);
    CHECK(precedents.judge(fresh, 3).verdict == Verdict::open);
}

namespace {

std::vector<Id> passed_over(const std::vector<Dearer>& dearer) {
    std::vector<Id> ids;
    for (const Dearer& one : dearer) {
        if (one.passed_over) ids.push_back(one.id);
    }
    return ids;
}

}  // namespace

TEST_CASE("what is dearer takes its own least work or more, or nearly so that of its like") {
    constexpr double any_limit = std::numeric_limits<double>::infinity();
    for (const char* op : {operators[0], operators[1], operators[2]}) {
        CAPTURE(std::string(op));
        const Space space = space_of(op, 1);
        const Pricer pricer = pricer_for(space, tests::machine_named("zen5"), *costmodel::built_in_coefficients(), 1);
        const auto found =
            explore(pricer, {.search = {.budget = 6000}, .keep = 500, .at_first = 64, .by_precedent = true});
        REQUIRE(found.ok());
        TableScratch scratch;
        std::vector<double> ratios;
        std::size_t rejected = 0;
        for (const Dearer& dearer : found->dearer) {
            const auto own = price_within(pricer, dearer.id, scratch, any_limit);
            if (!own) {
                // Whether vectors spill is known for certain once rows are written, for which it was too dear already.
                CAPTURE(own.error().reason);
                CHECK((dearer.passed_over || own.error().reason == "spills registers"));
                ++rejected;
                continue;
            }
            if (dearer.passed_over) {
                ratios.push_back(own->least_seconds / dearer.least_seconds);
            } else {
                CHECK(dearer.least_seconds <= own->least_seconds * (1 + 1e-9));
            }
        }
        REQUIRE(ratios.size() > 1000);
        CHECK(static_cast<double>(rejected) <= 0.02 * static_cast<double>(ratios.size()));
        std::sort(ratios.begin(), ratios.end());
        const auto quantile = [&](double part) {
            return ratios[static_cast<std::size_t>(part * static_cast<double>(ratios.size()))];
        };
        // Of the like only the least work may be known, which is less than what instructions take: of depthwise
        // convolutions it does not see the masks.
        const bool is_seen = op != operators[2];
        CHECK(quantile(0.5) > 0.95);
        CHECK(quantile(0.5) < (is_seen ? 1.05 : 1.4));
        CHECK(quantile(0.05) > 0.6);
        CHECK(quantile(0.95) < (is_seen ? 1.8 : 4));
    }
}

TEST_CASE("without precedents, what is dearer takes what its own instructions take") {
    constexpr double any_limit = std::numeric_limits<double>::infinity();
    for (const char* op : {operators[0], operators[1], operators[2]}) {
        CAPTURE(std::string(op));
        const Space space = space_of(op, 1);
        const Pricer pricer = pricer_for(space, tests::machine_named("zen5"), *costmodel::built_in_coefficients(), 1);
        const auto found = explore(pricer, {.search = {.budget = 6000}, .keep = 500, .at_first = 64});
        REQUIRE(found.ok());
        REQUIRE(found->dearer.size() > 1000);
        TableScratch scratch;
        for (const Dearer& dearer : found->dearer) {
            const auto own = price_within(pricer, dearer.id, scratch, any_limit);
            REQUIRE(own.ok());
            CHECK(own->least_seconds == doctest::Approx(dearer.least_seconds));
        }
    }
}

TEST_CASE("what is passed over by precedent hardly ever mattered") {
    for (const char* op : operators) {
        for (const int threads : {1, 2, 16}) {
            CAPTURE(std::string(op));
            CAPTURE(threads);
            const Space space = space_of(op, threads);
            const Pricer pricer =
                pricer_for(space, tests::machine_named("zen5"), *costmodel::built_in_coefficients(), threads);
            ExploreOptions options{.search = {.budget = 6000}, .keep = 500, .at_first = 64, .by_precedent = true};
            const auto guessed = explore(pricer, options);
            options.by_precedent = false;
            const auto certain = explore(pricer, options);
            REQUIRE(guessed.ok());
            REQUIRE(certain.ok());
            CHECK(guessed->passed_over > guessed->candidates / (threads == 1 ? 3 : 4));
            CHECK(certain->passed_over == 0);
            CHECK(guessed->best.front().cost.seconds <= 1.01 * certain->best.front().cost.seconds);
            const double worst = guessed->best.back().cost.seconds;
            std::size_t wrong = 0;
            const std::vector<Id> ids = passed_over(guessed->dearer);
            for (const auto& cost : PricerPool(pricer).price_all(ids, 2)) wrong += cost && cost->seconds < worst;
            CHECK(static_cast<double>(wrong) <= 0.02 * static_cast<double>(ids.size()));
        }
    }
}

TEST_CASE("whole prices of its kind settle what the time of the core does not") {
    const Space space = space_of("matmul:m=512,n=512,k=512", 1);
    const Pricer pricer = pricer_for(space, tests::machine_named("zen5"), *costmodel::built_in_coefficients(), 1);
    const auto found = explore(pricer, {.search = {.budget = 8000}, .keep = 500, .at_first = 64, .by_precedent = true});
    REQUIRE(found.ok());
    REQUIRE(found->best.size() == 64);
    const double limit = found->best.back().cost.seconds;
    const auto settled = std::count_if(found->dearer.begin(), found->dearer.end(), [&](const Dearer& dearer) {
        return dearer.passed_over && !costmodel::is_beyond(dearer.least_seconds, limit);
    });
    CHECK(settled > 100);
}

TEST_CASE("precedents do not depend on the number of jobs") {
    const Space space = space_of(operators[1], 1);
    const Pricer pricer = pricer_for(space, tests::machine_named("zen5"), *costmodel::built_in_coefficients(), 1);
    ExploreOptions options{.search = {.seed = 4, .budget = 3000}, .keep = 200, .at_first = 64, .by_precedent = true};
    const auto alone = explore(pricer, options);
    options.jobs = 3;
    const auto together = explore(pricer, options);
    REQUIRE(alone.ok());
    REQUIRE(together.ok());
    CHECK(alone->dearer == together->dearer);
    CHECK(alone->rejected == together->rejected);
    CHECK(std::equal(alone->best.begin(), alone->best.end(), together->best.begin(), together->best.end(),
                     [](const Priced& a, const Priced& b) { return a.id == b.id; }));
}

}  // namespace saku::tuner
