// What is the same in the loop tables of all schedules of a sketch: statements, accesses and buffers as numbers.
//
// A sketch knows which loops its schedules have, so their loop tables can be written down without building a nest
// (table_producer.h). Subscripts are sums over *parts*: the operator's axes with more than one iteration. A sketch axis
// that is not fused has one part; the parts of a fused one are quotients and remainders of its loop's value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "features/loop_table.h"
#include "tuner/sketch.h"

namespace saku::tuner {

struct Space;

inline constexpr int max_parts = 12;

/// One dimension of a tensor, as an access of the plain nest sees it.
struct TemplateDimension {
    std::int64_t extent = 1;
    std::int64_t stride = 1;
    std::int64_t constant = 0;
    std::int64_t unit_step = 0;  ///< greatest common divisor of the steps along axes of one iteration; 0: none
    std::array<std::int64_t, max_parts> by_part{};
};

/// A step of a part moves a dimension.
struct TemplateMove {
    int dimension = 0;  ///< position in `TemplateAccess::order`
    std::int64_t times = 0;
};

struct TemplateAccess {
    int buffer = -1;          ///< position among the arguments; -1: the register tile
    int number = 0;           ///< tells apart the accesses of one template
    int operand = -1;         ///< position in Sketch::operands; -1: none of them
    bool is_padded = false;   ///< reads outside the tensor are allowed
    bool is_blocked = false;  ///< dimensions are cut into several parts: places are not straight lines
    double pad = 0;
    std::vector<TemplateDimension> dimensions;  ///< logical, as subscripts are written
    std::vector<int> order;                     ///< dimensions of more than one position, smallest stride first
    /// Elements of memory per step of each sketch axis. Not meaningful for fused axes that are not `flat`, nor for
    /// blocked tensors, as `order` is not.
    std::vector<std::int64_t> axis_stride;
    std::vector<bool> is_flat;           ///< by sketch axis: one step is the same number of elements everywhere
    std::int64_t offset = 0;             ///< elements at the start
    std::vector<bool> is_moved_by = {};  ///< by sketch axis: some dimension moves with some part of it
    std::vector<std::vector<TemplateMove>> moves = {};  ///< [part]: what it moves, in the order of `order`
    /// By sketch axis: axes that move dimensions in common have the same number; -1: moves none, or places are no
    /// straight lines over it.
    std::vector<int> group = {};
    /// By sketch axis that is not fused: the only dimension that it moves (position in `order`), where no fused axis
    /// moves that one; -1: none.
    std::vector<int> apart = {};
};

struct TemplateRow {
    int statement = 0;
    features::Element type = features::Element::f32;
    std::array<double, features::arithmetic_count> operations{};
    std::vector<TemplateAccess> loads = {};
};

struct TemplatePart {
    std::int64_t extent = 1;
    int axis = 0;  ///< position in Sketch::axes
};

struct TableTemplate {
    int sketch = 0;  ///< its number in the space
    std::vector<TemplatePart> parts;
    std::vector<std::vector<int>> parts_of_axis;  ///< [sketch axis], outermost first
    bool is_reduction = false;                    ///< partial results live in registers
    bool is_accumulated = false;                  ///< the output's old contents count
    bool updates = false;                         ///< the main statement is no plain assignment
    bool combines = false;                        ///< without reduction: the store reads its destination
    TemplateRow update;                           ///< the main statement
    TemplateRow folding;                          ///< partial sums added up
    TemplateRow unchanged;                        ///< registers to memory
    TemplateRow final;                            ///< ... with the epilogues
    TemplateAccess destination;
    features::LoopTable arguments;                     ///< their buffers and dimensions only
    std::array<features::LoopTable, 2> before, after;  ///< other statements, without and with fused epilogues
};

/// `sketch` must be one of the space's. Empty for sketches whose tables are not covered: those are priced through their
/// nests.
[[nodiscard]] std::optional<TableTemplate> table_template(const Space& space, const Sketch& sketch);

}  // namespace saku::tuner
