// The state of one function under construction: where buffers are, what loop variables stand for.
#pragma once

#include <llvm/IR/Function.h>
#include <llvm/IR/IRBuilder.h>

#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "ir/facts.h"
#include "ir/loop_nest.h"
#include "targets/llvm/plan.h"

namespace saku::targets {

/// The lanes of a vector loop at work: iterations start .. start + active - 1 of `variable`, in vectors of `width` >=
/// active lanes. A default one is scalar code: width 1, no variable.
struct Lanes {
    std::optional<ir::VarId> variable;
    std::int64_t start = 0;
    int width = 1;
    int active = 1;
    [[nodiscard]] bool is_vector() const { return width > 1; }
};

/// Rows of a register tile that were transposed, or wait to be.
struct TransposedBlock {
    llvm::BasicBlock* block = nullptr;  ///< where the values were made
    std::vector<llvm::Value*> columns;  ///< by lane of the tile; null where not yet known
    std::vector<llvm::Value*> old;      ///< what the columns were before the first masked write; empty: not asked for
};

/// buffer, first unit of the block (all coordinates, rows first position), the dimension that lanes run along.
using TransposeKey = std::pair<ir::BufferId, std::vector<std::int64_t>>;

struct Frame {
    Frame(const ir::LoopNest& the_nest, const EmissionPlan& the_plan, llvm::Function* the_function)
        : nest(the_nest),
          plan(the_plan),
          builder(llvm::BasicBlock::Create(the_function->getContext(), "entry", the_function)),
          function(the_function) {}

    const ir::LoopNest& nest;
    const EmissionPlan& plan;
    llvm::IRBuilder<> builder;
    llvm::Function* function = nullptr;
    std::vector<llvm::Value*> bases;              ///< by BufferId: first element; null for register buffers
    std::map<ir::VarId, llvm::Value*> variables;  ///< loops that run
    std::map<ir::VarId, std::int64_t> constants;  ///< loops that are unrolled
    /// Extents of unrolled loops around this place with no test and no running loop between: all their iterations
    /// occur.
    std::map<ir::VarId, std::int64_t> unrolled;
    std::map<ir::VarId, ir::Interval> ranges;           ///< of all loops around this place
    std::optional<ir::Facts> facts;                     ///< of the guards around this place, where there are any
    std::vector<std::vector<llvm::AllocaInst*>> units;  ///< by BufferId: vectors of a register tile
    std::map<TransposeKey, TransposedBlock> transposed_reads;
    std::map<TransposeKey, TransposedBlock> transposed_writes;
    llvm::Value* workspace = nullptr;
    llvm::Value* workers = nullptr;  ///< i32; null inside a parallel body
    llvm::Value* status = nullptr;   ///< slot of the i32 that the kernel returns
    bool is_parallel_body = false;
    bool is_decided = false;               ///< inside code of which is known whether its tests hold in all copies
    bool guards_hold = false;              ///< ... and the guards do
    bool reads_are_inside = false;         ///< ... and padded reads lie inside
    bool is_beginning = false;             ///< inside code that begins a register tile
    std::optional<NotApplicable> failure;  ///< the first thing that emission does not support

    /// Calls `inside` where only some iterations of the unrolled loops around may get to.
    template <class Inside>
    void apart_from_unrolled(Inside inside) {
        std::map<ir::VarId, std::int64_t> around = std::exchange(unrolled, {});
        inside();
        unrolled = std::move(around);
    }
    void fail(std::string reason, std::string detail) {
        if (!failure) failure = NotApplicable{std::move(reason), std::move(detail)};
    }
    [[nodiscard]] const ir::Buffer& buffer(ir::BufferId id) const { return nest.buffers[static_cast<std::size_t>(id)]; }
    [[nodiscard]] llvm::Type* element_type() { return builder.getFloatTy(); }
    /// float, or a vector of them.
    [[nodiscard]] llvm::Type* type_of(const Lanes& lanes) {
        return lanes.is_vector() ? llvm::FixedVectorType::get(element_type(), static_cast<unsigned>(lanes.width))
                                 : element_type();
    }
    [[nodiscard]] llvm::Value* splat(llvm::Value* scalar, const Lanes& lanes) {
        return lanes.is_vector() ? builder.CreateVectorSplat(static_cast<unsigned>(lanes.width), scalar) : scalar;
    }
    [[nodiscard]] llvm::Value* number(double value, const Lanes& lanes) {
        return splat(llvm::ConstantFP::get(element_type(), static_cast<double>(static_cast<float>(value))), lanes);
    }
};

}  // namespace saku::targets
