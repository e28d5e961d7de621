// Blurs an image by a binomial filter and writes it as a PPM file: blur [FILE].
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <vector>

#include "blur.hpp"

namespace {

constexpr auto shape = saku::blur::image_tensor::shape;  // height, width, channels
constexpr std::size_t height = shape[0], width = shape[1], channels = shape[2];

/// Coloured rings, 0 to 1.
std::vector<float> picture() {
    std::vector<float> image;
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t x = 0; x < width; ++x)
            for (std::size_t c = 0; c < channels; ++c) {
                const auto ring = (x - width / 2) * (x - width / 2) + (y - height / 2) * (y - height / 2);
                image.push_back(static_cast<float>(ring / (40 + 20 * c) % 2));
            }
    return image;
}

/// The filter as one would write it down.
double expected(const std::vector<float>& image, const float (&weight)[5][5], std::size_t y, std::size_t x,
                std::size_t c) {
    double sum = 0;
    for (std::size_t u = 0; u < 5; ++u)
        for (std::size_t v = 0; v < 5; ++v) {
            const bool is_inside = y + u >= 2 && y + u < height + 2 && x + v >= 2 && x + v < width + 2;
            if (is_inside) sum += weight[u][v] * image[((y + u - 2) * width + x + v - 2) * channels + c];
        }
    return sum;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr float binomial[] = {1, 4, 6, 4, 1};
    float weight[5][5];
    for (int u = 0; u < 5; ++u)
        for (int v = 0; v < 5; ++v) weight[u][v] = binomial[u] * binomial[v] / 256;

    const std::vector<float> image = picture();
    std::vector<float> out(image.size());
    saku::blur::kernel blur;
    blur(image, weight, out);

    for (std::size_t i = 0; i < out.size(); ++i)
        if (std::abs(out[i] - expected(image, weight, i / channels / width, i / channels % width, i % channels)) >
            1e-5) {
            std::cerr << "element " << i << " is wrong\n";
            return 1;
        }
    if (argc > 1) {
        std::ofstream file(argv[1], std::ios::binary);
        file << "P6 " << width << " " << height << " 255\n";
        for (const float value : out) file.put(static_cast<char>(std::lround(std::clamp(value, 0.0F, 1.0F) * 255)));
    }
    std::cout << width << " x " << height << " pixels blurred\n";
}
