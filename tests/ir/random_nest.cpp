#include "tests/ir/random_nest.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <utility>

#include "ir/walk.h"

namespace saku::tests {

using namespace ir;

namespace {

class Generator {
public:
    Generator(Random& random, const RandomNestOptions& options) : random_(random), options_(options) {}

    LoopNest nest() {
        nest_.name = "random";
        const BufferId x = argument("x", false);
        const BufferId out = argument("out", true);
        const BufferId scratch =
            add_buffer(nest_, {.name = "t", .scope = Scope::workspace, .shape = shape(), .layout = {}, .source = {}});
        set_layout(nest_.buffers[static_cast<std::size_t>(scratch)]);
        readable_ = {x, out, scratch};
        writable_ = {out, scratch};
        nest_.body = fill(scratch);
        const Block rest = block(options_.max_depth);
        nest_.body.insert(nest_.body.end(), rest.begin(), rest.end());
        return std::move(nest_);
    }

private:
    bool chance(int in) { return random_.below(static_cast<std::uint64_t>(in)) == 0; }
    template <class Items>
    auto& pick(Items& items) {
        return items[random_.below(std::size(items))];
    }

    std::vector<std::int64_t> shape() {
        std::vector<std::int64_t> extents(random_.below(3) + 1);
        for (std::int64_t& extent : extents) extent = random_.between(1, 9);
        return extents;
    }

    BufferId argument(const std::string& name, bool is_output) {
        Buffer buffer{.name = name, .shape = shape(), .layout = {}, .source = {}};
        buffer.is_output = is_output;
        buffer.is_accumulated = is_output;
        if (chance(2)) buffer.letters = std::string("NcH").substr(0, buffer.shape.size());
        set_layout(buffer);
        return add_buffer(nest_, std::move(buffer));
    }

    /// Row-major, permuted, strided, or with the first dimension blocked.
    void set_layout(Buffer& buffer) {
        buffer.layout = row_major(buffer.shape);
        if (chance(2)) return;
        std::vector<LayoutPart> parts = buffer.layout.parts;
        if (chance(2)) {
            const std::int64_t block = random_.between(2, 4);
            parts[0] = {.dimension = 0, .divisor = block, .extent = (buffer.shape[0] + block - 1) / block, .stride = 0};
            parts.push_back({.dimension = 0, .divisor = 1, .extent = block, .stride = 0});
        }
        if (chance(2)) std::swap(parts.front(), parts.back());
        buffer.layout = dense(std::move(parts));
        if (chance(3)) {
            for (LayoutPart& part : buffer.layout.parts) part.stride *= 3;
        }
    }

    Block fill(BufferId id) {
        const Buffer buffer = nest_.buffers[static_cast<std::size_t>(id)];
        Access destination{.buffer = id, .indices = {}, .pad = {}};
        std::vector<VarId> variables;
        for (std::size_t d = 0; d < buffer.shape.size(); ++d) {
            variables.push_back(add_variable(nest_, "f" + std::to_string(d)));
            destination.indices.push_back(Index::variable(variables.back()));
        }
        Block block{Node{Store{.destination = destination, .value = constant(1), .first = {}}}};
        for (std::size_t d = buffer.shape.size(); d-- > 0;) {
            block = Block{Node{Loop{.variable = variables[d], .extent = buffer.shape[d], .body = block}}};
        }
        return block;
    }

    Block block(int depth) {
        Block nodes;
        for (std::int64_t count = random_.between(1, 2); count > 0; --count) {
            if (depth > 0 && !chance(4)) {
                nodes.push_back(chance(3) ? guard(depth) : loop(depth));
            } else {
                nodes.push_back(store());
            }
        }
        return nodes;
    }

    Node loop(int depth) {
        const LoopKind kind = chance(4) ? LoopKind::unrolled : LoopKind::serial;
        const std::int64_t extent = random_.between(1, 6);
        const VarId variable = closed_.empty() || chance(2) ? add_variable(nest_, "i") : pick(closed_);
        std::erase(closed_, variable);
        open_.push_back(variable);
        extents_.push_back(extent);
        Loop loop{.variable = variable, .extent = extent, .kind = kind, .body = block(depth - 1)};
        open_.pop_back();
        extents_.pop_back();
        closed_.push_back(variable);
        return Node{std::move(loop)};
    }

