#include "tests/schedules/random_steps.h"

#include <algorithm>
#include <vector>

#include "ir/walk.h"
#include "schedules/place.h"

namespace saku::tests {

using namespace schedules;

namespace {

template <class Items>
auto pick(Random& random, const Items& items) {
    return items[random.below(std::size(items))];
}

/// A reduction in registers; as every fourth step, partial sums of the innermost loop.
Accumulate random_accumulate(Random& random, const std::vector<std::string>& loops, const std::string& loop, int number,
                             std::uint64_t transposed_in) {
    Accumulate step{loop, "acc" + std::to_string(number), random.below(transposed_in) == 0};
    if (number % 4 == 3 && !step.transpose) step.partial.push_back(loops.back());
    return step;
}

std::string size(Random& random, std::int64_t most) {
    const std::int64_t sizes[] = {1, 2, 3, 5, 7, 8, 11, 13, 16, 17};
    return std::to_string(std::min(pick(random, sizes), most));
}

std::string random_convolution(Random& random) {
    const std::int64_t groups = random.between(1, 2);
    const std::int64_t r = random.between(1, 3);
    const std::int64_t s = random.between(1, 3);
    std::string text =
        "conv2d:n=" + std::to_string(random.between(1, 2)) + ",c=" + std::to_string(groups * random.between(1, 3)) +
        ",h=" + std::to_string(random.between(5, 9)) + ",w=" + std::to_string(random.between(5, 11)) +
        ",k=" + std::to_string(groups * random.between(1, 9)) + ",r=" + std::to_string(r) + ",s=" + std::to_string(s);
    text += ",stride=" + std::to_string(random.between(1, 2)) + ",pad=" + std::to_string(random.between(0, 2)) +
            ",dilation=" + std::to_string(random.between(1, 2)) + ",groups=" + std::to_string(groups);
    if (random.below(3) == 0) text += ",bias=1";
    if (random.below(3) == 0) text += ",relu=1";
    if (random.below(5) == 0) text += ",accumulate=1";
    return text;
}

std::vector<std::string> loops_of(const ir::LoopNest& nest) {
    std::vector<std::string> names;
    ir::walk(nest.body, [&](const ir::Node& node) {
        const ir::Loop* loop = std::get_if<ir::Loop>(&node.node);
        if (loop == nullptr) return;
        const std::string& name = nest.variables[static_cast<std::size_t>(loop->variable)];
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    });
    return names;
}

std::vector<std::string> some_of(Random& random, std::vector<std::string> names, std::size_t most) {
    for (std::size_t i = names.size(); i > 1; --i) std::swap(names[i - 1], names[random.below(i)]);
    names.resize(std::min<std::size_t>(names.size(), 1 + random.below(most)));
    return names;
}

/// A loop that holds no loop.
std::string random_innermost(Random& random, const ir::LoopNest& nest) {
    std::vector<std::string> names;
    ir::walk(nest.body, [&](const ir::Node& node) {
        const ir::Loop* loop = std::get_if<ir::Loop>(&node.node);
        if (loop == nullptr) return;
        bool holds_loop = false;
        ir::walk(loop->body, [&](const ir::Node& inner) {
            holds_loop = holds_loop || std::holds_alternative<ir::Loop>(inner.node);
        });
        if (!holds_loop) names.push_back(nest.variables[static_cast<std::size_t>(loop->variable)]);
    });
    return names.empty() ? "none" : pick(random, names);
}

/// The loops around the last update of the nest, outermost first.
std::vector<std::string> update_loops(const ir::LoopNest& nest) {
    std::vector<std::string> best;
    walk_places(nest.body, {}, [&](const ir::Node& node, const Place& place) {
        const ir::Store* store = std::get_if<ir::Store>(&node.node);
        if (store == nullptr || store->update == ir::Update::assign) return;
        best.clear();
        for (const LoopHead& loop : place.loops)
            best.push_back(nest.variables[static_cast<std::size_t>(loop.variable)]);
    });
    return best.empty() ? loops_of(nest) : best;
}

/// The loops around the last update that a load of the buffer uses.
std::vector<std::string> axes_of(const ir::LoopNest& nest, const std::string& buffer) {
    std::vector<std::string> axes;
    const std::optional<ir::BufferId> id = ir::find_buffer(nest, buffer);
    walk_places(nest.body, {}, [&](const ir::Node& node, const Place& place) {
        const ir::Store* store = std::get_if<ir::Store>(&node.node);
        if (store == nullptr || !id) return;
        ir::for_each_load(store->value, [&](const ir::Access& access) {
            if (access.buffer != *id) return;
            axes.clear();
            for (const LoopHead& loop : place.loops) {
                const bool used = std::any_of(access.indices.begin(), access.indices.end(),
                                              [&](const ir::Index& index) { return index.uses(loop.variable); });
                if (used) axes.push_back(nest.variables[static_cast<std::size_t>(loop.variable)]);
            }
        });
    });
    return axes;
}

Pack random_pack(Random& random, const ir::LoopNest& nest, const std::string& number) {
    const std::vector<std::string> loops = update_loops(nest);
    Pack step;
    step.tensor = pick(random, nest.buffers).name;
    step.at = pick(random, loops);
    step.buffer = "p" + number;
    if (random.below(4) == 0) step.at = random.below(2) == 0 ? "" : "body";
    step.by = random.below(2) == 0 ? Pack::By::axes : Pack::By::region;
    if (step.at.empty()) step.by = Pack::By::axes;
    if (random.below(2) == 0) step.vector = random.below(2) == 0 ? 4 : 8;
    if (step.by == Pack::By::region) return step;
    step.axes = axes_of(nest, step.tensor);
    const auto at = std::find(loops.begin(), loops.end(), step.at);
    if (at != loops.end()) {
        std::erase_if(step.axes,
                      [&](const std::string& axis) { return std::find(loops.begin(), at + 1, axis) != at + 1; });
    }
    if (random.below(2) == 0 && step.axes.size() > 1) std::swap(step.axes.front(), step.axes.back());
    return step;
}

SetLayout random_layout(Random& random, const ir::LoopNest& nest) {
    const ir::Buffer& buffer = pick(random, nest.buffers);
    SetLayout step{.tensor = buffer.name, .order = {}};
    for (int d = 0; d < static_cast<int>(buffer.shape.size()); ++d) step.order.push_back({.dimension = d, .block = 0});
    const auto dimension = static_cast<int>(random.below(buffer.shape.size()));
    for (std::uint64_t blocks = random.below(3); blocks > 0; --blocks) {
        step.order.push_back({.dimension = dimension, .block = random.between(2, 8)});
    }
    for (std::size_t i = step.order.size(); i > 1; --i) std::swap(step.order[i - 1], step.order[random.below(i)]);
    return step;
}

std::string random_fixed_operator(Random& random) {
    switch (random.below(8)) {
        case 0:
        case 1:
            return "matmul:m=" + size(random, 17) + ",n=" + size(random, 17) + ",k=" + size(random, 13) +
                   (random.below(4) == 0 ? ",ta=1" : "") + (random.below(4) == 0 ? ",tb=1" : "") +
                   (random.below(4) == 0 ? ",accumulate=1" : "") + (random.below(4) == 0 ? ",relu=1" : "");
        case 2:
        case 3:
            return random_convolution(random);
        case 4:
            return "depthwise_conv2d:n=1,c=" + size(random, 5) + ",h=" + std::to_string(random.between(5, 9)) +
                   ",w=" + std::to_string(random.between(5, 13)) +
                   ",r=3,s=3,stride=" + std::to_string(random.between(1, 2)) +
                   ",pad=" + std::to_string(random.between(0, 1));
        case 5: {
            const std::string i = size(random, 11);
            const std::string j = size(random, 17);
            return "op mttkrp() { a: f32[I=" + i + ", K=5, L=3]  b: f32[K=5, J=" + j + "]  c: f32[L=3, J=" + j +
                   "] const  out: f32[I=" + i + ", J=" + j + "] out  axes i<" + i + ", j<" + j +
                   ", k<5, l<3  out[i, j] += a[i, k, l] * b[k, j] * c[l, j] }";
        }
        case 6:
            return "op pool() { in: f32[C=3, H=" + std::to_string(random.between(4, 9)) +
                   ", W=9] pad -100  out: f32[C=3, Y=4, X=7] out  axes c<3, y<4, x<7, u<3, v<3  "
                   "out[c, y, x] max= in[c, 2*y + u - 1, x + v - 1]  out[c, y, x] = out[c, y, x] * 2 }";
        default: {
            const std::string k = size(random, 5);
            return "op product() { a: f32[I=7, K=" + k + "]  b: f32[I=7] const  out: f32[I=7] out  axes i<7, k<" + k +
                   "  out[i] *= a[i, k] + b[i]  out[i] = max(out[i], b[i]) }";
        }
    }
}

}  // namespace

std::string random_operator(Random& random) {
    const bool is_free = random.below(4) == 0;
    const std::string text = random_fixed_operator(random);
    return is_free && text.find('{') == std::string::npos ? text + ",layout=any" : text;
}

Step random_step(Random& random, const ir::LoopNest& nest, int number) {
    const std::vector<std::string> loops = loops_of(nest);
    const std::string suffix = std::to_string(number);
    const std::string loop = loops.empty() ? "none" : pick(random, loops);
    switch (random.below(14)) {
        case 0:
        case 1:
            return Split{loop, random.between(1, 9), loop + "_o" + suffix, loop + "_i" + suffix};
        case 2:
        case 3:
            return Reorder{some_of(random, update_loops(nest), 4)};
        case 4:
            return Fuse{loop, pick(random, loops), "f" + suffix};
        case 5:
            return Unroll{loop};
        case 6:
            return Vectorize{random.below(4) == 0 ? loop : random_innermost(random, nest)};
        case 7:
            return Parallelize{loop};
        case 8:
            return random_accumulate(random, update_loops(nest), pick(random, update_loops(nest)), number, 2);
        case 9:
            return random_pack(random, nest, suffix);
        case 10:
            return Prefetch{pick(random, nest.buffers).name, loop, random.between(0, 3), random.between(1, 16)};
        case 11:
            return Partition{loop};
        case 12:
            return random_layout(random, nest);
        default:
            return random.below(3) == 0 ? Step(Epilogue{1})
                                        : Step(Tail{loop, random.below(2) == 0 ? Tail::Kind::peel : Tail::Kind::mask});
    }
}

Step likely_step(Random& random, const ir::LoopNest& nest, int number, int of) {
    const std::string suffix = std::to_string(number);
    const std::vector<std::string> loops = update_loops(nest);
    const std::string loop = pick(random, loops);
    const int stage = number * 10 / std::max(1, of);
    if (stage < 4) return Split{loop, random.between(2, 8), loop + "_o", loop + "_i"};
    if (stage < 5) return Reorder{some_of(random, loops, loops.size())};
    if (stage < 6) return random_accumulate(random, loops, loop, number, 3);
    if (stage < 7) return random_pack(random, nest, suffix);
    return random_step(random, nest, number);
}

}  // namespace saku::tests
