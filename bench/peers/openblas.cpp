#include <cblas.h>

#include <algorithm>
#include <limits>

#include "bench/peers/peers.h"

namespace saku::bench {
namespace {

class Sgemm final : public Prepared {
public:
    Sgemm(const Gemm& shape, const Operands& operands)
        : shape_(shape), operands_(operands), out_(static_cast<std::size_t>(shape.m * shape.n)) {}

    void run() override {
        const auto m = static_cast<blasint>(shape_.m);
        const auto n = static_cast<blasint>(shape_.n);
        const auto k = static_cast<blasint>(shape_.k);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1.0F, operands_.activation.data(), k,
                    operands_.weights.data(), n, 0.0F, out_.data(), n);
    }

    [[nodiscard]] Floats output() const override { return out_; }

private:
    Gemm shape_;
    const Operands& operands_;
    Floats out_;
};

Fitted<std::unique_ptr<Prepared>> prepare(const Problem& problem, const Operands& operands) {
    const Gemm* gemm = std::get_if<Gemm>(&problem.shape);
    if (gemm == nullptr) return NotApplicable{.reason = "no convolution", .detail = ""};
    constexpr std::int64_t most = std::numeric_limits<blasint>::max();
    if (gemm->m > most || gemm->n > most || gemm->k > most)
        return NotApplicable{.reason = "too large for its index type", .detail = ""};
    return std::unique_ptr<Prepared>(std::make_unique<Sgemm>(*gemm, operands));
}

/// "0.3.21" from " OpenBLAS 0.3.21 ".
std::string library_version() {
    std::string text = OPENBLAS_VERSION;
    text.erase(0, std::min(text.size(), text.find_first_of("0123456789")));
    return text.substr(0, text.find(' '));
}

}  // namespace

Contender openblas() {
    return {.name = "OpenBLAS",
            .version = library_version() + ", " + openblas_get_corename() + " kernels",
            .role = Contender::Role::peer,
            .prepare = prepare};
}

}  // namespace saku::bench
