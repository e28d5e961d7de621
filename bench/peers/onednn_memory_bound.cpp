#include "bench/peers/onednn_operators.h"

namespace saku::bench {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;

const NotApplicable only_free{.reason = "the same as oneDNN", .detail = ""};

DnnlTag blocked_channels() {
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("avx512f")) return DnnlTag::nChw8c;
    return DnnlTag::nChw16c;
#else
    return DnnlTag::nChw8c;
#endif
}

MaybePrepared binary(algorithm kind, const memory::desc& a, const memory::desc& b, const Operands& operands) {
    const dnnl::binary::primitive_desc chosen(dnnl::binary::desc(kind, a, b, a), dnnl_cpu());
    return bound(dnnl::binary(chosen), chosen.impl_info_str(),
                 {{DNNL_ARG_SRC_0, operands.tensors[0], a, chosen.src0_desc()},
                  {DNNL_ARG_SRC_1, operands.tensors[1], b, chosen.src1_desc()}},
                 {a, chosen.dst_desc()});
}

MaybePrepared unary(algorithm kind, double alpha, double beta, const memory::desc& data, const Operands& operands) {
    const dnnl::eltwise_forward::desc wanted(prop_kind::forward_inference, kind, data, static_cast<float>(alpha),
                                             static_cast<float>(beta));
    const dnnl::eltwise_forward::primitive_desc chosen(wanted, dnnl_cpu());
    return bound(dnnl::eltwise_forward(chosen), chosen.impl_info_str(),
                 {{DNNL_ARG_SRC, operands.tensors[0], data, chosen.src_desc()}}, {data, chosen.dst_desc()});
}

}  // namespace

MaybePrepared onednn_pooling(const Pool& p, const Operands& operands, Activations activations) {
    const DnnlTag tag = activations == Activations::free ? blocked_channels() : DnnlTag::nchw;
    const memory::dims in_dims{p.n, p.c, p.h, p.w};
    const memory::dims out_dims{p.n, p.c, p.out_height(), p.out_width()};
    const memory::dims padding_end{(p.out_height() - 1) * p.stride + p.r - p.h - p.pad,
                                   (p.out_width() - 1) * p.stride + p.s - p.w - p.pad};
    const algorithm kind =
        p.kind == Pool::Kind::maximum ? algorithm::pooling_max : algorithm::pooling_avg_exclude_padding;
    const dnnl::pooling_forward::desc wanted(prop_kind::forward_inference, kind, described(in_dims, tag),
                                             described(out_dims, tag), {p.stride, p.stride}, {p.r, p.s}, {p.pad, p.pad},
                                             padding_end);
    const dnnl::pooling_forward::primitive_desc chosen(wanted, dnnl_cpu());
    return bound(dnnl::pooling_forward(chosen), chosen.impl_info_str(),
                 {{DNNL_ARG_SRC, operands.tensors[0], described(in_dims, DnnlTag::nchw), chosen.src_desc()}},
                 {described(out_dims, DnnlTag::nchw), chosen.dst_desc()});
}

MaybePrepared onednn_elementwise(const Elementwise& e, const Operands& operands, Activations activations) {
    if (activations == Activations::plain) return only_free;
    const memory::desc matrix = described({e.m, e.n}, DnnlTag::ab);
    switch (e.kind) {
        case Elementwise::Kind::add:
            return binary(algorithm::binary_add, matrix, matrix, operands);
        case Elementwise::Kind::multiply:
            return binary(algorithm::binary_mul, matrix, matrix, operands);
        case Elementwise::Kind::bias:
            return binary(algorithm::binary_add, matrix, described({1, e.n}, DnnlTag::ab), operands);
        case Elementwise::Kind::clamp:
            return unary(algorithm::eltwise_clip, e.low, e.high, matrix, operands);
        case Elementwise::Kind::relu:
            return unary(algorithm::eltwise_relu, 0, 0, matrix, operands);
        case Elementwise::Kind::scale:
            return unary(algorithm::eltwise_linear, e.factor, 0, matrix, operands);
    }
    return NotApplicable{.reason = "no such element-wise operator", .detail = ""};
}

MaybePrepared onednn_reduction(const RowReduction& r, const Operands& operands, Activations activations) {
    if (activations == Activations::plain) return only_free;
    const memory::desc in = described({r.m, r.n}, DnnlTag::ab);
    const memory::desc out = described({r.m, 1}, DnnlTag::ab);
    const algorithm kind = r.kind == RowReduction::Kind::sum ? algorithm::reduction_sum : algorithm::reduction_max;
    const dnnl::reduction::primitive_desc chosen(dnnl::reduction::desc(kind, in, out, 0.0F, 0.0F), dnnl_cpu());
    return bound(dnnl::reduction(chosen), chosen.impl_info_str(),
                 {{DNNL_ARG_SRC, operands.tensors[0], in, chosen.src_desc()}}, {out, chosen.dst_desc()});
}

}  // namespace saku::bench
