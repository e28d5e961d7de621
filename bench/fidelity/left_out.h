// How much of the model's figures is owed to having been chosen on the operators that it is judged by?
//
// The fitted coefficients (fitted.h) are chosen again, each operator (each family of operators) left out in turn, and
// the operator is judged by what was chosen without it.
//
//   score     of an operator: the mean of its Spearman, its Spearman in the best quartile and its top 1 among the
//             samples. All three are 1 at best and are what the coefficients were chosen by; equal weights, because any
//             others would be one more thing chosen on these operators. Of a choice: the mean over the operators.
//   choice    coordinate search: one coefficient after another is moved along its grid as long as the score rises, or
//             stays and the value comes nearer the shipped one, in passes until one changes nothing, three at most.
//             From the shipped values; on all operators also from all values at their smallest and at their largest,
//             of which the best end counts.
//
// Limits. A grid of five values between half and twice the shipped ones is what is asked, and the search may end below
// the best of it. The formulas, the choice of the terms and the values to start from saw all operators; nothing here
// leaves that out.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "bench/fidelity/ablation.h"
#include "bench/fidelity/fitted.h"
#include "bench/fidelity/study.h"

namespace saku::fidelity {

[[nodiscard]] double score_of(const Fit& fit);

/// What operators have in common that are near-duplicates of each other: their name, the window of a convolution,
/// whether a matrix product has an axis below 64; all pooling is one. "conv2d 1x1", "matmul thin", "pooling".
[[nodiscard]] std::string family_of(const std::string& op);

/// Choices made without some of the operators.
struct Refit {
    std::vector<Choice> choices;  ///< by group that was left out, in the order of the groups' first subjects
    std::vector<Fit> fits;        ///< by subject of the study, under the choice made without it
};

struct LeftOut {
    Grid grid;
    std::vector<std::string> families = {};  ///< by subject
    std::vector<Fit> shipped = {};           ///< by subject, as all `fits`
    Choice best = {};                        ///< chosen on all operators
    std::array<double, 3> ends = {};         ///< scores at the ends of its three searches
    std::vector<Fit> best_fits = {};
    Refit without_operator = {};
    Refit without_family = {};
    Choice agreed = {};  ///< values that all choices with something left out have in common; otherwise the shipped ones
    std::vector<Fit> agreed_fits = {};
    std::vector<std::vector<double>> alone = {};  ///< score by axis and position, the others as shipped
    std::size_t settings = 0;                     ///< that were priced
};

/// How the score changes from one set of figures to another: the mean over the operators, and its standard error with
/// the operators of a family taken to move together (the root of the sum of the families' squared sums of what differs
/// from the mean, over the number of operators).
struct Difference {
    double mean = 0;
    double standard_error = 0;
};
[[nodiscard]] Difference difference(const std::vector<Fit>& before, const std::vector<Fit>& after,
                                    const std::vector<std::string>& families);

/// On up to `jobs` threads, which change nothing.
[[nodiscard]] LeftOut leave_out(const Study& study, Grid grid, int jobs);

}  // namespace saku::fidelity
