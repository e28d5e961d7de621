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
