#include "schedules/names.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "ir/walk.h"

namespace saku::schedules {

namespace {

constexpr std::size_t longest_name = 64;

/// The variables of the body's loops, in the order of their first loop.
std::vector<ir::VarId> loops_of(const ir::LoopNest& nest) {
    std::vector<ir::VarId> found;
    ir::walk(nest.body, [&](const ir::Node& node) {
        const ir::Loop* loop = std::get_if<ir::Loop>(&node.node);
        if (loop == nullptr || std::find(found.begin(), found.end(), loop->variable) != found.end()) return;
        found.push_back(loop->variable);
    });
    return found;
}

Fitted<Done> is_free(bool taken, const std::string& name, const std::string& kind) {
    if (!is_valid_name(name)) {
        return NotApplicable{"invalid name", "'" + name + "', expected a letter, then letters, digits and _"};
    }
    if (taken) return NotApplicable{"name taken", "there is a " + kind + " named " + name};
    return Done{};
}

}  // namespace

Fitted<ir::VarId> loop_named(const ir::LoopNest& nest, const std::string& name) {
    const std::vector<ir::VarId> loops = loops_of(nest);
    std::string known;
    for (ir::VarId loop : loops) {
        if (name_of(nest, loop) == name) return loop;
        known += (known.empty() ? "" : ", ") + name_of(nest, loop);
    }
    return NotApplicable{"unknown loop", name + ", expected one of " + known};
}

Fitted<ir::BufferId> buffer_named(const ir::LoopNest& nest, const std::string& name) {
    if (const std::optional<ir::BufferId> found = ir::find_buffer(nest, name)) return *found;
    std::string known;
    for (const ir::Buffer& buffer : nest.buffers) known += (known.empty() ? "" : ", ") + buffer.name;
    return NotApplicable{"unknown buffer", name + ", expected one of " + known};
}

bool is_valid_name(const std::string& name) {
    const auto starts = [](unsigned char c) { return std::isalpha(c) != 0 || c == '_'; };
    const auto follows = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
    return !name.empty() && name.size() <= longest_name && starts(static_cast<unsigned char>(name.front())) &&
           std::all_of(name.begin(), name.end(), follows) && name != "body";
}

Fitted<Done> is_free_variable(const ir::LoopNest& nest, const std::string& name) {
    return is_free(ir::find_variable(nest, name).has_value(), name, "loop variable");
}

Fitted<Done> is_free_buffer(const ir::LoopNest& nest, const std::string& name) {
    return is_free(ir::find_buffer(nest, name).has_value(), name, "buffer");
}

const std::string& name_of(const ir::LoopNest& nest, ir::VarId variable) {
    return nest.variables[static_cast<std::size_t>(variable)];
}

const ir::Buffer& buffer_of(const ir::LoopNest& nest, ir::BufferId buffer) {
    return nest.buffers[static_cast<std::size_t>(buffer)];
}

}  // namespace saku::schedules
