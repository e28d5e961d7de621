// The loop IR: this page is its manual.
//
// A `LoopNest` is a value: buffers, and a tree of loops, guards and stores. It says exactly what the machine will do,
// in which order; emission adds nothing. Text (`print`, `parse`), one construct a line; line ends are spaces:
//
//   nest      := "nest" NAME "{" variables? buffer* offline* "body" block "}"
//   variables := "variables" VAR ("," VAR)*                     their order; left out when it is that of the loops
//   buffer    := scope NAME ":" DTYPE "[" extents "]" ("layout" layout)? ("of" NAME)? flag*
//   extents   := INT ("," INT)* | LETTER "=" INT ("," LETTER "=" INT)*    of dimensions that have names, or not
//   scope     := "arg" | "packed" | "workspace" | "registers"
//   flag      := "in" | "out" | "const" | "accumulated"         in: an argument that is not out
//              | "free" layout?                        `layout` may change; here the caller's, left out: row-major
//   layout    := "(" part ("," part)* ")"                       physical dimensions, outermost first; left out:
//                                                               row-major
//   part      := "d" INT ("/" INT)? "%" INT ("stride" INT)?     d1/16%4: (coordinate 1 / 16) mod 4, an extent of 4;
//                                                               without a stride: dense over the part on its right
//   offline   := "offline" NAME block                           fills the packed buffer NAME, before any run
//   block     := "{" node* "}"
//   node      := loop | guard | store | prefetch | intrinsic
//   loop      := kind? "for" VAR "<" extent block               VAR runs from 0
//   kind      := "parallel" | "unrolled" | "vector"
//   extent    := INT ("*" "vscale")? | PARAMETER "<=" INT
//   guard     := "if" index ">=" "0" ("," index ">=" "0")* block ("else" block)?
//   store     := access update expr ("first" "(" (index ("," index)*)? ")")? ("statement" INT)?
//   update    := "=" | "+=" | "*=" | "max=" | "min="
//   prefetch  := "prefetch" access
//   intrinsic := "intrinsic" NAME block                         the block is the instruction's meaning
//   expr      := product (("+" | "-") product)*                 left to right
//   product   := operand (("*" | "/") operand)*
//   operand   := NUMBER | access | "index" "(" index ")" | "(" expr ")" | unary "(" expr ")"
//              | ("max" | "min") "(" expr "," expr ")"
//   unary     := "neg" | "abs" | "sqrt" | "exp" | "rcp"
//   access    := NAME "[" index ("," index)* "]" ("pad" NUMBER)?
//   index     := "-"? term (("+" | "-") term)*
//   term      := INT | (INT "*")? atom
//   atom      := VAR | "floor" "(" whole "/" INT ")" | "(" whole "mod" INT ")"
//   whole     := atom | "(" index ")"
//   NUMBER    := "-"? (decimal | "inf" | "nan" | "nan_" HEX)    printed so that the same double comes back; HEX: its
//                                                               bits
//   NAME, VAR, PARAMETER := [A-Za-z_][A-Za-z0-9_]*              no word is reserved
//
// Meaning.
//  * Loops run from 0 to extent-1. serial: in order. parallel: iterations may run at once, in any order, and must not
//    write what another reads or writes. unrolled: in order, as straight code. vector: all iterations at once, as lanes
//    of one register; the body holds stores, and guards that become masks; there are no loops in it.
//  * A store evaluates its expression, then combines it with the element it names. `x += e` is x = x + e; with
//    `first (i, j)` the old value counts as the identity of the update (0 for +, 1 for *, -inf for max, +inf for min)
//    in every iteration in which all listed indices are zero: this starts a reduction without a loop of its own.
//    An empty list, `first ()`, is always first.
//  * `index(i)` is the value of an index as a number of the element type.
//  * A guard runs its first block when every condition is >= 0, else its second.
//  * A read with `pad v` outside the buffer's shape gives v; any other access outside is an error. Writes never pad.
//  * Buffers are indexed by logical coordinates; `layout` places them in memory. Scopes:
//    arg        memory of the caller; `const` ones may be replaced by packed copies made once, before any run; `free`
//               ones lie as `layout` says, into which callers convert them from (and back to) a layout of their own
//    packed     filled offline from the constant argument named by `of`
//    workspace  scratch memory; private to a parallel iteration when it is written inside one
//    registers  scratch that must end in registers: emission refuses it when its indices do not become constants
//               after unrolling
//    Scratch, and outputs that are not accumulated, hold nothing defined until written; the interpreter reports reads
//    of unwritten elements.
//  * max(a, b) is a < b ? b : a, and min(a, b) is b < a ? b : a: a NaN on the left stays, one on the right is passed
//    over. `x max= e` is x = max(x, e).
//  * Arithmetic is the element type's (IEEE for floats, nothing reassociated); a product feeding a sum may contract to
//    one fused multiply-add in emitted code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ir/expr.h"
#include "ir/index.h"

