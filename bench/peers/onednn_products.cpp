#include "bench/peers/onednn_operators.h"

namespace saku::bench {
namespace {

using dnnl::memory;
using dnnl::prop_kind;

MaybePrepared inner_product(const Gemm& g, const Operands& operands) {
    const memory::desc a = described({g.m, g.k}, g.ta ? DnnlTag::ba : DnnlTag::ab);
    // Its weights are [n,k]; ours are stored [k,n] unless transposed.
    const memory::desc b = described({g.n, g.k}, g.tb ? DnnlTag::ab : DnnlTag::ba);
    const memory::desc out = described({g.m, g.n}, DnnlTag::ab);
    const dnnl::inner_product_forward::desc wanted(prop_kind::forward_inference, a, described({g.n, g.k}, DnnlTag::any),
                                                   out);
    const dnnl::inner_product_forward::primitive_desc chosen(wanted, dnnl_cpu());
    return bound(dnnl::inner_product_forward(chosen), chosen.impl_info_str(),
                 {{DNNL_ARG_SRC, operands.tensors[0], a, chosen.src_desc()},
                  {DNNL_ARG_WEIGHTS, operands.tensors[1], b, chosen.weights_desc()}},
                 {out, chosen.dst_desc()});
}

/// Weights that are not constant stay as they are.
MaybePrepared matmul(const Gemm& g, const Operands& operands) {
    const bool batched = g.batch != 1 || !g.constant_b;
    const auto dims = [&](std::int64_t rows, std::int64_t columns) {
        return batched ? memory::dims{g.batch, rows, columns} : memory::dims{rows, columns};
    };
    const auto tag = [&](bool transposed) {
        if (batched) return transposed ? DnnlTag::acb : DnnlTag::abc;
        return transposed ? DnnlTag::ba : DnnlTag::ab;
    };
    const memory::desc a = described(dims(g.m, g.k), tag(g.ta));
    const memory::desc b = described(dims(g.k, g.n), tag(g.tb));
    const memory::desc out = described(dims(g.m, g.n), tag(false));
    const dnnl::matmul::desc wanted(a, g.constant_b ? described(dims(g.k, g.n), DnnlTag::any) : b, out);
    const dnnl::matmul::primitive_desc chosen(wanted, dnnl_cpu());
    return bound(dnnl::matmul(chosen), chosen.impl_info_str(),
                 {{DNNL_ARG_SRC, operands.tensors[0], a, chosen.src_desc()},
                  {DNNL_ARG_WEIGHTS, operands.tensors[1], b, chosen.weights_desc()}},
                 {out, chosen.dst_desc()});
}

/// The problem's own formats of the weights, with a dimension for the groups where there are several.
memory::desc weights_of(const Conv& c, bool any) {
    if (c.groups == 1) {
        const memory::dims dims{c.k, c.c, c.r, c.s};
        if (any) return described(dims, DnnlTag::any);
        return described(dims, c.channels_last ? DnnlTag::hwio : DnnlTag::oihw);
    }
    const memory::dims dims{c.groups, c.k / c.groups, c.c / c.groups, c.r, c.s};
    if (any) return described(dims, DnnlTag::any);
    return described(dims, c.channels_last ? DnnlTag::hwigo : DnnlTag::goihw);
}

}  // namespace

MaybePrepared onednn_gemm(const Gemm& gemm, const Operands& operands, Activations activations) {
    if (activations == Activations::plain) return matmul(gemm, operands);
    if (gemm.constant_b) return inner_product(gemm, operands);
    return NotApplicable{.reason = "no inner product without weights", .detail = ""};
}

MaybePrepared onednn_convolution(const Conv& c, const Operands& operands, Activations activations) {
    const DnnlTag plain = c.channels_last ? DnnlTag::nhwc : DnnlTag::nchw;
    const DnnlTag tag = activations == Activations::free ? DnnlTag::any : plain;
    const memory::dims in_dims{c.n, c.c, c.h, c.w};
    const memory::dims out_dims{c.n, c.k, c.out_height(), c.out_width()};
    const memory::dims strides{c.stride, c.stride};
    const memory::dims dilations{c.dilation - 1, c.dilation - 1};
    const memory::dims padding{c.pad, c.pad};
    // The padding at the far side is what the chosen output size leaves: less than asked for where a stride cuts it
    // off.
    const memory::dims padding_end{(c.out_height() - 1) * c.stride + c.dilation * (c.r - 1) + 1 - c.h - c.pad,
                                   (c.out_width() - 1) * c.stride + c.dilation * (c.s - 1) + 1 - c.w - c.pad};
    const dnnl::convolution_forward::desc wanted(prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
                                                 described(in_dims, tag), weights_of(c, true), described(out_dims, tag),
                                                 strides, dilations, padding, padding_end);
    const dnnl::convolution_forward::primitive_desc chosen(wanted, dnnl_cpu());
    return bound(dnnl::convolution_forward(chosen), chosen.impl_info_str(),
                 {{DNNL_ARG_SRC, operands.tensors[0], described(in_dims, plain), chosen.src_desc()},
                  {DNNL_ARG_WEIGHTS, operands.tensors[1], weights_of(c, false), chosen.weights_desc()}},
                 {described(out_dims, plain), chosen.dst_desc()});
}

}  // namespace saku::bench
