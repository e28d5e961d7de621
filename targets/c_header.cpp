#include "targets/c_header.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

namespace saku::targets {

using namespace saku::ir;

namespace {

// Of C17 and C++20 together, each between spaces.
constexpr std::string_view keywords =
    " alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t "
    "class co_await co_return co_yield compl concept const const_cast consteval constexpr constinit continue "
    "decltype default delete do double dynamic_cast else enum explicit export extern false float for friend "
    "goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private "
    "protected public register reinterpret_cast requires restrict return short signed sizeof static "
    "static_assert static_cast struct switch template this thread_local throw true try typedef typeid "
    "typename union unsigned using virtual void volatile wchar_t while xor xor_eq ";

bool is_keyword(const std::string& name) { return keywords.find(" " + name + " ") != std::string_view::npos; }

std::string c_type(DType type) {
    switch (type) {
        case DType::f32:
            return "float";
        case DType::f64:
            return "double";
        case DType::bf16:
            return "uint16_t";
        case DType::i8:
            return "int8_t";
        case DType::u8:
            return "uint8_t";
        case DType::i32:
            return "int32_t";
        case DType::i64:
            return "int64_t";
    }
    return "void";
}

/// "float [64][3][3]", with what is unusual about where its elements lie.
std::string type_and_layout(const Buffer& buffer) {
    std::string text = c_type(buffer.type) + " ";
    for (const std::int64_t extent : buffer.shape) text += "[" + std::to_string(extent) + "]";
    if (buffer.layout == row_major(buffer.shape)) return text;
    text += ", element offset";
    const std::vector<LayoutPart>& parts = buffer.layout.parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        // The coarsest part of a dimension needs no remainder.
        const bool is_coarsest = std::none_of(parts.begin(), parts.end(), [&](const LayoutPart& other) {
            return other.dimension == parts[i].dimension && other.divisor > parts[i].divisor;
        });
        std::string coordinate = "i" + std::to_string(parts[i].dimension);
        if (parts[i].divisor != 1) coordinate += "/" + std::to_string(parts[i].divisor);
        if (!is_coarsest) coordinate += "%" + std::to_string(parts[i].extent);
        if (coordinate.size() > 2 && parts[i].stride != 1) coordinate = "(" + coordinate + ")";
        text +=
            (i == 0 ? " " : " + ") + (parts[i].stride == 1 ? "" : std::to_string(parts[i].stride) + "*") + coordinate;
    }
    return text;
}

/// One argument of the kernel.
struct Parameter {
    const Buffer* buffer = nullptr;
    std::string name;
    bool is_packed = false;
};

std::vector<Parameter> parameters_of(const LoopNest& nest) {
    std::set<std::string> taken{"workspace", "workers"};
    std::vector<Parameter> parameters;
    for (std::size_t id = 0; id < nest.buffers.size(); ++id) {
        const Buffer& buffer = nest.buffers[id];
        if (buffer.scope != Scope::argument) continue;
        const bool is_packed = std::any_of(nest.offline.begin(), nest.offline.end(), [&](const OfflinePack& pack) {
            return nest.buffers[static_cast<std::size_t>(pack.packed)].source == static_cast<BufferId>(id);
        });
        std::string name = (is_packed ? "packed_" : "") + buffer.name;
        while (is_keyword(name) || taken.contains(name)) name += "_";
        taken.insert(name);
        parameters.push_back({.buffer = &buffer, .name = name, .is_packed = is_packed});
    }
    return parameters;
}

std::string roles(const Buffer& buffer) {
    if (!buffer.is_output) return "input ";
    return buffer.is_accumulated ? "in/out" : "output";
}

/// The comment's table of arguments.
std::string argument_lines(const std::vector<Parameter>& parameters, const std::string& name) {
    std::size_t width = 0;
    for (const Parameter& p : parameters) width = std::max(width, p.name.size());
    std::string text;
    for (const Parameter& p : parameters) {
        text += " *   " + p.name + std::string(width - p.name.size(), ' ') + "  " + roles(*p.buffer) + "  " +
                type_and_layout(*p.buffer);
        if (p.is_packed) text += ", packed by " + name + "_pack_" + p.buffer->name;
        text += "\n";
    }
    return text;
}

std::string without_comment_end(std::string text) {
    for (std::size_t at = text.find("*/"); at != std::string::npos; at = text.find("*/", at)) text.insert(at + 1, " ");
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

std::string guard_of(const std::string& name) {
    // Case is kept: kernels whose names differ only in it have guards of their own.
    return "SAKU_KERNEL_H_" + name;
}

std::string comment(const std::vector<Parameter>& parameters, const std::string& name, const std::string& description) {
    const bool any_packed =
        std::any_of(parameters.begin(), parameters.end(), [](const auto& p) { return p.is_packed; });
    std::string text =
        "/* Kernel for " + without_comment_end(description) +
        "\n * Generated by saku.\n *\n * Arguments (shapes outermost first, row-major where nothing else is said):\n" +
        argument_lines(parameters, name) +
        " *\n"
        " * workspace: " +
        name +
        "_workspace_bytes(workers) bytes, aligned to 64; its contents need not be kept. NULL where\n"
        " *   that is 0. Calls at the same time need workspaces of their own; beside that the kernel is reentrant.\n"
        " * workers: how many threads may work, at least 1.\n"
        " * Tensors need the alignment of their elements. The output may not overlap anything else.\n";
    if (any_packed)
        text +=
            " * Packed data: made once from the plain tensor by the pack function of this very kernel, aligned to "
            "64.\n";
    return text +
           " *\n"
           " * Returns 0 when done; 1: packed data was not made by this kernel's pack function; 2: workers < 1; 3: "
           "packed data\n"
           " * or workspace is not aligned (nothing is written in these cases); 4: saku_parallel_for failed (outputs "
           "undefined).\n"
           " */\n";
}

std::string declarations(const std::vector<Parameter>& parameters, const std::string& name) {
    std::string text;
    std::string signature;
    for (const Parameter& p : parameters) {
        const std::string type = c_type(p.buffer->type);
        if (p.is_packed) {
            const std::string plain = p.name.substr(std::string_view("packed_").size());
            const std::string source = is_keyword(plain) ? plain + "_" : plain;
            text += "size_t " + name + "_packed_bytes_" + p.buffer->name + "(void);\n";
            text += "void " + name + "_pack_" + p.buffer->name + "(const " + type + " *" + source + ", void *" +
                    p.name + ");\n";
        }
        signature += (p.buffer->is_output ? "" : "const ") + (p.is_packed ? "void" : type) + " *" + p.name + ", ";
    }
    text += "size_t " + name + "_workspace_bytes(int workers);\n";
    return text + "int " + name + "(" + signature + "void *workspace, int workers);\n";
}

bool needs_stdint(const std::vector<Parameter>& parameters) {
    return std::any_of(parameters.begin(), parameters.end(),
                       [](const Parameter& p) { return c_type(p.buffer->type).ends_with("_t"); });
}

}  // namespace

Result<Done> check_kernel_name(const std::string& name) {
    constexpr std::size_t longest = 200;
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    const std::string expected = ", expected a C identifier of at most " + std::to_string(longest) + " characters";
    const auto refused = [&](const std::string& why) { return Error{.where = "", .what = why + expected}; };
    if (name.empty()) return refused("the name is empty");
    if (name.size() > longest) return refused("the name has " + std::to_string(name.size()) + " characters");
    const bool is_identifier =
        letters.find(name.front()) != std::string_view::npos && std::all_of(name.begin(), name.end(), [&](char c) {
            return letters.find(c) != std::string_view::npos || (c >= '0' && c <= '9');
        });
    if (!is_identifier) return refused("found '" + name + "'");
    if (is_keyword(name)) return refused("'" + name + "' is a keyword of C or C++");
    if (name.front() == '_' || name.find("__") != std::string::npos)
        return refused("'" + name + "' is reserved (a leading underscore, or two in a row)");
    return Done{};
}

std::string kernel_name_from(const std::string& shorthand) {
    constexpr std::size_t longest = 200;
    std::string name;
    for (const char c : shorthand) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (plain)
            name += c;
        else if (!name.empty() && name.back() != '_')
            name += '_';
    }
    if (name.empty() || (name.front() >= '0' && name.front() <= '9') || is_keyword(name)) name.insert(0, "op_");
    name.resize(std::min(name.size(), longest));
    name.erase(name.find_last_not_of('_') + 1);
    return name;
}

std::string c_header(const LoopNest& nest, const std::string& name, const std::string& description) {
    const std::vector<Parameter> parameters = parameters_of(nest);
    const std::string guard = guard_of(name);
    return comment(parameters, name, description) + "#ifndef " + guard + "\n#define " + guard +
           "\n\n#include <stddef.h>\n" + (needs_stdint(parameters) ? "#include <stdint.h>\n" : "") +
           "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n" + declarations(parameters, name) +
           "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
}

}  // namespace saku::targets
