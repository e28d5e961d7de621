// Built-ins that slide a window over images, run by the interpreter, against plain loops.
#include <limits>
#include <string>

#include "tests/frontends/oracle.h"

namespace saku::frontends {
namespace {

/// Images, windows and strides that fit together.
Sizes random_window(Random& random) {
    Sizes p{{"n", random.between(1, 2)}, {"h", random.between(1, 8)}, {"w", random.between(1, 8)},
            {"r", random.between(1, 3)}, {"s", random.between(1, 3)}, {"stride", random.between(1, 3)}};
    return p;
}

/// Calls visit(image, output row, output column).
template <class Visit>
void for_each_place(const Sizes& p, const Visit& visit) {
    for (std::int64_t image = 0; image < p.at("n"); ++image) {
        for (std::int64_t y = 0; y < places(p, p.at("h"), p.at("r")); ++y) {
            for (std::int64_t x = 0; x < places(p, p.at("w"), p.at("s")); ++x) visit(image, y, x);
        }
    }
}

/// Calls visit(window row, window column, image row, image column) where the window lies inside the image.
template <class Visit>
void for_each_inside(const Sizes& p, std::int64_t y, std::int64_t x, const Visit& visit) {
    const std::int64_t dilation = p.contains("dilation") ? p.at("dilation") : 1;
    for (std::int64_t u = 0; u < p.at("r"); ++u) {
        for (std::int64_t v = 0; v < p.at("s"); ++v) {
            const std::int64_t row = y * p.at("stride") + u * dilation - p.at("pad");
            const std::int64_t column = x * p.at("stride") + v * dilation - p.at("pad");
            if (row >= 0 && row < p.at("h") && column >= 0 && column < p.at("w")) visit(u, v, row, column);
        }
    }
}

Values expected_pool(const Sizes& p, const Run& r, bool is_average) {
    const Values& in = r.before.at("in");
    const View from = view_of(p, "in", 'c', p.at("c"), p.at("h"), p.at("w"));
    const View to = view_of(p, "out", 'c', p.at("c"), places(p, p.at("h"), p.at("r")), places(p, p.at("w"), p.at("s")));
    Values out = r.before.at("out");
    for (std::int64_t c = 0; c < p.at("c"); ++c) {
        for_each_place(p, [&](std::int64_t image, std::int64_t y, std::int64_t x) {
            double sum = 0;
            double most = -std::numeric_limits<double>::infinity();
            int count = 0;
            for_each_inside(p, y, x, [&](std::int64_t, std::int64_t, std::int64_t row, std::int64_t column) {
                const double value = at(in, from.at(image, c, row, column));
                sum += value;
                most = std::max(most, value);
                ++count;
            });
            out.at(static_cast<std::size_t>(to.at(image, c, y, x))) =
                is_average ? static_cast<double>(static_cast<float>(sum / count)) : most;
        });
    }
    return out;
}

Sizes random_pool(Random& random) {
    Sizes p = random_window(random);
    p["c"] = random.between(1, 3);
    p["pad"] = random.between(0, std::min(p["r"], p["s"]) - 1);
    p["h"] = std::max(p["h"], p["r"]);
    p["w"] = std::max(p["w"], p["s"]);
    add_view(p, "in", 'c', p["c"], p["h"], p["w"], random);
    add_view(p, "out", 'c', p["c"], places(p, p["h"], p["r"]), places(p, p["w"], p["s"]), random);
    return p;
}

TEST_CASE("max_pool2d is the largest element under the window") {
    Random random(6);
    for (int round = 0; round < 120; ++round) {
        const Sizes p = random_pool(random);
        const std::string text = shorthand_of("max_pool2d", p);
        CAPTURE(text);
        const Run result = run(text, random);
        CHECK(result.out == expected_pool(p, result, false));
    }
}

TEST_CASE("avg_pool2d is the average of the elements under the window that lie inside the image") {
    Random random(16);
    for (int round = 0; round < 120; ++round) {
        const Sizes p = random_pool(random);
        const std::string text = shorthand_of("avg_pool2d", p);
        CAPTURE(text);
        const Run result = run(text, random);
        CHECK(result.out == expected_pool(p, result, true));
    }
}

Values expected_nhwc(const Sizes& p, const Run& r) {
    const std::int64_t c = p.at("c");
    const std::int64_t k = p.at("k");
    const std::int64_t in_group = c / p.at("groups");
    const std::int64_t out_group = k / p.at("groups");
    const std::int64_t rows = places(p, p.at("h"), p.at("r"));
    const std::int64_t columns = places(p, p.at("w"), p.at("s"));
    const View from = view_of(p, "in", 'h', p.at("h"), p.at("w"), c);
    const View residual = view_of(p, "residual", 'h', rows, columns, k);
    const View to = view_of(p, "out", 'h', rows, columns, k);
    Values out = r.before.at("out");
    for_each_place(p, [&](std::int64_t image, std::int64_t y, std::int64_t x) {
        for (std::int64_t o = 0; o < k; ++o) {
            double sum = 0;
            for_each_inside(p, y, x, [&](std::int64_t u, std::int64_t v, std::int64_t row, std::int64_t column) {
                for (std::int64_t i = 0; i < in_group; ++i) {
                    const std::int64_t channel = o / out_group * in_group + i;
                    sum += at(r.before.at("in"), from.at(image, row, column, channel)) *
                           at(r.before.at("wt"), ((u * p.at("s") + v) * in_group + i) * k + o);
                }
            });
            double& place = out.at(static_cast<std::size_t>(to.at(image, y, x, o)));
            place = finish(p, r, start(p, place) + alpha_of(p) * sum, o, residual.at(image, y, x, o));
        }
    });
    return out;
}

TEST_CASE("conv2d_nhwc is a convolution with channels innermost") {
    Random random(7);
    for (int round = 0; round < 120; ++round) {
        Sizes p = random_window(random);
        p["groups"] = random.between(1, 3);
        p["c"] = p["groups"] * random.between(1, 3);
        p["k"] = p["groups"] * random.between(1, 3);
        p["dilation"] = random.between(1, 2);
        const std::int64_t rows = p["dilation"] * (p["r"] - 1) + 1;
        const std::int64_t columns = p["dilation"] * (p["s"] - 1) + 1;
        p["pad"] = std::max({random.between(0, 2), (rows - p["h"] + 1) / 2, (columns - p["w"] + 1) / 2});
        const std::int64_t out_rows = places(p, p["h"], p["r"]);
        const std::int64_t out_columns = places(p, p["w"], p["s"]);
        add_view(p, "in", 'h', p["h"], p["w"], p["c"], random);
        add_view(p, "residual", 'h', out_rows, out_columns, p["k"], random);
        add_view(p, "out", 'h', out_rows, out_columns, p["k"], random);
        add_switches(p, random);
        add_factors(p, random);
        const std::string text = shorthand_of("conv2d_nhwc", p);
        CAPTURE(text);
        const Run result = run(text, random);
        CHECK(result.out == expected_nhwc(p, result));
    }
}

}  // namespace
}  // namespace saku::frontends
