// The loop table: a nest in the compact form that everything is priced from.
//
// It is a plain aggregate of flat arrays, so that a second producer (a search that knows its own loop structure) can
// build the same table without building a nest: `table_of` defines what the table of a nest is, and `==` says whether
// another producer agrees. Pricing reads it and never allocates.
//
// The tree. `loops` holds the loops whose iterations cost something of their own, parents before children, in program
// order. Unrolled and vector loops with no serial or parallel loop inside them ("folded" loops) are not in it: they are
// the register tile, and their extents live on in the rows below (`instances`, `lanes`, the spans of the boxes). A row
// is one store or prefetch of the nest together with its folded loops; it is executed once per iteration of
// `Row::loop`.
//
//     for i_o { for k { unrolled for i < 8 { vector for j < 16 { acc[i,j] += a[8*i_o + i, k] * b[k, j] } } } }
//     loops: i_o, k       rows: {loop k, instances 8, lanes 16}       accesses: acc 8 vectors, a 8 broadcasts, b 1
//     vector
//
// Counts are averages. A guard makes part of the iterations do nothing (or something else): `Loop::trips` and the
// `share` of loops and rows are conditional averages under the guards around, from exact counts of points. 17 tiles in
// 5 outer blocks of 4 are loops of 5 and 3.4 trips. Each branch of a guard (a full tile and its peeled tails) has rows
// of its own, and their shares add up to one.
//
// Threads share the iterations of a parallel loop, and the one with tails in it is done sooner than the average says:
// `Loop::fullest` is how much longer the others take.
//
// Places. An access names positions per dimension of its buffer's memory layout: a box for one execution of the row,
// and one term per loop that moves the box. Subscripts with floors and mods that no range removes get the slope of the
// straight line through them, and `approximate` is set.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace saku::features {

/// A table that needs more is not priced; nests with that many loops come from no sensible schedule.
inline constexpr int max_loops = 256;
inline constexpr int max_rows = 384;
inline constexpr int max_buffers = 32;
inline constexpr int max_dimensions = 16;  ///< of one buffer's layout, those of a single position left out
inline constexpr int max_phases = 8;
/// No loop is inside another: the rows and loops at the top.
inline constexpr int no_loop = -1;

enum class LoopKind : std::uint8_t { serial, parallel, unrolled };

struct Loop {
    LoopKind kind = LoopKind::serial;  ///< unrolled: straight code without a counter, around serial loops
    int parent = no_loop;              ///< position in `loops`, smaller than this loop's own
    double trips = 1;                  ///< iterations per execution, on average; more than 0
    double share = 1;                  ///< executions per iteration of the parent, in (0, 1]
    double fullest = 1;                ///< of a parallel loop: work in one from its middle, in average iterations
    friend bool operator==(const Loop&, const Loop&) = default;
};

enum class Scope : std::uint8_t { argument, packed, workspace, registers };

/// One dimension of a memory layout.
struct Dimension {
    std::int64_t stride = 1;  ///< elements between neighbours
    std::int64_t extent = 1;
    friend bool operator==(const Dimension&, const Dimension&) = default;
};

struct Buffer {
    Scope scope = Scope::argument;
    int element_bytes = 4;
    int first_dimension = 0;  ///< in `dimensions`; smallest stride first
    int dimension_count = 0;  ///< 0: a single element
    friend bool operator==(const Buffer&, const Buffer&) = default;
};

enum class Element : std::uint8_t { f32, f64, bf16, i8, u8, i32, i64 };
inline constexpr int element_count = 7;

/// What a row is for; derived from where it reads and writes.
enum class RowKind : std::uint8_t {
    compute,     ///< anything not below: element-wise work
    update,      ///< combines with the old value: reductions
    initialise,  ///< fills registers with a constant or from memory
    write_back,  ///< registers to memory, with what an epilogue does to them
    copy,        ///< memory to scratch memory: packing
    prefetch,
};

enum class Arithmetic : std::uint8_t { fma, add, multiply, divide, square_root, minmax, logic, exponential };
inline constexpr int arithmetic_count = 8;

struct Row {
    RowKind kind = RowKind::compute;
    int loop = no_loop;           ///< the innermost loop of the table around it
    int phase = 0;                ///< rows of different phases run one after another and do not overlap
    int statement = 0;            ///< of the operator
    Element type = Element::f32;  ///< of the destination
    double share = 1;             ///< executions per iteration of `loop`, in (0, 1]
    double instances = 1;     ///< copies in straight code: the product of the folded unrolled loops, less what nobody
                              ///< writes (dead_rows.h), on average
    double in_turn = 1;       ///< parts of the straight code that run one after the other, with sums of their own
    int lanes = 1;            ///< iterations of the folded vector loop; 1: scalar code
    double active_lanes = 1;  ///< of them, those that a mask lets through, on average
    std::array<double, arithmetic_count> operations{};  ///< per instance and lane, in the order of Arithmetic
    double chain = 0;      ///< updates that wait for each other, per execution: instances / distinct destinations
    bool carried = false;  ///< the destination stays the same from one iteration of `loop` to the next
    int first_access = 0;  ///< in `accesses`; the destination is the last one
    int access_count = 0;
    friend bool operator==(const Row&, const Row&) = default;
};

