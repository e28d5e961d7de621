// Coefficients chosen again with operators left out, on times whose best coefficients are known.
#include "bench/fidelity/left_out.h"

#include <doctest/doctest.h>

#include "bench/fidelity/fitted_group.h"
#include "bench/fidelity/report.h"
#include "bench/fidelity/tabled.h"
#include "made_study.h"

namespace saku::fidelity {
namespace {

using tests::keep;
using tests::StudyFolder;

const std::vector<FittedCoefficient>& two_axes() {
    static const std::vector<FittedCoefficient> axes{{.pointer = "/refill/l1", .factors = {0.5, 1, 2}},
                                                     {.pointer = "/core/outer_iteration_uops", .factors = {0.5, 1, 2}}};
    return axes;
}

Grid grid_of(const std::vector<FittedCoefficient>& axes) {
    auto grid = Grid::make(costmodel::built_in_coefficients_text(), axes, "c.json");
    REQUIRE_MESSAGE(grid, grid.error().text());
    return std::move(*grid);
}

/// Times of 40 schedules that are what the model says with this choice.
tuner::KeptMeasurement made_under(const std::string& op, const Choice& truth) {
    return tests::made_up(
        op, 40, [](double seconds, int) { return seconds; }, grid_of(two_axes()).at(truth));
}

const char* const deep = "conv2d:c=64,h=28,w=28,k=64,r=1,s=1";
const char* const wide = "matmul:m=256,n=256,k=96";
const char* const tall = "depthwise_conv2d:c=64,h=56,w=56,r=3,s=3,pad=1";

Study study_of(const StudyFolder& folder) {
    auto study = open_study(folder.path("zen5"));
    REQUIRE_MESSAGE(study, study.error().text());
    return std::move(*study);
}

TEST_CASE("times made with other coefficients lead the choice to them") {
    for (const Choice& truth : {Choice{0, 2}, Choice{2, 0}, Choice{1, 1}}) {
        CAPTURE(truth[0]);
        const StudyFolder folder;
        for (const char* op : {deep, wide, tall}) keep(folder, made_under(op, truth));
        const LeftOut found = leave_out(study_of(folder), grid_of(two_axes()), 2);
        CHECK(found.best == truth);
        for (const Fit& fit : found.best_fits) CHECK(score_of(fit) == doctest::Approx(1));
        REQUIRE(found.without_operator.choices.size() == 3);
        for (const Choice& choice : found.without_operator.choices) CHECK(choice == truth);
        for (const Fit& fit : found.without_operator.fits) CHECK(score_of(fit) == doctest::Approx(1));
        CHECK(found.agreed == truth);
        CHECK(score_of(found.agreed_fits[0]) == doctest::Approx(1));
        const double end = *std::max_element(found.ends.begin(), found.ends.end());
        CHECK(end == doctest::Approx(1));
        CHECK(found.alone[0][1] == found.alone[1][1]);  // the shipped values, twice
    }
}

TEST_CASE("an operator that is left out has no say in its own choice") {
    const Choice two_say{0, 2};
    const Choice one_says{2, 0};
    const StudyFolder folder;
    keep(folder, made_under(deep, two_say));
    keep(folder, made_under(tall, two_say));
    keep(folder, made_under(wide, one_says));
    const Study study = study_of(folder);
    constexpr std::size_t puller = 2;
    REQUIRE(study.subjects[puller].measurement.op == wide);
    const LeftOut found = leave_out(study, grid_of(two_axes()), 1);
    CHECK(found.without_operator.choices[puller] == two_say);
    CHECK(score_of(found.without_operator.fits[puller]) < score_of(found.shipped[puller]));
    // It has a say in the others'.
    CHECK(found.without_operator.choices[0] != two_say);
    CHECK(found.without_operator.choices[1] != two_say);

    // Whatever its times, its own choice stays.
    keep(folder, tests::made_up(wide, 40, [](double, int i) { return 1e-6 * (i * 7 % 40 + 1); }));
    const LeftOut scrambled = leave_out(study_of(folder), grid_of(two_axes()), 1);
    CHECK(scrambled.without_operator.choices[puller] == two_say);
    CHECK(scrambled.without_operator.fits[puller].spearman != found.without_operator.fits[puller].spearman);
}

TEST_CASE("families are left out together") {
    const Choice truth{0, 1};
    const Choice other{2, 1};
    const StudyFolder folder;
    keep(folder, made_under(wide, truth));
    keep(folder, made_under(deep, other));
    keep(folder, made_under("conv2d:c=48,h=28,w=28,k=64,r=1,s=1", other));
    const LeftOut found = leave_out(study_of(folder), grid_of(two_axes()), 1);
    CHECK(found.families == std::vector<std::string>{"conv2d 1x1", "conv2d 1x1", "matmul"});
    REQUIRE(found.without_family.choices.size() == 2);
    CHECK(found.without_family.choices == std::vector<Choice>{truth, other});
    CHECK(found.agreed == Choice{1, 1});  // they agree on one of two
    // An operator alone is judged by its twin: too well.
    CHECK(found.without_operator.choices.size() == 3);
    CHECK(score_of(found.without_operator.fits[0]) > score_of(found.without_family.fits[0]));
}

TEST_CASE("prices by kept tables are those of the ablation, and threads change nothing") {
    const StudyFolder folder;
    for (const char* op : {deep, wide, tall})
        keep(folder, tests::made_up(op, 30, [](double s, int i) { return s * (1 + i % 5); }));
    const Study study = study_of(folder);
    const std::vector<Tabled> operators = tabled(study, 2);
    const std::vector<Fit> expected = fits(study);
    const costmodel::Model model = costmodel::prepare(study.machine, study.coefficients, 1);
    for (std::size_t i = 0; i < operators.size(); ++i) {
        const Fit fit = fit_of(operators[i], model);
        CHECK(fit.spearman == expected[i].spearman);
        CHECK(fit.best_quartile == expected[i].best_quartile);
        CHECK(fit.top1 == expected[i].top1);
    }
    const LeftOut once = leave_out(study, grid_of(two_axes()), 1);
    const LeftOut again = leave_out(study, grid_of(two_axes()), 3);
    CHECK(once.without_operator.choices == again.without_operator.choices);
    CHECK(left_out_text(once) == left_out_text(again));
    std::vector<LeftOut> all{once};
    CHECK(report({}, all).find("### Leave one operator out") == std::string::npos);
    CHECK(left_out_text(once).find("| `/refill/l1` | 1.1 | 0.50: ") != std::string::npos);
}

TEST_CASE("operators that are like each other are of one family") {
    CHECK(family_of("conv2d:c=64,h=56,w=56,k=64,r=1,s=1") == family_of("conv2d:c=2,h=5,w=5,k=4,r=1,s=1,stride=2"));
    CHECK(family_of("conv2d:c=64,h=56,w=56,k=64,r=3,s=3,pad=1") == "conv2d 3x3");
    CHECK(family_of("depthwise_conv2d:c=64,h=56,w=56,r=3,s=3,pad=1") == "depthwise_conv2d 3x3");
    CHECK(family_of("max_pool2d:c=64,h=56,w=56,r=2,s=2,stride=2") == "pooling");
    CHECK(family_of("avg_pool2d:c=64,h=7,w=7,r=7,s=7") == "pooling");
    CHECK(family_of("matmul:m=64,n=64,k=64") == "matmul");
    CHECK(family_of("matmul:m=63,n=64,k=64") == "matmul thin");
    CHECK(family_of("matmul:m=64,n=64,k=13") == "matmul thin");
    CHECK(family_of("batch_matmul:b=12,m=128,n=128,k=64,tb=1") == "batch_matmul");
    CHECK(family_of("row_sum:rows=8") == "row_sum");
    CHECK(family_of("no operator,") == "no operator,");
}

TEST_CASE("differences come with the error of families that move together") {
    const auto fit = [](double all) { return Fit{.spearman = all, .best_quartile = all, .top1 = all}; };
    const std::vector<Fit> before{fit(0), fit(0), fit(0), fit(0)};
    const std::vector<Fit> after{fit(0.1), fit(0.1), fit(0.3), fit(0.3)};
    const Difference alone = difference(before, after, {"a", "b", "c", "d"});
    CHECK(alone.mean == doctest::Approx(0.2));
    CHECK(alone.standard_error == doctest::Approx(0.1 * 2 / 4));
    CHECK(difference(before, after, {"a", "a", "b", "b"}).standard_error == doctest::Approx(0.2 * std::sqrt(2) / 4));
    CHECK(difference(before, before, {"a", "a", "b", "b"}).mean == 0);
    CHECK(difference({}, {}, {}).standard_error == 0);
}

TEST_CASE("the grid is around the shipped coefficients") {
    const Grid grid = grid_of(fitted_coefficients());
    CHECK(grid.at(grid.shipped()) == *costmodel::built_in_coefficients());
    const Grid small = grid_of({{.pointer = "/cache_fit/l1", .factors = {0.5, 1, 2}},
                                {.pointer = "/composition/norm_power", .factors = {1, 2}}});
    const costmodel::Coefficients changed = small.at({2, 1});
    costmodel::Coefficients expected = *costmodel::built_in_coefficients();
    expected.cache_fit[0].until *= 2;
    expected.cache_fit[0].from *= 2;
    expected.norm_power *= 2;
    CHECK(changed == expected);
    CHECK(small.value_text(0, 1) == "0.7 to 1.3");
    CHECK(small.value_text(1, 1) == "8");
}

TEST_CASE("what is no grid is refused") {
    struct Wrong {
        FittedCoefficient axis;
        std::string problem;
    };
    const std::vector<Wrong> all{
        {{"/refill/l9", {1}}, "c.json#/refill/l9: not there, expected a fitted coefficient"},
        {{"refill", {1}}, "c.json#refill: not there, expected a fitted coefficient"},
        {{"", {1}}, "c.json#: not there, expected a fitted coefficient"},
        {{"/refill", {1}}, "c.json#/refill: expected a number or an edge (until, from)"},
        {{"/refill/source", {1}}, "c.json#/refill/source: expected a number or an edge (until, from)"},
        {{"/refill/l1", {}}, "c.json#/refill/l1: expected 1 among the factors"},
        {{"/refill/l1", {0.5, 2}}, "c.json#/refill/l1: expected 1 among the factors"},
        {{"/refill/l1", {1, 1}}, "c.json#/refill/l1: expected factors that ascend"},
        {{"/refill/l1", {0.4, 1}}, "c.json#/refill/l1: expected factors from 0.5 to 2"},
        {{"/refill/l1", {1, 2.1}}, "c.json#/refill/l1: expected factors from 0.5 to 2"},
        {{"/composition/norm_power", {0.71, 1}},
         "c.json#/composition/norm_power: found 2.84, expected an integer from 2 to 8"},
        {{"/prefetch/refill", {1, 1.41}}, "c.json#/prefetch/refill: found 1.2408, expected a number from 0.0 to 1.0"},
    };
    for (const Wrong& wrong : all) {
        CAPTURE(wrong.problem);
        const auto grid = Grid::make(costmodel::built_in_coefficients_text(), {wrong.axis}, "c.json");
        REQUIRE_FALSE(grid);
        CHECK(grid.error().text() == wrong.problem);
    }
    CHECK_FALSE(Grid::make("{", {}, "c.json"));
}

TEST_CASE("the coefficients name those that were chosen on operators, and nothing else of them changes") {
    std::vector<std::string> named;
    for (const FittedCoefficient& axis : fitted_coefficients()) named.push_back(axis.pointer);
    CHECK(costmodel::built_in_coefficients()->fitted_on.coefficients == named);

    const StudyFolder folder;
    keep(folder, made_under(deep, {0, 1}));
    keep(folder, made_under(wide, {0, 1}));
    std::vector<LeftOut> studies{leave_out(study_of(folder), grid_of(two_axes()), 1)};
    const costmodel::FittedOn fitted = fitted_on(studies);
    CHECK(fitted.operators == 2);
    CHECK(fitted.families == 2);
    CHECK(fitted.spearman.operator_left_out == doctest::Approx(1));
    CHECK(fitted.spearman.shipped < 1);
    const std::string text = costmodel::built_in_coefficients_text();
    const auto changed = with_fitted(text, fitted, "c.json");
    REQUIRE_MESSAGE(changed, changed.error().text());
    auto read = *costmodel::coefficients_from_json(*changed, "c.json");
    CHECK(read.fitted_on.coefficients == std::vector<std::string>{"/refill/l1", "/core/outer_iteration_uops"});
    CHECK(read.fitted_on.operators == 2);
    read.fitted_on = costmodel::built_in_coefficients()->fitted_on;
    CHECK(read == *costmodel::built_in_coefficients());
    CHECK(*with_fitted(*changed, fitted, "c.json") == *changed);
    CHECK(with_fitted("{}", fitted, "x.json").error().text() == "x.json: expected a group \"fitted\"");
}

}  // namespace
}  // namespace saku::fidelity
