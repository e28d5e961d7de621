// Do two nests compute the same? Both run in the interpreter on the same arguments.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>

#include "base/random.h"
#include "ir/conversion.h"
#include "ir/interpret.h"
#include "ir/loop_nest.h"

namespace saku::tests {

/// Arguments full of small integers, outputs included: sums of products stay exact in f32, so that any order of a
/// reduction gives the same bits, and an output that was not written shows.
inline ir::Arguments random_arguments(const ir::LoopNest& nest, std::uint64_t seed) {
    Random random(seed);
    ir::Arguments arguments;
    for (const ir::Buffer& buffer : nest.buffers) {
        if (buffer.scope != ir::Scope::argument) break;
        std::vector<double>& elements =
            arguments.emplace_back(static_cast<std::size_t>(ir::span_elements(buffer.layout)));
        for (double& element : elements) element = static_cast<double>(random.between(-4, 4));
    }
    return arguments;
}

/// Where `actual` and `expected` differ by more than `tolerance` relative to the larger, or to 1; "" when nowhere.
inline std::string first_difference(const ir::LoopNest& nest, const ir::Arguments& expected,
                                    const ir::Arguments& actual, double tolerance = 0) {
    for (std::size_t id = 0; id < expected.size(); ++id) {
        for (std::size_t i = 0; i < expected[id].size(); ++i) {
            const double e = expected[id][i];
            const double a = actual[id][i];
            const double scale = std::fmax(1, std::fmax(std::fabs(e), std::fabs(a)));
            if (e == a || (std::isnan(e) && std::isnan(a)) || std::fabs(e - a) <= tolerance * scale) continue;
            return nest.buffers[id].name + " element " + std::to_string(i) + ": expected " + std::to_string(e) +
                   ", got " + std::to_string(a);
        }
    }
    return "";
}

/// Carries the arguments with a free layout from `from` to `to`: into the layout that the nest works on, or back to the
/// caller's. All others are copied. "" when done; gaps in the caller's layouts keep what `to` holds.
inline std::string convert(const ir::LoopNest& nest, const ir::Arguments& from, ir::Arguments& to, bool back) {
    for (std::size_t id = 0; id < from.size(); ++id) {
        const ir::Buffer& buffer = nest.buffers[id];
        if (!buffer.plain) {
            to[id] = from[id];
            continue;
        }
        const ir::LoopNest conversion = back ? ir::conversion_from(buffer) : ir::conversion_to(buffer);
        ir::Arguments both{from[id], to[id]};
        both[1].resize(static_cast<std::size_t>(ir::span_elements(conversion.buffers[1].layout)), std::nan(""));
        if (const auto done = ir::interpret(conversion, both); !done) {
            return conversion.name + ": " + done.error().text();
        }
        to[id] = both[1];
    }
    return "";
}

/// "" when `changed` computes what `original` does, with its parallel loops in either order; else what differs or
/// failed. Arguments whose layouts differ must be free; those of `original` are as the caller has them.
inline std::string difference_between(const ir::LoopNest& original, const ir::LoopNest& changed, std::uint64_t seed = 1,
                                      double tolerance = 0, ir::InterpretOptions options = {}) {
    ir::Arguments expected = random_arguments(original, seed);
    for (const bool backwards : {false, true}) {
        ir::Arguments actual = expected;
        ir::Arguments laid_out(expected.size());
        ir::Arguments reference = expected;
        options.reverse_parallel = false;
        if (const auto done = ir::interpret(original, reference, options); !done) {
            return "original: " + done.error().text();
        }
        options.reverse_parallel = backwards;
        if (const std::string failure = convert(changed, actual, laid_out, false); !failure.empty()) return failure;
        if (const auto done = ir::interpret(changed, laid_out, options); !done) {
            return "changed: " + done.error().text();
        }
        if (const std::string failure = convert(changed, laid_out, actual, true); !failure.empty()) return failure;
        std::string difference = first_difference(original, reference, actual, tolerance);
        if (!difference.empty()) return difference + (backwards ? " (parallel loops backwards)" : "");
    }
    return "";
}

}  // namespace saku::tests
