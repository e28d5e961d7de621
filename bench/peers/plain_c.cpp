#include <dlfcn.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bench/peers/peers.h"
#include "bench/peers/plain_c_source.h"
#include "tuner/operands.h"

namespace saku::bench {
namespace {

constexpr const char* compiler = "clang-19";
constexpr const char* flags = "-O3 -march=native -std=c11 -shared -fPIC";

using Nest = void (*)(float* const* tensors);

/// A folder of its own for the compiler's files; gone when the object is.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "saku-bench-XXXXXX").string();
        if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

struct CloseLibrary {
    void operator()(void* handle) const { dlclose(handle); }
};
using Library = std::unique_ptr<void, CloseLibrary>;

Fitted<Library> compiled(const std::string& text) {
    const TemporaryFolder folder;
    if (folder.path().empty()) return NotApplicable{.reason = "no temporary folder", .detail = ""};
    const std::filesystem::path c_file = folder.path() / "nest.c";
    const std::filesystem::path library_file = folder.path() / "nest.so";
    std::ofstream(c_file) << text;
    const std::string command =
        std::string(compiler) + " " + flags + " -o '" + library_file.string() + "' '" + c_file.string() + "' -lm";
    if (std::system(command.c_str()) != 0) return NotApplicable{.reason = "compiler failed", .detail = command};
    void* handle = dlopen(library_file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return NotApplicable{.reason = "compiled nest does not load", .detail = dlerror()};
    return Library(handle);
}

class Compiled final : public Prepared {
public:
    Compiled(Library library, Nest nest, const Problem& problem, const Operands& operands)
        : library_(std::move(library)), nest_(nest), out_(tuner::elements_of(problem.op.tensors[output_of(problem)])) {
        for (const Floats& tensor : operands.tensors)               // inputs are only read
            tensors_.push_back(const_cast<float*>(tensor.data()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
        tensors_[output_of(problem)] = out_.data();
    }

    void run() override { nest_(tensors_.data()); }
    [[nodiscard]] Floats output() const override { return out_; }

private:
    Library library_;
    Nest nest_;
    Floats out_;
    std::vector<float*> tensors_;
};

Fitted<std::unique_ptr<Prepared>> prepare(const Problem& problem, const Operands& operands) {
    SAKU_TRY(library, compiled(plain_c_source(problem.op)));
    // POSIX gives functions as object pointers.
    auto nest = reinterpret_cast<Nest>(dlsym(library.get(), "nest"));  // NOLINT
    if (nest == nullptr) return NotApplicable{.reason = "compiled nest has no function", .detail = ""};
    return std::unique_ptr<Prepared>(std::make_unique<Compiled>(std::move(library), nest, problem, operands));
}

/// "Debian clang version 19.1.7 ..." -> "19.1.7"
std::string compiler_version() {
    FILE* pipe = popen((std::string(compiler) + " --version 2>/dev/null").c_str(), "r");
    if (pipe == nullptr) return "unknown";
    std::array<char, 256> line{};
    const bool read = fgets(line.data(), line.size(), pipe) != nullptr;
    pclose(pipe);
    const std::string text = read ? line.data() : "";
    const std::size_t start = text.find("version ");
    if (start == std::string::npos) return "unknown";
    return text.substr(start + 8, text.find_first_of(" \n", start + 8) - start - 8);
}

}  // namespace

Contender plain_c() {
    return {.name = "plain C",
            .version = "clang " + compiler_version() + " -O3 -march=native",
            .role = Contender::Role::plain,
            .prepare = prepare};
}

}  // namespace saku::bench
