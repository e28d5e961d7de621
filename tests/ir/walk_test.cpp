#include "ir/walk.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ir/print.h"

using namespace saku;
using namespace saku::ir;

namespace {

LoopNest sample() {
    const Result<LoopNest> nest = parse(
        "nest n { arg a: f32[8] in arg out: f32[8] out body { for i < 2 { for j < 4 { if 6 - 4*i - j >= 0 { "
        "out[4*i + j] += a[j] first (i) } else { prefetch a[j + 1] } } } for j < 8 { out[j] = a[j] } } }");
    REQUIRE_MESSAGE(nest.ok(), nest.error().text());
    return *nest;
}

}  // namespace

TEST_CASE("walk visits parents first, in program order") {
    const LoopNest nest = sample();
    std::vector<std::size_t> kinds;
    walk(nest.body, [&](const Node& node) { kinds.push_back(node.node.index()); });
    CHECK(kinds == std::vector<std::size_t>{0, 0, 1, 2, 3, 0, 2});
}

TEST_CASE("accesses come in program order, reads before the write of a store") {
    const LoopNest nest = sample();
    std::string text;
    for_each_access(
        nest.body, [&](const Access& access, bool is_write) { text += print(nest, access) + (is_write ? "! " : " "); });
    CHECK(text == "a[j] out[4*i + j]! a[j + 1] a[j] out[j]! ");
}

TEST_CASE("loops over a variable are found, and its widest range") {
    const LoopNest nest = sample();
    CHECK(find_loops(nest.body, 1).size() == 2);
    CHECK(find_loop(nest.body, 0)->extent == Extent(2));
    CHECK(find_loop(nest.body, 7) == nullptr);
    const Ranges ranges = ranges_of(nest.body);
    CHECK(ranges(1) == Interval{0, 7});
    CHECK_FALSE(ranges(7));
}

TEST_CASE("substitution reaches subscripts, guards and first lists") {
    const LoopNest nest = sample();
    CHECK(print(nest, substitute(nest.body, 0, Index(1))) ==
          "for i < 2 {\n  for j < 4 {\n    if -j + 2 >= 0 {\n      out[j + 4] += a[j] first (1)\n    } else {\n"
          "      prefetch a[j + 1]\n    }\n  }\n}\nfor j < 8 {\n  out[j] = a[j]\n}\n");
}

TEST_CASE("rewrite replaces nodes by any number of nodes") {
    const LoopNest nest = sample();
    const Block doubled = rewrite(nest.body, [](const Node& node) -> std::optional<Block> {
        if (std::holds_alternative<Prefetch>(node.node)) return Block{};
        if (std::holds_alternative<Store>(node.node)) return Block{node, node};
        return std::nullopt;
    });
    int stores = 0;
    int prefetches = 0;
    walk(doubled, [&](const Node& node) {
        stores += std::holds_alternative<Store>(node.node) ? 1 : 0;
        prefetches += std::holds_alternative<Prefetch>(node.node) ? 1 : 0;
    });
    CHECK(stores == 4);
    CHECK(prefetches == 0);
    CHECK(rewrite(nest.body, [](const Node&) { return std::optional<Block>(); }) == nest.body);
}

TEST_CASE("a copy with fresh variables can stand beside the original") {
    LoopNest nest = sample();
    const Block copy = with_fresh_variables(nest, nest.body);
    CHECK(nest.variables == std::vector<std::string>{"i", "j", "i_2", "j_2"});
    CHECK(print(nest, copy) ==
          "for i_2 < 2 {\n  for j_2 < 4 {\n    if -4*i_2 - j_2 + 6 >= 0 {\n"
          "      out[4*i_2 + j_2] += a[j_2] first (i_2)\n    } else {\n      prefetch a[j_2 + 1]\n    }\n  }\n}\n"
          "for j_2 < 8 {\n  out[j_2] = a[j_2]\n}\n");
}

TEST_CASE("layouts give offsets, fused subscripts become one again") {
    const Index f = Index::variable(0);
    const std::vector<Index> fused{quotient(f, 56), remainder(f, 56)};
    CHECK(element_offset(row_major({56, 56}), fused) == f);
    const Layout blocked = dense({{.dimension = 0, .divisor = 1, .extent = 2, .stride = 0},
                                  {.dimension = 1, .divisor = 16, .extent = 4, .stride = 0},
                                  {.dimension = 1, .divisor = 1, .extent = 16, .stride = 0}});
    CHECK(element_offset(blocked, {Index(1), f}) == f + 64);
    CHECK(span_elements(blocked) == 128);
}
