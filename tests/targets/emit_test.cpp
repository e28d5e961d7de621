// Compiled nests against interpreted ones, construct by construct.
#include "targets/emit.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "check_same.h"
#include "inner_loops.h"
#include "runtime/saku_runtime.h"
#include "targets/machine_file.h"

using namespace saku;

using tests::check_same;
using tests::host;
using tests::nest_of;

TEST_CASE("indices as numbers: the same for all lanes, one after the other, and divided") {
    check_same(R"(nest n {
  arg a: f32[3, 40] in
  arg out: f32[3, 40] out
  body {
    for i < 3 {
      for j < 2 {
        vector for l < 16 { out[i, 16*j + l] = a[i, 16*j + l] * index(2*i - 1) + index(16*j + l - 20) }
      }
      vector for l < 8 {
        out[i, 32 + l] = index(floor((l + 7*i)/5)) - 3 * index(((l - 11) mod 3)) + index(floor((2*l - 9)/4))
      }
    }
  }
})");
    check_same(R"(nest n {
  arg out: f32[2, 19] out
  body {
    unrolled for i < 2 {
      for j < 3 { vector for l < 5 { out[i, 5*j + l] = index(3000000000*l - j) } }
      for j < 4 { out[i, j + 15] = max(index(j - 2*i), 0) / index(j + 1) }
    }
  }
})");
}

TEST_CASE("plain loops, guards and reductions that start themselves") {
    check_same(R"(nest n {
  arg a: f32[5, 7] in
  arg b: f32[7, 3] in
  arg out: f32[5, 3] out
  body {
    for i < 5 { for j < 3 { for k < 7 { out[i, j] += a[i, k] * b[k, j] first (k) } } }
  }
})");
    check_same(R"(nest n {
  arg a: f32[10] in
  arg out: f32[10] out
  body {
    for i < 10 { if 6 - i >= 0, i - 2 >= 0 { out[i] = a[i] + 1 } else { out[i] = neg(a[i]) } }
  }
})");
    check_same(R"(nest n {
  arg a: f32[10, 4] in
  arg out: f32[10] out
  body {
    for i < 10 { for k < 4 { out[i] max= a[i, k] first (k) } }
  }
})");
}

TEST_CASE("a guard that fills a loop becomes its bound") {
    check_same(R"(nest n {
  arg a: f32[13] in
  arg out: f32[13] out
  body {
    for o < 4 { for i < 5 { if 12 - 5*o - i >= 0 { out[5*o + i] = a[5*o + i] * 2 } } }
  }
})");
}

TEST_CASE("padded reads, scalar and in lanes") {
    check_same(R"(nest n {
  arg a: f32[3, 9] in
  arg out: f32[5, 11] out
  body {
    for i < 5 { for j < 11 { out[i, j] = a[i - 1, j - 1] pad 4 } }
  }
})");
    check_same(R"(nest n {
  arg a: f32[3, 9] in
  arg out: f32[5, 11] out
  body {
    for i < 5 { vector for j < 11 { out[i, j] = a[i - 1, j - 1] pad 4 } }
  }
})");
    check_same(R"(nest n {
  arg a: f32[9] in
  arg out: f32[40] out
  body {
    vector for j < 40 { out[j] = a[floor(j/3) - 2] pad -1 }
  }
})");
}

TEST_CASE("vector loops: contiguous, strided, uniform, masked, longer than a register") {
    check_same(R"(nest n {
  arg a: f32[50] in
  arg b: f32[99] in
  arg c: f32[2] in
  arg out: f32[50] out
  body {
    vector for j < 50 { out[j] = a[j] * b[2*j] + c[1] }
  }
})");
    check_same(R"(nest n {
  arg a: f32[37] in
  arg out: f32[73] out
  body {
    for o < 5 { vector for j < 8 { if 36 - 8*o - j >= 0 { out[16*o + 2*j] = a[8*o + j] } else { } } }
  }
})");
    check_same(R"(nest n {
  arg a: f32[37] in
  arg out: f32[37] out
  body {
    for o < 3 { vector for j < 16 { if 36 - 16*o - j >= 0 { out[16*o + j] = a[36 - 16*o - j] } } }
  }
})");
    check_same(R"(nest n {
  arg a: f32[7, 24] in
  arg out: f32[24, 7] out
  body {
    for i < 7 { vector for j < 24 { out[j, i] = a[i, j] } }
  }
})");
}

