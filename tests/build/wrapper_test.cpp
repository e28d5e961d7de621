#include "tests/build/project.h"

using namespace saku::tests;

namespace {

/// A program around `body`, in which `a`, `b` and `out` of a 4x8x6 product have the right shapes.
std::string program(const std::string& body) {
    return "#include <cstdio>\n#include <vector>\n#include \"mm.hpp\"\n#include \"other.hpp\"\n"
           "// What std::mdspan looks like, strides of our choice.\n"
           "struct Strided {\n    static constexpr std::size_t rank() { return 2; }\n"
           "    int extent(std::size_t i) const { return i == 0 ? rows : columns; }\n"
           "    int stride(std::size_t i) const { return i == 0 ? step : 1; }\n"
           "    float* data_handle() const { return data; }\n    int rows, columns, step;\n    float* data;\n};\n"
           "template <class Action>\nvoid attempt(Action action) {\n"
           "    try {\n        action();\n        std::puts(\"done\");\n    } catch (const std::exception& e) {\n"
           "        std::puts(e.what());\n    }\n}\n"
           "int main() {\n    static float a[4][6], b[6][8], out[4][8];\n    a[3][5] = 2;\n    b[5][7] = 3;\n"
           "    saku::mm::b_packed packed(b);\n    saku::mm::kernel mm;\n" +
           body + "}\n";
}

class Kernels {
public:
    Kernels() {
        for (const char* name : {"mm", "other"})
            require_done(
                saku::tests::saku({"tune", "matmul:m=4,n=8,k=6", "--target", "host", "--threads", "1", "--name", name,
                                   "--candidates", "50", "--emit", "obj,header,cpp", "--out", folder_.path()}));
    }
    [[nodiscard]] Finished compile(const std::string& body, const std::vector<std::string>& more) const {
        std::vector<std::string> command{SAKU_CXX,       "-std=c++20", "-Wall",
                                         "-Wextra",      "-Wpedantic", "-Wshadow",
                                         "-Wconversion", "-Werror",    folder_.write("main.cpp", program(body))};
        command.insert(command.end(), more.begin(), more.end());
        return run_process(command);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return folder_.path(name); }

private:
    Folder folder_;
};

}  // namespace

TEST_CASE("views take what has the right shape and refuse the rest with a reason") {
    const Kernels kernels;
    require_done(kernels.compile(R"(
    std::vector<float> flat(24), shorter(23);
    attempt([&] { mm(a, packed, out); });
    std::printf("%g\n", out[3][7]);
    attempt([&] { mm(flat, packed, std::span(&out[0][0], 32)); });
    attempt([&] { mm(shorter, packed, out); });
    attempt([&] { mm(Strided{4, 6, 6, flat.data()}, packed, out); });
    attempt([&] { mm(Strided{6, 4, 4, flat.data()}, packed, out); });
    attempt([&] { mm(Strided{4, 6, 8, flat.data()}, packed, out); });
    const auto copy = saku::mm::b_packed::from_bytes(packed.bytes());
    attempt([&] { mm(a, copy, out); });
    std::vector<std::byte> zeros(packed.bytes().size());
    attempt([&] { mm(a, saku::mm::b_packed::from_bytes(zeros), out); });
    attempt([&] { saku::mm::b_packed::from_bytes(std::span(zeros).first(1)); });
    attempt([&] { saku::mm::kernel none(0); });
)",
                                 {kernels.path("mm.o"), kernels.path("other.o"), "-o", kernels.path("main")}));
    const Finished ran = run_process({kernels.path("main")});
    const std::string expected = ", expected 24 elements of shape 4 6 with strides 6 1\n";
    const std::size_t bytes = ran.out.find(" packed bytes");
    REQUIRE(bytes != std::string::npos);
    CHECK(ran.out.substr(0, ran.out.rfind("mm: b: found 1")) ==
          "done\n6\ndone\nmm: a: found 23 elements" + expected + "done\nmm: a: found extent 6 in dimension 0" +
              expected + "mm: a: found stride 8 in dimension 0" + expected +
              "done\nmm: packed data was not made by this kernel's pack function\n");
    CHECK(ran.out.ends_with("\nmm: fewer than one worker\n"));
}

