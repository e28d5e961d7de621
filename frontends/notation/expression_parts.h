// What the parsers of integers and of element values share; only they include it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "frontends/notation/cursor.h"

namespace saku::frontends {

inline constexpr int max_operations = 256;
inline constexpr int max_expression_depth = 64;

/// How large the expression that is being read has become.
class Size {
public:
    explicit Size(Cursor& cursor) : cursor_(cursor) {}

    [[nodiscard]] Result<Done> operation() {
        if (++operations_ <= max_operations) return Done{};
        return cursor_.error(cursor_.now(), "the expression has more than " + std::to_string(max_operations) +
                                                " operations, expected fewer");
    }
    [[nodiscard]] Result<Done> enter() {
        if (++depth_ <= max_expression_depth) return Done{};
        return cursor_.error(cursor_.now(), "the expression is nested deeper than " +
                                                std::to_string(max_expression_depth) + " levels, expected fewer");
    }
    void leave() { --depth_; }

private:
    Cursor& cursor_;
    int operations_ = 0;
    int depth_ = 0;
};

/// A symbol or word and what it stands for.
template <class Op>
struct OpName {
    std::string_view text;
    Op op;
};

template <class Op, std::size_t N>
std::optional<Op> op_at(const Cursor& cursor, const std::array<OpName<Op>, N>& names) {
    for (const OpName<Op>& name : names) {
        if (cursor.is(name.text)) return name.op;
    }
    return std::nullopt;
}

}  // namespace saku::frontends
