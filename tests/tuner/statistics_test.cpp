#include "tuner/compare/statistics.h"

#include <doctest/doctest.h>

#include "base/random.h"
#include "tuner/compare/compare.h"

namespace saku::tuner {
namespace {

using Numbers = std::vector<double>;

TEST_CASE("a trimmed mean leaves out the ends, as long as something is left") {
    CHECK(trimmed_mean({}) == 0);
    CHECK(trimmed_mean({3}) == 3);
    CHECK(trimmed_mean({1, 4}) == 2.5);
    CHECK(trimmed_mean({90, 2, 3}) == 3);
    CHECK(trimmed_mean({9, 1, 1, 1, 1, 5, 5, 5, 0}) == doctest::Approx(19.0 / 7));
    CHECK(trimmed_mean({100, 3, 3, 3, 3, 3, 3, 3, 3, 3, 100}) == doctest::Approx(3));
}

TEST_CASE("equal values share the mean of their ranks") {
    CHECK(ranks(Numbers{}) == Numbers{});
    CHECK(ranks(Numbers{30, 10, 20}) == Numbers{3, 1, 2});
    CHECK(ranks(Numbers{10, 20, 10, 30}) == Numbers{1.5, 3, 1.5, 4});
    CHECK(ranks(Numbers{7, 7, 7}) == Numbers{2, 2, 2});
}

TEST_CASE("rank correlations have the values of the books") {
    struct Case {
        Numbers a;
        Numbers b;
        double spearman;
        double kendall;
    };
    const std::vector<Case> cases{
        {{1, 2, 3, 4, 5}, {10, 20, 30, 40, 50}, 1, 1},
        {{1, 2, 3, 4, 5}, {5, 4, 3, 2, 1}, -1, -1},
        // 1 - 6 * 8 / (5 * 24); 8 pairs agree, 2 do not
        {{1, 2, 3, 4, 5}, {2, 1, 4, 3, 5}, 0.8, 0.6},
        // Hours of television and IQ, ten persons: 1 - 6 * 194 / 990
        {{106, 100, 86, 101, 99, 103, 97, 113, 112, 110}, {7, 27, 2, 50, 28, 29, 20, 12, 6, 17}, -29.0 / 165, -1.0 / 9},
        // Ties: ranks 1.5 1.5 3 4 against 1 2 3 4: 4.5 / sqrt(4.5 * 5); 5 of 6 pairs agree, one is tied
        {{1, 1, 2, 3}, {1, 2, 3, 4}, 0.9486832980505138, 0.9128709291752769},
        // Ties on both sides
        {{1, 1, 2, 2}, {1, 2, 2, 2}, 0.5773502691896258, 0.5773502691896258},
        {{1, 1, 1}, {1, 2, 3}, 0, 0},
        {{1}, {1}, 0, 0},
        {{}, {}, 0, 0},
    };
    for (const Case& each : cases) {
        CAPTURE(each.a.size());
        CHECK(spearman(each.a, each.b) == doctest::Approx(each.spearman));
        CHECK(spearman(each.b, each.a) == doctest::Approx(each.spearman));
        CHECK(kendall(each.a, each.b) == doctest::Approx(each.kendall));
    }
}

TEST_CASE("rank correlations see the order only") {
    Random random(7);
    for (int round = 0; round < 20; ++round) {
        Numbers a;
        Numbers b;
        Numbers squared;
        for (int i = 0; i < 30; ++i) {
            a.push_back(static_cast<double>(random.below(12)));
            b.push_back(random.unit());
            squared.push_back(a.back() * a.back() * 3 + 1);
        }
        CHECK(spearman(a, b) == doctest::Approx(spearman(squared, b)));
        CHECK(kendall(a, b) == doctest::Approx(kendall(squared, b)));
    }
}

TEST_CASE("means and errors") {
    CHECK(mean(Numbers{}) == 0);
    CHECK(mean(Numbers{1, 2, 6}) == 3);
    CHECK(geometric_mean(Numbers{}) == 0);
    CHECK(geometric_mean(Numbers{5}) == 5);
    CHECK(geometric_mean(Numbers{1, 4, 16}) == doctest::Approx(4));
    CHECK(geometric_mean(Numbers{1e-100, 1e100}) == doctest::Approx(1));
    CHECK(geometric_mean(Numbers(200, 0.9)) == doctest::Approx(0.9));
    CHECK(relative_errors(Numbers{2, 1, 3}, Numbers{1, 2, 3}) == Numbers{1, 0.5, 0});
}

TEST_CASE("the best quartile is rounded up") {
    using Places = std::vector<std::size_t>;
    CHECK(best_quartile(Numbers{}) == Places{});
    CHECK(best_quartile(Numbers{5}) == Places{0});
    CHECK(best_quartile(Numbers{5, 4, 3, 2}) == Places{3});
    CHECK(best_quartile(Numbers{5, 4, 3, 2, 2}) == Places{3, 4});
}

TEST_CASE("agreement of samples") {
    std::vector<Sample> samples;
    for (int i = 1; i <= 8; ++i) {
        const double t = i;
        samples.push_back({.id = static_cast<Id>(i),
                           .origin = i <= 4 ? Origin::near : Origin::random,
                           .predicted_seconds = i <= 4 ? t * 0.9 : t * 0.5,
                           .first_seconds = t,
                           .second_seconds = t});
    }
    const Agreements found = agreements(samples);
    CHECK(found.noise_ceiling == doctest::Approx(1));
    CHECK(found.spearman_near == doctest::Approx(1));
    CHECK(found.spearman_best_quartile == doctest::Approx(1));
    CHECK(found.median_error_near == doctest::Approx(0.1));
    CHECK(found.median_error_random == doctest::Approx(0.5));
    CHECK(found.mape == doctest::Approx(0.3));
    // 2.5, 3, 3.5 and 4 are predicted for what takes 5 to 8; 2.7 and 3.6 for what takes 3 and 4.
    CHECK(found.kendall == doctest::Approx(20.0 / 28));
}

}  // namespace
}  // namespace saku::tuner