namespace saku::ir {

// ---- buffers

/// One physical dimension: of a logical coordinate c it stores (c / divisor) mod extent. Outermost first in a Layout.
struct LayoutPart {
    int dimension = 0;         ///< logical dimension
    std::int64_t divisor = 1;  ///< 16 for the "C/16" of NCHW16c
    std::int64_t extent = 1;   ///< how many positions; the mod is left out for the outermost part of a dimension
    std::int64_t stride = 0;   ///< elements between neighbours
    friend bool operator==(const LayoutPart&, const LayoutPart&) = default;
};

/// Where elements lie. `row_major(shape)` is the default; NCHW16c on [n,c,h,w] is the parts (0,1,n) (1,16,c/16) (2,1,h)
/// (3,1,w) (1,1,16). Strides may leave gaps (leading dimensions, padding against set conflicts).
struct Layout {
    std::vector<LayoutPart> parts;
    friend bool operator==(const Layout&, const Layout&) = default;
};

[[nodiscard]] Layout row_major(const std::vector<std::int64_t>& shape);
/// The parts in their order with dense strides, innermost part contiguous.
[[nodiscard]] Layout dense(std::vector<LayoutPart> parts);
/// Elements from the buffer's start, as an expression of the access's indices.
[[nodiscard]] Index element_offset(const Layout& layout, const std::vector<Index>& indices);
/// Elements the layout spans: the largest offset plus one.
[[nodiscard]] std::int64_t span_elements(const Layout& layout);

enum class Scope : std::uint8_t { argument, packed, workspace, registers };

struct Buffer {
    std::string name;
    DType type = DType::f32;
    Scope scope = Scope::argument;
    std::vector<std::int64_t> shape;  ///< logical extents, all positive
    Layout layout;
    bool is_output = false;          ///< argument that is written
    bool is_constant = false;        ///< argument whose contents are known before any run (weights)
    bool is_accumulated = false;     ///< output whose old contents count (`accumulate=1`)
    std::optional<BufferId> source;  ///< packed buffers: the constant argument they are made from
    /// Arguments whose layout may be chosen (`layout any`): where the caller's own elements lie. `layout` is then what
    /// the nest works on; ir/conversion.h has the nests between the two.
    std::optional<Layout> plain = {};
    std::string letters = {};  ///< names of the dimensions, one letter each: "NCHW"; empty: they have none
    friend bool operator==(const Buffer&, const Buffer&) = default;
};

// ---- nodes

enum class LoopKind : std::uint8_t { serial, parallel, unrolled, vector };

/// A constant; a constant times the vector-length multiple of scalable vectors; or a run-time parameter with an upper
/// bound. Emission may refuse the last two.
struct Extent {
    enum class Kind : std::uint8_t { constant, vscale, parameter };
    Kind kind = Kind::constant;
    std::int64_t value = 1;  ///< the constant, the multiple of vscale, or the upper bound
    std::string parameter;   ///< its name
    Extent() = default;
    Extent(std::int64_t constant) : value(constant) {}  // NOLINT(google-explicit-constructor)
    friend bool operator==(const Extent&, const Extent&) = default;
};

/// The most iterations a loop of this extent can have; vscale counts as `vscale_bound`, the architectural limit of SVE.
inline constexpr std::int64_t vscale_bound = 16;
[[nodiscard]] std::int64_t largest(const Extent& extent);

struct Node;
using Block = std::vector<Node>;

struct Loop {
    VarId variable = 0;
    Extent extent;
    LoopKind kind = LoopKind::serial;
    Block body;
};

struct Guard {
    std::vector<Index> conditions;  ///< each must be >= 0
    Block then;
    Block otherwise;
};

enum class Update : std::uint8_t { assign, add, multiply, maximum, minimum };

struct Store {
    Access destination;
    Update update = Update::assign;
    Expr value;
    std::optional<std::vector<Index>> first;  ///< see "Meaning" above; absent: the old value always counts
    int statement = 0;                        ///< which statement of the operator this belongs to
};

struct Prefetch {
    Access access;
};

/// A hardware instruction by name (dot product, tile multiply); `semantics` is what it computes.
struct Intrinsic {
    std::string name;
    Block semantics;
};

struct Node {
    std::variant<Loop, Guard, Store, Prefetch, Intrinsic> node;
};

/// The block of one node, moved there; an initialiser list would copy what is inside.
[[nodiscard]] Block block_of(Node node);

[[nodiscard]] bool operator==(const Node& a, const Node& b);
[[nodiscard]] bool operator==(const Loop& a, const Loop& b);
[[nodiscard]] bool operator==(const Guard& a, const Guard& b);
[[nodiscard]] bool operator==(const Store& a, const Store& b);
[[nodiscard]] bool operator==(const Prefetch& a, const Prefetch& b);
[[nodiscard]] bool operator==(const Intrinsic& a, const Intrinsic& b);

// ---- the nest

/// Fills a packed buffer from its constant source; run once, outside the kernel.
struct OfflinePack {
    BufferId packed = 0;
    Block body;
    friend bool operator==(const OfflinePack&, const OfflinePack&) = default;
};

struct LoopNest {
    std::string name;
    std::vector<std::string> variables;  ///< VarId -> unique name
    std::vector<Buffer> buffers;         ///< BufferId -> buffer; arguments first, in declaration order
    std::vector<OfflinePack> offline;
    Block body;
    friend bool operator==(const LoopNest&, const LoopNest&) = default;
};

/// The value an update starts from: 0, 1, -inf or +inf. `assign` has none and gives 0.
[[nodiscard]] double identity_of(Update update);
[[nodiscard]] std::string to_string(Update update);  ///< "=", "+=", "*=", "max=", "min="
[[nodiscard]] std::string to_string(LoopKind kind);  ///< "serial", "parallel", ...
[[nodiscard]] std::string to_string(Scope scope);    ///< "arg", "packed", "workspace", "registers"
/// update(a, b) as an expression.
[[nodiscard]] Expr combine(Update update, Expr old_value, Expr value);

/// Adds a variable whose name is `wanted`, or `wanted` with a number when that is taken.
VarId add_variable(LoopNest& nest, const std::string& wanted);
[[nodiscard]] std::optional<VarId> find_variable(const LoopNest& nest, const std::string& name);
[[nodiscard]] std::optional<BufferId> find_buffer(const LoopNest& nest, const std::string& name);
/// Adds a buffer under a name not yet taken, as `add_variable` does.
BufferId add_buffer(LoopNest& nest, Buffer buffer);

}  // namespace saku::ir
