// Which instructions does a row take? Counted from the loop table, before any code exists.
//
// Counting rules, per execution of a row whose vector loop fills r registers:
//   arithmetic    instances * r of each operation
//   contiguous    references * r loads or stores; a vector that is not aligned to its size crosses cache lines, and
//   every
//                 crossing is one more load
//   broadcast     one load per reference, shared by all r registers and all instructions that use it
//   strided       by a small constant stride s: s loads and s - 1 shuffles a register, a permutation where one load has
//                 all (few lanes, or reversed ones); else a load and an insertion per lane (stores: an extraction and a
//                 store). Emission uses no gathers, which are no faster on the cores at hand
//                 These work on elements and parts of 128 bits: where the widest vectors take several passes, they
//                 count as parts of an instruction (VectorFacts::part), three in four of the shuffles among them
//   transposed    registers read across their lanes (a tile written back along another dimension): log2(lanes) shuffles
//                 per register
//   lanes off     without masks a mask and two operations of logic a register in any row; with them, one for sums that
//                 stay in registers while a loop goes on with them (`merges_sums`), else nothing
// Loads that the loop around does not move are taken out of it, and so are sums that stay in place (`hoisted`).
//
// Limits. Common subexpressions of several rows are counted in each. Address arithmetic is part of the loop's overhead,
// not of the row.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "features/loop_table.h"

namespace saku::features {

enum class Instruction : std::uint8_t {
    fma,
    add,
    multiply,
    divide,
    square_root,
    minmax,
    logic,
    load,
    load_broadcast,
    store,
    shuffle,  ///< two registers into one, or within parts of 128 bits
    permute,  ///< lanes of one register, any to any
    mask,
    scalar_int,
    branch,
    prefetch,
};
inline constexpr int instruction_count = 16;
using InstructionCounts = std::array<double, instruction_count>;

[[nodiscard]] inline double& count(InstructionCounts& counts, Instruction instruction) {
    return counts[static_cast<std::size_t>(instruction)];
}

/// Names as in the machine files: "fma", "add", "mul", "div", "sqrt", "max", ...
[[nodiscard]] const char* name_of(Instruction instruction);

/// What of a machine decides how many instructions a row takes.
struct VectorFacts {
    int bits = 0;  ///< widest vector
    int line_bytes = 64;
    bool masks = false;  ///< lanes may be off; their mask stays in a register
    double part =
        1;  ///< what an instruction on 128 bits takes of one on the widest vector: less where those take passes
    double access_bytes = 1 << 30;  ///< that loads and stores move in one pass
    double exponential_fmas = 0;    ///< multiply-adds that stand for one exponential
};

struct InstructionMix {
    int bits = 0;                  ///< width of the row's vector instructions, or of its element for scalar rows
    InstructionCounts each{};      ///< per execution of the row
    InstructionCounts hoisted{};   ///< per execution of the loop around it
    double unresolved = 0;         ///< places worked out by divisions, per execution
    double hoisted_registers = 0;  ///< that hoisted loads occupy during the loop
};

[[nodiscard]] inline int element_bytes(Element type) {
    constexpr std::array<int, element_count> bytes{4, 8, 2, 1, 1, 4, 8};
    return bytes[static_cast<std::size_t>(type)];
}

/// Bits of the row's vector instructions.
[[nodiscard]] inline int width_of(const Row& row, const VectorFacts& vector) {
    const int element = 8 * element_bytes(row.type);
    if (row.lanes <= 1) return element;
    int bits = 128;
    const std::int64_t wanted = std::int64_t{row.lanes} * element;
    while (bits < vector.bits && bits < wanted) bits *= 2;
    return std::max(element, std::min(bits, std::max(vector.bits, element)));
}

/// Registers that one vector of `lanes` elements fills, each `bits` wide; 1 for scalars.
[[nodiscard]] inline double registers_per_vector(const Row& row, int bits) {
    if (row.lanes <= 1) return 1;
    return static_cast<double>((std::int64_t{row.lanes} * 8 * element_bytes(row.type) + bits - 1) / bits);
}
[[nodiscard]] inline double registers_per_vector(const Row& row, const VectorFacts& vector) {
    return registers_per_vector(row, width_of(row, vector));
}

/// The part of loads of so many bytes that reach into a second line and are repeated: where they take passes, of those
/// the one that reaches there.
[[nodiscard]] inline double crossings(double alignment_bytes, double vector_bytes, const VectorFacts& vector) {
    const double pass_bytes = std::min(vector_bytes, vector.access_bytes);
    if (alignment_bytes >= pass_bytes) return 0;
    return std::min(1.0, (pass_bytes - alignment_bytes) / vector.line_bytes);
}

/// Does each addition to the row's sums take a merge with the old ones, in lanes that are off? LLVM 19 merges (for x86)
/// where a loop carries sums of a peeled end, and drops the lanes that nobody stores from straight code. The table must
/// be whole: it depends on the rows beside this one.
[[nodiscard]] bool merges_sums(const LoopTable& table, const Row& row, const VectorFacts& vector);

/// Rounds of shuffles that turn a block of so many rows.
[[nodiscard]] inline double turning_rounds(int rows) {
    double rounds = 0;
    for (int reached = 1; reached < rows; reached *= 2) rounds += 1;
    return rounds;
}

/// What of a shuffle an element takes that is put into a vector or taken from one. Of the fifteen that sixteen elements
/// take, twelve work on 128 bits, two on halves of the vector, one on the whole.
[[nodiscard]] constexpr double shuffles_by_element(double part) { return 0.0625 + 0.875 * part; }

/// Rows apart, along which straight code goes: blocks of columns, as wide as there are, are loaded and transposed
/// (targets/llvm/row_block.h). A block of L rows and C columns takes L loads, L - C insertions that make C full vectors
/// of them, all but the last C of which work on parts of a vector, and log2 C rounds of C shuffles. What is left beside
/// the blocks is loaded lane by lane.
/// `part`: of VectorFacts, for rows as wide as the widest vectors; else 1.
void count_rows(double vectors, double columns, double lanes, double part, InstructionCounts& counts);

[[nodiscard]] InstructionMix mix_of(const LoopTable& table, const Row& row, const VectorFacts& vector);
/// The same into a mix that is empty as yet.
void fill_mix(const LoopTable& table, const Row& row, const VectorFacts& vector, InstructionMix& mix);

}  // namespace saku::features
