// The one interface behind which saku, the libraries and the plain loops are measured.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "bench/aligned.h"
#include "bench/problem.h"

namespace saku::bench {

/// The arguments of one problem, shared by all contenders: by tensor of the operator, as it lies in memory (gaps of
/// views included). The output's is empty: every contender has its own.
struct Operands {
    std::vector<Floats> tensors;
};

/// One problem made ready by one contender: everything that a user pays once (compiling, packing of weights, making of
/// primitives, conversion of activations to a layout of the contender's choice) is done. Lives no longer than its
/// operands.
class Prepared {
public:
    virtual ~Prepared() = default;
    /// Computes the whole output once. The only thing that is timed.
    virtual void run() = 0;
    /// The output of the last run, laid out as the operator says.
    [[nodiscard]] virtual Floats output() const = 0;
    /// What to say about this case beside its time ("tuned in 0.81 s"); may be empty.
    [[nodiscard]] virtual std::string note() const { return {}; }
};

struct Contender {
    /// Peers are what saku's ratio is taken against; `single` is saku on one thread beside saku on several, `fixed`
    /// saku with activations as the operator has them beside saku with layouts of its choice.
    enum class Role : std::uint8_t { saku, single, fixed, peer, plain };

    std::string name;
    std::string version;
    Role role = Role::peer;
    /// NotApplicable where the contender has no implementation of the problem.
    std::function<Fitted<std::unique_ptr<Prepared>>(const Problem&, const Operands&)> prepare;
};

}  // namespace saku::bench
