#include "cli/kernel_files.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "targets/c_header.h"
#include "targets/cpp_wrapper.h"

namespace saku::cli {
namespace {

constexpr std::array<const char*, 5> known_kinds{"obj", "header", "cpp", "asm", "llvm"};

/// The folder, or the nearest one above it that exists, can be written to.
Result<Done> check_folder(const std::string& folder) {
    std::error_code failure;
    std::filesystem::path path = std::filesystem::absolute(folder, failure);
    while (!failure && !std::filesystem::exists(path, failure) && path.has_relative_path()) {
        failure.clear();
        path = path.parent_path();
    }
    const auto refused = [&](const std::string& why) { return Error{.where = "--out " + folder, .what = why}; };
    if (failure) return refused("cannot be written: " + failure.message());
    if (!std::filesystem::is_directory(path, failure))
        return refused("cannot be written: " + path.string() + " is not a directory");
    if (access(path.c_str(), W_OK | X_OK) != 0)
        return refused("cannot be written: " + path.string() + ": " + std::strerror(errno));
    return Done{};
}

}  // namespace

bool FileOptions::wants(const std::string& kind) const {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

void add_file_options(CLI::App& command, FileOptions& options, bool out_required) {
    CLI::Option* out = command.add_option("--out", options.folder, "write the kernel's files to this folder");
    if (out_required) out->required();
    command.add_option("--name", options.name, "of the kernel's C functions and files (default: from the operator)");
    CLI::Option* emit = command
                            .add_option("--emit", options.kinds,
                                        "what to write beside the record, of obj, header, cpp (a C++20 wrapper), asm, "
                                        "llvm (default obj,header)")
                            ->delimiter(',')
                            ->expected(1)
                            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (!out_required) emit->needs(out);
}

Result<Done> check(const FileOptions& options) {
    for (const std::string& kind : options.kinds)
        if (std::find(known_kinds.begin(), known_kinds.end(), kind) == known_kinds.end())
            return Error{.where = "--emit", .what = "found '" + kind + "', expected obj, header, cpp, asm or llvm"};
    if (!options.name.empty()) {
        const auto named = targets::check_kernel_name(options.name);
        if (!named) return Error{.where = "--name", .what = named.error().what};
    }
    if (!options.folder.empty()) SAKU_TRY_DONE(check_folder(options.folder));
    return Done{};
}

targets::EmitOptions emit_options(const FileOptions& options, const std::string& name) {
    return {.name = name,
            .object = options.wants("obj"),
            .assembly = options.wants("asm"),
            .llvm_ir = options.wants("llvm")};
}

std::vector<std::pair<std::string, OutputFile>> files_of(const FileOptions& options, const ir::LoopNest& nest,
                                                         const targets::Emitted& emitted, const KernelFiles& kernel) {
    const std::string stem = (std::filesystem::path(options.folder) / kernel.name).string();
    std::vector<std::pair<std::string, OutputFile>> files;
    const auto add = [&](const std::string& kind, const std::string& ending, const std::string& content) {
        if (kind == "record" || options.wants(kind))
            files.push_back({kind, {.path = stem + ending, .content = content}});
    };
    add("obj", ".o", emitted.object);
    add("header", ".h", targets::c_header(nest, kernel.name, kernel.description));
    add("cpp", ".hpp",
        targets::cpp_wrapper(nest,
                             {.name = kernel.name, .description = kernel.description, .threads = kernel.threads}));
    add("asm", ".s", emitted.assembly);
    add("llvm", ".ll", emitted.llvm_ir);
    add("record", ".json", kernel.record);
    return files;
}

}  // namespace saku::cli
