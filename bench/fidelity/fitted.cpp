#include "bench/fidelity/fitted.h"

#include <algorithm>
#include <functional>

#include "base/check.h"

namespace saku::fidelity {

namespace {

constexpr double least_factor = 0.5;
constexpr double most_factor = 2;

Json& at_pointer(Json& json, const std::string& pointer) { return json[Json::json_pointer(pointer)]; }

bool is_edge(const Json& value) {
    return value.is_object() && value.size() == 2 && value.contains("until") && value.contains("from");
}

/// Integers stay integers: 4 becomes 8, not 8.0.
Json scaled(const Json& number, double factor) {
    const double value = number.get<double>() * factor;
    const auto whole = static_cast<std::int64_t>(value);
    return number.is_number_integer() && static_cast<double>(whole) == value ? Json(whole) : Json(value);
}

void scale(Json& value, double factor) {
    if (value.is_number()) {
        value = scaled(value, factor);
        return;
    }
    for (Json& end : value) end = scaled(end, factor);
}

Result<Done> check_axis(const Json& shipped, const FittedCoefficient& axis, const std::string& file) {
    const auto refused = [&](const std::string& what) {
        return Error{.where = file + "#" + axis.pointer, .what = what};
    };
    if (!axis.pointer.starts_with('/') || !shipped.contains(Json::json_pointer(axis.pointer)))
        return refused("not there, expected a fitted coefficient");
    const Json& value = shipped.at(Json::json_pointer(axis.pointer));
    if (!value.is_number() && !is_edge(value)) return refused("expected a number or an edge (until, from)");
    if (std::adjacent_find(axis.factors.begin(), axis.factors.end(), std::greater_equal<>()) != axis.factors.end())
        return refused("expected factors that ascend");
    if (std::find(axis.factors.begin(), axis.factors.end(), 1.0) == axis.factors.end())
        return refused("expected 1 among the factors");
    if (axis.factors.front() < least_factor || axis.factors.back() > most_factor)
        return refused("expected factors from 0.5 to 2");
    for (const double factor : axis.factors) {
        Json changed = shipped;
        scale(at_pointer(changed, axis.pointer), factor);
        SAKU_TRY_DONE(costmodel::coefficients_from_json(to_text(changed), file));
    }
    return Done{};
}

/// Without zeros at the end.
std::string short_number(double value) {
    std::string text = std::to_string(value);
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text;
}

}  // namespace

const std::vector<FittedCoefficient>& fitted_coefficients() {
    static const std::vector<double> halves{0.5, 0.71, 1, 1.41, 2};
    static const std::vector<FittedCoefficient> all{
        {.pointer = "/composition/norm_power", .factors = {0.5, 1, 2}},  // a power of two
        {.pointer = "/composition/waiting_power", .factors = {0.5, 1}},  // likewise, and 8 at most
        {.pointer = "/composition/port_power", .factors = {0.5, 1, 2}},
        {.pointer = "/cache_fit/l1", .factors = halves},
        {.pointer = "/cache_fit/l2", .factors = halves},
        {.pointer = "/cache_fit/l3", .factors = halves},
        {.pointer = "/cache_fit/tlb", .factors = halves},
        {.pointer = "/core/outer_iteration_uops", .factors = halves},
        {.pointer = "/core/outer_iteration_cycles", .factors = halves},
        {.pointer = "/core/predictable_trips", .factors = halves},
        {.pointer = "/core/sums_begun_early", .factors = halves},
        {.pointer = "/core/spill_cycles", .factors = halves},
        {.pointer = "/refill/l1", .factors = halves},
        {.pointer = "/refill/tlb_miss", .factors = halves},
        {.pointer = "/straight_code/from_vectors", .factors = halves},
        {.pointer = "/straight_code/each_doubling", .factors = halves},
        {.pointer = "/rows/refill", .factors = halves},
        {.pointer = "/bursts/reorder_buffers", .factors = halves},
        {.pointer = "/prefetch/refill", .factors = {0.5, 0.71, 0.84, 1, 1.13}},  // below 1: prefetches do not delay
    };
    return all;
}

Grid::Grid(Json shipped_values, std::vector<FittedCoefficient> axes)
    : json_(std::move(shipped_values)), axes_(std::move(axes)) {
    for (const FittedCoefficient& axis : axes_) {
        const auto one = std::find(axis.factors.begin(), axis.factors.end(), 1.0);
        shipped_.push_back(static_cast<std::size_t>(one - axis.factors.begin()));
    }
}

Result<Grid> Grid::make(const std::string& coefficients, std::vector<FittedCoefficient> axes, const std::string& file) {
    SAKU_TRY(json, parse_json(coefficients, file));
    for (const FittedCoefficient& axis : axes) SAKU_TRY_DONE(check_axis(json, axis, file));
    return Grid(std::move(json), std::move(axes));
}

costmodel::Coefficients Grid::at(const Choice& choice) const {
    Json changed = json_;
    for (std::size_t a = 0; a < axes_.size(); ++a)
        scale(at_pointer(changed, axes_[a].pointer), axes_[a].factors[choice[a]]);
    const auto read = costmodel::coefficients_from_json(to_text(changed), "a grid");
    SAKU_CHECK(read.ok(), read.error().text());  // each value was read once when the grid was made
    return *read;
}

std::string Grid::value_text(std::size_t axis, std::size_t position) const {
    const Json& value = json_.at(Json::json_pointer(axes_[axis].pointer));
    const auto text = [&](const Json& number) {
        return short_number(number.get<double>() * axes_[axis].factors[position]);
    };
    return value.is_number() ? text(value) : text(value["until"]) + " to " + text(value["from"]);
}

}  // namespace saku::fidelity
