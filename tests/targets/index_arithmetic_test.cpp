// Arithmetic on indices alone that the ranges around it decide (targets/llvm/index_arithmetic.h).

#include <doctest/doctest.h>

#include <string>

#include "check_same.h"

using namespace saku;
using tests::check_same;
using tests::nest_of;

namespace {

std::string assembly_of(const std::string& text) {
    const auto machine = targets::machine_named("zen4");
    REQUIRE(machine.ok());
    const auto emitted =
        targets::emit(nest_of(text), machine->codegen, {.name = "kernel", .object = false, .assembly = true});
    REQUIRE(emitted.ok());
    return emitted->assembly;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Means of windows of three rows over an image of 20, padded on either side, by the rows that there are.
constexpr const char* means = R"(nest n {
  arg in: f32[20, 16] in
  arg out: f32[20, 16] out
  registers acc: f32[2, 16]
  body {
    for t < 10 {
      unrolled for i < 2 { vector for l < 16 { acc[i, l] = 0 } }
      unrolled for u < 3 { unrolled for i < 2 { vector for l < 16 { acc[i, l] += in[2*t + i + u - 1, l] pad 0 } } }
      unrolled for i < 2 { vector for l < 16 {
        out[2*t + i, l] = acc[i, l] / (min(index(2*t + i + 2), 20) - max(index(2*t + i - 1), 0))
      } }
    }
  }
})";

}  // namespace

TEST_CASE("the size of a window is a number inside of an image, and at its borders") {
    check_same(means);
    const std::string assembly = assembly_of(means);
    CHECK(has(assembly, "vdivps"));
    CHECK_FALSE(has(assembly, "vcvt"));
    CHECK_FALSE(has(assembly, "vmin"));
    CHECK_FALSE(has(assembly, "vcmp"));
}

TEST_CASE("minima and maxima that take either operand are worked out") {
    const std::string text = R"(nest n {
  arg out: f32[3, 40] out
  body { for i < 3 { for j < 40 { out[i, j] = min(index(j - 5*i), 7) - max(index(i - 1), index(j - 20)) } } }
})";
    check_same(text);
    CHECK(has(assembly_of(text), "cvt"));
}

TEST_CASE("decided for all lanes, for some, and by what lanes a mask lets through") {
    check_same(R"(nest n {
  arg out: f32[4, 32] out
  body {
    for i < 4 {
      vector for l < 16 { out[i, l] = min(index(l + i), 18) + max(index(l - 16), 0) }
      vector for l < 16 { out[i, l + 16] = max(index(l - 8), index(i)) - min(index(3*l), index(100 - i)) }
      vector for l < 16 { if 11 - l >= 0 { out[i, l] = min(index(l), 11) * (index(l + 2) - index(l)) } }
    }
  }
})");
}

TEST_CASE("fractions and zeros keep what they are") {
    check_same(R"(nest n {
  arg a: f32[6] in
  arg out: f32[6, 3] out
  body {
    for i < 6 {
      out[i, 0] = min(index(i), 2.5) + max(index(i), -0.5)
      out[i, 1] = a[i] * (index(i) - index(i))
      out[i, 2] = 1 / max(-0.0, index(i - 5)) + min(index(i), index(i))
    }
  }
})");
}

TEST_CASE("what floats round is not known beforehand") {
    // Differences of 1, of numbers that f32 does not tell apart.
    CHECK(has(assembly_of(R"(nest n {
  arg out: f32[6] out
  body { for i < 6 { out[i] = index(16777216 + i) - index(16777215 + i) } }
})"),
              "cvt"));
}
