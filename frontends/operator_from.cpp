#include "frontends/operator_from.h"

#include <string_view>
#include <utility>

#include "base/file.h"
#include "frontends/built_ins.h"
#include "frontends/notation/parse.h"
#include "frontends/operator_json.h"
#include "frontends/shorthand.h"

namespace saku::frontends {

namespace {

constexpr std::size_t max_file_bytes = std::size_t{1} << 20;

Result<ir::Operator> operator_from_file(const Shorthand& shorthand) {
    const std::string& path = shorthand.head;
    SAKU_TRY(text, read_file(path, max_file_bytes));
    if (std::string_view(path).ends_with(".json")) {
        if (!shorthand.keys.empty()) {
            return Error{path, "found parameters behind a JSON file, expected them inside it"};
        }
        return operator_from_json(text, path);
    }
    SAKU_TRY(op, parse_notation(text, path));
    Result<ir::Operator> result = instantiate_keys(op, shorthand.keys);
    if (!result && result.error().where.empty()) return Error{path, result.error().what};
    return result;
}

}  // namespace

Result<ir::Operator> operator_from(const std::string& text) {
    SAKU_TRY(shorthand, parse_shorthand(text));
    if (shorthand.is_path) return operator_from_file(shorthand);
    const std::optional<OpTemplate> op = find_built_in(shorthand.head);
    if (!op) {
        return Error{"", "unknown operator " + in_quotes(shorthand.head) + ", expected one of " + built_in_names() +
                             ", or a path with a '/' or ending in .saku or .json"};
    }
    Result<ir::Operator> result = instantiate_keys(*op, shorthand.keys);
    // A place in the text of a built-in tells its user nothing.
    if (!result) return Error{shorthand.head, result.error().what};
    return result;
}

}  // namespace saku::frontends
