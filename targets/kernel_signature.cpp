#include "targets/kernel_signature.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

#include "ir/layout_order.h"

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

std::string in_brackets(const std::vector<std::int64_t>& numbers) {
    std::string text;
    for (const std::int64_t number : numbers) text += "[" + std::to_string(number) + "]";
    return text;
}

/// Of several parts of a dimension, the one that needs no remainder.
bool is_coarsest(const LayoutPart& part, const Layout& layout) {
    return std::none_of(layout.parts.begin(), layout.parts.end(), [&](const LayoutPart& other) {
        return other.dimension == part.dimension && other.divisor > part.divisor;
    });
}

/// "NCHW16c"; empty where dimensions have no names.
std::string order_text(const Buffer& buffer, const Layout& layout) {
    if (buffer.letters.empty()) return "";
    LayoutOrder order;
    for (const LayoutPart& part : layout.parts)
        order.push_back({.dimension = part.dimension, .block = is_coarsest(part, layout) ? 0 : part.extent});
    std::vector<std::string> names;
    for (const char letter : buffer.letters) names.emplace_back(1, letter);
    return layout_name(order, names) + (layout == dense(layout.parts) ? "" : " with gaps");
}

/// "200704*n + 50176*(c/16) + 896*h + 16*w + c%16"; dimensions without names are i0, i1, ...
std::string offset_text(const Buffer& buffer, const Layout& layout) {
    std::string text;
    for (const LayoutPart& part : layout.parts) {
        const auto d = static_cast<std::size_t>(part.dimension);
        std::string coordinate = "i" + std::to_string(d);
        if (!buffer.letters.empty())
            coordinate = static_cast<char>(std::tolower(static_cast<unsigned char>(buffer.letters[d])));
        const bool is_whole = part.divisor == 1 && is_coarsest(part, layout);
        if (part.divisor != 1) coordinate += "/" + std::to_string(part.divisor);
        if (!is_coarsest(part, layout)) coordinate += "%" + std::to_string(part.extent);
        if (!is_whole && part.stride != 1) coordinate = "(" + coordinate + ")";
        text += (text.empty() ? "" : " + ") + (part.stride == 1 ? "" : std::to_string(part.stride) + "*") + coordinate;
    }
    return text;
}

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

std::string type_and_shape(const Buffer& buffer) {
    const std::string letters = buffer.letters.empty() ? "" : " (" + buffer.letters + ")";
    return c_type(buffer.type) + " " + in_brackets(buffer.shape) + letters;
}

std::vector<std::int64_t> strides_of(const Buffer& buffer, const Layout& layout) {
    std::vector<std::int64_t> strides(buffer.shape.size(), 0);
    if (layout.parts.size() != buffer.shape.size()) return {};
    for (const LayoutPart& part : layout.parts) {
        std::int64_t& stride = strides[static_cast<std::size_t>(part.dimension)];
        if (stride != 0 || part.divisor != 1) return {};
        stride = part.stride;
    }
    return strides;
}

std::string layout_text(const Buffer& buffer, const Layout& layout) {
    if (layout == row_major(buffer.shape)) return "";
    std::string text = order_text(buffer, layout);
    if (const std::vector<std::int64_t> strides = strides_of(buffer, layout); !strides.empty())
        text += (text.empty() ? "" : ", ") + ("strides " + in_brackets(strides));
    return text + (text.empty() ? "" : ", ") + "element offset " + offset_text(buffer, layout);
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
