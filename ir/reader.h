// Reading numbers, indices, accesses and expressions of a nest's text, token by token. Used by `parse` only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ir/loop_nest.h"
#include "ir/tokens.h"

namespace saku::ir {

inline constexpr int max_nesting = 256;                            ///< blocks in blocks, and parentheses in parentheses
inline constexpr int max_operators = 1024;                         ///< operators above one another in an expression
inline constexpr std::int64_t max_extent = std::int64_t{1} << 40;  ///< of a loop or a buffer, in elements
/// No index may reach further than this, with every variable at 1: keeps arithmetic on indices free of overflow.
inline constexpr std::int64_t max_index = std::int64_t{1} << 42;

/// The tokens, a position among them, and the names declared so far.
class Reader {
public:
    Reader(std::string_view text, std::string file, std::vector<Token> tokens)
        : text_(text), file_(std::move(file)), tokens_(std::move(tokens)) {}

    // ---- tokens
    [[nodiscard]] const Token& peek(std::size_t ahead = 0) const;
    const Token& take();
    [[nodiscard]] bool at_sign(std::string_view sign, std::size_t ahead = 0) const;
    [[nodiscard]] bool at_word(std::string_view word, std::size_t ahead = 0) const;
    bool accept_sign(std::string_view sign);
    bool accept_word(std::string_view word);
    [[nodiscard]] Result<Done> expect_sign(std::string_view sign);
    [[nodiscard]] Result<Done> expect_word(std::string_view word);
    /// "FILE:LINE:COLUMN: WHAT" for that token.
    [[nodiscard]] Error error_at(const Token& token, const std::string& what) const;
    /// "expected WHAT, found TOKEN" for the next token.
    [[nodiscard]] Error expected(const std::string& what) const;

    // ---- names and numbers
    [[nodiscard]] Result<std::string> name(const std::string& what);
    /// An unsigned integer of at most `most`.
    [[nodiscard]] Result<std::int64_t> integer(const std::string& what, std::int64_t least, std::int64_t most);
    [[nodiscard]] Result<double> number();

    // ---- terms
    [[nodiscard]] Result<Index> index();
    [[nodiscard]] Result<Access> access();
    [[nodiscard]] Result<Expr> expression();

    std::map<std::string, VarId, std::less<>> variables;
    std::map<std::string, BufferId, std::less<>> buffers;

private:
    /// An index, a bound of what it reaches with variables at 1, and how it was written.
    struct Piece {
        enum class Form : std::uint8_t { sum, atom, group };
        Index index;
        std::int64_t size = 0;
        Form form = Form::sum;
    };
    /// An expression and how many operators lie above one another in it.
    struct Sized {
        Expr expr;
        int height = 0;
    };

    [[nodiscard]] Result<Piece> index_sum(bool allow_group);
    [[nodiscard]] Result<Piece> index_term();
    [[nodiscard]] Result<Piece> index_atom();
    [[nodiscard]] Result<Piece> floor_atom();
    [[nodiscard]] Result<Piece> parenthesis();
    [[nodiscard]] Result<Sized> sum_expression();
    [[nodiscard]] Result<Sized> product_expression();
    [[nodiscard]] Result<Sized> operand();
    [[nodiscard]] Result<Sized> call();
    [[nodiscard]] Result<Sized> combined(BinaryOp op, Sized left, Sized right);
    [[nodiscard]] bool at_number() const;
    [[nodiscard]] Result<Done> open_parenthesis();
    void close_parenthesis() { --depth_; }

    std::string_view text_;
    std::string file_;
    std::vector<Token> tokens_;
    std::size_t next_ = 0;
    int depth_ = 0;
};

/// The declaration of a buffer, after its scope.
[[nodiscard]] Result<Buffer> read_buffer(Reader& read, Scope scope);

}  // namespace saku::ir
