// Two layers of a network, each a kernel of one suite.
#include <cmath>
#include <iostream>
#include <vector>

#include "matmul_m_8_n_10_k_64.hpp"
#include "matmul_m_8_n_64_k_32.hpp"

namespace first = saku::matmul_m_8_n_64_k_32;
namespace second = saku::matmul_m_8_n_10_k_64;

namespace {

std::vector<float> numbers(std::size_t count, int seed) {
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<float>((i * 31 + seed) % 17) / 16 - 0.5F);
    return values;
}

std::vector<float> product(const std::vector<float>& a, const std::vector<float>& b, std::size_t m, std::size_t k) {
    const std::size_t n = b.size() / k;
    std::vector<float> out(m * n);
    for (std::size_t i = 0; i < m * n; ++i)
        for (std::size_t l = 0; l < k; ++l) out[i] += a[i / n * k + l] * b[l * n + i % n];
    return out;
}

}  // namespace

int main() {
    const auto input = numbers(first::a_view::elements, 1);
    const auto weights_1 = numbers(first::b_view::elements, 2);
    const auto weights_2 = numbers(second::b_view::elements, 3);

    const first::b_packed packed_1(weights_1);
    const second::b_packed packed_2(weights_2);
    first::kernel layer_1;
    second::kernel layer_2;
    std::vector<float> hidden(first::out_view::elements);
    std::vector<float> out(second::out_view::elements);
    layer_1(input, packed_1, hidden);
    layer_2(hidden, packed_2, out);

    const auto expected = product(product(input, weights_1, 8, 32), weights_2, 8, 64);
    for (std::size_t i = 0; i < out.size(); ++i)
        if (std::abs(out[i] - expected[i]) > 1e-3F) {
            std::cerr << "element " << i << " is wrong\n";
            return 1;
        }
    std::cout << out.size() << " outputs agree\n";
}
