// What the tests of the built-ins share: running one in the interpreter on random operands, and the parts of
// independent plain loops that all of them have.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "frontends/operator_from.h"
#include "ir/interpret.h"
#include "ir/operator.h"
#include "ir/verify.h"

namespace saku::frontends {

using Sizes = std::map<std::string, std::int64_t>;
using Values = std::vector<double>;

/// Small integers: sums of their products are exact in f32, in any order.
inline Values random_values(std::int64_t count, Random& random) {
    Values values(static_cast<std::size_t>(count));
    for (double& value : values) value = static_cast<double>(random.between(-3, 3));
    return values;
}

/// One operator under test: its arguments by tensor name before the run, and what `out` was afterwards.
struct Run {
    std::map<std::string, Values> before;
    Values out;
};

inline Run run(const std::string& text, Random& random) {
    const Result<ir::Operator> op = operator_from(text);
    REQUIRE_MESSAGE(op.ok(), text << ": " << (op.ok() ? "" : op.error().text()));
    const ir::LoopNest nest = ir::lower(*op);
    CHECK(ir::verify(nest).ok());
    ir::Arguments arguments;
    Run result;
    for (const ir::Buffer& buffer : nest.buffers) {
        arguments.push_back(random_values(ir::span_elements(buffer.layout), random));
        result.before[buffer.name] = arguments.back();
    }
    const Result<Done> done = ir::interpret(nest, arguments);
    REQUIRE_MESSAGE(done.ok(), text << ": " << (done.ok() ? "" : done.error().text()));
    for (std::size_t id = 0; id < nest.buffers.size(); ++id) {
        if (nest.buffers[id].is_output) {
            result.out = arguments[id];
        } else {
            CHECK(arguments[id] == result.before[nest.buffers[id].name]);
        }
    }
    return result;
}

inline std::string shorthand_of(const std::string& name, const Sizes& sizes) {
    std::string text = name;
    for (const auto& [key, value] : sizes) text += (text == name ? ":" : ",") + key + "=" + std::to_string(value);
    return text;
}

inline double at(const Values& values, std::int64_t offset) { return values.at(static_cast<std::size_t>(offset)); }

inline bool is_on(const Sizes& p, const char* key) { return p.contains(key) && p.at(key) != 0; }

/// Elements from one row to the next: the key's value, or the row itself.
inline std::int64_t stride_or(const Sizes& p, const char* key, std::int64_t dense) {
    return is_on(p, key) ? p.at(key) : dense;
}

/// Where the elements of a tensor of four dimensions lie, from its leading dimension and strides.
struct View {
    std::int64_t outer = 1;   ///< from one image to the next
    std::int64_t middle = 1;  ///< from one channel (NHWC: row) to the next
    std::int64_t row = 1;     ///< from one row (NHWC: pixel) to the next

    [[nodiscard]] std::int64_t at(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) const {
        return a * outer + b * middle + c * row + d;
    }
};

/// Of tensor `name` with `middle` x `rows` x `row` elements an image; `letter` names its second dimension.
inline View view_of(const Sizes& p, const std::string& name, char letter, std::int64_t middle, std::int64_t rows,
                    std::int64_t row) {
    View view;
    view.row = stride_or(p, ("ld" + name).c_str(), row);
    view.middle = stride_or(p, ("stride_" + name + "_" + letter).c_str(), rows * view.row);
    view.outer = stride_or(p, ("stride_" + name + "_n").c_str(), middle * view.middle);
    return view;
}

/// Gaps at any of its levels, one time in three each.
inline void add_view(Sizes& p, const std::string& name, char letter, std::int64_t middle, std::int64_t rows,
                     std::int64_t row, Random& random) {
    const auto gap = [&](const std::string& key, std::int64_t dense) {
        if (random.below(3) == 0) p[key] = dense + random.between(0, 5);
        return stride_or(p, key.c_str(), dense);
    };
    gap("stride_" + name + "_n", middle * gap("stride_" + name + "_" + letter, rows * gap("ld" + name, row)));
}

/// Extent of an output along a side of `image` elements under a window of `window`.
inline std::int64_t places(const Sizes& p, std::int64_t image, std::int64_t window) {
    const std::int64_t dilation = p.contains("dilation") ? p.at("dilation") : 1;
    return (image + 2 * p.at("pad") - dilation * (window - 1) - 1) / p.at("stride") + 1;
}

/// Starting value and epilogues that the contractions share; `element` is the residual's.
inline double start(const Sizes& p, double old_value) {
    const double beta = is_on(p, "accumulate") ? 1 : is_on(p, "beta") ? static_cast<double>(p.at("beta")) : 0;
    return beta * old_value;
}
/// The factor of a sum of products.
inline double alpha_of(const Sizes& p) { return p.contains("alpha") ? static_cast<double>(p.at("alpha")) : 1; }
inline double finish(const Sizes& p, const Run& r, double sum, std::int64_t channel, std::int64_t element) {
    if (is_on(p, "bias")) sum += at(r.before.at("bias"), channel);
    if (is_on(p, "residual")) sum += at(r.before.at("residual"), element);
    if (is_on(p, "relu")) sum = std::max(sum, 0.0);
    if (is_on(p, "relu6")) sum = std::clamp(sum, 0.0, 6.0);
    if (!is_on(p, "clamp")) return sum;
    return std::clamp(sum, static_cast<double>(p.at("lo")), static_cast<double>(p.at("hi")));
}

inline void add_switches(Sizes& p, Random& random) {
    for (const char* key : {"bias", "residual", "relu", "relu6", "accumulate", "clamp"}) p[key] = random.between(0, 1);
    if (!is_on(p, "clamp")) return;
    p["lo"] = random.between(-5, 2);
    p["hi"] = p["lo"] + random.between(0, 9);
}

/// Factors that leave the sums of these tests exact.
inline void add_factors(Sizes& p, Random& random) {
    constexpr std::int64_t factors[] = {1, 2, -1, 4, -4};
    if (random.below(2) == 0) p["alpha"] = factors[random.below(5)];
    if (random.below(2) == 0 && !is_on(p, "accumulate")) p["beta"] = factors[random.below(5)];
}

}  // namespace saku::frontends
