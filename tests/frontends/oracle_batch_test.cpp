// batch_matmul, run by the interpreter, against plain loops: transposes, leading dimensions, batch strides.
#include <string>

#include "tests/frontends/oracle.h"

namespace saku::frontends {
namespace {

Values expected(const Sizes& p, const Run& r) {
    const std::int64_t m = p.at("m");
    const std::int64_t n = p.at("n");
    const std::int64_t k = p.at("k");
    const bool ta = is_on(p, "ta");
    const bool tb = is_on(p, "tb");
    const std::int64_t lda = stride_or(p, "lda", ta ? m : k);
    const std::int64_t ldb = stride_or(p, "ldb", tb ? k : n);
    const std::int64_t ldout = stride_or(p, "ldout", n);
    const std::int64_t from_a = stride_or(p, "stride_a", lda * (ta ? k : m));
    const std::int64_t from_b = stride_or(p, "stride_b", ldb * (tb ? n : k));
    const std::int64_t from_out = stride_or(p, "stride_out", ldout * m);
    const std::int64_t ldresidual = stride_or(p, "ldresidual", n);
    const std::int64_t from_residual = stride_or(p, "stride_residual", ldresidual * m);
    Values out = r.before.at("out");
    for (std::int64_t b = 0; b < p.at("b"); ++b) {
        for (std::int64_t i = 0; i < m; ++i) {
            for (std::int64_t j = 0; j < n; ++j) {
                const std::int64_t place = b * from_out + i * ldout + j;
                double sum = 0;
                for (std::int64_t x = 0; x < k; ++x) {
                    sum += at(r.before.at("a"), b * from_a + (ta ? x * lda + i : i * lda + x)) *
                           at(r.before.at("b"), b * from_b + (tb ? j * ldb + x : x * ldb + j));
                }
                out[static_cast<std::size_t>(place)] = finish(p, r, alpha_of(p) * sum + start(p, at(out, place)), j,
                                                              b * from_residual + i * ldresidual + j);
            }
        }
    }
    return out;
}

TEST_CASE("batch_matmul is a matrix product for each batch") {
    Random random(5);
    for (int round = 0; round < 120; ++round) {
        Sizes p{{"b", random.between(1, 3)},
                {"m", random.between(1, 5)},
                {"n", random.between(1, 5)},
                {"k", random.between(1, 6)}};
        for (const char* key : {"ta", "tb"}) p[key] = random.between(0, 1);
        add_switches(p, random);
        add_factors(p, random);
        const auto gap = [&](const char* key, std::int64_t dense) {
            if (random.below(3) == 0) p[key] = dense + random.between(0, 5);
            return stride_or(p, key, dense);
        };
        const std::int64_t lda = gap("lda", is_on(p, "ta") ? p["m"] : p["k"]);
        const std::int64_t ldb = gap("ldb", is_on(p, "tb") ? p["k"] : p["n"]);
        const std::int64_t ldout = gap("ldout", p["n"]);
        gap("stride_a", lda * (is_on(p, "ta") ? p["k"] : p["m"]));
        gap("stride_b", ldb * (is_on(p, "tb") ? p["n"] : p["k"]));
        gap("stride_out", ldout * p["m"]);
        gap("stride_residual", gap("ldresidual", p["n"]) * p["m"]);
        const std::string text = shorthand_of("batch_matmul", p);
        CAPTURE(text);
        const Run result = run(text, random);
        CHECK(result.out == expected(p, result));
    }
}

}  // namespace
}  // namespace saku::frontends