TEST_CASE("register tiles, with tails and transposed stores and reads") {
    for (const char* rows : {"5", "14", "16"}) {
        std::string text = R"(nest n {
  arg a: f32[ROWS, 6] in
  arg b: f32[6, 20] in
  arg out: f32[20, ROWS] out accumulated
  registers acc: f32[ROWS, 20]
  body {
    unrolled for j < 20 { vector for i < ROWS { acc[i, j] = out[j, i] } }
    for k < 6 { unrolled for i < ROWS { vector for j < 20 { acc[i, j] += a[i, k] * b[k, j] } } }
    unrolled for j < 20 { vector for i < ROWS { out[j, i] = acc[i, j] } }
  }
})";
        for (std::size_t at = text.find("ROWS"); at != std::string::npos; at = text.find("ROWS"))
            text.replace(at, 4, rows);
        check_same(text);
    }
}

TEST_CASE("blocked layouts, packed operands, workspace, prefetch") {
    check_same(R"(nest n {
  arg a: f32[6, 10] in
  arg w: f32[10, 20] in const
  arg out: f32[6, 20] out
  packed w_p: f32[2, 10, 16] of w
  workspace a_p: f32[10, 6] layout (d1 % 6 stride 16, d0 % 10 stride 1)
  offline w_p {
    for p < 2 { for k < 10 { vector for q < 16 { w_p[p, k, q] = w[k, 16*p + q] pad 0 } } }
  }
  body {
    for i < 6 { for k < 10 { a_p[k, i] = a[i, k] } }
    for i < 6 { for p < 2 { for k < 10 { prefetch w_p[p, k + 4, 0] vector for q < 16 {
      if 19 - 16*p - q >= 0 { out[i, 16*p + q] += a_p[k, i] * w_p[p, k, q] first (k) }
    } } } }
  }
})");
}

TEST_CASE("parallel loops call the runtime; private scratch is the worker's own") {
    const std::string text = R"(nest n {
  arg a: f32[24, 50] in
  arg w: f32[50, 16] in const
  arg out: f32[2, 24, 16] out
  packed w_p: f32[50, 16] of w
  workspace a_p: f32[50, 4]
  workspace shared: f32[24]
  registers acc: f32[4, 16]
  offline w_p { for k < 50 { for q < 16 { w_p[k, q] = w[k, q] } } }
  body {
    for s < 24 { shared[s] = a[s, 0] }
    for r < 2 {
      parallel for i < 6 {
        for k < 50 { for q < 4 { a_p[k, q] = a[4*i + q, k] + shared[4*i + q] } }
        unrolled for q < 4 { vector for j < 16 { acc[q, j] = 0 } }
        for k < 50 { unrolled for q < 4 { vector for j < 16 { acc[q, j] += a_p[k, q] * w_p[k, j] } } }
        unrolled for q < 4 { vector for j < 16 { out[r, 4*i + q, j] = acc[q, j] } }
      }
    }
  }
})";
    const ir::LoopNest nest = nest_of(text);
    Random random(3);
    const ir::Arguments before = tests::random_arguments(nest, random);
    ir::Arguments expected = before;
    REQUIRE(ir::interpret(nest, expected).ok());
    for (const int workers : {1, 2, 5}) {
        const tests::CompiledRun run = tests::run_compiled(nest, before, host().codegen, true,
                                                           reinterpret_cast<void*>(&saku_parallel_for), workers);
        REQUIRE(run.failure.empty());
        CHECK(run.status == 0);
        CHECK(run.arguments == expected);
    }
}

