// Quasi-affine integer expressions over loop variables: what subscripts, guards and layouts are made of.
//
//   index  :=  constant + sum of  coefficient * atom
//   atom   :=  variable | floor(index / divisor) | index mod divisor          divisor > 0, constant
//
// An `Index` is a value in canonical form: atoms are sorted and distinct, coefficients are non-zero, an affine
// part that the divisor divides has left the floor or the mod (floor((8x + y)/8) is x + floor(y/8)), and a floor and
// a mod that make up their argument again do so (8*floor(x/8) + (x mod 8) is x: what fusing two loops took apart,
// flattening puts together). So equal expressions built in different ways mostly compare equal, and `==` is
// structural. Knowledge of variable ranges simplifies further: see `simplify(Index, Ranges)`.
//
// Limits: products of variables are not expressible (they are not needed by any affine operator); coefficients
// are 64-bit, and operators check tensor and iteration sizes before any Index is built, so overflow is a bug.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace saku::ir {

/// Names a loop variable of one nest: a position in `LoopNest::variables`.
using VarId = std::int32_t;

class Index;

/// What a coefficient multiplies. `inner` is null exactly for variables.
struct Atom {
    enum class Kind : std::uint8_t { variable, floor_div, mod };
    Kind kind = Kind::variable;
    VarId variable = 0;
    std::int64_t divisor = 1;
    std::shared_ptr<const Index> inner;
    friend bool operator==(const Atom& a, const Atom& b);
};

struct Term {
    std::int64_t coefficient = 0;
    Atom atom;
};

/// A closed interval of integers, [low, high].
struct Interval {
    std::int64_t low = 0;
    std::int64_t high = 0;
    [[nodiscard]] bool is_point() const { return low == high; }
    friend bool operator==(const Interval&, const Interval&) = default;
};

class Index {
public:
    Index() = default;
    Index(std::int64_t constant) : constant_(constant) {}  // NOLINT(google-explicit-constructor)
    static Index variable(VarId id);
    /// 1 * atom. A floor or mod must be one that `quotient` or `remainder` made.
    static Index of(Atom atom);

    [[nodiscard]] std::int64_t constant() const { return constant_; }
    [[nodiscard]] const std::vector<Term>& terms() const { return terms_; }

    [[nodiscard]] bool is_constant() const { return terms_.empty(); }
    /// True when every atom is a variable.
    [[nodiscard]] bool is_affine() const;
    /// The coefficient of a variable outside every floor and mod; 0 when absent.
    [[nodiscard]] std::int64_t coefficient(VarId id) const;
    /// Whether the variable occurs at all, inside floors and mods too.
    [[nodiscard]] bool uses(VarId id) const;
    /// Every variable that occurs, inside floors and mods too; sorted, distinct.
    [[nodiscard]] std::vector<VarId> variables() const;

    /// Those of the terms that `is_wanted` chooses, and a constant.
    template <class IsWanted>
    [[nodiscard]] Index part(const IsWanted& is_wanted, std::int64_t constant) const {
        Index chosen(constant);
        for (const Term& term : terms_) {
            if (is_wanted(term)) chosen.terms_.push_back(term);
        }
        chosen.rejoin();
        return chosen;
    }

    Index& operator+=(const Index& other);
    Index& operator+=(Index&& other);
    friend Index operator+(Index a, const Index& b) { return a += b; }
    friend Index operator-(Index a, Index b) { return a += std::move(b) * -1; }
    friend Index operator*(Index a, std::int64_t factor);
    friend bool operator==(const Index& a, const Index& b);
    /// A total order without meaning, for sorting and maps; the same on every host.
    friend bool operator<(const Index& a, const Index& b);

private:
    void add(Term term);
    void rejoin();

    std::int64_t constant_ = 0;
    std::vector<Term> terms_;  // sorted by atom, distinct, non-zero coefficients

    friend Index quotient(const Index& dividend, std::int64_t divisor);
    friend Index remainder(const Index& dividend, std::int64_t divisor);
};

/// floor(dividend / divisor), divisor > 0.
[[nodiscard]] Index quotient(const Index& dividend, std::int64_t divisor);
/// dividend - divisor * floor(dividend / divisor), divisor > 0.
[[nodiscard]] Index remainder(const Index& dividend, std::int64_t divisor);

/// The value under an assignment of variables (`values[id]`).
[[nodiscard]] std::int64_t evaluate(const Index& index, std::span<const std::int64_t> values);

/// Whether the variable occurs in any of the indices: do the loop's iterations differ in them?
[[nodiscard]] bool uses(std::span<const Index> indices, VarId id);

/// Replaces one variable by an expression everywhere.
[[nodiscard]] Index substitute(const Index& index, VarId id, const Index& replacement);

/// What is known of each variable: its interval, or nothing (`ranges(id)` is empty).
using Ranges = std::function<std::optional<Interval>(VarId)>;

/// The interval of values of `index` when each variable runs over its own interval independently: exact for affine
/// indices, an enclosure otherwise. Empty when a variable it uses has no known range, or at overflow.
[[nodiscard]] std::optional<Interval> range(const Index& index, const Ranges& ranges);

/// The values of a floor or mod whose argument runs over `inner`; of a variable, `inner` itself.
[[nodiscard]] Interval atom_range(const Atom& atom, Interval inner);

/// The interval of a sum from those of its atoms, taken as independent. Empty when one is unknown, or at overflow.
[[nodiscard]] std::optional<Interval> sum_range(const Index& index,
                                                const std::function<std::optional<Interval>(const Atom&)>& atoms);

/// Removes floors and mods that the ranges make trivial: floor(i/8) is 0 and i mod 8 is i for 0 <= i < 8. Variables
/// with one possible value are replaced by it.
[[nodiscard]] Index simplify(const Index& index, const Ranges& ranges);

/// The interval of values of an index, from whatever is known of it, or nothing.
using Bounds = std::function<std::optional<Interval>(const Index&)>;

/// The same with bounds that may know more than the ranges of variables. Variables stay.
[[nodiscard]] Index simplify_by(const Index& index, const Bounds& bounds);

/// Text such as `8*i_o + i_i - 1`, `floor((2*y + u)/16)`, `(y*56 + x) mod 16`; the nest grammar of `loop_nest.h`.
[[nodiscard]] std::string to_string(const Index& index, const std::function<std::string(VarId)>& name);

}  // namespace saku::ir
