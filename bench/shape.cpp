#include <map>
#include <optional>

#include "bench/problem.h"

namespace saku::bench {
namespace {

/// Reads the parameters of an operator of a known name; what nobody asked for stays behind.
class Parameters {
public:
    explicit Parameters(const ir::Operator& op) : left_(op.parameters.begin(), op.parameters.end()) {}

    std::int64_t integer(const std::string& name, std::int64_t absent = 1) {
        const auto value = take(name);
        const auto* found = value ? std::get_if<std::int64_t>(&*value) : nullptr;
        return found != nullptr ? *found : absent;
    }
    bool flag(const std::string& name) { return integer(name, 0) != 0; }
    double real(const std::string& name, double absent) {
        const auto value = take(name);
        if (!value) return absent;
        return std::visit([](const auto number) { return static_cast<double>(number); }, *value);
    }
    /// Everything is read, or without effect: flags, leading dimensions and strides of batches that are 0.
    [[nodiscard]] bool nothing_left() const {
        for (const auto& [name, value] : left_)
            if (value != ir::ParameterValue(std::int64_t{0})) return false;
        return true;
    }

private:
    std::optional<ir::ParameterValue> take(const std::string& name) {
        const auto found = left_.find(name);
        if (found == left_.end()) return std::nullopt;
        const ir::ParameterValue value = found->second;
        left_.erase(found);
        return value;
    }

    std::map<std::string, ir::ParameterValue> left_;
};

Gemm gemm(Parameters& p, bool constant_b) {
    Gemm g{.ta = p.flag("ta"), .tb = p.flag("tb"), .constant_b = constant_b};
    g.batch = constant_b ? 1 : p.integer("b");
    g.m = p.integer("m");
    g.n = p.integer("n");
    g.k = p.integer("k");
    return g;
}

template <class Windowed>
void read_window(Parameters& p, Windowed& w) {
    w.n = p.integer("n");
    w.c = p.integer("c");
    w.h = p.integer("h");
    w.w = p.integer("w");
    w.r = p.integer("r");
    w.s = p.integer("s");
    w.stride = p.integer("stride");
    w.pad = p.integer("pad", 0);
}

Conv conv(Parameters& p, bool channels_last) {
    Conv c;
    read_window(p, c);
    c.k = p.integer("k");
    c.dilation = p.integer("dilation");
    c.groups = p.integer("groups");
    c.channels_last = channels_last;
    return c;
}

Conv depthwise(Parameters& p) {
    Conv c;
    read_window(p, c);
    c.k = c.groups = c.c;
    return c;
}

Pool pool(Parameters& p, Pool::Kind kind) {
    Pool result{.kind = kind};
    read_window(p, result);
    return result;
}

Elementwise elementwise(Parameters& p, Elementwise::Kind kind) {
    Elementwise e{.kind = kind};
    e.m = p.integer("m");
    e.n = p.integer("n");
    if (kind == Elementwise::Kind::clamp) {
        e.low = p.real("lo", -1);
        e.high = p.real("hi", 1);
    }
    if (kind == Elementwise::Kind::scale) e.factor = p.real("factor", 2);
    return e;
}

Elementwise relu6(Parameters& p) {
    return {.kind = Elementwise::Kind::clamp, .m = p.integer("m"), .n = p.integer("n"), .low = 0, .high = 6};
}

RowReduction row_reduction(Parameters& p, RowReduction::Kind kind) {
    return {.kind = kind, .m = p.integer("m"), .n = p.integer("n")};
}

Shape read(const std::string& name, Parameters& p) {
    using Kind = Elementwise::Kind;
    if (name == "matmul") return gemm(p, true);
    if (name == "batch_matmul") return gemm(p, false);
    if (name == "conv2d") return conv(p, false);
    if (name == "conv2d_nhwc") return conv(p, true);
    if (name == "depthwise_conv2d") return depthwise(p);
    if (name == "max_pool2d") return pool(p, Pool::Kind::maximum);
    if (name == "avg_pool2d") return pool(p, Pool::Kind::average);
    if (name == "add") return elementwise(p, Kind::add);
    if (name == "mul") return elementwise(p, Kind::multiply);
    if (name == "bias_add") return elementwise(p, Kind::bias);
    if (name == "clamp") return elementwise(p, Kind::clamp);
    if (name == "relu") return elementwise(p, Kind::relu);
    if (name == "relu6") return relu6(p);
    if (name == "scale") return elementwise(p, Kind::scale);
    if (name == "row_sum") return row_reduction(p, RowReduction::Kind::sum);
    if (name == "row_max") return row_reduction(p, RowReduction::Kind::maximum);
    return Other{};
}

}  // namespace

Shape shape_of(const ir::Operator& op) {
    Parameters parameters(op);
    const Shape shape = read(op.name, parameters);
    return parameters.nothing_left() ? shape : Shape(Other{});
}

}  // namespace saku::bench
