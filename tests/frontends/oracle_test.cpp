// The built-ins, run by the interpreter, against independent plain loops.
#include "tests/frontends/oracle.h"

#include <string>

namespace saku::frontends {
namespace {

/// What `out` must hold; elements in the gaps of views keep their value.
Values expected_matmul(const Sizes& p, const Run& r) {
    const std::int64_t m = p.at("m");
    const std::int64_t n = p.at("n");
    const std::int64_t k = p.at("k");
    const bool ta = p.at("ta") != 0;
    const bool tb = p.at("tb") != 0;
    const auto stride = [&](const char* key, std::int64_t dense) { return p.at(key) != 0 ? p.at(key) : dense; };
    const std::int64_t lda = stride("lda", ta ? m : k);
    const std::int64_t ldb = stride("ldb", tb ? k : n);
    const std::int64_t ldout = stride("ldout", n);
    const std::int64_t ldresidual = stride("ldresidual", n);
    Values out = r.before.at("out");
    for (std::int64_t i = 0; i < m; ++i) {
        for (std::int64_t j = 0; j < n; ++j) {
            double sum = 0;
            for (std::int64_t x = 0; x < k; ++x) {
                sum += at(r.before.at("a"), ta ? x * lda + i : i * lda + x) *
                       at(r.before.at("b"), tb ? j * ldb + x : x * ldb + j);
            }
            out[static_cast<std::size_t>(i * ldout + j)] =
                finish(p, r, alpha_of(p) * sum + start(p, at(out, i * ldout + j)), j, i * ldresidual + j);
        }
    }
    return out;
}

/// One output element of a convolution: the sum over `channels` input channels from `first`, with weights from
/// `weight`.
double convolve(const Sizes& p, const Run& r, std::int64_t image, std::int64_t first, std::int64_t channels,
                std::int64_t weight, std::int64_t y, std::int64_t x) {
    const std::int64_t h = p.at("h");
    const std::int64_t w = p.at("w");
    const std::int64_t dilation = p.contains("dilation") ? p.at("dilation") : 1;
    const View in = view_of(p, "in", 'c', p.at("c"), h, w);
    double sum = 0;
    for (std::int64_t i = 0; i < channels; ++i) {
        for (std::int64_t u = 0; u < p.at("r"); ++u) {
            for (std::int64_t v = 0; v < p.at("s"); ++v) {
                const std::int64_t row = y * p.at("stride") + u * dilation - p.at("pad");
                const std::int64_t column = x * p.at("stride") + v * dilation - p.at("pad");
                if (row < 0 || row >= h || column < 0 || column >= w) continue;
                sum += at(r.before.at("in"), in.at(image, first + i, row, column)) *
                       at(r.before.at("wt"), weight + (i * p.at("r") + u) * p.at("s") + v);
            }
        }
    }
    return sum;
}

Values expected_convolution(const Sizes& p, const Run& r, bool is_depthwise) {
    const std::int64_t groups = is_depthwise ? p.at("c") : p.at("groups");
    const std::int64_t outputs = is_depthwise ? p.at("c") : p.at("k");
    const std::int64_t per_group = p.at("c") / groups;
    const std::int64_t rows = places(p, p.at("h"), p.at("r"));
    const std::int64_t columns = places(p, p.at("w"), p.at("s"));
    const char channel = is_depthwise ? 'c' : 'k';
    const View to = view_of(p, "out", channel, outputs, rows, columns);
    const View residual = view_of(p, "residual", channel, outputs, rows, columns);
    Values out = r.before.at("out");
    for (std::int64_t image = 0; image < p.at("n"); ++image) {
        for (std::int64_t o = 0; o < outputs; ++o) {
            const std::int64_t group = o / (outputs / groups);
            for (std::int64_t y = 0; y < rows; ++y) {
                for (std::int64_t x = 0; x < columns; ++x) {
                    const double sum = convolve(p, r, image, group * per_group, per_group,
                                                o * per_group * p.at("r") * p.at("s"), y, x);
                    double& place = out.at(static_cast<std::size_t>(to.at(image, o, y, x)));
                    place = finish(p, r, start(p, place) + alpha_of(p) * sum, o, residual.at(image, o, y, x));
                }
            }
        }
    }
    return out;
}

/// Views of the activations, switches and factors.
void add_conv_options(Sizes& p, std::int64_t outputs, char channel, Random& random) {
    const std::int64_t rows = places(p, p["h"], p["r"]);
    const std::int64_t columns = places(p, p["w"], p["s"]);
    add_view(p, "in", 'c', p["c"], p["h"], p["w"], random);
    add_view(p, "residual", channel, outputs, rows, columns, random);
    add_view(p, "out", channel, outputs, rows, columns, random);
    add_switches(p, random);
    add_factors(p, random);
}

TEST_CASE("matmul is a matrix product") {
    Random random(1);
    for (int round = 0; round < 120; ++round) {
        Sizes p{{"m", random.between(1, 7)}, {"n", random.between(1, 7)}, {"k", random.between(1, 9)}};
        p["ta"] = random.between(0, 1);
        p["tb"] = random.between(0, 1);
        const auto leading = [&](std::int64_t row) { return random.below(3) == 0 ? row + random.between(0, 3) : 0; };
        p["lda"] = leading(p["ta"] != 0 ? p["m"] : p["k"]);
        p["ldb"] = leading(p["tb"] != 0 ? p["k"] : p["n"]);
        p["ldout"] = leading(p["n"]);
        p["ldresidual"] = leading(p["n"]);
        add_switches(p, random);
        add_factors(p, random);
        const std::string text = shorthand_of("matmul", p);
        CAPTURE(text);
        const Run result = run(text, random);
        CHECK(result.out == expected_matmul(p, result));
    }
}

TEST_CASE("conv2d is a convolution") {
    Random random(2);
    for (int round = 0; round < 120; ++round) {
        const std::int64_t groups = random.between(1, 3);
        Sizes p{{"n", random.between(1, 2)}, {"c", groups * random.between(1, 3)}, {"k", groups * random.between(1, 3)},
                {"h", random.between(1, 8)}, {"w", random.between(1, 8)},          {"r", random.between(1, 3)},
                {"s", random.between(1, 3)}, {"stride", random.between(1, 3)},     {"dilation", random.between(1, 2)},
                {"groups", groups}};
        const std::int64_t rows = p["dilation"] * (p["r"] - 1) + 1;
        const std::int64_t columns = p["dilation"] * (p["s"] - 1) + 1;
        p["pad"] = std::max({random.between(0, 2), (rows - p["h"] + 1) / 2, (columns - p["w"] + 1) / 2});
        add_conv_options(p, p["k"], 'k', random);
        const std::string text = shorthand_of("conv2d", p);
        CAPTURE(text);
        const Run result = run(text, random);
        CHECK(result.out == expected_convolution(p, result, false));
    }
}

TEST_CASE("depthwise_conv2d convolves each channel by itself") {
    Random random(3);
    for (int round = 0; round < 120; ++round) {
        Sizes p{{"n", random.between(1, 2)},     {"c", random.between(1, 4)}, {"h", random.between(1, 8)},
                {"w", random.between(1, 8)},     {"r", random.between(1, 3)}, {"s", random.between(1, 3)},
                {"stride", random.between(1, 3)}};
        p["pad"] = std::max({random.between(0, 2), (p["r"] - p["h"] + 1) / 2, (p["s"] - p["w"] + 1) / 2});
        add_conv_options(p, p["c"], 'c', random);
        const std::string text = shorthand_of("depthwise_conv2d", p);
        CAPTURE(text);
        const Run result = run(text, random);
        CHECK(result.out == expected_convolution(p, result, true));
    }
}

TEST_CASE("the sample is what its comment says") {
    Random random(4);
    const std::int64_t I = 3, J = 4, K = 5, L = 2;
    const Run result = run(std::string(SAKU_SOURCE_DIR) + "/samples/mttkrp.saku:i=3,j=4,k=5,l=2", random);
    for (std::int64_t i = 0; i < I; ++i) {
        for (std::int64_t j = 0; j < J; ++j) {
            double sum = 0;
            for (std::int64_t k = 0; k < K; ++k) {
                for (std::int64_t l = 0; l < L; ++l) {
                    sum += at(result.before.at("a"), (i * K + k) * L + l) * at(result.before.at("b"), k * J + j) *
                           at(result.before.at("c"), l * J + j);
                }
            }
            CHECK(at(result.out, i * J + j) == sum);
        }
    }
}

}  // namespace
}  // namespace saku::frontends