TEST_CASE("laid-out tensors go from kernel to kernel where they lie alike, and over memory of the caller's") {
    const Folder folder;
    const auto make = [&](const std::string& name, const std::string& in, const std::string& out) {
        require_done(
            saku::tests::saku({"tune", "conv2d:c=16,h=4,w=4,k=16,r=1,s=1,layout=any", "--target", "host", "--threads",
                               "1", "--name", name, "--candidates", "200", "--fix", "layout_in=" + in, "--fix",
                               "layout_out=" + out, "--emit", "obj,header,cpp", "--out", folder.path()}));
    };
    make("one", "NHWC", "NHWK");
    make("two", "NHWC", "NHWK");
    make("other", "NCHW", "NKHW");
    const auto compile = [&](const std::string& body, const std::vector<std::string>& more) {
        std::vector<std::string> command{
            SAKU_CXX,
            "-std=c++20",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Wshadow",
            "-Wconversion",
            "-Werror",
            folder.write("main.cpp",
                         "#include <cstdio>\n#include <vector>\n#include \"one.hpp\"\n#include \"two.hpp\"\n#include "
                         "\"other.hpp\"\n"
                         "int main() {\n    std::vector<float> x(256, 1), w(256, 0.5F), y(256);\n"
                         "    saku::one::kernel one;\n    saku::two::kernel two;\n"
                         "    const saku::one::wt_packed w1(w);\n    const saku::two::wt_packed w2(w);\n"
                         "    const saku::one::in_laid_out in(x);\n    saku::one::out_laid_out middle;\n"
                         "    saku::two::out_laid_out out;\n    one(in, w1, middle);\n" +
                             body + "}\n")};
        command.insert(command.end(), more.begin(), more.end());
        return run_process(command);
    };
    require_done(compile(R"(
    static_assert(saku_support::lie_alike<saku::one::out_tensor, saku::two::in_tensor>);
    static_assert(!saku_support::lie_alike<saku::one::out_tensor, saku::other::in_tensor>);
    two(middle, w2, out);
    out.copy_to(y);
    std::printf("%g\n", y[255]);
    std::vector<float> memory(256), shorter(255);
    const auto again = saku::two::in_laid_out_view::lay_out(x, memory);
    const auto result = saku::two::out_laid_out_view::over(y);
    two(again, w2, result);
    std::printf("%g\n", y[0]);
    try {
        saku::one::out_laid_out_view::over(shorter);
    } catch (const std::invalid_argument& e) {
        std::puts(e.what());
    }
)",
                         {folder.path("one.o"), folder.path("two.o"), "-o", folder.path("main")}));
    CHECK(run_process({folder.path("main")}).out == "64\n8\none: out: found 1020 laid-out bytes, expected 1024\n");
    const Finished other = compile("    saku::other::in_laid_out_view wrong(middle);\n", {"-fsyntax-only"});
    CHECK(other.exit_code != 0);
    CHECK_MESSAGE(other.err.find("the elements lie in other places in this kernel's layout") != std::string::npos,
                  other.err);
    const Finished constant =
        compile("    const saku::two::out_laid_out none;\n    two(middle, w2, none);\n", {"-fsyntax-only"});
    CHECK(constant.exit_code != 0);
}

TEST_CASE("what the compiler can know does not compile") {
    const Kernels kernels;
    const std::vector<std::pair<std::string, std::string>> table{
        {"std::array<float, 23> x{}; mm(x, packed, out);", "wrong number of elements for this tensor"},
        {"float x[6][4]; mm(x, packed, out);", "wrong shape for this tensor"},
        {"float x[2][4][3]; mm(x, packed, out);", "wrong shape for this tensor"},
        {"const std::vector<float> x(32); mm(a, packed, x);", "no match"},
        {"std::vector<double> x(24); mm(x, packed, out);", "no match"},
        {"mm(a, b, out);", "no match"},
        {"saku::other::b_packed theirs(b); mm(a, theirs, out);", "no match"},
    };
    for (const auto& [body, message] : table) {
        CAPTURE(body);
        const Finished compiled = kernels.compile(body, {"-fsyntax-only"});
        CHECK(compiled.exit_code != 0);
        // Compilers word this one differently.
        const bool has_message = compiled.err.find(message) != std::string::npos ||
                                 (message == "no match" && compiled.err.find("no matching") != std::string::npos);
        CHECK_MESSAGE(has_message, compiled.err);
    }
    require_done(kernels.compile("mm(a, packed, out);", {"-fsyntax-only"}));
}
