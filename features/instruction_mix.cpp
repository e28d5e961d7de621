#include "features/instruction_mix.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace saku::features {

namespace {

/// Arithmetic of the row and its width, shared by the counting of all its accesses.
struct RowShape {
    double registers = 1;  ///< per vector
    double vector_bytes = 4;
    int lanes = 1;
    double active_lanes = 1;
    bool is_masked = false;
    double part = 1;  ///< what an instruction on an element or 128 bits takes of one on a vector
};

void count_arithmetic(const Row& row, const RowShape& shape, const VectorFacts& vector, InstructionCounts& counts) {
    static constexpr std::array<Instruction, arithmetic_count> instruction{
        Instruction::fma,         Instruction::add,    Instruction::multiply, Instruction::divide,
        Instruction::square_root, Instruction::minmax, Instruction::logic,    Instruction::fma};
    for (std::size_t a = 0; a < arithmetic_count; ++a) {
        if (row.operations[a] == 0) continue;  // most kinds do not occur
        const bool exponential = static_cast<Arithmetic>(a) == Arithmetic::exponential;
        const double each = exponential ? vector.exponential_fmas : 1;
        count(counts, instruction[a]) += row.operations[a] * row.instances * shape.registers * each;
    }
}

/// Strided lanes that emission loads as whole vectors and shuffles together, since that takes fewer instructions than a
/// load and an insertion a lane (targets/llvm/wide_loads.h).
bool is_wide(const Access& access, const RowShape& shape) {
    const double lanes = shape.lanes / shape.registers;
    const double loads = std::abs(access.stride);
    return access.lanes == Lanes::strided && loads >= 1 && 4 * (2 * loads - 1) <= 3 * lanes;
}

/// Places that may not exist. Vectors are loaded under a mask; for a single element the address is moved to a place
/// that exists and the value replaced afterwards, which keeps a broadcast from being part of the load. Counted as LLVM
/// 19 writes it for x86: masks and moved addresses that the loop does not change are kept, half of them on the stack; a
/// test of all lanes of a vector goes through integer, mask and vector registers. Broadcasts are loaded under masks
/// that stay in mask registers, as far as there are some; what is left is to fetch the addresses.
void count_padding(const Access& access, const RowShape& shape, InstructionCounts& counts) {
    constexpr double mask_registers = 6;  // of x86, beside those that tails and comparisons take
    const double same_tests = access.tests - access.lane_tests;
    if (access.lanes == Lanes::contiguous || is_wide(access, shape)) {
        count(counts, Instruction::mask) += (access.padded + 8 * access.lane_tests + 4 * same_tests) * shape.registers;
        count(counts, Instruction::scalar_int) += 6 * access.lane_tests * shape.registers + 6 * same_tests;
        return;
    }
    if (access.lanes == Lanes::strided) {
        count(counts, Instruction::scalar_int) += (3 * access.padded + 4 * access.tests) * shape.lanes;
        count(counts, Instruction::load) += 1.5 * access.padded * shape.lanes * shape.part;
        count(counts, Instruction::mask) += 2 * access.padded * shape.lanes;
        return;
    }
    count(counts, Instruction::load) += access.padded * shape.part;
    if (access.tests > 0) {
        count(counts, Instruction::scalar_int) += 3 * access.padded + 4 * access.tests;
        count(counts, Instruction::mask) += access.padded;
    } else if (access.masks > mask_registers) {
        const double reloaded = access.padded * (1 - mask_registers / access.masks);
        count(counts, Instruction::load) += reloaded * shape.part;
        count(counts, Instruction::mask) += reloaded;
    }
}

/// Loads that one vector of them takes: as many as elements lie between its lanes, less where lanes at its end are off
/// or outside the buffer.
double wide_loads(const Access& access, const RowShape& shape) {
    const double stride = std::abs(access.stride);
    if (shape.registers > 1) return stride;
    const double lanes =
        access.lanes_inside > 0 ? std::min(access.lanes_inside, shape.active_lanes) : shape.active_lanes;
    return std::min(stride, std::ceil((stride * (lanes - 1) + 1) / shape.lanes));
}

/// Places where the wide loads of neighbouring columns start, which are multiples of the stride: taps 0 and 1 of lanes
/// 2 apart are in the same loads, and so are -1 and -2.
double starts_of(const Access& access, double first) {
    const double stride = std::abs(access.stride);
    const double phase = first - stride * std::floor(first / stride);
    return std::floor((phase + access.columns - 1) / stride) + 1;
}

/// Strided lanes: wide loads that are shuffled together where that pays; else blocks of rows. `first`: position of the
/// first lane and column.
void count_strided(const Access& access, double first, const RowShape& shape, const VectorFacts& vector,
                   InstructionCounts& counts) {
    const double lanes = shape.lanes / shape.registers;
    const double vectors = access.references * shape.registers;
    if (is_wide(access, shape)) {
        const double loads = wide_loads(access, shape);
        const double fetched = vectors * loads * starts_of(access, first) / access.columns;
        count(counts, Instruction::load) +=
            fetched * (1 + crossings(access.alignment_bytes, shape.vector_bytes, vector));
        if (loads > 1) {
            count(counts, Instruction::shuffle) += vectors * (loads - 1);
        } else {
            count(counts, Instruction::permute) += vectors;
        }
        return;
    }
    // Lanes that are tested are loaded one by one.
    const double tested = shape.is_masked ? 1 : std::min(1.0, access.padded / access.references);
    if (tested < 1) count_rows(vectors * (1 - tested), access.columns, lanes, shape.part, counts);
    if (tested > 0) count_rows(vectors * tested, 1, lanes, shape.part, counts);
}

void count_read(const LoopTable& table, const Access& access, const RowShape& shape, const VectorFacts& vector,
                InstructionCounts& counts) {
    const double references = access.references;
    switch (access.lanes) {
        case Lanes::scalar:
            count(counts, Instruction::load) += references;
            break;
        case Lanes::broadcast:
            count(counts, Instruction::load_broadcast) += references;
            break;
        case Lanes::contiguous:
            count(counts, Instruction::load) +=
                references * shape.registers * (1 + crossings(access.alignment_bytes, shape.vector_bytes, vector));
            break;
        case Lanes::strided:
            count_strided(access, table.boxes[static_cast<std::size_t>(access.first_box)].low, shape, vector, counts);
            break;
    }
    if (access.padded > 0) count_padding(access, shape, counts);
}

void count_write(const Access& access, const RowShape& shape, const VectorFacts& vector, InstructionCounts& counts) {
    const double references = access.references;
    if (access.lanes == Lanes::contiguous) {
        count(counts, Instruction::store) +=
            references * shape.registers * (1 + crossings(access.alignment_bytes, shape.vector_bytes, vector));
    } else if (access.lanes == Lanes::strided) {
        count(counts, Instruction::store) += references * shape.lanes * shape.part;
        count(counts, Instruction::shuffle) += references * shape.lanes * shuffles_by_element(shape.part);
    } else {
        count(counts, Instruction::store) += references;
    }
}

/// Register buffers cost nothing to name, unless they are read across the lanes they were computed in.
void count_registers(const Row& row, const Access& access, const RowShape& shape, InstructionCounts& counts) {
    if (!access.reads || access.lanes != Lanes::strided) return;
    count(counts, Instruction::shuffle) += row.instances * shape.registers * turning_rounds(shape.lanes);
}

/// Lanes that are off keep their old value.
void count_merges(const LoopTable& table, const Row& row, const RowShape& shape, const VectorFacts& vector,
                  InstructionCounts& counts) {
    const double written = row.instances * shape.registers;
    if (!vector.masks) {
        count(counts, Instruction::mask) += written;
        count(counts, Instruction::logic) += 2 * written;
    } else if (merges_sums(table, row, vector)) {
        count(counts, Instruction::logic) += written;
    }
}

}  // namespace

