// Samples as loop tables: for pricing all of a study hundreds of times under other coefficients, which change no table.
#pragma once

#include <vector>

#include "bench/fidelity/ablation.h"
#include "bench/fidelity/study.h"
#include "costmodel/model.h"
#include "features/instruction_mix.h"
#include "features/loop_table.h"

namespace saku::fidelity {

/// The samples of one operator that pass the gates.
struct Tabled {
    struct Code {
        features::LoopTable table;
        std::vector<features::InstructionMix> mixes;  ///< of the table's rows
    };
    int threads = 1;
    std::vector<tuner::Sample> samples = {};
    std::vector<Code> codes = {};  ///< by sample
};

/// By subject; on up to `jobs` threads.
[[nodiscard]] std::vector<Tabled> tabled(const Study& study, int jobs);

/// What `fits` says of the operator under this model, of as many threads.
[[nodiscard]] Fit fit_of(const Tabled& op, const costmodel::Model& model);

}  // namespace saku::fidelity
