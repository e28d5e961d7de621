#include <cblas.h>

#include <algorithm>
#include <limits>

#include "bench/peers/peers.h"

namespace saku::bench {
namespace {

/// sgemm; sgemv for one row or column, which is what its users call then.
class Product final : public Prepared {
public:
    Product(const Gemm& shape, const Operands& operands)
        : shape_(shape), operands_(operands), out_(static_cast<std::size_t>(shape.batch * shape.m * shape.n)) {}

    void run() override {
        for (std::int64_t b = 0; b < shape_.batch; ++b)
            multiply(operands_.tensors[0].data() + b * shape_.m * shape_.k,
                     operands_.tensors[1].data() + b * shape_.k * shape_.n, out_.data() + b * shape_.m * shape_.n);
    }

    [[nodiscard]] Floats output() const override { return out_; }

private:
    void multiply(const float* a, const float* b, float* out) const {
        const auto m = static_cast<blasint>(shape_.m);
        const auto n = static_cast<blasint>(shape_.n);
        const auto k = static_cast<blasint>(shape_.k);
        if (m == 1) {  // out = transposed(b) * a
            cblas_sgemv(CblasRowMajor, shape_.tb ? CblasNoTrans : CblasTrans, shape_.tb ? n : k, shape_.tb ? k : n,
                        1.0F, b, shape_.tb ? k : n, a, 1, 0.0F, out, 1);
        } else if (n == 1) {
            cblas_sgemv(CblasRowMajor, shape_.ta ? CblasTrans : CblasNoTrans, shape_.ta ? k : m, shape_.ta ? m : k,
                        1.0F, a, shape_.ta ? m : k, b, 1, 0.0F, out, 1);
        } else {
            cblas_sgemm(CblasRowMajor, shape_.ta ? CblasTrans : CblasNoTrans, shape_.tb ? CblasTrans : CblasNoTrans, m,
                        n, k, 1.0F, a, shape_.ta ? m : k, b, shape_.tb ? k : n, 0.0F, out, n);
        }
    }

    Gemm shape_;
    const Operands& operands_;
    Floats out_;
};

Fitted<std::unique_ptr<Prepared>> prepare(const Problem& problem, const Operands& operands) {
    const Gemm* gemm = std::get_if<Gemm>(&problem.shape);
    if (gemm == nullptr) return NotApplicable{.reason = "no such operator", .detail = ""};
    constexpr std::int64_t most = std::numeric_limits<blasint>::max();
    if (gemm->m > most || gemm->n > most || gemm->k > most)
        return NotApplicable{.reason = "too large for its index type", .detail = ""};
    return std::unique_ptr<Prepared>(std::make_unique<Product>(*gemm, operands));
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
