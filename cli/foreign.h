// Kernels for other machines at work: compiled and linked with a small driver (foreign_driver.c) by a C compiler for
// that machine, called through a runner such as qemu-aarch64, and checked here against the reference.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/program.h"
#include "ir/loop_nest.h"
#include "ir/operator.h"
#include "targets/machine.h"
#include "tuner/measure.h"

namespace saku::cli {

struct ForeignOptions {
    std::string runner;    ///< --runner; empty: the kernel runs in this process
    std::string compiler;  ///< --cc; empty: <triple>-gcc
};

void add_foreign_options(CLI::App& command, ForeignOptions& options);

/// The commands as words; their programs exist.
struct Toolchain {
    std::vector<std::string> runner;
    std::vector<std::string> compiler;
};

/// Errors: a command that is none, a program that is not there. Without --cc, compilers are looked for in PATH as
/// <triple>-gcc, with and without the triple's vendor ("aarch64-linux-gnu-gcc").
[[nodiscard]] Result<Toolchain> find_toolchain(const ForeignOptions& options, const std::string& triple);

struct ForeignMeasurement {
    tuner::Measurement measured;
    std::string complaint;  ///< why the kernel is incorrect where its numbers do not say
};

/// What tuner::measure does, elsewhere. Errors: the driver does not compile or link, the runner does not get it to
/// work. A kernel that ends the program is an incorrect one.
[[nodiscard]] Result<ForeignMeasurement> measure_foreign(const ir::Operator& op, const ir::LoopNest& nest,
                                                         const targets::Codegen& codegen, const Toolchain& toolchain,
                                                         const tuner::MeasureOptions& options, Session& session);

/// The header foreign_case.h that foreign_driver.c includes: what the kernel named "kernel" takes.
[[nodiscard]] std::string foreign_case(const ir::Operator& op, const ir::LoopNest& nest, int workers);

}  // namespace saku::cli
