#include "frontends/notation/parse_declaration.h"

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "frontends/notation/parse_expression.h"

namespace saku::frontends {

namespace {

constexpr std::size_t max_parameters = 64;

Result<std::int64_t> parse_int(Cursor& cursor) {
    const bool is_negative = cursor.skip("-");
    if (cursor.now().kind != Token::Kind::integer) return cursor.expected("an integer");
    const std::int64_t value = cursor.take().integer;
    return is_negative ? -value : value;
}

Result<double> parse_number(Cursor& cursor) {
    const bool is_negative = cursor.skip("-");
    double value = 0;
    if (cursor.skip("inf")) {
        value = std::numeric_limits<double>::infinity();
    } else if (cursor.now().kind == Token::Kind::integer || cursor.now().kind == Token::Kind::real) {
        value = cursor.take().real;
    } else {
        return cursor.expected("a number");
    }
    return is_negative ? -value : value;
}

Result<ParameterSyntax> parse_parameter(Cursor& cursor) {
    SAKU_TRY(name, declared_name(cursor, "a parameter's name"));
    ParameterSyntax parameter{.at = name.at, .name = std::string(name.text), .default_value = std::nullopt};
    bool has_range = false;
    if (cursor.is(":") && cursor.is("real", 1)) {
        cursor.take();
        cursor.take();
        parameter.is_real = true;
        if (cursor.skip("=")) {
            SAKU_TRY(value, parse_number(cursor));
            parameter.default_value = value;
        }
        return parameter;
    }
    if (cursor.skip(":")) {
        has_range = true;
        SAKU_TRY(low, parse_int(cursor));
        SAKU_TRY_DONE(cursor.expect(".."));
        parameter.low = low;
        if (cursor.is("-") || cursor.now().kind == Token::Kind::integer) {
            SAKU_TRY(high, parse_int(cursor));
            parameter.high = high;
        }
        if (parameter.low > parameter.high) {
            return cursor.error(name, "the range of '" + parameter.name + "' is empty: " +
                                          std::to_string(parameter.low) + ".." + std::to_string(parameter.high));
        }
    }
    if (cursor.skip("=")) {
        const Token at = cursor.now();
        SAKU_TRY(value, parse_int(cursor));
        parameter.default_value = value;
        if (!has_range && value < 1) parameter.low = value;
        if (value < parameter.low || value > parameter.high) {
            return cursor.error(at, "the default of '" + parameter.name + "' lies outside its range");
        }
    }
    return parameter;
}

Result<char> dimension_letter(Cursor& cursor, std::string_view what) {
    SAKU_TRY(name, cursor.expect_name(what));
    if (name.text.size() != 1 || name.text == "_") {
        return cursor.error(name, "expected a dimension named by one letter, found " + describe(name));
    }
    return name.text[0];
}

Result<DimensionSyntax> parse_dimension(Cursor& cursor) {
    const Position at = cursor.now().at;
    SAKU_TRY(letter, dimension_letter(cursor, "a dimension such as N=n"));
    SAKU_TRY_DONE(cursor.expect("="));
    SAKU_TRY(extent, parse_sum(cursor));
    return DimensionSyntax{.at = at, .letter = letter, .extent = extent};
}

/// A flag word starts a flag unless it is the name of the next tensor or statement.
std::optional<FlagSyntax::Kind> flag_at(const Cursor& cursor) {
    using Kind = FlagSyntax::Kind;
    constexpr std::array<std::pair<std::string_view, Kind>, 7> words{{{"const", Kind::constant},
                                                                      {"out", Kind::output},
                                                                      {"accumulate", Kind::accumulate},
                                                                      {"pad", Kind::pad},
                                                                      {"layout", Kind::layout},
                                                                      {"ld", Kind::leading_dimension},
                                                                      {"stride", Kind::stride}}};
    if (cursor.now().kind != Token::Kind::name || cursor.is(":", 1) || cursor.is("[", 1)) return std::nullopt;
    for (const auto& [word, kind] : words) {
        if (cursor.is(word)) return kind;
    }
    return std::nullopt;
}

Result<FlagSyntax> parse_flag(Cursor& cursor, FlagSyntax::Kind kind) {
    FlagSyntax flag{.at = cursor.take().at, .kind = kind, .layout = {}, .elements = {}, .condition = {}};
    if (kind == FlagSyntax::Kind::pad) {
        SAKU_TRY(pad, parse_number(cursor));
        flag.pad = pad;
    } else if (kind == FlagSyntax::Kind::layout) {
        SAKU_TRY(name, cursor.expect_name("'any' or the dimensions' letters, outermost first"));
        flag.layout = std::string(name.text);
    } else if (kind == FlagSyntax::Kind::leading_dimension) {
        SAKU_TRY(elements, parse_sum(cursor));
        flag.elements = elements;
    } else if (kind == FlagSyntax::Kind::stride) {
        SAKU_TRY(letter, dimension_letter(cursor, "a dimension's letter"));
        flag.letter = letter;
        SAKU_TRY(elements, parse_sum(cursor));
        flag.elements = elements;
    }
    if (cursor.skip("if")) {
        SAKU_TRY(condition, parse_condition(cursor));
        flag.condition = condition;
    }
    return flag;
}

}  // namespace

Result<Token> declared_name(Cursor& cursor, std::string_view what) {
    if (cursor.now().kind == Token::Kind::name && is_keyword(cursor.now().text)) {
        return cursor.error(cursor.now(),
                            "expected " + std::string(what) + ", found the keyword " + describe(cursor.now()));
    }
    return cursor.expect_name(what);
}

Result<std::vector<ParameterSyntax>> parse_parameters(Cursor& cursor) {
    std::vector<ParameterSyntax> parameters;
    SAKU_TRY_DONE(cursor.expect("("));
    if (cursor.skip(")")) return parameters;
    do {
        const Token at = cursor.now();
        if (parameters.size() == max_parameters) {
            return cursor.error(at, "the operator has more than " + std::to_string(max_parameters) + " parameters");
        }
        SAKU_TRY(parameter, parse_parameter(cursor));
        for (const ParameterSyntax& other : parameters) {
            if (other.name == parameter.name) {
                return cursor.error(at, "parameter '" + parameter.name + "' is declared twice");
            }
        }
        parameters.push_back(parameter);
    } while (cursor.skip(","));
    if (!cursor.skip(")")) return cursor.expected("',' or ')'");
    return parameters;
}

Result<TensorSyntax> parse_tensor(Cursor& cursor) {
    SAKU_TRY(name, declared_name(cursor, "a tensor's name"));
    TensorSyntax tensor{.at = name.at, .name = std::string(name.text), .dimensions = {}, .flags = {}};
    SAKU_TRY_DONE(cursor.expect(":"));
    constexpr std::string_view types = "an element type (f32, f64, bf16, i8, u8, i32, i64)";
    const std::optional<ir::DType> type = ir::dtype_named(std::string(cursor.now().text));
    if (cursor.now().kind != Token::Kind::name || !type) return cursor.expected(types);
    cursor.take();
    tensor.type = *type;
    SAKU_TRY_DONE(cursor.expect("["));
    do {
        SAKU_TRY(dimension, parse_dimension(cursor));
        tensor.dimensions.push_back(dimension);
    } while (cursor.skip(","));
    if (!cursor.skip("]")) return cursor.expected("',' or ']'");
    while (const std::optional<FlagSyntax::Kind> kind = flag_at(cursor)) {
        SAKU_TRY(flag, parse_flag(cursor, *kind));
        tensor.flags.push_back(flag);
    }
    return tensor;
}

}  // namespace saku::frontends
