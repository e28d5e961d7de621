#include "ir/interpret_program.h"

#include <algorithm>
#include <set>

#include "ir/verify_parts.h"
#include "ir/walk.h"

namespace saku::ir {

namespace {

class Compiler {
public:
    Compiler(const LoopNest& nest, const InterpretOptions& options) : nest_(nest), options_(options) {}

    Result<Program> compile() {
        for (const OfflinePack& pack : nest_.offline) {
            SAKU_TRY(root, block(pack.body));
            program_.roots.push_back(root);
        }
        SAKU_TRY(root, block(nest_.body));
        program_.roots.push_back(root);
        return std::move(program_);
    }

private:
    template <class Items>
    static int size_of(const Items& items) {
        return static_cast<int>(items.size());
    }

    // ---- indices

    int base_of(const Index& affine) {
        const auto [place, is_new] = bases_.try_emplace(affine, size_of(program_.registers));
        if (is_new) program_.registers.push_back(affine.constant());
        used_.insert(place->second);
        return place->second;
    }

    int value_of(const Index& index) {
        Index affine = index.constant();
        std::vector<DigitCode> digits;
        for (const Term& term : index.terms()) {
            if (term.atom.kind == Atom::Kind::variable) {
                affine += Index::of(term.atom) * term.coefficient;
                continue;
            }
            digits.push_back({.coefficient = term.coefficient,
                              .divisor = term.atom.divisor,
                              .value = value_of(*term.atom.inner),
                              .is_mod = term.atom.kind == Atom::Kind::mod});
        }
        const Run run{size_of(program_.digits), size_of(program_.digits) + size_of(digits)};
        program_.digits.insert(program_.digits.end(), digits.begin(), digits.end());
        program_.values.push_back({.base = base_of(affine), .digits = run});
        return size_of(program_.values) - 1;
    }

    Run list_of(const std::vector<Index>& indices) {
        const int begin = size_of(program_.zeros);
        for (const Index& index : indices) program_.zeros.push_back(value_of(index));
        return {begin, size_of(program_.zeros)};
    }

    int access_of(const Access& access) {
        const Buffer& buffer = nest_.buffers[static_cast<std::size_t>(access.buffer)];
        AccessCode code;
        code.source = &access;
        code.buffer = access.buffer;
        code.has_pad = access.pad.has_value();
        code.pad = access.pad.value_or(0);
        code.offset = value_of(element_offset(buffer.layout, access.indices));
        code.subscripts.begin = size_of(program_.subscripts);
        for (std::size_t d = 0; d < access.indices.size(); ++d) {
            program_.subscripts.push_back({.value = value_of(access.indices[d]), .extent = buffer.shape[d]});
        }
        code.subscripts.end = size_of(program_.subscripts);
        program_.accesses.push_back(code);
        return size_of(program_.accesses) - 1;
    }

    // ---- expressions

    /// Appends the expression's code; gives the stack it needs.
    std::size_t append(const Expr& expr) {
        return std::visit(
            Overloaded{
                [&](const Constant& x) -> std::size_t {
                    program_.expressions.push_back({.kind = ExprCode::Kind::constant, .constant = x.value});
                    return 1;
                },
                [&](const Load& x) -> std::size_t {
                    program_.expressions.push_back({.kind = ExprCode::Kind::load, .access = access_of(x.access)});
                    return 1;
                },
                [&](const IndexValue& x) -> std::size_t {
                    program_.expressions.push_back({.kind = ExprCode::Kind::index, .access = value_of(x.index)});
                    return 1;
                },
                [&](const Unary& x) -> std::size_t {
                    const std::size_t size = append(x.operand);
                    program_.expressions.push_back({.kind = ExprCode::Kind::unary, .unary = x.op});
                    return size;
                },
                [&](const Binary& x) -> std::size_t {
                    const std::size_t left = append(x.left);
                    const std::size_t right = append(x.right);
                    program_.expressions.push_back({.kind = ExprCode::Kind::binary, .binary = x.op});
                    return std::max(left, right + 1);
                },
            },
            expr->node);
    }

    // ---- nodes

