// The files of a kernel: what --emit and --out mean.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "cli/program.h"
#include "ir/loop_nest.h"
#include "targets/emit.h"

namespace saku::cli {

struct FileOptions {
    std::string folder;                               ///< --out; empty: no files
    std::string name;                                 ///< --name; empty: from the operator
    std::vector<std::string> kinds{"obj", "header"};  ///< --emit
    [[nodiscard]] bool wants(const std::string& kind) const;
};

/// `out_required`: for commands that only write files.
void add_file_options(CLI::App& command, FileOptions& options, bool out_required);

/// --emit names what exists, --name is a C identifier, --out is a folder or can become one, and nothing but files is in
/// the way of those of kernels with these names. Checked before any work.
[[nodiscard]] Result<Done> check(const FileOptions& options, const std::vector<std::string>& names);

/// The file that an option names can be written, its folder made if need be; found out before any work.
[[nodiscard]] Result<Done> check_file(const std::string& option, const std::string& file);

/// What emission should make for these options.
[[nodiscard]] targets::EmitOptions emit_options(const FileOptions& options, const std::string& name);

struct KernelFiles {
    std::string name;         ///< of the kernel
    std::string description;  ///< the operator's shorthand, for the header
    std::string record;       ///< the record's text
    int threads = 1;          ///< that it was tuned for
};

/// <name>.o, .h, .hpp, .s, .ll as asked for, and always <name>.json, the record. Keys are "obj", "header", "cpp",
/// "asm", "llvm", "record".
[[nodiscard]] std::vector<std::pair<std::string, OutputFile>> files_of(const FileOptions& options,
                                                                       const ir::LoopNest& nest,
                                                                       const targets::Emitted& emitted,
                                                                       const KernelFiles& kernel);

}  // namespace saku::cli
