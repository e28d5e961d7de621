// relu(in * wt1) * wt2, 3x3 and 1x1 convolutions: what lies between the kernels never leaves their layout.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <vector>

#include "first.hpp"
#include "second.hpp"

namespace {

constexpr std::size_t size = 14, channels_in = 16, channels_between = 32, channels_out = 16;
static_assert(saku_support::lie_alike<saku::first::out_tensor, saku::second::in_tensor>);

/// Numbers from -1 to 1.
std::vector<float> numbers(std::size_t count, unsigned seed) {
    std::vector<float> values(count);
    for (float& value : values) {
        seed = seed * 1664525U + 1013904223U;
        value = static_cast<float>(seed >> 8) / static_cast<float>(1U << 23) - 1;
    }
    return values;
}

/// The 3x3 convolution with its ReLU, as one would write it down.
std::vector<double> between(const std::vector<float>& in, const std::vector<float>& weight) {
    std::vector<double> out;
    for (std::size_t o = 0; o < channels_between; ++o)
        for (std::size_t y = 0; y < size; ++y)
            for (std::size_t x = 0; x < size; ++x) {
                double sum = 0;
                for (std::size_t i = 0; i < channels_in; ++i)
                    for (std::size_t u = 0; u < 3; ++u)
                        for (std::size_t v = 0; v < 3; ++v) {
                            const bool is_inside = y + u >= 1 && y + u <= size && x + v >= 1 && x + v <= size;
                            if (!is_inside) continue;
                            sum += weight[((o * channels_in + i) * 3 + u) * 3 + v] *
                                   in[(i * size + y + u - 1) * size + x + v - 1];
                        }
                out.push_back(std::max(sum, 0.0));
            }
    return out;
}

double expected(const std::vector<double>& in, const std::vector<float>& weight, std::size_t o, std::size_t place) {
    double sum = 0;
    for (std::size_t i = 0; i < channels_between; ++i)
        sum += weight[o * channels_between + i] * in[i * size * size + place];
    return sum;
}

}  // namespace

int main() {
    const std::vector<float> in = numbers(channels_in * size * size, 1);
    const std::vector<float> weight1 = numbers(channels_between * channels_in * 3 * 3, 2);
    const std::vector<float> weight2 = numbers(channels_out * channels_between, 3);
    const saku::first::wt_packed packed1(weight1);
    const saku::second::wt_packed packed2(weight2);

    // The memory between the kernels is ours; saku::first::out_laid_out would own its own.
    std::vector<float> memory(saku::first::out_tensor::laid_out_bytes() / sizeof(float));
    const auto middle = saku::first::out_laid_out_view::over(memory);
    saku::second::out_laid_out result;
    saku::first::kernel first;
    saku::second::kernel second;
    first(saku::first::in_laid_out(in), packed1, middle);  // laid out here,
    second(middle, packed2, result);                       // read as it is here,
    std::vector<float> out(channels_out * size * size);
    result.copy_to(out);  // brought back here

    const std::vector<double> reference = between(in, weight1);
    for (std::size_t i = 0; i < out.size(); ++i)
        if (std::abs(out[i] - expected(reference, weight2, i / (size * size), i % (size * size))) > 1e-3) {
            std::cerr << "element " << i << " is wrong\n";
            return 1;
        }
    std::cout << out.size() << " outputs agree\n";
}
