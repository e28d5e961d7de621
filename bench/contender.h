// The one interface behind which saku, the libraries and the plain loops are measured.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "bench/aligned.h"
#include "bench/problem.h"

namespace saku::bench {

/// The arguments of one problem, shared by all contenders: row-major.
struct Operands {
    Floats activation;  ///< a[m,k] or in[n,c,h,w]
    Floats weights;     ///< b[k,n] or wt[k,c,r,s]
};

/// One problem made ready by one contender: everything that a user pays once (compiling, packing of weights, making of
/// primitives, conversion of activations to a layout of the contender's choice) is done. Lives no longer than its
/// operands.
class Prepared {
public:
    virtual ~Prepared() = default;
    /// Computes the whole output once. The only thing that is timed.
    virtual void run() = 0;
    /// The output of the last run, row-major.
    [[nodiscard]] virtual Floats output() const = 0;
    /// What to say about this case beside its time ("tuned in 0.81 s"); may be empty.
    [[nodiscard]] virtual std::string note() const { return {}; }
};

struct Contender {
    enum class Role { saku, peer, plain };  ///< peers are what saku's ratio is taken against

    std::string name;
    std::string version;
    Role role = Role::peer;
    /// NotApplicable where the contender has no implementation of the problem.
    std::function<Fitted<std::unique_ptr<Prepared>>(const Problem&, const Operands&)> prepare;
};

}  // namespace saku::bench
