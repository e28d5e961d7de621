// What every operator of oneDNN needs here: engine, formats, and a primitive with its arguments bound.
#pragma once

#include <dnnl.hpp>
#include <string>
#include <unordered_map>

#include "bench/contender.h"

namespace saku::bench {

using DnnlTag = dnnl::memory::format_tag;

/// Activations: in the layout that the library likes best, or as the operator has them.
enum class Activations : std::uint8_t { free, plain };

[[nodiscard]] dnnl::memory::desc described(const dnnl::memory::dims& dims, DnnlTag tag);

[[nodiscard]] dnnl::engine& dnnl_cpu();

/// An input: the data as the problem has it, and the format that the primitive wants.
struct DnnlInput {
    int argument = 0;  ///< DNNL_ARG_SRC and so on
    const Floats& data;
    dnnl::memory::desc plain;
    dnnl::memory::desc wanted;
};

struct DnnlOutput {
    dnnl::memory::desc plain;
    dnnl::memory::desc wanted;
};

/// Reorders the inputs, once, and makes room for the output.
[[nodiscard]] std::unique_ptr<Prepared> bound(const dnnl::primitive& primitive, const std::string& implementation,
                                              const std::vector<DnnlInput>& inputs, const DnnlOutput& output);

}  // namespace saku::bench
