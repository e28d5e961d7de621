#include "targets/kernel_signature.h"

#include <algorithm>
#include <set>
#include <string_view>

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

}  // namespace

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

const Layout& callers_layout(const Buffer& buffer) { return buffer.plain ? *buffer.plain : buffer.layout; }

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
        parameters.push_back(
            {.buffer = &buffer, .name = name, .is_packed = is_packed, .is_free = buffer.plain.has_value()});
    }
    return parameters;
}

std::string in_comment(std::string text) {
    for (std::size_t at = text.find("*/"); at != std::string::npos; at = text.find("*/", at)) text.insert(at + 1, " ");
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

}  // namespace saku::targets
