// A nest in the form that the interpreter runs: made once, so that running needs no lookups and no allocation.
//
// Every affine part of a subscript, guard or offset is a *register*, a running sum: a loop adds the register's slope
// after each iteration and takes all of it back at its end. What is left of quasi-affine indices (floors and mods) are
// *digits*, computed from other values when they are needed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ir/interpret.h"
#include "ir/loop_nest.h"

namespace saku::ir {

/// A run of items in one of the program's tables.
struct Run {
    int begin = 0;
    int end = 0;
};

/// coefficient * (value mod divisor) or coefficient * floor(value / divisor)
struct DigitCode {
    std::int64_t coefficient = 0;
    std::int64_t divisor = 1;
    int value = 0;  ///< in `values`
    bool is_mod = false;
};

/// registers[base] + sum of digits
struct ValueCode {
    int base = 0;
    Run digits;
};

struct SubscriptCode {
    int value = 0;  ///< in `values`
    std::int64_t extent = 1;
};

struct AccessCode {
    int buffer = 0;
    int offset = 0;  ///< in `values`; elements from the buffer's start
    Run subscripts;
    bool has_pad = false;
    double pad = 0;
    const Access* source = nullptr;  ///< for messages
};

/// One step of an expression in postfix order.
struct ExprCode {
    enum class Kind : std::uint8_t { constant, load, index, unary, binary };
    Kind kind = Kind::constant;
    UnaryOp unary{};
    BinaryOp binary{};
    int access = 0;  ///< in `accesses`; of `index`: in `values`
    double constant = 0;
};

struct StoreCode {
    int destination = 0;  ///< in `accesses`
    Update update = Update::assign;
    bool has_first = false;
    Run first;  ///< in `zeros`
    Run value;  ///< in `expressions`
};

struct GuardCode {
    Run conditions;  ///< in `zeros`: values that must be >= 0
    int then = 0;
    int otherwise = 0;
};

struct RegisterStep {
    int base = 0;
    std::int64_t slope = 0;
};

struct LoopCode {
    VarId variable = 0;
    std::int64_t extent = 1;
    bool is_parallel = false;
    int body = 0;
    std::vector<RegisterStep> steps;
    std::vector<int> private_scratch;  ///< of a parallel loop: scratch that each iteration has for itself
};

struct NodeCode {
    enum class Kind : std::uint8_t { loop, guard, store };
    Kind kind = Kind::store;
    int id = 0;  ///< in `loops`, `guards` or `stores`
};

struct Program {
    std::vector<std::int64_t> registers;  ///< their values with every variable at 0
    std::vector<ValueCode> values;
    std::vector<DigitCode> digits;
    std::vector<SubscriptCode> subscripts;
    std::vector<AccessCode> accesses;
    std::vector<ExprCode> expressions;
    std::vector<int> zeros;  ///< lists of values: guards and `first`
    std::vector<StoreCode> stores;
    std::vector<GuardCode> guards;
    std::vector<LoopCode> loops;
    std::vector<std::vector<NodeCode>> blocks;
    std::vector<int> roots;      ///< blocks to run in order: the offline packs, then the body
    std::size_t stack_size = 0;  ///< the deepest expression
};

/// The nest must have passed `check_buffers` and `check_structure`, and outlive the program. Fails where a run-time
/// extent has no value or one outside its bound.
[[nodiscard]] Result<Program> compile_for_interpreter(const LoopNest& nest, const InterpretOptions& options);

}  // namespace saku::ir
