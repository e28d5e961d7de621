#include "frontends/request.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/file.h"
#include "frontends/built_ins.h"
#include "frontends/notation/parse.h"
#include "frontends/operator_json.h"
#include "frontends/shorthand.h"

namespace saku::frontends {

namespace {

constexpr std::size_t max_file_bytes = std::size_t{1} << 20;

Result<Request> request_from_file(const Shorthand& shorthand) {
    const std::string& path = shorthand.head;
    SAKU_TRY(text, read_file(path, max_file_bytes));
    if (std::string_view(path).ends_with(".json")) {
        SAKU_TRY(request, request_from_json(text, path));
        request.keys.insert(request.keys.end(), shorthand.keys.begin(), shorthand.keys.end());
        return request;
    }
    SAKU_TRY(op, parse_notation(text, path));
    return Request{.op = op, .keys = shorthand.keys, .where = path};
}

bool has_key(const Keys& keys, const std::string& name) {
    return std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return key.first == name; });
}

bool has_parameter(const OpTemplate& op, const std::string& name) {
    return std::any_of(op.parameters.begin(), op.parameters.end(),
                       [&](const ParameterSyntax& parameter) { return parameter.name == name; });
}

/// Matrices and rows stay as they are: there is nothing to choose.
bool takes_layout(const Request& request, const std::string& layout) {
    const Result<ir::Operator> op = operator_of(request);
    if (!op) return false;
    const bool has_images = std::any_of(op->tensors.begin(), op->tensors.end(), [](const ir::Tensor& tensor) {
        return !tensor.is_constant && tensor.shape.size() >= 3;
    });
    if (!has_images) return false;
    Request laid_out = request;
    laid_out.keys.emplace_back("layout", layout);
    return operator_of(laid_out).ok();
}

}  // namespace

Result<Request> request_from(const std::string& text) {
    SAKU_TRY(shorthand, parse_shorthand(text));
    if (shorthand.is_path) return request_from_file(shorthand);
    const std::optional<OpTemplate> op = find_built_in(shorthand.head);
    if (!op) {
        return Error{"", "unknown operator " + in_quotes(shorthand.head) + ", expected one of " + built_in_names() +
                             ", or a path with a '/' or ending in .saku or .json"};
    }
    return Request{.op = *op, .keys = shorthand.keys, .where = shorthand.head, .hides_places = true};
}

Result<ir::Operator> operator_of(const Request& request) {
    Result<ir::Operator> result = instantiate_keys(request.op, request.keys);
    if (!result && (request.hides_places || result.error().where.empty())) {
        return Error{request.where, result.error().what};
    }
    return result;
}

Result<Completed> with_options(const std::string& text, const Keys& options) {
    SAKU_TRY(request, request_from(text));
    SAKU_TRY(shorthand, parse_shorthand(text));
    Completed result{.text = text, .taken = std::vector<bool>(options.size(), false)};
    bool has_keys = !shorthand.keys.empty();
    const auto add = [&](std::size_t i) {
        result.text += (has_keys ? "," : ":") + options[i].first + "=" + options[i].second;
        result.taken[i] = has_keys = true;
        request.keys.push_back(options[i]);
    };
    const auto is_open = [&](const std::string& name) { return !has_key(request.keys, name); };
    for (std::size_t i = 0; i < options.size(); ++i) {
        if (has_parameter(request.op, options[i].first) && is_open(options[i].first)) add(i);
    }
    // Whether a layout fits is known once all sizes are.
    for (std::size_t i = 0; i < options.size(); ++i) {
        const auto& [name, value] = options[i];
        if (name == "layout" && !result.taken[i] && is_open(name) && takes_layout(request, value)) add(i);
    }
    return result;
}

}  // namespace saku::frontends
