#include "cli/kernel_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <utility>

#include "cli/arguments.h"
#include "targets/c_header.h"
#include "targets/cpp_wrapper.h"
#include "targets/kernel_name.h"

namespace saku::cli {
namespace {

/// Endings of the files by kind; the record has one, too, and is always written.
constexpr std::array<std::pair<const char*, const char*>, 6> endings{
    {{"obj", ".o"}, {"header", ".h"}, {"cpp", ".hpp"}, {"asm", ".s"}, {"llvm", ".ll"}, {"record", ".json"}}};

/// Why nothing can be made in this folder; 0 when something can. Trying is the only sure test: file systems such as
/// /proc refuse although the permissions allow it. The file that is tried has no name, so that nothing is left behind
/// whenever the program is killed; where the file system knows no such files, `named` tries and undoes it.
template <class Named>
int refusal_to_make(const std::filesystem::path& folder, Named named) {
#ifdef O_TMPFILE
    const int descriptor = open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (descriptor >= 0) {
        close(descriptor);
        return 0;
    }
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) return errno;
#endif
    return named();
}

int refusal_to_make_folder(const std::filesystem::path& folder) {
    return refusal_to_make(folder.parent_path(), [&] {
        if (mkdir(folder.c_str(), 0777) != 0) return errno;
        rmdir(folder.c_str());
        return 0;
    });
}

int refusal_to_write(const std::filesystem::path& folder) {
    return refusal_to_make(folder, [&] {
        std::string file = (folder / ".saku.XXXXXX").string();
        const int descriptor = mkstemp(file.data());
        if (descriptor < 0) return errno;
        unlink(file.c_str());
        close(descriptor);
        return 0;
    });
}

/// The folder can be written to, or made; `where` is what complaints begin with.
Result<Done> check_folder(const std::string& where, const std::string& folder) {
    const auto refused = [&](const std::string& why) {
        return Error{.where = where, .what = "cannot be written: " + why};
    };
    std::error_code failure;
    std::filesystem::path path = std::filesystem::absolute(folder, failure).lexically_normal();
    if (!failure && path.native().size() >= PATH_MAX) failure = std::make_error_code(std::errc::filename_too_long);
    for (const auto& part : path)
        if (part.native().size() > NAME_MAX) failure = std::make_error_code(std::errc::filename_too_long);
    if (failure) return refused(failure.message());
    std::filesystem::path missing;
    for (; !std::filesystem::exists(path, failure) && path.has_relative_path(); path = path.parent_path()) {
        if (failure) return refused(path.string() + ": " + failure.message());
        if (path.has_filename()) missing = path;
    }
    if (!std::filesystem::is_directory(path, failure)) return refused(path.string() + " is not a directory");
    if (!missing.empty()) {
        if (const int code = refusal_to_make_folder(missing); code != 0)
            return refused(missing.string() + ": " + std::strerror(code));
    } else if (const int code = refusal_to_write(path); code != 0) {
        return refused(path.string() + ": " + std::strerror(code));
    }
    return Done{};
}

/// Kinds that exist, each once.
Result<Done> check_kinds(const std::vector<std::string>& kinds) {
    const auto refused = [](const std::string& what) { return Error{.where = "--emit", .what = what}; };
    for (const std::string& kind : kinds) {
        if (kind == "record" ||
            std::none_of(endings.begin(), endings.end(), [&](const auto& known) { return kind == known.first; }))
            return refused("found '" + kind + "', expected obj, header, cpp, asm or llvm");
        if (std::count(kinds.begin(), kinds.end(), kind) > 1) return refused("'" + kind + "' is given twice");
    }
    return Done{};
}

/// A folder where a file is to be cannot be replaced by it.
Result<Done> check_targets(const FileOptions& options, const std::string& name) {
    for (const auto& [kind, ending] : endings) {
        if (kind != std::string("record") && !options.wants(kind)) continue;
        const std::filesystem::path path = std::filesystem::path(options.folder) / (name + ending);
        std::error_code ignored;
        if (std::filesystem::is_directory(path, ignored))
            return Error{.where = path.string(), .what = "cannot be written: it is a directory, expected a file"};
    }
    return Done{};
}

/// The members of lists such as "obj,header"; an empty one, as after a last comma, stays to be refused.
std::vector<std::string> kinds_in(const std::vector<std::string>& lists) {
    std::vector<std::string> kinds;
    for (const std::string& list : lists) {
        std::size_t start = 0;
        for (std::size_t end = list.find(','); end != std::string::npos; end = list.find(',', start)) {
            kinds.push_back(list.substr(start, end - start));
            start = end + 1;
        }
        kinds.push_back(list.substr(start));
    }
    return kinds;
}

}  // namespace

bool FileOptions::wants(const std::string& kind) const {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

void add_file_options(CLI::App& command, FileOptions& options, bool out_required) {
    CLI::Option* out =
        command.add_option("--out", options.folder, "write the kernel's files to this folder")->check(not_empty());
    if (out_required) out->required();
    command.add_option("--name", options.name, "of the kernel's C functions and files (default: from the operator)")
        ->check(not_empty());
    CLI::Option* emit = command
                            .add_option_function<std::vector<std::string>>(
                                "--emit", [&options](const auto& lists) { options.kinds = kinds_in(lists); },
                                "what to write beside the record, of obj, header, cpp (a C++20 wrapper), asm, "
                                "llvm (default obj,header)")
                            ->expected(1)
                            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (!out_required) emit->needs(out);
}

Result<Done> check(const FileOptions& options, const std::vector<std::string>& names) {
    SAKU_TRY_DONE(check_kinds(options.kinds));
    if (!options.name.empty()) {
        const auto named = targets::check_kernel_name(options.name);
        if (!named) return Error{.where = "--name", .what = named.error().what};
    }
    if (options.folder.empty()) return Done{};
    SAKU_TRY_DONE(check_folder("--out " + options.folder, options.folder));
    for (const std::string& name : names) SAKU_TRY_DONE(check_targets(options, name));
    return Done{};
}

Result<Done> check_file(const std::string& option, const std::string& file) {
    std::error_code failure;
    if (std::filesystem::is_directory(file, failure))
        return Error{.where = option + " " + file, .what = "cannot be written: it is a directory"};
    const std::string folder = std::filesystem::path(file).parent_path().string();
    return check_folder(option + " " + file, folder.empty() ? "." : folder);
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
    const auto content_of = [&](const std::string& kind) {
        if (kind == "obj") return emitted.object;
        if (kind == "header") return targets::c_header(nest, kernel.name, kernel.description);
        if (kind == "cpp")
            return targets::cpp_wrapper(
                nest, {.name = kernel.name, .description = kernel.description, .threads = kernel.threads});
        if (kind == "asm") return emitted.assembly;
        return kind == "llvm" ? emitted.llvm_ir : kernel.record;
    };
    for (const auto& [kind, ending] : endings)
        if (kind == std::string("record") || options.wants(kind))
            files.push_back({kind, {.path = stem + ending, .content = content_of(kind)}});
    return files;
}

}  // namespace saku::cli