TEST_CASE("what emission does not support is a reason, not code") {
    const targets::Codegen codegen = host().codegen;
    const auto refused = [&](const std::string& text) {
        auto nest = ir::parse(text);
        REQUIRE(nest.ok());
        const auto emitted = targets::emit(*nest, codegen, {.name = "kernel"});
        REQUIRE(!emitted.ok());
        return emitted.error().text();
    };
    CHECK(refused(R"(nest n {
  arg a: f64[4] in
  arg out: f32[4] out
  body { for i < 4 { out[i] = a[i] } }
})") == "element type not supported by emission: a is f64");
    CHECK(refused(R"(nest n {
  arg out: f32[4] out
  body { for i < n <= 4 { out[i] = 1 } }
})") == "extent not known when compiling: i");
    CHECK(refused(R"(nest n {
  arg out: f32[4] out
  body { for i < 4*vscale { out[i] = 1 } }
})") == "extent not known when compiling: i");
    CHECK(refused(R"(nest n {
  arg out: f32[4] out
  registers acc: f32[4]
  body { for i < 4 { acc[i] = 1 } for i < 4 { out[i] = acc[i] } }
})") == "register tile index not constant: acc");
}

TEST_CASE("a kernel refuses calls that would go wrong and writes nothing") {
    const ir::LoopNest nest = nest_of(R"(nest n {
  arg w: f32[8] in const
  arg out: f32[8] out
  packed w_p: f32[8] of w
  offline w_p { for i < 8 { w_p[i] = w[i] } }
  body { for i < 8 { out[i] = w_p[i] } }
})");
    auto kernel = targets::load(nest, host().codegen, {.name = "kernel"});
    REQUIRE(kernel.ok());
    alignas(64) float w[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    alignas(64) float out[8] = {};
    REQUIRE((*kernel)->packed_bytes(0) == 128);
    alignas(64) char packed[128 + 64] = {};
    CHECK((*kernel)->run({packed, out}, nullptr, 1) == 1);
    (*kernel)->pack(0, w, packed);
    CHECK((*kernel)->run({packed, out}, nullptr, 0) == 2);
    CHECK((*kernel)->run({packed + 4, out}, nullptr, 1) == 3);
    CHECK(out[7] == 0);
    CHECK((*kernel)->run({packed, out}, nullptr, 1) == 0);
    CHECK(out[7] == 8);
}

TEST_CASE("the inner loop of an 8x48 tile has no spills and shares its broadcasts") {
    const ir::LoopNest nest = nest_of(R"(nest n {
  arg a: f32[8, 256] in
  arg b: f32[256, 48] in
  arg out: f32[8, 48] out
  registers acc: f32[8, 48]
  body {
    unrolled for i < 8 { unrolled for v < 3 { vector for l < 16 { acc[i, 16*v + l] = 0 } } }
    for k < 256 { unrolled for i < 8 { unrolled for v < 3 { vector for l < 16 {
      acc[i, 16*v + l] += a[i, k] * b[k, 16*v + l] } } } }
    unrolled for i < 8 { unrolled for v < 3 { vector for l < 16 { out[i, 16*v + l] = acc[i, 16*v + l] } } }
  }
})");
    const auto loops = tests::inner_loops_of(nest, "sapphirerapids");
    REQUIRE(loops.size() == 1);
    CHECK(loops[0].multiply_adds == 24);
    CHECK(loops[0].vector_loads + loops[0].folded_loads == 3);
    CHECK(loops[0].broadcasts == 8);
    CHECK(loops[0].spill_loads + loops[0].spill_stores == 0);
    CHECK(loops[0].instructions <= 40);
}

