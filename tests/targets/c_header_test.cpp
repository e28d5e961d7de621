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

TEST_CASE("kernel names that C, C++ or a linker would not take are refused") {
    const std::string expected = ", expected a C identifier of at most 200 characters";
    const std::vector<std::pair<std::string, std::string>> table{
        {"", "the name is empty"},
        {"9lives", "found '9lives'"},
        {"a-b", "found 'a-b'"},
        {"a b", "found 'a b'"},
        {"caf\xc3\xa9", "found 'caf\xc3\xa9'"},
        {"../x", "found '../x'"},
        {"for", "'for' is a keyword of C or C++"},
        {"constexpr", "'constexpr' is a keyword of C or C++"},
        {"_mm", "'_mm' is reserved (a leading underscore, or two in a row)"},
        {"m__m", "'m__m' is reserved (a leading underscore, or two in a row)"},
        {"std", "'std' belongs to the standard library or to saku"},
        {"saku", "'saku' belongs to the standard library or to saku"},
        {"saku_parallel_for", "'saku_parallel_for' belongs to the standard library or to saku"},
        {std::string(201, 'a'), "the name has 201 characters"},
    };
    for (const auto& [name, message] : table) {
        const auto result = check_kernel_name(name);
        REQUIRE_FALSE(result.ok());
        CHECK(result.error().what == message + expected);
    }
    for (const std::string& name :
         {std::string("a"), std::string("conv_3x3"), std::string("F0_"), std::string(200, 'a')})
        CHECK(check_kernel_name(name).ok());
}

TEST_CASE("a kernel is named after its operator where the user gives no name") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"matmul:m=128,n=768,k=768", "matmul_m_128_n_768_k_768"},
        {"relu:n=1", "relu_n_1"},
        {"./ops/mine.saku:i=3", "ops_mine_saku_i_3"},
        {"9x:a=1", "op_9x_a_1"},
        {"for", "op_for"},
        {":::", "op"},
        {"__a__b__", "a_b"},
    };
    for (const auto& [shorthand, name] : table) {
        CHECK(kernel_name_from(shorthand) == name);
        CHECK(check_kernel_name(kernel_name_from(shorthand)).ok());
    }
    CHECK(check_kernel_name(kernel_name_from(std::string(300, ':') + std::string(300, 'a') + ":")).ok());
}

}  // namespace
}  // namespace saku::targets
