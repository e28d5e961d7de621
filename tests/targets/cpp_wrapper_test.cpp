#include "targets/cpp_wrapper.h"

#include <doctest/doctest.h>

#include "../golden.h"

namespace saku::targets {
namespace {

ir::Buffer argument(const std::string& name, const std::vector<std::int64_t>& shape) {
    return {.name = name, .shape = shape, .layout = ir::row_major(shape), .source = {}};
}

/// What is the kernel's own, without the part that all headers share.
std::string own_part(const std::string& header) {
    const std::string shared = cpp_wrapper_support();
    const std::size_t at = header.find(shared);
    REQUIRE(at != std::string::npos);
    return header.substr(0, at) + "(support)\n" + header.substr(at + shared.size());
}

TEST_CASE("the wrapper describes each tensor and passes it on") {
    ir::LoopNest nest{.name = "op", .variables = {}, .buffers = {}, .offline = {}, .body = {}};
    // Blocked, packed, a keyword, the wrapper's own word, a view, accumulated.
    nest.buffers = {argument("in", {1, 64, 56, 56}), argument("wt", {64, 64, 3, 3}),  argument("new", {64}),
                    argument("kernel", {3, 3}),      argument("kernel_view", {8, 8}), argument("out", {1, 64, 56, 56})};
    nest.buffers[0].layout = ir::dense({{0, 1, 1}, {1, 16, 4}, {2, 1, 56}, {3, 1, 56}, {1, 1, 16}});
    nest.buffers[0].plain = ir::row_major(nest.buffers[0].shape);
    nest.buffers[1].is_constant = true;
    nest.buffers[4].layout.parts[0].stride = 100;
    nest.buffers[5].is_output = true;
    nest.buffers[5].is_accumulated = true;
    ir::Buffer packed = argument("wt_p", {4, 64, 9, 16});
    packed.scope = ir::Scope::packed;
    packed.source = 1;
    nest.buffers.push_back(packed);
    nest.offline.push_back({.packed = 6, .body = {}});

    const std::string text =
        own_part(cpp_wrapper(nest, {.name = "conv", .description = "conv2d:c=64 */ #error\nout\\", .threads = 4}));
    CHECK(text == tests::golden("targets/conv.hpp", text));
}

TEST_CASE("a transposed tensor has the strides of its layout") {
    ir::LoopNest nest{.name = "op", .variables = {}, .buffers = {}, .offline = {}, .body = {}};
    nest.buffers = {argument("a", {5, 7})};
    nest.buffers[0].layout = ir::dense({{1, 1, 7}, {0, 1, 5}});
    const std::string text = cpp_wrapper(nest, {.name = "t", .description = "t", .threads = 1});
    CHECK(text.find("std::array<std::size_t, 2> shape{5, 7};") != std::string::npos);
    CHECK(text.find("std::array<std::size_t, 2> strides{1, 5};") != std::string::npos);
}

}  // namespace
}  // namespace saku::targets
