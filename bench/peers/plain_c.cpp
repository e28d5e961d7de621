#include <dlfcn.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bench/peers/peers.h"

namespace saku::bench {
namespace {

constexpr const char* compiler = "clang-19";
constexpr const char* flags = "-O3 -march=native -std=c11 -shared -fPIC";

using Nest = void (*)(const float* activation, const float* weights, float* out);

std::string constants(std::initializer_list<std::pair<const char*, std::int64_t>> values) {
    std::string text = "enum {";
    for (const auto& [name, value] : values) text += std::string(" ") + name + " = " + std::to_string(value) + ",";
    return text + " };\n";
}

std::string source(const Gemm& g) {
    return constants({{"M", g.m}, {"N", g.n}, {"K", g.k}}) +
           "void nest(const float *restrict a, const float *restrict b, float *restrict out) {\n"
           "  for (long i = 0; i < M; i++)\n"
           "    for (long j = 0; j < N; j++) {\n"
           "      float sum = 0;\n"
           "      for (long k = 0; k < K; k++) sum += a[i * K + k] * b[k * N + j];\n"
           "      out[i * N + j] = sum;\n"
           "    }\n"
           "}\n";
}

std::string source(const Conv& c) {
    return constants({{"B", c.n},
                      {"C", c.c},
                      {"H", c.h},
                      {"W", c.w},
                      {"O", c.k},
                      {"R", c.r},
                      {"S", c.s},
                      {"T", c.stride},
                      {"P", c.pad},
                      {"Y", c.out_height()},
                      {"X", c.out_width()}}) +
           "void nest(const float *restrict in, const float *restrict wt, float *restrict out) {\n"
           "  for (long b = 0; b < B; b++)\n"
           "    for (long o = 0; o < O; o++)\n"
           "      for (long y = 0; y < Y; y++)\n"
           "        for (long x = 0; x < X; x++) {\n"
           "          float sum = 0;\n"
           "          for (long i = 0; i < C; i++)\n"
           "            for (long u = 0; u < R; u++)\n"
           "              for (long v = 0; v < S; v++) {\n"
           "                long h = y * T + u - P, w = x * T + v - P;\n"
           "                if (h >= 0 && h < H && w >= 0 && w < W)\n"
           "                  sum += in[((b * C + i) * H + h) * W + w] * wt[((o * C + i) * R + u) * S + v];\n"
           "              }\n"
           "          out[((b * O + o) * Y + y) * X + x] = sum;\n"
           "        }\n"
           "}\n";
}

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
        std::string(compiler) + " " + flags + " -o '" + library_file.string() + "' '" + c_file.string() + "'";
    if (std::system(command.c_str()) != 0) return NotApplicable{.reason = "compiler failed", .detail = command};
    void* handle = dlopen(library_file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return NotApplicable{.reason = "compiled nest does not load", .detail = dlerror()};
    return Library(handle);
}

class Compiled final : public Prepared {
public:
    Compiled(Library library, Nest nest, const Operands& operands, std::int64_t elements)
        : library_(std::move(library)), nest_(nest), operands_(operands), out_(static_cast<std::size_t>(elements)) {}

    void run() override { nest_(operands_.activation.data(), operands_.weights.data(), out_.data()); }
    [[nodiscard]] Floats output() const override { return out_; }

private:
    Library library_;
    Nest nest_;
    const Operands& operands_;
    Floats out_;
};

Fitted<std::unique_ptr<Prepared>> prepare(const Problem& problem, const Operands& operands) {
    SAKU_TRY(library, compiled(std::visit([](const auto& shape) { return source(shape); }, problem.shape)));
    // POSIX gives functions as object pointers.
    auto nest = reinterpret_cast<Nest>(dlsym(library.get(), "nest"));  // NOLINT
    if (nest == nullptr) return NotApplicable{.reason = "compiled nest has no function", .detail = ""};
    return std::unique_ptr<Prepared>(
        std::make_unique<Compiled>(std::move(library), nest, operands, output_elements(problem)));
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
