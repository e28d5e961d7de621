#include "frontends/notation/parse.h"

#include <utility>

#include "frontends/notation/cursor.h"
#include "frontends/notation/parse_declaration.h"
#include "frontends/notation/parse_expression.h"

namespace saku::frontends {

namespace {

constexpr std::size_t max_text_bytes = std::size_t{1} << 20;
constexpr int max_depth = 64;

/// Cuts "the kernel has {r} rows" into text and expressions.
Result<std::vector<std::variant<std::string, IntExpr>>> parse_message(const Cursor& cursor, const Token& string) {
    std::vector<std::variant<std::string, IntExpr>> pieces;
    std::string_view rest = string.text;
    int column = string.at.column + 1;
    while (!rest.empty()) {
        const std::size_t open = rest.find('{');
        if (open != 0) pieces.emplace_back(std::string(rest.substr(0, open)));
        if (open == std::string_view::npos) break;
        const std::size_t close = rest.find('}', open);
        if (close == std::string_view::npos) return cursor.error(string, "expected '}' after '{' in the message");
        const std::string_view inside = rest.substr(open + 1, close - open - 1);
        const Position start{string.at.line, column + static_cast<int>(open) + 1};
        SAKU_TRY(tokens, lex(inside, cursor.file(), start));
        Cursor inner(std::move(tokens), inside, cursor.file());
        SAKU_TRY(expression, parse_sum(inner));
        if (!inner.at_end()) return inner.expected("'}'");
        pieces.emplace_back(expression);
        column += static_cast<int>(close) + 1;
        rest = rest.substr(close + 1);
    }
    return pieces;
}

Result<RequireSyntax> parse_require(Cursor& cursor) {
    const Token at = cursor.take();
    const Token first = cursor.now();
    SAKU_TRY(condition, parse_condition(cursor));
    RequireSyntax require{
        .at = at.at, .condition = condition, .text = cursor.source(first, cursor.now()), .message = {}};
    if (cursor.now().kind == Token::Kind::string) {
        SAKU_TRY(message, parse_message(cursor, cursor.take()));
        require.message = message;
    }
    return require;
}

Result<LetSyntax> parse_let(Cursor& cursor) {
    cursor.take();
    SAKU_TRY(name, declared_name(cursor, "a name"));
    SAKU_TRY_DONE(cursor.expect("="));
    SAKU_TRY(value, parse_sum(cursor));
    return LetSyntax{.at = name.at, .name = std::string(name.text), .value = value};
}

Result<AxesSyntax> parse_axes(Cursor& cursor) {
    AxesSyntax axes;
    cursor.take();
    do {
        SAKU_TRY(name, declared_name(cursor, "an axis' name"));
        SAKU_TRY_DONE(cursor.expect("<"));
        SAKU_TRY(extent, parse_sum(cursor));
        axes.axes.push_back({.at = name.at, .name = std::string(name.text), .extent = extent});
    } while (cursor.skip(","));
    return axes;
}

Result<StatementSyntax> parse_statement(Cursor& cursor) {
    SAKU_TRY(destination, parse_access(cursor));
    ir::Update update = ir::Update::assign;
    if (cursor.skip("+=")) {
        update = ir::Update::add;
    } else if (cursor.skip("*=")) {
        update = ir::Update::multiply;
    } else if ((cursor.is("max") || cursor.is("min")) && cursor.is("=", 1)) {
        update = cursor.take().text == "max" ? ir::Update::maximum : ir::Update::minimum;
        cursor.take();
    } else if (!cursor.skip("=")) {
        return cursor.expected("'=', '+=', '*=', 'max=' or 'min='");
    }
    SAKU_TRY(value, parse_value(cursor));
    return StatementSyntax{.destination = destination, .update = update, .value = value};
}

Result<std::vector<Item>> parse_block(Cursor& cursor, int depth);

Result<WhenSyntax> parse_when(Cursor& cursor, int depth) {
    if (depth > max_depth) {
        return cursor.error(cursor.now(),
                            "blocks are nested deeper than " + std::to_string(max_depth) + " levels, expected fewer");
    }
    cursor.take();
    SAKU_TRY(condition, parse_condition(cursor));
    WhenSyntax when{.condition = condition, .then = {}, .otherwise = {}};
    SAKU_TRY(then, parse_block(cursor, depth));
    when.then = std::move(then);
    if (!cursor.skip("else")) return when;
    if (cursor.is("when")) {
        SAKU_TRY(nested, parse_when(cursor, depth + 1));
        when.otherwise.push_back(Item{std::move(nested)});
    } else {
        SAKU_TRY(otherwise, parse_block(cursor, depth));
        when.otherwise = std::move(otherwise);
    }
    return when;
}

template <class Syntax>
Result<Item> as_item(Result<Syntax> syntax) {
    if (!syntax) return std::move(syntax).error();
    return Item{std::move(*syntax)};
}

Result<Item> parse_item(Cursor& cursor, int depth) {
    if (cursor.is("require")) return as_item(parse_require(cursor));
    if (cursor.is("let")) return as_item(parse_let(cursor));
    if (cursor.is("axes")) return as_item(parse_axes(cursor));
    if (cursor.is("when")) return as_item(parse_when(cursor, depth + 1));
    if (cursor.now().kind == Token::Kind::name && cursor.is(":", 1)) return as_item(parse_tensor(cursor));
    if (cursor.now().kind == Token::Kind::name && cursor.is("[", 1)) return as_item(parse_statement(cursor));
    return cursor.expected("'require', 'let', 'axes', 'when', a tensor such as in: f32[N=n], a statement, or '}'");
}

Result<std::vector<Item>> parse_block(Cursor& cursor, int depth) {
    std::vector<Item> items;
    SAKU_TRY_DONE(cursor.expect("{"));
    while (!cursor.skip("}")) {
        SAKU_TRY(item, parse_item(cursor, depth));
        items.push_back(std::move(item));
    }
    return items;
}

/// The comment lines at the start of the text.
std::string leading_comment(std::string_view text) {
    std::string comment;
    while (!text.empty() && text.front() == '#') {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(1, end == std::string_view::npos ? end : end - 1);
        if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        comment += std::string(line) + "\n";
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return comment;
}

}  // namespace

Result<OpTemplate> parse_notation(const std::string& text, const std::string& file) {
    if (text.size() > max_text_bytes) {
        return Error{file, "the text has " + std::to_string(text.size()) + " bytes, expected at most 1 MiB"};
    }
    SAKU_TRY(tokens, lex(text, file));
    Cursor cursor(std::move(tokens), text, file);
    OpTemplate result{.file = file,
                      .at = cursor.now().at,
                      .name = {},
                      .parameters = {},
                      .items = {},
                      .comment = leading_comment(text)};
    SAKU_TRY_DONE(cursor.expect("op"));
    SAKU_TRY(name, declared_name(cursor, "the operator's name"));
    result.name = std::string(name.text);
    SAKU_TRY(parameters, parse_parameters(cursor));
    result.parameters = std::move(parameters);
    SAKU_TRY(items, parse_block(cursor, 0));
    result.items = std::move(items);
    if (!cursor.at_end()) return cursor.expected("the end of the text: one operator a file");
    return result;
}

}  // namespace saku::frontends
