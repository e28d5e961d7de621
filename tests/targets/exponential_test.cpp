// exp in kernels against the C library's in double precision.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/random.h"
#include "check_same.h"

using namespace saku;
using tests::host;
using tests::nest_of;

namespace {

/// Units in the last place of an f32 result between what came out and what is exact.
double ulps(double got, double exact) {
    int exponent = 0;
    std::frexp(exact, &exponent);
    const double unit = std::ldexp(1.0, std::max(exponent - 24, -149));
    return std::fabs(got - exact) / unit;
}

/// y = exp(x) of a kernel with vectors of so many bits.
std::vector<double> exponentials(const std::vector<double>& x, int bits) {
    const std::string n = std::to_string(x.size());
    const ir::LoopNest nest = nest_of("nest n {\n  arg x: f32[" + n + "] in\n  arg y: f32[" + n +
                                      "] out\n  body { vector for i < " + n + " { y[i] = exp(x[i]) } }\n}");
    targets::Codegen codegen = host().codegen;
    codegen.prefer_vector_bits = bits;
    ir::Arguments arguments{x, std::vector<double>(x.size(), 0)};
    const tests::CompiledRun run = tests::run_compiled(nest, arguments, codegen, true);
    REQUIRE_MESSAGE(run.failure.empty(), run.failure);
    REQUIRE(run.status == 0);
    return run.arguments[1];
}

double rounded_to_float(double x) { return static_cast<double>(static_cast<float>(x)); }

}  // namespace

TEST_CASE("exp: within two units in the last place wherever the result is a number") {
    Random random(3);
    std::vector<double> x;
    for (int i = 0; i < 3000; ++i) x.push_back(rounded_to_float(random.unit() * 192 - 103.5));
    for (int i = 0; i < 200; ++i) x.push_back(rounded_to_float((random.unit() - 0.5) * 1e-6));
    for (const double edge : {0.0, -0.0, 1.0, -1.0, 88.72283, -87.33654, -103.0, 1e-40}) {
        x.push_back(rounded_to_float(edge));
    }
    for (const int bits : {32, 128, host().codegen.prefer_vector_bits}) {
        const std::vector<double> y = exponentials(x, bits);
        double worst = 0;
        for (std::size_t i = 0; i < x.size(); ++i) worst = std::max(worst, ulps(y[i], std::exp(x[i])));
        CAPTURE(bits);
        CHECK(worst <= 2);
    }
}

TEST_CASE("exp: what no f32 holds, infinities and NaN") {
    constexpr double inf = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> x{88.73, 89, 1e10, 3e38, inf, -104, -1e10, -3e38, -inf, nan, -nan};
    for (const int bits : {32, host().codegen.prefer_vector_bits}) {
        const std::vector<double> y = exponentials(x, bits);
        for (std::size_t i = 0; i < 5; ++i) CHECK(y[i] == inf);
        for (std::size_t i = 5; i < 9; ++i) CHECK(y[i] == 0);
        for (std::size_t i = 9; i < 11; ++i) CHECK(std::isnan(y[i]));
    }
}
