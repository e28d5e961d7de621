#include "bench/peers/onednn_operators.h"
#include "bench/peers/peers.h"

namespace saku::bench {
namespace {

MaybePrepared prepare(const Problem& problem, const Operands& operands, Activations activations) {
    try {
        return std::visit(Overloaded{[&](const Gemm& g) { return onednn_gemm(g, operands, activations); },
                                     [&](const Conv& c) { return onednn_convolution(c, operands, activations); },
                                     [&](const Pool& p) { return onednn_pooling(p, operands, activations); },
                                     [&](const Elementwise& e) { return onednn_elementwise(e, operands, activations); },
                                     [&](const RowReduction& r) { return onednn_reduction(r, operands, activations); },
                                     [](const Other&) -> MaybePrepared {
                                         return NotApplicable{.reason = "no such operator", .detail = ""};
                                     }},
                          problem.shape);
    } catch (const dnnl::error& error) {
        return NotApplicable{.reason = "refused by the library", .detail = error.what()};
    }
}

Contender contender(const std::string& name, Activations activations) {
    const dnnl::version_t* v = dnnl::version();
    return {.name = name,
            .version = std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch),
            .role = Contender::Role::peer,
            .prepare = [activations](const Problem& problem, const Operands& operands) {
                return prepare(problem, operands, activations);
            }};
}

}  // namespace

Contender onednn() { return contender("oneDNN", Activations::free); }
Contender onednn_plain() { return contender("oneDNN plain", Activations::plain); }

}  // namespace saku::bench
