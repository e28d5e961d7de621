#include <dnnl.hpp>
#include <unordered_map>

#include "bench/peers/peers.h"

namespace saku::bench {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

memory::desc described(const memory::dims& dims, Tag tag) { return {dims, memory::data_type::f32, tag}; }

dnnl::engine& cpu() {
    static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

/// A copy of `data` (laid out as `from`) in the layout `to`.
memory reordered(const float* data, const memory::desc& from, const memory::desc& to) {
    dnnl::stream stream(cpu());
    // The library takes non-const pointers and does not write through this one.
    memory source(from, cpu(), const_cast<float*>(data));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    memory copy(to, cpu());
    dnnl::reorder(source, copy).execute(stream, source, copy);
    stream.wait();
    return copy;
}

/// A primitive with its arguments bound.
class Primitive final : public Prepared {
public:
    Primitive(const dnnl::primitive& primitive, std::unordered_map<int, memory> arguments, memory::desc plain_output,
              std::string note)
        : primitive_(primitive),
          arguments_(std::move(arguments)),
          plain_output_(std::move(plain_output)),
          note_(std::move(note)),
          stream_(cpu()) {}

    void run() override {
        primitive_.execute(stream_, arguments_);
        stream_.wait();
    }

    [[nodiscard]] Floats output() const override {
        const memory& out = arguments_.at(DNNL_ARG_DST);
        const memory copy = reordered(static_cast<const float*>(out.get_data_handle()), out.get_desc(), plain_output_);
        const auto* first = static_cast<const float*>(copy.get_data_handle());
        return {first, first + plain_output_.get_size() / sizeof(float)};
    }

    [[nodiscard]] std::string note() const override { return note_; }

private:
    dnnl::primitive primitive_;
    std::unordered_map<int, memory> arguments_;
    memory::desc plain_output_;
    std::string note_;
    dnnl::stream stream_;
};

/// Operands as the problem has them, beside the primitive that was chosen for them.
template <class Description>
std::unique_ptr<Prepared> bound(const Description& description, const dnnl::primitive& primitive,
                                const Operands& operands, const memory::desc& activation, const memory::desc& weights,
                                const memory::desc& output) {
    return std::make_unique<Primitive>(
        primitive,
        std::unordered_map<int, memory>{
            {DNNL_ARG_SRC, reordered(operands.activation.data(), activation, description.src_desc())},
            {DNNL_ARG_WEIGHTS, reordered(operands.weights.data(), weights, description.weights_desc())},
            {DNNL_ARG_DST, memory(description.dst_desc(), cpu())}},
        output, description.impl_info_str());
}

std::unique_ptr<Prepared> inner_product(const Gemm& g, const Operands& operands) {
    const memory::desc a = described({g.m, g.k}, Tag::ab);
    const memory::desc b = described({g.n, g.k}, Tag::ba);  // its weights are [n,k]; ours are stored [k,n]
    const memory::desc out = described({g.m, g.n}, Tag::ab);
    const dnnl::inner_product_forward::desc wanted(dnnl::prop_kind::forward_inference, a,
                                                   described({g.n, g.k}, Tag::any), out);
    const dnnl::inner_product_forward::primitive_desc chosen(wanted, cpu());
    return bound(chosen, dnnl::inner_product_forward(chosen), operands, a, b, out);
}

std::unique_ptr<Prepared> matmul(const Gemm& g, const Operands& operands) {
    const memory::desc a = described({g.m, g.k}, Tag::ab);
    const memory::desc b = described({g.k, g.n}, Tag::ab);
    const memory::desc out = described({g.m, g.n}, Tag::ab);
    const dnnl::matmul::desc wanted(a, described({g.k, g.n}, Tag::any), out);
    const dnnl::matmul::primitive_desc chosen(wanted, cpu());
    return bound(chosen, dnnl::matmul(chosen), operands, a, b, out);
}

std::unique_ptr<Prepared> convolution(const Conv& c, const Operands& operands, Tag activations) {
    const memory::dims in_dims{c.n, c.c, c.h, c.w};
    const memory::dims out_dims{c.n, c.k, c.out_height(), c.out_width()};
    const memory::dims strides{c.stride, c.stride};
    const memory::dims padding{c.pad, c.pad};
    // The padding at the far side is what the chosen output size leaves: less than asked for where a stride cuts it
    // off.
    const memory::dims padding_end{(c.out_height() - 1) * c.stride + c.r - c.h - c.pad,
                                   (c.out_width() - 1) * c.stride + c.s - c.w - c.pad};
    const memory::dims weight_dims{c.k, c.c, c.r, c.s};
    const dnnl::convolution_forward::desc wanted(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, described(in_dims, activations),
        described(weight_dims, Tag::any), described(out_dims, activations), strides, padding, padding_end);
    const dnnl::convolution_forward::primitive_desc chosen(wanted, cpu());
    return bound(chosen, dnnl::convolution_forward(chosen), operands, described(in_dims, Tag::nchw),
                 described(weight_dims, Tag::oihw), described(out_dims, Tag::nchw));
}

template <class Make>
Fitted<std::unique_ptr<Prepared>> guarded(const Make& make) {
    try {
        return make();
    } catch (const dnnl::error& error) {
        return NotApplicable{.reason = "refused by the library", .detail = error.what()};
    }
}

Fitted<std::unique_ptr<Prepared>> prepare_free(const Problem& problem, const Operands& operands) {
    return guarded([&] {
        return std::visit(Overloaded{[&](const Gemm& g) { return inner_product(g, operands); },
                                     [&](const Conv& c) { return convolution(c, operands, Tag::any); }},
                          problem.shape);
    });
}

Fitted<std::unique_ptr<Prepared>> prepare_plain(const Problem& problem, const Operands& operands) {
    return guarded([&] {
        return std::visit(Overloaded{[&](const Gemm& g) { return matmul(g, operands); },
                                     [&](const Conv& c) { return convolution(c, operands, Tag::nchw); }},
                          problem.shape);
    });
}

std::string library_version() {
    const dnnl::version_t* v = dnnl::version();
    return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
}

}  // namespace

Contender onednn() {
    return {.name = "oneDNN", .version = library_version(), .role = Contender::Role::peer, .prepare = prepare_free};
}

Contender onednn_plain() {
    return {
        .name = "oneDNN plain", .version = library_version(), .role = Contender::Role::peer, .prepare = prepare_plain};
}

}  // namespace saku::bench
