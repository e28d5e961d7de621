#include "targets/kernel_name.h"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "base/hash.h"

namespace saku::targets {
namespace {

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
        {"std", "'std' belongs to the standard library"},
        {"saku", "'saku' belongs to saku"},
        {"saku_parallel_for", "'saku_parallel_for' belongs to saku"},
        {std::string(201, 'a'), "the name has 201 characters"},
    };
    for (const auto& [name, message] : table) {
        const auto result = check_kernel_name(name);
        REQUIRE_FALSE(result.ok());
        CHECK(result.error().what == message + expected);
    }
    for (const std::string name :
         {"main", "memcpy", "memory", "strided", "wcslen",        "printf",    "malloc",   "size_t",
          "NULL", "errno",  "stdin",  "int8_t",  "uint_fast16_t", "INT32_MAX", "UINT64_C", "SIZE_MAX",
          "exp",  "fmaxf",  "sqrtl",  "EOF"}) {
        const auto result = check_kernel_name(name);
        REQUIRE_FALSE(result.ok());
        CHECK(result.error().what == "'" + name + "' belongs to the standard library" + expected);
    }
    for (const std::string name : {"mainly", "mem", "mem_bound", "str1", "null", "int8", "INT8", "freed", "elf", "add"})
        CHECK_MESSAGE(check_kernel_name(name).ok(), name);
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
        {"main", "op_main"},
        {"memory.saku:n=1", "op_memory_saku_n_1"},
        {"saku_x:n=1", "op_saku_x_n_1"},
        {"my-2.saku:n=1", "my_2_saku_n_1"},
        {"scale:n=64,factor=0.5", "scale_n_64_factor_0_5"},
        {"scale:n=64,factor=-0.5", "scale_n_64_factor_m0_5"},
        {"scale:n=64,factor=1e-05", "scale_n_64_factor_1em05"},
        {"scale:n=64,factor=1e+05", "scale_n_64_factor_1e_05"},
        {"scale:n=64,factor=-1e-05", "scale_n_64_factor_m1em05"},
        {"__a__b__", "a_b"},
    };
    for (const auto& [shorthand, name] : table) {
        CHECK(kernel_name_from(shorthand) == name);
        CHECK(check_kernel_name(kernel_name_from(shorthand)).ok());
    }
}

TEST_CASE("names that are cut tell their operators apart") {
    const std::string start = std::string(300, ':') + std::string(300, 'a');
    const std::string name = kernel_name_from(start + "=1");
    CHECK(check_kernel_name(name).ok());
    CHECK(name == std::string(183, 'a') + "_" + hex(fnv1a(start + "=1")));
    CHECK(name != kernel_name_from(start + "=2"));
    CHECK(kernel_name_from(std::string(200, 'a')) == std::string(200, 'a'));
    CHECK(
        kernel_name_from(std::string(182, 'a') + ":" + std::string(18, 'b')).starts_with(std::string(182, 'a') + "_"));
    CHECK(check_kernel_name(kernel_name_from(std::string(182, 'a') + "::" + std::string(18, 'b'))).ok());
}

}  // namespace
}  // namespace saku::targets
