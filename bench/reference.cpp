#include "bench/reference.h"

#include <cmath>
#include <thread>

#include "tuner/operands.h"

namespace saku::bench {

Operands random_operands(const Problem& problem) {
    constexpr std::uint64_t seed = 1;
    const auto values = tuner::random_inputs(problem.op, seed);
    Operands operands;
    for (std::size_t t = 0; t < values.size(); ++t) {
        Floats& floats = operands.tensors.emplace_back();
        if (problem.op.tensors[t].is_output) continue;
        for (const double value : values[t]) floats.push_back(static_cast<float>(value));
    }
    return operands;
}

tuner::ReferenceData reference(const Problem& problem, const Operands& operands) {
    tuner::ReferenceData data;
    for (std::size_t t = 0; t < operands.tensors.size(); ++t) {
        const Floats& floats = operands.tensors[t];
        data.values.emplace_back(floats.begin(), floats.end());
        if (floats.empty()) data.values.back().resize(tuner::elements_of(problem.op.tensors[t]));
    }
    const unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
    tuner::evaluate_reference(problem.op, data, static_cast<int>(jobs));
    return data;
}

std::string difference(const Problem& problem, const tuner::ReferenceData& expected, const Floats& actual) {
    const std::size_t out = output_of(problem);
    const ir::Tensor& tensor = problem.op.tensors[out];
    if (actual.size() != expected.values[out].size())
        return std::to_string(actual.size()) + " elements, expected " + std::to_string(expected.values[out].size());
    const double scale = 4.0 * expected.roundings[out] * 0x1.0p-24;
    std::size_t wrong = 0;
    std::size_t count = 1;
    for (const std::int64_t extent : tensor.shape) count *= static_cast<std::size_t>(extent);
    std::string first;
    for (std::size_t number = 0; number < count; ++number) {
        std::size_t at = 0;
        std::size_t rest = number;
        for (std::size_t d = tensor.shape.size(); d-- > 0;) {
            const auto extent = static_cast<std::size_t>(tensor.shape[d]);
            at += rest % extent * static_cast<std::size_t>(tensor.strides[d]);
            rest /= extent;
        }
        const double value = expected.values[out][at];
        const double error = std::abs(static_cast<double>(actual[at]) - value);
        if (error <= scale * expected.magnitudes[out][at]) continue;  // a NaN compares false: wrong
        if (wrong++ == 0)
            first = "element " + std::to_string(number) + " is " + std::to_string(actual[at]) + ", expected " +
                    std::to_string(value);
    }
    return wrong == 0 ? "" : first + " (" + std::to_string(wrong) + " elements wrong)";
}

}  // namespace saku::bench