    Result<int> block(const Block& nodes) {
        std::vector<NodeCode> code;
        for (const Node& node : nodes) {
            SAKU_TRY_DONE(std::visit([&](const auto& alternative) { return append(alternative, code); }, node.node));
        }
        program_.blocks.push_back(std::move(code));
        return size_of(program_.blocks) - 1;
    }

    Result<Done> append(const Loop& loop, std::vector<NodeCode>& code) {
        SAKU_TRY(extent, iterations(loop.extent));
        LoopCode compiled{.variable = loop.variable, .extent = extent, .steps = {}, .private_scratch = {}};
        std::set<int> outside;
        std::swap(outside, used_);
        SAKU_TRY(body, block(loop.body));
        compiled.body = body;
        for (const auto& [index, base] : bases_) {
            const std::int64_t slope = index.coefficient(loop.variable);
            if (slope != 0 && used_.contains(base)) compiled.steps.push_back({.base = base, .slope = slope});
        }
        used_.merge(outside);
        compiled.is_parallel = loop.kind == LoopKind::parallel;
        if (compiled.is_parallel) compiled.private_scratch = scratch_written(loop.body);
        program_.loops.push_back(std::move(compiled));
        code.push_back({.kind = NodeCode::Kind::loop, .id = size_of(program_.loops) - 1});
        return Done{};
    }

    Result<Done> append(const Guard& guard, std::vector<NodeCode>& code) {
        const Run conditions = list_of(guard.conditions);
        SAKU_TRY(then, block(guard.then));
        SAKU_TRY(otherwise, block(guard.otherwise));
        program_.guards.push_back({.conditions = conditions, .then = then, .otherwise = otherwise});
        code.push_back({.kind = NodeCode::Kind::guard, .id = size_of(program_.guards) - 1});
        return Done{};
    }

    Result<Done> append(const Store& store, std::vector<NodeCode>& code) {
        StoreCode compiled{.update = store.update, .has_first = store.first.has_value(), .first = {}, .value = {}};
        compiled.destination = access_of(store.destination);
        if (store.first) compiled.first = list_of(*store.first);
        compiled.value.begin = size_of(program_.expressions);
        program_.stack_size = std::max(program_.stack_size, append(store.value));
        compiled.value.end = size_of(program_.expressions);
        program_.stores.push_back(compiled);
        code.push_back({.kind = NodeCode::Kind::store, .id = size_of(program_.stores) - 1});
        return Done{};
    }

    Result<Done> append(const Prefetch&, std::vector<NodeCode>&) { return Done{}; }

    Result<Done> append(const Intrinsic& intrinsic, std::vector<NodeCode>& code) {
        SAKU_TRY(semantics, block(intrinsic.semantics));
        const std::vector<NodeCode>& inner = program_.blocks[static_cast<std::size_t>(semantics)];
        code.insert(code.end(), inner.begin(), inner.end());
        return Done{};
    }

    Result<std::int64_t> iterations(const Extent& extent) {
        switch (extent.kind) {
            case Extent::Kind::constant:
                return extent.value;
            case Extent::Kind::vscale:
                return extent.value * options_.vscale;
            case Extent::Kind::parameter:
                break;
        }
        const auto given = options_.parameters.find(extent.parameter);
        if (given == options_.parameters.end()) return complaint(nest_, extent.parameter, "the parameter has no value");
        if (given->second < 0 || given->second > extent.value) {
            return complaint(nest_, extent.parameter,
                             std::to_string(given->second) + " is not from 0 to " + std::to_string(extent.value));
        }
        return given->second;
    }

    [[nodiscard]] std::vector<int> scratch_written(const Block& body) const {
        std::set<int> written;
        for_each_access(body, [&](const Access& access, bool is_write) {
            const Scope scope = nest_.buffers[static_cast<std::size_t>(access.buffer)].scope;
            if (is_write && (scope == Scope::workspace || scope == Scope::registers)) written.insert(access.buffer);
        });
        return {written.begin(), written.end()};
    }

    const LoopNest& nest_;
    const InterpretOptions& options_;
    Program program_;
    std::map<Index, int> bases_;  // affine index -> register
    std::set<int> used_;          // registers used in the loop being compiled
};

}  // namespace

Result<Program> compile_for_interpreter(const LoopNest& nest, const InterpretOptions& options) {
    return Compiler(nest, options).compile();
}

}  // namespace saku::ir
