#include "bench/fidelity/checked.h"

#include <doctest/doctest.h>

#include "bench/fidelity/markdown.h"
#include "made_study.h"

namespace saku::fidelity {
namespace {

tuner::Sample sample(double predicted, double first, double second) {
    return {.id = 0,
            .origin = tuner::Origin::random,
            .predicted_seconds = predicted,
            .first_seconds = first,
            .second_seconds = second};
}

TEST_CASE("pairs go into the bin of their margin, and count when measured in the predicted order") {
    std::vector<PairBin> bins = empty_bins();
    REQUIRE(bins.size() == 10);
    CHECK(bins.front().from == 0);
    for (std::size_t i = 1; i < bins.size(); ++i) CHECK(bins[i].from == bins[i - 1].until);
    // 1 and 1.1 are 10 % apart and in order; 1 and 3, 1.1 and 3 are far apart, one of them in the wrong order.
    add_pairs({sample(1, 2, 2), sample(1.1, 4, 4), sample(3, 3, 3)}, bins);
    CHECK(bins[4].pairs == 1);
    CHECK(bins[4].order_share() == 1);
    CHECK(bins.back().pairs == 2);
    CHECK(bins.back().order_share() == 0.5);
    CHECK(bins.back().agree_share() == 1);
    // Equal predictions, and equal times, are half right.
    add_pairs({sample(5, 1, 2), sample(5, 2, 1)}, bins);
    CHECK(bins[0].pairs == 1);
    CHECK(bins[0].order_share() == 0.5);
    CHECK(bins[0].agree_share() == 0);
}

TEST_CASE("predictions can be told apart from the first margin on after which three in four are right") {
    std::vector<PairBin> bins = empty_bins();
    CHECK(distinguishable(bins) == 1);
    for (PairBin& bin : bins) bin = {.from = bin.from, .until = bin.until, .pairs = 100, .in_order = 90};
    CHECK(distinguishable(bins) == 0);
    bins[3].in_order = 74;
    CHECK(distinguishable(bins) == bins[4].from);
    bins[4].in_order = 75;
    CHECK(distinguishable(bins) == bins[4].from);
    bins.back().in_order = 10;
    CHECK(distinguishable(bins) == 1);
}

TEST_CASE("the group of the coefficients is replaced, and nothing else") {
    const tests::StudyFolder folder;
    keep(folder, tests::made_up("matmul:m=96,n=64,k=48", 30, [](double seconds, int) { return seconds * 1.25; }));
    keep(folder, tests::made_up("matmul:m=512,n=512,k=512", 30, [](double seconds, int) { return seconds; }));
    const auto studies = open_studies(folder.path());
    REQUIRE_MESSAGE(studies, studies.error().text());
    const std::vector<PairBin> bins = pairs_of(*studies);
    const costmodel::Checked checked = checked_by(*studies, bins);
    CHECK(checked.machines == std::vector<std::string>{"zen5"});
    CHECK(checked.threads == 1);
    CHECK(checked.working_set_from >= (96 * 64 + 64 * 48 + 96 * 48) * 4);
    CHECK(checked.working_set_from < 2 * (96 * 64 + 64 * 48 + 96 * 48) * 4);
    CHECK(checked.working_set_until >= 3 * 512 * 512 * 4);
    CHECK(checked.median_error == doctest::Approx(0.1).epsilon(0.01));
    CHECK(checked.distinguishable == 0);

    const std::string text = *read_file(SAKU_SOURCE_DIR "/costmodel/coefficients.json");
    const auto changed = with_checked(text, checked, *studies, "coefficients.json");
    REQUIRE_MESSAGE(changed, changed.error().text());
    const auto before = costmodel::coefficients_from_json(text, "a");
    auto after = costmodel::coefficients_from_json(*changed, "b");
    REQUIRE(after);
    CHECK(after->checked.distinguishable == 0);
    CHECK(after->checked.median_error == 0.1);
    after->checked = before->checked;
    CHECK(*after == *before);
    // Again changes nothing more.
    CHECK(*with_checked(*changed, checked, *studies, "coefficients.json") == *changed);

    CHECK(with_checked("{}", checked, *studies, "x.json").error().text() == "x.json: expected a group \"checked\"");
    CHECK_FALSE(with_checked("{\"checked\": {", checked, *studies, "x.json"));
    CHECK_FALSE(with_checked("{\"checked\": {}}", checked, *studies, "x.json"));
    CHECK(pairs_text(*studies, bins).find("2 operators on zen5") != std::string::npos);
}

TEST_CASE("numbers and tables as the page has them") {
    CHECK(fixed(0.8525, 2) == "0.85");
    CHECK(fixed(-1.5, 0) == "-2");
    CHECK(change(0.0004, 3) == "0");
    CHECK(change(-0.0004, 3) == "0");
    CHECK(change(0.012, 3) == "+0.012");
    CHECK(change(-0.3, 2) == "-0.30");
    CHECK(percent(0.283) == "28 %");
    CHECK(grouped(999) == "999");
    CHECK(grouped(224000) == "224,000");
    CHECK(grouped(1234567) == "1,234,567");
    CHECK(table({{"a", "b"}, {"1", "2"}}) == "| a | b |\n|---|---|\n| 1 | 2 |\n");
}

TEST_CASE("a block between markers is replaced") {
    const std::string text = "x\n<!-- p: begin -->\nold\n<!-- p: end -->\ny\n";
    CHECK(*with_block(text, "p", "new\n", "f") == "x\n<!-- p: begin -->\nnew\n<!-- p: end -->\ny\n");
    CHECK(with_block(text, "q", "", "f.md").error().text() == "f.md: expected <!-- q: begin --> and its end");
    CHECK_FALSE(with_block("<!-- p: end -->\n<!-- p: begin -->\n", "p", "", "f.md"));
    CHECK(with_block(*read_file(SAKU_SOURCE_DIR "/docs/cost-model.md"), "pairs", "", "docs/cost-model.md"));
}

}  // namespace
}  // namespace saku::fidelity
