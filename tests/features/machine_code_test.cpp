// Inner loops of machine code, counted from assembly as emission prints it.
#include "features/machine_code.h"

#include <doctest/doctest.h>

#include <string>

using namespace saku;

namespace {

std::vector<features::LoopCode> loops_of(const std::string& prologue) {
    return features::inner_loops(targets::read_assembly("kernel:\n" + prologue +
                                                        ".LBB0_1:\n"
                                                        "\tvmovaps\t-64(%rbp), %zmm2\n"
                                                        "\tvbroadcastss\t(%rax), %zmm3\n"
                                                        "\tvfmadd231ps\t%zmm2, %zmm3, %zmm0\n"
                                                        "\tvfmadd231ps\t64(%rsp), %zmm3, %zmm1\n"
                                                        "\tvmovups\t%zmm1, 128(%rsp)\n"
                                                        "\taddq\t$64, %rbp\n"
                                                        "\tjb\t.LBB0_1\n"
                                                        "\tretq\n"));
}

}  // namespace

TEST_CASE("rbp holds the frame only in functions that say so") {
    const auto plain = loops_of("\tmovq\t%rsi, %rbp\n");
    REQUIRE(plain.size() == 1);
    CHECK(plain[0].multiply_adds == 2);
    CHECK(plain[0].broadcasts == 1);
    CHECK(plain[0].vector_loads == 1);
    CHECK(plain[0].spill_loads == 1);
    CHECK(plain[0].spill_stores == 1);
    const auto framed = loops_of("\tpushq\t%rbp\n\tmovq\t%rsp, %rbp\n");
    REQUIRE(framed.size() == 1);
    CHECK(framed[0].vector_loads == 0);
    CHECK(framed[0].spill_loads == 2);
    CHECK(framed[0].spill_stores == 1);
}

TEST_CASE("spills count in loops that compute, whatever they compute, and not in copies") {
    struct Case {
        const char* arithmetic;
        int spills;
    };
    for (const Case& each : {Case{"vfmadd231ps\t%zmm2, %zmm3, %zmm0", 2}, Case{"vmaxps\t%zmm2, %zmm3, %zmm0", 2},
                             Case{"vaddss\t%xmm2, %xmm3, %xmm0", 2}, Case{"fmaxnm\tv0.4s, v1.4s, v2.4s", 2},
                             Case{"fadd\ts0, s1, s2", 2}, Case{"vpaddd\t%zmm2, %zmm3, %zmm0", 0},
                             Case{"addq\t$64, %rax", 0}, Case{"vpermt2ps\t%zmm2, %zmm3, %zmm0", 0}}) {
        INFO(std::string(each.arithmetic));
        const auto assembly =
            targets::read_assembly("kernel:\n.LBB0_1:\n\tvmovups\t64(%rsp), %zmm1\n\t" + std::string(each.arithmetic) +
                                   "\n\tvmovups\t%zmm1, 128(%rsp)\n\tjb\t.LBB0_1\n\tretq\n");
        CHECK(features::spills_in_inner_loops(assembly) == each.spills);
    }
}
