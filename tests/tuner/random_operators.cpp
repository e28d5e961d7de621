#include "tests/tuner/random_operators.h"

#include <algorithm>
#include <cstdint>

#include "base/check.h"

namespace saku::tests {

namespace {

std::string number(const char* key, std::int64_t value) { return std::string(key) + "=" + std::to_string(value); }

/// A shorthand that grows.
struct Text {
    std::string text;
    Random& random;

    Text& key(const char* name, std::int64_t value) {
        text += (text.back() == ':' ? "" : ",") + number(name, value);
        return *this;
    }
    Text& between(const char* name, std::int64_t low, std::int64_t high) {
        return key(name, random.between(low, high));
    }
    /// Each of the switches one time in four.
    Text& flags(std::initializer_list<const char*> names) {
        for (const char* name : names) {
            if (random.below(4) == 0) key(name, 1);
        }
        return *this;
    }
    /// A leading dimension or stride above `dense`, one time in four; what it then is.
    std::int64_t gap(const std::string& name, std::int64_t dense) {
        if (random.below(4) != 0) return dense;
        const std::int64_t value = dense + random.between(0, 5);
        key(name.c_str(), value);
        return value;
    }
    /// Of a tensor of four dimensions, `letter` the second of them, with `middle` x `rows` x `row` elements an image.
    Text& view(const std::string& tensor, char letter, std::int64_t middle, std::int64_t rows, std::int64_t row) {
        const std::int64_t inner = rows * gap("ld" + tensor, row);
        gap("stride_" + tensor + "_n", middle * gap("stride_" + tensor + "_" + letter, inner));
        return *this;
    }
};

/// Where a window of `extent` elements stands along a side; 1 where it is larger than the side, which is refused.
std::int64_t places(std::int64_t side, std::int64_t extent, std::int64_t stride, std::int64_t pad) {
    return std::max<std::int64_t>(0, side + 2 * pad - extent) / stride + 1;
}

/// alpha and beta that keep sums exact, or flags; beta excludes accumulate.
std::string with_factors(Text& op, Random& random) {
    if (random.below(4) == 0) op.key("alpha", random.below(2) == 0 ? 2 : -4);
    if (random.below(4) == 0) {
        return op.key("beta", random.below(2) == 0 ? 1 : 4).flags({"bias", "residual", "clamp"}).text;
    }
    return op.flags({"bias", "residual", "relu", "relu6", "clamp", "accumulate"}).text;
}

std::string random_matmul(Random& random) {
    const std::int64_t m = random.between(1, 40);
    const std::int64_t n = random.between(1, 70);
    const std::int64_t k = random.between(1, 40);
    const bool ta = random.below(4) == 0;
    const bool tb = random.below(4) == 0;
    Text op{"matmul:", random};
    op.key("m", m).key("n", n).key("k", k).key("ta", ta ? 1 : 0).key("tb", tb ? 1 : 0);
    op.gap("lda", ta ? m : k);
    op.gap("ldb", tb ? k : n);
    op.gap("ldout", n);
    op.gap("ldresidual", n);
    return with_factors(op, random);
}

/// Channels, sizes, strides, dilation and groups that fit together.
std::string random_conv(const char* name, Random& random) {
    const std::int64_t groups = random.below(3) == 0 ? random.between(2, 3) : 1;
    const std::int64_t dilation = random.below(4) == 0 ? 2 : 1;
    const std::int64_t r = random.between(1, 3);
    const std::int64_t s = random.between(1, 3);
    const std::int64_t c = groups * random.between(1, 6);
    const std::int64_t k = groups * random.between(1, 20);
    const std::int64_t h = dilation * (r - 1) + random.between(1, 9);
    const std::int64_t w = dilation * (s - 1) + random.between(1, 17);
    const std::int64_t stride = random.between(1, 2);
    const std::int64_t pad = random.between(0, 2);
    Text op{std::string(name) + ":", random};
    op.between("n", 1, 2).key("c", c).key("h", h).key("w", w).key("k", k).key("r", r).key("s", s);
    op.key("stride", stride).key("pad", pad).key("dilation", dilation).key("groups", groups);
    const std::int64_t y = places(h, dilation * (r - 1) + 1, stride, pad);
    const std::int64_t x = places(w, dilation * (s - 1) + 1, stride, pad);
    if (op.text.starts_with("conv2d_nhwc")) {
        op.view("in", 'h', h, w, c).view("residual", 'h', y, x, k).view("out", 'h', y, x, k);
    } else {
        op.view("in", 'c', c, h, w).view("residual", 'k', k, y, x).view("out", 'k', k, y, x);
    }
    return with_factors(op, random);
}

std::string random_depthwise(Random& random) {
    const std::int64_t r = random.between(1, 4);
    const std::int64_t s = random.between(1, 4);
    const std::int64_t c = random.between(1, random.below(3) == 0 ? 20 : 5);
    const std::int64_t h = r + random.between(0, 9);
    const std::int64_t w = s + random.between(0, 20);
    const std::int64_t stride = random.between(1, 3);
    const std::int64_t pad = random.between(0, 2);
    Text op{"depthwise_conv2d:", random};
    op.between("n", 1, 2).key("c", c).key("h", h).key("w", w);
    op.key("r", r).key("s", s).key("stride", stride).key("pad", pad);
    const std::int64_t y = places(h, r, stride, pad);
    const std::int64_t x = places(w, s, stride, pad);
    op.view("in", 'c', c, h, w).view("residual", 'c', c, y, x).view("out", 'c', c, y, x);
    return with_factors(op, random);
}

std::string random_mttkrp(Random& random) {
    Text op{std::string(SAKU_SOURCE_DIR) + "/samples/mttkrp.saku:", random};
    return op.between("i", 1, 12).between("j", 1, 40).between("k", 1, 9).between("l", 1, 9).text;
}

std::string random_batch_matmul(Random& random) {
    const std::int64_t m = random.between(1, 30);
    const std::int64_t n = random.between(1, 50);
    const std::int64_t k = random.between(1, 30);
    Text op{"batch_matmul:", random};
    op.between("b", 1, 4).key("m", m).key("n", n).key("k", k);
    const bool ta = random.below(3) == 0;
    const bool tb = random.below(3) == 0;
    op.key("ta", ta ? 1 : 0).key("tb", tb ? 1 : 0);
    op.gap("stride_a", op.gap("lda", ta ? m : k) * (ta ? k : m));
    op.gap("stride_b", op.gap("ldb", tb ? k : n) * (tb ? n : k));
    op.gap("stride_out", op.gap("ldout", n) * m);
    op.gap("stride_residual", op.gap("ldresidual", n) * m);
    return with_factors(op, random);
}

std::string random_pool(const char* name, Random& random) {
    Text op{std::string(name) + ":", random};
    const std::int64_t r = random.between(1, 4);
    const std::int64_t s = random.between(1, 4);
    const std::int64_t c = random.between(1, 5);
    const std::int64_t h = r + random.between(0, 9);
    const std::int64_t w = s + random.between(0, 40);
    const std::int64_t stride = random.between(1, 3);
    const std::int64_t pad = random.between(0, std::min(r, s) - 1);
    op.between("n", 1, 2).key("c", c).key("h", h).key("w", w);
    op.key("r", r).key("s", s).key("stride", stride).key("pad", pad);
    op.view("in", 'c', c, h, w).view("out", 'c', c, places(h, r, stride, pad), places(w, s, stride, pad));
    return op.text;
}

/// Rows and columns: matrices that are one row, one column, wide, or views.
std::string random_matrix(const std::string& name, std::initializer_list<const char*> leading,
                          std::initializer_list<const char*> flags, Random& random) {
    const std::int64_t n = random.below(3) == 0 ? random.between(1, 9) : random.between(10, 150);
    Text op{name + ":", random};
    op.between("m", 1, random.below(2) == 0 ? 3 : 24).key("n", n);
    for (const char* key : leading) op.gap(key, n);
    return op.flags(flags).text;
}

}  // namespace

std::string random_classic(Random& random) {
    switch (random.below(8)) {
        case 0:
        case 1:
        case 2:
            return random_matmul(random);
        case 3:
        case 4:
        case 5:
            return random_conv("conv2d", random);
        case 6:
            return random_depthwise(random);
        default:
            return random_mttkrp(random);
    }
}

std::string random_built_in(const std::string& name, Random& random) {
    if (name == "matmul") return random_matmul(random);
    if (name == "batch_matmul") return random_batch_matmul(random);
    if (name == "conv2d" || name == "conv2d_nhwc") return random_conv(name.c_str(), random);
    if (name == "depthwise_conv2d") return random_depthwise(random);
    if (name == "max_pool2d" || name == "avg_pool2d") return random_pool(name.c_str(), random);
    if (name == "add") return random_matrix(name, {"lda", "ldb", "ldout"}, {"relu"}, random);
    if (name == "mul") return random_matrix(name, {"lda", "ldb", "ldout"}, {}, random);
    if (name == "relu" || name == "relu6" || name == "clamp" || name == "scale")
        return random_matrix(name, {"ldin", "ldout"}, {}, random);
    if (name == "bias_add") return random_matrix(name, {"ldin", "ldout"}, {"relu"}, random);
    SAKU_CHECK(name == "row_sum" || name == "row_max", "a built-in that this knows");
    return random_matrix(name, {"ldin"}, {"accumulate"}, random);
}

std::string random_free_layout(const std::string& name, Random& random) {
    const std::int64_t r = random.between(1, 3);
    const std::int64_t s = random.between(1, 3);
    Text op{name + ":", random};
    const bool is_conv = name.starts_with("conv2d");
    const std::int64_t c = random.between(1, is_conv ? 20 : 40);
    const std::int64_t h = r + random.between(0, 3);
    const std::int64_t w = s + random.between(0, is_conv ? 7 : 18);
    op.between("n", 1, 2).key("c", c).key("h", h).key("w", w);
    if (is_conv) op.between("k", 1, 20);
    op.key("r", r).key("s", s).between("stride", 1, 3).between("pad", 0, std::min(r, s) - 1);
    // The caller's memory may have gaps whatever the kernel's layout is.
    if (name == "conv2d_nhwc") {
        op.view("in", 'h', h, w, c);
    } else {
        op.view("in", 'c', c, h, w);
    }
    if (!name.ends_with("pool2d")) op.flags({"bias", "residual", "relu", "accumulate"});
    return op.text + ",layout=any";
}

}  // namespace saku::tests
