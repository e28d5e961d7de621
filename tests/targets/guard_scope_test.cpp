// Tests that code inside a guard knows what the guard says of the loops around.
#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <utility>

#include "check_same.h"

using namespace saku;
using tests::check_same;
using tests::nest_of;

namespace {

/// Maxima of 2x2 windows in tiles of 3 rows and 16 columns; the last row and the last 12 columns are on their own.
std::string windows() {
    const std::string tile = R"(
        unrolled for i < ROWS { vector for l < LANES { acc[i, l] = -inf } }
        for u < 2 { unrolled for v < 2 { unrolled for i < ROWS { vector for l < LANES {
          acc[i, l] max= a[u + 2*i + 12*p + 6*q, v + 32*x + 2*l]
        } } } }
        unrolled for i < ROWS { vector for l < LANES { out[i + 6*p + 3*q, 16*x + l] = acc[i, l] } })";
    const auto with = [&](const std::string& rows, const std::string& lanes) {
        std::string text = tile;
        for (std::size_t at = text.find("ROWS"); at != std::string::npos; at = text.find("ROWS"))
            text.replace(at, 4, rows);
        for (std::size_t at = text.find("LANES"); at != std::string::npos; at = text.find("LANES"))
            text.replace(at, 5, lanes);
        return text;
    };
    const auto columns = [&](const std::string& rows) {
        return "for x < 2 { if 12 - 16*x >= 0 {" + with(rows, "16") + "} else {" + with(rows, "12") + "} }";
    };
    return "nest n {\n  arg a: f32[56, 56] in\n  arg out: f32[28, 28] out\n  registers acc: f32[3, 16]\n  body {\n"
           "    for p < 5 { for q < 2 { if 25 - 6*p - 3*q >= 0 {" +
           columns("3") + "} else {" + columns("1") + "} } }\n  }\n}";
}

std::string assembly_of(const std::string& text) {
    const auto machine = targets::machine_named("zen5");
    REQUIRE(machine.ok());
    const auto emitted =
        targets::emit(nest_of(text), machine->codegen, {.name = "kernel", .object = false, .assembly = true});
    REQUIRE(emitted.ok());
    return emitted->assembly;
}

int lines_with(const std::string& assembly, const std::string& a, const std::string& b) {
    std::istringstream lines(assembly);
    int count = 0;
    for (std::string line; std::getline(lines, line);)
        count += line.find(a) != std::string::npos && line.find(b) != std::string::npos ? 1 : 0;
    return count;
}

/// Permutations that load their second half: only what one of them uses alone.
int loads_while_permuting(const std::string& assembly) { return lines_with(assembly, "vpermt2ps", "("); }

/// Of the kernel, loads of whole vectors from its first argument.
std::pair<int, int> permutations_and_loads(const std::string& text) {
    const std::string assembly = assembly_of(text);
    return {lines_with(assembly, "vpermt2ps", ""), lines_with(assembly, "(%rdi", "zmm")};
}

}  // namespace

TEST_CASE("what a guard excludes is not feared: neighbouring columns share their loads") {
    const std::string text = windows();
    check_same(text);
    // Rows of 32 neighbours, read once for even and odd columns. Without the guards around, the last tile of all would
    // end beyond the tensor, and odd columns be loaded from one element before.
    const std::string assembly = assembly_of(text);
    CHECK(lines_with(assembly, "vpermt2ps", "") > 0);
    CHECK(loads_while_permuting(assembly) == 0);
}

TEST_CASE("guards that become numbers of iterations are known, too") {
    // 28 rows in blocks of three tiles of four: the last block has one.
    const std::string text = R"(nest n {
  arg a: f32[56, 32] in
  arg out: f32[28, 16] out
  registers acc: f32[4, 16]
  body {
    for p < 3 { for q < 3 { if 6 - 3*p - q >= 0 {
      unrolled for i < 4 { vector for l < 16 { acc[i, l] = -inf } }
      unrolled for u < 2 { unrolled for v < 2 { unrolled for i < 4 { vector for l < 16 {
        acc[i, l] max= a[u + 2*i + 24*p + 8*q, v + 2*l]
      } } } }
      unrolled for i < 4 { vector for l < 16 { out[i + 12*p + 4*q, l] = acc[i, l] } }
    } } }
  }
})";
    check_same(text);
    CHECK(permutations_and_loads(text) == std::pair{16, 16});
}

TEST_CASE("branches of guards that say nothing of a single loop, or never run") {
    check_same(R"(nest n {
  arg a: f32[40] in
  arg out: f32[8, 5] out
  body {
    for o < 8 { for p < 5 {
      if o - p - 9 >= 0 { out[o, p] = 1 } else {
        if 2*o - 3*p - 1 >= 0 { out[o, p] = a[2*o - 3*p - 1] } else { out[o, p] = a[3*p - 2*o] }
      }
    } }
  }
})");
    // Two conditions: where not both hold, either may.
    check_same(R"(nest n {
  arg a: f32[24] in
  arg out: f32[6, 4] out
  body {
    for o < 6 { for p < 4 {
      if 3 - o >= 0, 2 - p >= 0 { out[o, p] = a[4*o + p] } else { out[o, p] = a[23 - 4*o - p] }
    } }
  }
})");
}
