#include "targets/cpp_wrapper.h"

#include <set>
#include <vector>

#include "targets/kernel_signature.h"

namespace saku::targets {

using namespace saku::ir;

namespace {

constexpr const char* includes =
    "#include <array>\n#include <concepts>\n#include <cstddef>\n#include <cstring>\n#include <memory>\n#include <new>\n"
    "#include <ranges>\n#include <span>\n#include <stdexcept>\n#include <string>\n#include <type_traits>\n";

std::string joined(const std::vector<std::int64_t>& numbers) {
    std::string text;
    for (const std::int64_t number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
    return text;
}

std::string array_of(const std::string& what, const std::vector<std::int64_t>& numbers) {
    return "    static constexpr std::array<std::size_t, " + std::to_string(numbers.size()) + "> " + what + "{" +
           joined(numbers) + "};\n";
}

/// What it is, and where the caller's elements and the kernel's lie.
std::string comment_on(const Buffer& buffer) {
    std::string text = "/// " + type_and_shape(buffer) + "\n";
    const std::string memory = layout_text(buffer, buffer.layout);
    const std::string plain = buffer.plain ? layout_text(buffer, *buffer.plain) : "";
    if (!plain.empty()) text += "/// Plain: " + plain + "\n";
    if (!memory.empty()) text += "/// In memory: " + memory + "\n";
    return text;
}

/// Where elements lie in the layout that the kernel works on: dimension, divisor, extent and stride of each part (as in
/// ir::LayoutPart), without those of a single position.
std::string layout_array(const Layout& layout) {
    std::string parts;
    std::size_t count = 0;
    for (const LayoutPart& part : layout.parts) {
        if (part.extent == 1) continue;
        parts += (count++ == 0 ? "" : ", ") + std::string("{{") +
                 joined({part.dimension, part.divisor, part.extent, part.stride}) + "}}";
    }
    return "    static constexpr std::array<std::array<std::size_t, 4>, " + std::to_string(count) + "> layout{{" +
           parts + "}};\n";
}

/// The struct that says what is known of a tensor, and the types made of it.
std::string tensor(const Parameter& parameter, const std::string& kernel) {
    const Buffer& buffer = *parameter.buffer;
    const std::string element = c_type(buffer.type);
    std::string text =
        comment_on(buffer) + "struct " + buffer.name +
        "_tensor {\n    using element = " + (buffer.is_output ? "" : "const ") + element +
        ";\n    static constexpr const char* name = \"" + kernel + ": " + buffer.name +
        "\";\n    static constexpr std::size_t elements = " + std::to_string(span_elements(callers_layout(buffer))) +
        ";\n" + array_of("shape", buffer.shape) + array_of("strides", strides_of(buffer, callers_layout(buffer)));
    if (parameter.is_packed)
        text += "    static std::size_t packed_bytes() { return ::" + kernel + "_packed_bytes_" + buffer.name +
                "(); }\n    static void pack(const " + element + "* plain, void* packed) { ::" + kernel + "_pack_" +
                buffer.name + "(plain, packed); }\n";
    if (parameter.is_free)
        text += layout_array(buffer.layout) + "    static std::size_t laid_out_bytes() { return ::" + kernel +
                "_bytes_" + buffer.name + "(); }\n    static void lay_out(const " + element + "* plain, " + element +
                "* laid_out) { ::" + kernel + "_to_" + buffer.name +
                "(plain, laid_out); }\n    static void read_back(const " + element + "* laid_out, " + element +
                "* plain) { ::" + kernel + "_from_" + buffer.name + "(laid_out, plain); }\n";
    text += "};\nusing " + buffer.name + "_view = saku_support::View<" + buffer.name + "_tensor>;\n";
    if (parameter.is_packed)
        text += "using " + buffer.name + "_packed = saku_support::Packed<" + buffer.name + "_tensor>;\n";
    if (parameter.is_free)
        text += "using " + buffer.name + "_laid_out = saku_support::LaidOut<" + buffer.name + "_tensor>;\nusing " +
                buffer.name + "_laid_out_view = saku_support::LaidOutView<" + buffer.name + "_tensor>;\n";
    return text + "\n";
}

/// The parameters' names, other than those of types and members in reach: compilers warn of such shadows.
std::vector<std::string> argument_names(const std::vector<Parameter>& parameters) {
    std::set<std::string> taken{"kernel", "threads", "workers_", "workspace_", "checked"};
    for (const Parameter& p : parameters)
        for (const char* type : {"_tensor", "_view", "_packed", "_laid_out", "_laid_out_view"})
            taken.insert(p.buffer->name + type);
    std::vector<std::string> names;
    for (const Parameter& p : parameters) {
        names.push_back(p.name);
        while (taken.contains(names.back())) names.back() += "_argument";
        taken.insert(names.back());
    }
    return names;
}

/// How the kernel's call operator takes an argument.
std::string argument_type(const Parameter& parameter) {
    const std::string& tensor = parameter.buffer->name;
    if (parameter.is_packed) return "const " + tensor + "_packed& ";
    if (parameter.is_free) return tensor + "_laid_out_view ";
    return tensor + "_view ";
}

std::string kernel_class(const std::vector<Parameter>& parameters, const WrapperOptions& options) {
    std::string signature;
    std::string arguments;
    const std::vector<std::string> names = argument_names(parameters);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        signature += (i == 0 ? "" : ", ") + argument_type(parameters[i]) + names[i];
        arguments += names[i] + ".data(), ";
    }
    return "/// How many threads it was tuned for.\ninline constexpr int threads = " + std::to_string(options.threads) +
           ";\n\n"
           "/// The kernel with its workspace. One call at a time; threads that call at once need objects of their "
           "own.\n"
           "class kernel {\npublic:\n"
           "    /// `workers`: how many threads may work in a call; KernelError when it is below 1.\n"
           "    explicit kernel(int workers = threads) : workers_(checked(workers)), workspace_(::" +
           options.name +
           "_workspace_bytes(workers)) {}\n\n"
           "    /// Throws KernelError for a status other than 0. Outputs may not overlap anything else.\n"
           "    void operator()(" +
           signature + ") {\n        saku_support::check(\"" + options.name + "\", ::" + options.name + "(" +
           arguments +
           "workspace_.data(), workers_));\n    }\n\n    int workers() const noexcept { return workers_; "
           "}\n\nprivate:\n"
           "    static int checked(int workers) {\n        saku_support::check(\"" +
           options.name +
           "\", workers < 1 ? 2 : 0);\n        return workers;\n    }\n    int workers_;\n"
           "    saku_support::AlignedMemory workspace_;\n};\n";
}

}  // namespace

std::string cpp_wrapper(const LoopNest& nest, const WrapperOptions& options) {
    const std::vector<Parameter> parameters = parameters_of(nest);
    const std::string guard = "SAKU_KERNEL_HPP_" + options.name;
    std::string text = "/* C++20 interface of the kernel for " + in_comment(options.description) +
                       "\n * Generated by saku. Needs the C header beside it and the standard library. */\n#ifndef " +
                       guard + "\n#define " + guard + "\n\n" + includes + "\n#include \"" + options.name + ".h\"\n\n" +
                       cpp_wrapper_support() + "\nnamespace saku::" + options.name + " {\n\n";
    for (const Parameter& parameter : parameters) text += tensor(parameter, options.name);
    return text + kernel_class(parameters, options) + "\n}  // namespace saku::" + options.name + "\n\n#endif\n";
}

}  // namespace saku::targets
