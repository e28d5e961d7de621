// Which coefficients were chosen by looking at how well measured operators are ranked, and what else they might be.
//
// Those are the ones whose figures on the same operators are in-sample. Rates of a port, facts of a compiler and what
// small experiments of their own gave are not: costmodel/coefficients.json says of each group where it comes from.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "costmodel/coefficients.h"

namespace saku::fidelity {

struct FittedCoefficient {
    std::string pointer;  ///< JSON pointer into the coefficients: a number, or {"until", "from"} scaled together
    std::vector<double> factors;  ///< of the shipped value: ascending, from 0.5 to 2, 1 among them
};

/// The ones of costmodel/coefficients.json, in its order.
[[nodiscard]] const std::vector<FittedCoefficient>& fitted_coefficients();

/// A position in the factors of each coefficient.
using Choice = std::vector<std::size_t>;

/// Coefficients around the shipped ones.
class Grid {
public:
    /// Errors: of the coefficients' text; pointers that name no number and no edge; factors that are none, or whose
    /// value cannot be one of the coefficient. `file` is for messages.
    [[nodiscard]] static Result<Grid> make(const std::string& coefficients, std::vector<FittedCoefficient> axes,
                                           const std::string& file);

    [[nodiscard]] const std::vector<FittedCoefficient>& axes() const { return axes_; }
    [[nodiscard]] const Choice& shipped() const { return shipped_; }
    [[nodiscard]] costmodel::Coefficients at(const Choice& choice) const;
    /// "0.5", or "0.7 to 1.3".
    [[nodiscard]] std::string value_text(std::size_t axis, std::size_t position) const;

private:
    Grid(Json shipped_values, std::vector<FittedCoefficient> axes);

    Json json_;
    std::vector<FittedCoefficient> axes_;
    Choice shipped_;
};

}  // namespace saku::fidelity