    Node guard(int depth) {
        Guard guard;
        for (std::int64_t count = random_.between(1, 2); count > 0; --count) {
            guard.conditions.push_back(random_index(random_, open_, 1) + Index(random_.between(-4, 8)));
        }
        guard.then = block(depth - 1);
        if (chance(2)) guard.otherwise = block(depth - 1);
        return Node{std::move(guard)};
    }

    [[nodiscard]] Ranges ranges() const {
        return [this](VarId id) -> std::optional<Interval> {
            const auto place = std::find(open_.begin(), open_.end(), id);
            return Interval{0, extents_[static_cast<std::size_t>(place - open_.begin())] - 1};
        };
    }

    Access inside(BufferId id) {
        Access access{.buffer = id, .indices = {}, .pad = {}};
        for (const std::int64_t extent : nest_.buffers[static_cast<std::size_t>(id)].shape) {
            Index index = random_index(random_, open_, 1);
            const Interval reach = *range(index, ranges());
            const bool fits = reach.low >= 0 && reach.high < extent;
            access.indices.push_back(fits ? index : remainder(index, extent));
        }
        return access;
    }

    Access padded(BufferId id) {
        Access access{.buffer = id, .indices = {}, .pad = number()};
        for (std::size_t d = 0; d < nest_.buffers[static_cast<std::size_t>(id)].shape.size(); ++d) {
            access.indices.push_back(random_index(random_, open_, 1) + Index(random_.between(-3, 3)));
        }
        return access;
    }

    double number() {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        const std::vector<double> strange{
            infinity, -infinity, std::numeric_limits<double>::quiet_NaN(), -0.0, 5e-324, 1e308, 0.1, -123456789.125};
        if (options_.strange_numbers && chance(2)) return strange[random_.below(strange.size())];
        return static_cast<double>(random_.between(-4, 4)) * 0.25;
    }

    Expr expression(int depth) {
        const BufferId source = pick(readable_);
        switch (depth == 0 ? random_.below(3) : random_.below(8)) {
            case 0:
                return constant(number());
            case 1:
                return load(inside(source));
            case 2:
                return load(padded(source));
            case 3:
                if (chance(3)) return index_value(random_index(random_, open_, 1));
                return unary(chance(2) ? UnaryOp::negate : UnaryOp::absolute, expression(depth - 1));
            default: {
                // Without division: its zero by zero gives signs of NaN that depend on the order of operands.
                constexpr BinaryOp ops[] = {BinaryOp::add, BinaryOp::subtract, BinaryOp::multiply, BinaryOp::maximum,
                                            BinaryOp::minimum};
                const BinaryOp op = pick(ops);
                Expr left = expression(depth - 1);
                return binary(op, std::move(left), expression(depth - 1));
            }
        }
    }

    Node store() {
        const BufferId target = pick(writable_);
        Store store{.destination = inside(target), .value = expression(2), .first = {}};
        constexpr Update updates[] = {Update::assign, Update::add, Update::maximum, Update::minimum};
        store.update = pick(updates);
        if (store.update != Update::assign && chance(2)) {
            store.first.emplace();
            for (std::uint64_t count = random_.below(3); count > 0 && !open_.empty(); --count) {
                store.first->push_back(random_index(random_, open_, 1));
            }
        }
        store.statement = static_cast<int>(random_.below(3));
        return Node{std::move(store)};
    }

    Random& random_;
    RandomNestOptions options_;
    LoopNest nest_;
    std::vector<VarId> open_;            // loops around the place, outermost first
    std::vector<std::int64_t> extents_;  // theirs
    std::vector<VarId> closed_;          // variables whose loops lie before the place
    std::vector<BufferId> readable_;
    std::vector<BufferId> writable_;
};

}  // namespace

LoopNest random_nest(Random& random, const RandomNestOptions& options) { return Generator(random, options).nest(); }

Index random_index(Random& random, const std::vector<VarId>& variables, int depth) {
    Index index = random.between(-2, 4);
    if (variables.empty()) return index;
    for (std::int64_t count = random.between(1, 3); count > 0; --count) {
        const std::int64_t factor = random.below(3) == 0 ? random.between(-9, 9) : 1;
        if (depth == 0 || random.below(3) != 0) {
            index += Index::variable(variables[random.below(variables.size())]) * factor;
            continue;
        }
        const Index inner = random_index(random, variables, depth - 1);
        const std::int64_t divisor = random.between(1, 12);
        index += (random.below(2) == 0 ? quotient(inner, divisor) : remainder(inner, divisor)) * factor;
    }
    return index;
}

}  // namespace saku::tests