TEST_CASE("cross-compilation: same nest, other processors") {
    const ir::LoopNest nest = nest_of(R"(nest n {
  arg a: f32[33] in
  arg out: f32[33] out
  body { for o < 3 { vector for i < 16 { if 32 - 16*o - i >= 0 { out[16*o + i] = a[16*o + i] * 3 } } } }
})");
    for (const char* name : {"neoverse-n1", "haswell", "zen5", "x86-64-v3"}) {
        const auto machine = targets::machine_named(name);
        REQUIRE(machine.ok());
        const auto first = targets::emit(nest, machine->codegen, {.name = "kernel"});
        const auto second = targets::emit(nest, machine->codegen, {.name = "kernel"});
        REQUIRE(first.ok());
        CHECK(first->object.substr(1, 3) == "ELF");
        CHECK(first->object == second->object);
    }
}

TEST_CASE("tests of padding and tails stay out of the interior of copies") {
    const std::string text = R"(nest n {
  arg a: f32[3, 130] in
  arg out: f32[5, 160] out
  body {
    for i < 5 { for o < 10 { vector for x < 16 { out[i, 16*o + x] = a[i - 1, 16*o + x - 20] pad 2 } } }
  }
})";
    check_same(text);
    check_same(R"(nest n {
  arg a: f32[7, 83] in
  arg out: f32[7, 83] out
  body {
    for i < 7 { for o < 6 { vector for x < 16 { if 82 - 16*o - x >= 0 { out[i, 16*o + x] = a[i, 82 - 16*o - x] } } } }
  }
})");
    check_same(R"(nest n {
  arg a: f32[20] in
  arg b: f32[40] in
  arg out: f32[40] out
  body {
    for o < 40 { out[39 - o] = a[o - 7] pad 1 if o - 3 >= 0 { out[39 - o] += b[o - 3] } else { out[39 - o] = 4 } }
  }
})");
    const auto loops = tests::inner_loops_of(nest_of(text));
    // Before, inside and behind the copied part; inside: a load, a store, and the loop.
    const auto shortest = std::min_element(
        loops.begin(), loops.end(), [](const auto& a, const auto& b) { return a.instructions < b.instructions; });
    REQUIRE(shortest != loops.end());
    CHECK(shortest->instructions <= 6);
}

TEST_CASE("rows of a masked tail cost the reduction loop nothing") {
    const std::string text = R"(nest n {
  arg a: f32[17, 40] in
  arg b: f32[40, 32] in
  arg out: f32[17, 32] out
  registers acc: f32[6, 32]
  body {
    for m < 3 {
      unrolled for i < 6 { unrolled for v < 2 { vector for l < 16 { acc[i, 16*v + l] = 0 } } }
      for k < 40 { unrolled for i < 6 { unrolled for v < 2 { vector for l < 16 {
        acc[i, 16*v + l] += a[6*m + i, k] pad 0 * b[k, 16*v + l]
      } } } }
      unrolled for i < 6 { if 16 - 6*m - i >= 0 { unrolled for v < 2 { vector for l < 16 {
        out[6*m + i, 16*v + l] = acc[i, 16*v + l]
      } } } }
    }
  }
})";
    check_same(text);
    const auto loops = tests::inner_loops_of(nest_of(text));
    const auto main = std::find_if(loops.begin(), loops.end(), [](const auto& loop) { return loop.multiply_adds > 0; });
    REQUIRE(main != loops.end());
    CHECK(main->multiply_adds == 12);
    CHECK(main->broadcasts == 6);
    CHECK(main->instructions <= 24);
}

TEST_CASE("padded elements of a convolution without a copy") {
    check_same(R"(nest n {
  arg in: f32[3, 5, 6] in
  arg wt: f32[3, 3, 3, 8] in
  arg out: f32[5, 6, 8] out
  registers acc: f32[3, 8]
  body {
    for y < 5 { for x < 2 {
      unrolled for p < 3 { vector for o < 8 { acc[p, o] = 0 } }
      for u < 3 { for v < 3 { for c < 3 { unrolled for p < 3 { vector for o < 8 {
        acc[p, o] += in[c, y + u - 1, 3*x + p + v - 1] pad 2 * wt[c, u, v, o]
      } } } } }
      unrolled for p < 3 { vector for o < 8 { out[y, 3*x + p, o] = acc[p, o] } }
    } }
  }
})");
}