/// How the lanes of a vector row lie in memory.
enum class Lanes : std::uint8_t {
    scalar,      ///< the row has no lanes
    contiguous,  ///< neighbours
    broadcast,   ///< all lanes the same element
    strided,     ///< anything else: wide loads and shuffles, element by element, or a transpose
};

struct Access {
    int buffer = 0;
    bool reads = false;
    bool writes = false;
    bool approximate = false;  ///< a subscript is not affine; its average slope stands for it
    Lanes lanes = Lanes::scalar;
    double stride = 0;        ///< elements from one lane's to the next one's; 0 where that is not one number
    double columns = 1;       ///< strided lanes: elements of each lane's row that straight code goes along, one by one
    double lanes_inside = 0;  ///< padded: lanes that are in the buffer in some iteration; 0: not padded
    double padded = 0;        ///< of the references, those that may leave the buffer, where they give a constant
    double tests = 0;         ///< for them, per dimension: different places to test, every time anew
    double lane_tests = 0;    ///< of these tests, those whose outcome differs from lane to lane
    double masks = 0;         ///< for them: different outcomes of tests that straight code has to keep apart
    double references = 1;    ///< distinct elements (lanes apart) that one execution of the row names
    double live = 1;          ///< of what a whole tile names, the part that `references` counts (dead_rows.h)
    double repeats = 1;       ///< times that one execution names each of them, in different copies of straight code
    double unresolved = 0;    ///< places that one execution of the row works out by divisions (fused loops, im2col)
    int alignment_bytes = 4;  ///< power of two, at most 4096: divides every address, as far as the subscripts tell
    int first_box = 0;        ///< in `boxes`: one per dimension of the buffer
    int first_term = 0;       ///< in `terms`, from the inner loops to the outer ones
    int term_count = 0;
    friend bool operator==(const Access&, const Access&) = default;
};

/// The positions along one dimension that one execution of the row names, all loops of the table at 0.
struct Box {
    double low = 0;     ///< smallest position
    double span = 0;    ///< largest minus smallest
    double points = 1;  ///< distinct positions; less than span + 1 where there are holes
    double reach = 1;   ///< positions that the whole nest can get to: bounds the extent over all loops
    friend bool operator==(const Box&, const Box&) = default;
};

/// One iteration of `loop` moves the box by `coefficient` positions along `dimension`.
struct Term {
    int loop = 0;
    int dimension = 0;
    double coefficient = 0;
    friend bool operator==(const Term&, const Term&) = default;
};

struct LoopTable {
    std::vector<Loop> loops;
    std::vector<Row> rows;  ///< in program order
    std::vector<Access> accesses;
    std::vector<Box> boxes;
    std::vector<Term> terms;
    std::vector<Buffer> buffers;
    std::vector<Dimension> dimensions;
    int phases = 1;
    friend bool operator==(const LoopTable&, const LoopTable&) = default;
};

/// Does the access go to memory? Registers do, when a loop of the table moves it: emission would refuse such a nest,
/// and pricing treats it as scratch memory.
[[nodiscard]] inline bool in_memory(const LoopTable& table, const Access& access) {
    return table.buffers[static_cast<std::size_t>(access.buffer)].scope != Scope::registers || access.term_count > 0;
}

/// What moves the access, from the inner loops to the outer ones.
[[nodiscard]] inline std::span<const Term> terms_of(const LoopTable& table, const Access& access) {
    return {table.terms.data() + access.first_term, static_cast<std::size_t>(access.term_count)};
}

/// Does an iteration of the loop move the access?
[[nodiscard]] inline bool moves_with(const LoopTable& table, const Access& access, int loop) {
    for (const Term& term : terms_of(table, access)) {
        if (term.loop == loop) return true;
    }
    return false;
}

[[nodiscard]] inline std::span<const Access> accesses_of(const LoopTable& table, const Row& row) {
    return {table.accesses.data() + row.first_access, static_cast<std::size_t>(row.access_count)};
}
[[nodiscard]] inline const Access& destination_of(const LoopTable& table, const Row& row) {
    return accesses_of(table, row).back();
}

/// Does the row begin the sums, or whatever else is collected, in that buffer?
[[nodiscard]] inline bool begins(const LoopTable& table, const Row& row, int buffer) {
    return row.kind == RowKind::initialise && destination_of(table, row).buffer == buffer;
}

/// Are the sums that the row adds to begun in each iteration of its loop?
[[nodiscard]] inline bool begins_sums(const LoopTable& table, const Row& row) {
    const int buffer = destination_of(table, row).buffer;
    return std::any_of(table.rows.begin(), table.rows.end(),
                       [&](const Row& other) { return other.loop == row.loop && begins(table, other, buffer); });
}

}  // namespace saku::features
