#include "targets/c_header.h"

#include <doctest/doctest.h>

#include "../golden.h"

namespace saku::targets {
namespace {

ir::Buffer argument(const std::string& name, const std::vector<std::int64_t>& shape) {
    return {.name = name, .shape = shape, .layout = ir::row_major(shape), .source = {}};
}

/// Arguments of all kinds: plain, packed, with a keyword as its name, a view, accumulated.
ir::LoopNest nest_with_arguments() {
    ir::LoopNest nest{.name = "op", .variables = {}, .buffers = {}, .offline = {}, .body = {}};
    nest.buffers = {argument("in", {1, 64, 56, 56}), argument("wt", {64, 64, 3, 3}), argument("new", {64}),
                    argument("workspace", {8, 8}), argument("out", {1, 64, 56, 56})};
    nest.buffers[1].is_constant = true;
    nest.buffers[3].layout.parts[0].stride = 100;
    nest.buffers[0].layout = ir::dense({{0, 1, 1}, {1, 16, 4}, {2, 1, 56}, {3, 1, 56}, {1, 1, 16}});
    nest.buffers[0].plain = ir::row_major(nest.buffers[0].shape);
    nest.buffers[0].letters = "NCHW";
    nest.buffers[4].letters = "NKHW";
    nest.buffers[4].is_output = true;
    nest.buffers[4].is_accumulated = true;
    ir::Buffer packed = argument("wt_p", {4, 64, 9, 16});
    packed.scope = ir::Scope::packed;
    packed.source = 1;
    nest.buffers.push_back(packed);
    nest.offline.push_back({.packed = 5, .body = {}});
    return nest;
}

TEST_CASE("the header documents and declares every function") {
    const std::string text = c_header(nest_with_arguments(), "conv", "conv2d:c=64,h=56 */ #error\nout");
    CHECK(text == tests::golden("targets/conv.h", text));
}

}  // namespace
}  // namespace saku::targets
