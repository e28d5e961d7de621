// Prefetches that run ahead: how far, and what that is worth where lines come from the L3.
#include <doctest/doctest.h>

#include <string>

#include "features/prefetching.h"
#include "tests/costmodel/pricing.h"

using namespace saku;
using namespace saku::tests;

namespace {

/// One row times a matrix in panels of `vectors` vectors: 768 x 768 elements, read once; `lines` prefetched in each of
/// the 768 steps of a panel, `distance` steps ahead.
std::string row_product(int vectors, int distance, int lines, int columns = 768, const char* loop = "for") {
    const std::string v = std::to_string(vectors);
    const std::string width = std::to_string(16 * vectors);
    const std::string panels = std::to_string(columns / 16 / vectors);
    std::string prefetches;
    for (int line = 0; line < lines; ++line) {
        prefetches +=
            "prefetch b[n, k + " + std::to_string(distance) + ", " + std::to_string(16 * line) + "]\n        ";
    }
    return "nest p {\n  arg a: f32[768] in\n  arg b: f32[" + panels + ", 768, " + width + "] in\n  arg out: f32[" +
           panels + ", " + width + "] out\n  registers acc: f32[" + v + ", 16]\n  body {\n    " + loop + " n < " +
           panels + " {\n      unrolled for v < " + v +
           " { vector for l < 16 { acc[v, l] = 0 } }\n      for k < 768 {\n        " + prefetches +
           "unrolled for v < " + v +
           " { vector for l < 16 { acc[v, l] += a[k] * b[n, k, 16*v + l] } }\n      }\n      unrolled for v < " + v +
           " { vector for l < 16 { out[n, 16*v + l] = acc[v, l] } }\n    }\n  }\n}";
}

features::PrefetchRun run_in(const features::LoopTable& table) {
    for (const features::Row& row : table.rows) {
        if (row.kind == features::RowKind::prefetch) return features::prefetch_run(table, row);
    }
    return {};
}

double microseconds(const std::string& text, const costmodel::Model& model) {
    return value_of(costmodel::estimate(table_of_nest(text), model)).seconds * 1e6;
}

}  // namespace

TEST_CASE("how far ahead prefetches run") {
    struct Case {
        int vectors, distance, lines;
    };
    for (const Case& c : {Case{2, 4, 2}, {4, 16, 4}, {8, 2, 8}, {1, 1, 1}}) {
        CAPTURE(c.vectors);
        const features::PrefetchRun run = run_in(table_of_nest(row_product(c.vectors, c.distance, c.lines)));
        CHECK(run.burst == c.lines);
        CHECK(run.ahead == c.lines * c.distance);
    }
}

TEST_CASE("prefetches well ahead make lines from the L3 cheaper, as measured on a Zen 5 core") {
    const costmodel::Model model = model_for("zen5");
    const double none = microseconds(row_product(8, 1, 0), model);
    const double ahead = microseconds(row_product(8, 4, 8), model);
    CHECK(ahead < 0.95 * none);
    CHECK(ahead == doctest::Approx(20.8).epsilon(0.15));
    CHECK(none == doctest::Approx(24.2).epsilon(0.15));
    // Too near or too far, they are instructions and nothing else.
    CHECK(microseconds(row_product(2, 1, 2), model) >= microseconds(row_product(2, 1, 0), model));
    CHECK(microseconds(row_product(8, 64, 8), model) >= none);
}

TEST_CASE("prefetches of what stays in the L2 in part are instructions and nothing else") {
    const costmodel::Model model = model_for("zen5");
    // 1.3 times an L2; with both, 1.9 times one, or each thread 0.9 of one.
    CHECK(microseconds(row_product(4, 4, 4, 448), model) >= microseconds(row_product(4, 4, 0, 448), model));
    CHECK(microseconds(row_product(4, 4, 4, 640), model) < 0.95 * microseconds(row_product(4, 4, 0, 640), model));
    const costmodel::Model both = model_for("zen5", 2);
    const auto shared = [&](int lines, int columns) {
        return microseconds(row_product(4, 4, lines, columns, "parallel for"), both);
    };
    CHECK(shared(4, 768) >= shared(0, 768));
    CHECK(shared(4, 1536) < 0.95 * shared(0, 1536));
}

TEST_CASE("a machine's file says what prefetches are worth there: on a Zen 4 core less than nothing") {
    const costmodel::Model model = model_for("zen4");
    const double none = microseconds(row_product(4, 1, 0), model);
    CHECK(none == doctest::Approx(24.5).epsilon(0.15));
    // Just ahead of what hardware has brought already they change nothing, a little further most, and what is evicted
    // again before its use is worse still.
    CHECK(microseconds(row_product(4, 1, 4), model) < 1.05 * none);
    CHECK(microseconds(row_product(4, 3, 4), model) == doctest::Approx(35.4).epsilon(0.15));
    CHECK(microseconds(row_product(4, 16, 4), model) == doctest::Approx(31.5).epsilon(0.15));
    CHECK(microseconds(row_product(8, 64, 8), model) == doctest::Approx(39.1).epsilon(0.15));
}
