// Element-wise built-ins and those that reduce rows, run by the interpreter, against plain loops.
#include <functional>
#include <limits>
#include <string>

#include "tests/frontends/oracle.h"

namespace saku::frontends {
namespace {

/// Runs `name` on a random matrix, views included; `expected` gives what element (i, j) of `out` must be.
using Element = std::function<double(const Sizes& p, const Run& r, std::int64_t i, std::int64_t j)>;
void check_elements(const std::string& name, std::vector<const char*> leading, bool has_relu, const Element& expected,
                    std::uint64_t seed) {
    Random random(seed);
    for (int round = 0; round < 30; ++round) {
        Sizes p{{"m", random.between(1, 4)}, {"n", random.between(1, 9)}};
        for (const char* key : leading) {
            if (random.below(3) == 0) p[key] = p["n"] + random.between(0, 3);
        }
        if (has_relu) p["relu"] = random.between(0, 1);
        const std::string text = shorthand_of(name, p);
        CAPTURE(text);
        const Run result = run(text, random);
        Values out = result.before.at("out");
        const std::int64_t ldout = stride_or(p, "ldout", p["n"]);
        for (std::int64_t i = 0; i < p["m"]; ++i) {
            for (std::int64_t j = 0; j < p["n"]; ++j) {
                const double value = expected(p, result, i, j);
                out.at(static_cast<std::size_t>(i * ldout + j)) = is_on(p, "relu") ? std::max(value, 0.0) : value;
            }
        }
        CHECK(result.out == out);
    }
}

/// Element (i, j) of a tensor whose rows are `ld` apart.
double element(const Sizes& p, const Run& r, const char* tensor, const char* ld, std::int64_t i, std::int64_t j) {
    return at(r.before.at(tensor), i * stride_or(p, ld, p.at("n")) + j);
}

TEST_CASE("element-wise operators") {
    const auto in = [](const Sizes& p, const Run& r, std::int64_t i, std::int64_t j) {
        return element(p, r, "in", "ldin", i, j);
    };
    check_elements(
        "add", {"lda", "ldb", "ldout"}, true,
        [](const auto& p, const auto& r, auto i, auto j) {
            return element(p, r, "a", "lda", i, j) + element(p, r, "b", "ldb", i, j);
        },
        8);
    check_elements(
        "mul", {"lda", "ldb", "ldout"}, false,
        [](const auto& p, const auto& r, auto i, auto j) {
            return element(p, r, "a", "lda", i, j) * element(p, r, "b", "ldb", i, j);
        },
        9);
    check_elements(
        "relu", {"ldin", "ldout"}, false,
        [&](const auto& p, const auto& r, auto i, auto j) { return std::max(in(p, r, i, j), 0.0); }, 10);
    check_elements(
        "relu6", {"ldin", "ldout"}, false,
        [&](const auto& p, const auto& r, auto i, auto j) { return std::clamp(in(p, r, i, j), 0.0, 6.0); }, 11);
    check_elements(
        "bias_add", {"ldin", "ldout"}, true,
        [&](const auto& p, const auto& r, auto i, auto j) { return in(p, r, i, j) + at(r.before.at("bias"), j); }, 12);
}

TEST_CASE("element-wise operators with real parameters") {
    const auto in = [](const Sizes& p, const Run& r, std::int64_t i, std::int64_t j) {
        return element(p, r, "in", "ldin", i, j);
    };
    const auto clamped = [&](const Sizes& p, const Run& r, std::int64_t i, std::int64_t j) {
        return std::clamp(in(p, r, i, j), -1.0, 1.0);
    };
    const auto scaled = [&](const Sizes& p, const Run& r, std::int64_t i, std::int64_t j) {
        return in(p, r, i, j) * 2;
    };
    check_elements("clamp", {"ldin", "ldout"}, false, clamped, 14);
    check_elements("scale", {"ldin", "ldout"}, false, scaled, 15);
}

TEST_CASE("reductions of rows") {
    Random random(13);
    for (int round = 0; round < 60; ++round) {
        Sizes p{{"m", random.between(1, 4)}, {"n", random.between(1, 9)}, {"accumulate", random.between(0, 1)}};
        if (random.below(3) == 0) p["ldin"] = p["n"] + random.between(0, 3);
        for (const std::string name : {"row_sum", "row_max"}) {
            const std::string text = shorthand_of(name, p);
            CAPTURE(text);
            const Run result = run(text, random);
            const bool sums = name == "row_sum";
            Values expected;
            for (std::int64_t i = 0; i < p["m"]; ++i) {
                double total = sums ? 0 : -std::numeric_limits<double>::infinity();
                if (is_on(p, "accumulate")) total = at(result.before.at("out"), i);
                for (std::int64_t j = 0; j < p["n"]; ++j) {
                    const double value = element(p, result, "in", "ldin", i, j);
                    total = sums ? total + value : std::max(total, value);
                }
                expected.push_back(total);
            }
            CHECK(result.out == expected);
        }
    }
}

}  // namespace
}  // namespace saku::frontends