void count_rows(double vectors, double columns, double lanes, double part, InstructionCounts& counts) {
    double left = columns;
    double loads = 0;
    double shuffles = 0;
    for (double block = lanes; block >= 4; block /= 2) {
        const double blocks = std::floor(left / block);
        left -= blocks * block;
        loads += blocks * lanes * (block == lanes ? 1 : part);
        // Pieces are joined to whole vectors, and before that to halves.
        const double whole = std::min(block, lanes - block);
        const double halves = lanes - block - whole;
        shuffles += blocks * (whole + halves * part + block * turning_rounds(static_cast<int>(block)));
    }
    count(counts, Instruction::load) += vectors / columns * (loads + left * lanes * part);
    count(counts, Instruction::shuffle) += vectors / columns * (shuffles + left * lanes * shuffles_by_element(part));
}

bool merges_sums(const LoopTable& table, const Row& row, const VectorFacts& vector) {
    if (!vector.masks || row.active_lanes >= row.lanes || row.kind != RowKind::update || !row.carried) return false;
    const bool is_straight = table.loops[static_cast<std::size_t>(row.loop)].kind == LoopKind::unrolled;
    return !is_straight && !in_memory(table, destination_of(table, row)) && !begins_sums(table, row);
}

const char* name_of(Instruction instruction) {
    static constexpr std::array<const char*, instruction_count> names{
        "fma",   "add",     "mul",     "div",  "sqrt",       "max",    "logic",   "load", "load_broadcast",
        "store", "shuffle", "permute", "mask", "scalar_int", "branch", "prefetch"};
    return names[static_cast<std::size_t>(instruction)];
}

void fill_mix(const LoopTable& table, const Row& row, const VectorFacts& vector, InstructionMix& mix) {
    mix.bits = width_of(row, vector);
    const RowShape shape{.registers = registers_per_vector(row, mix.bits),
                         .vector_bytes = mix.bits / 8.0,
                         .lanes = row.lanes,
                         .active_lanes = row.active_lanes,
                         .is_masked = row.active_lanes < row.lanes,
                         .part = mix.bits == vector.bits ? vector.part : 1};
    count_arithmetic(row, shape, vector, mix.each);
    for (int a = row.first_access; a < row.first_access + row.access_count; ++a) {
        const Access& access = table.accesses[static_cast<std::size_t>(a)];
        if (row.kind == RowKind::prefetch) {
            count(mix.each, Instruction::prefetch) += access.references * shape.registers;
            continue;
        }
        if (!in_memory(table, access)) {
            count_registers(row, access, shape, mix.each);
            continue;
        }
        mix.unresolved += access.unresolved;
        const bool stays = row.loop != no_loop && !moves_with(table, access, row.loop) && access.padded <= 0;
        InstructionCounts& counts = stays ? mix.hoisted : mix.each;
        if (access.reads) count_read(table, access, shape, vector, counts);
        if (access.writes) count_write(access, shape, vector, counts);
        if (stays && access.reads) {
            const bool vectors = access.lanes == Lanes::contiguous || access.lanes == Lanes::strided;
            mix.hoisted_registers += access.references / access.live * (vectors ? shape.registers : 1);
        }
    }
    if (row.active_lanes < row.lanes) count_merges(table, row, shape, vector, mix.each);
}

InstructionMix mix_of(const LoopTable& table, const Row& row, const VectorFacts& vector) {
    InstructionMix mix;
    fill_mix(table, row, vector, mix);
    return mix;
}

}  // namespace saku::features
