#include "ir/interpret.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/checked.h"
#include "ir/arithmetic.h"
#include "ir/interpret_program.h"
#include "ir/print.h"
#include "ir/verify_parts.h"

namespace saku::ir {

namespace {

/// The elements of a buffer, and for buffers that begin undefined, in which period each was written: entering a
/// parallel iteration begins a new one.
struct Memory {
    double* elements = nullptr;
    DType type = DType::f32;
    std::vector<double> own;
    std::vector<std::uint32_t> written;  // empty: all elements are defined from the start
    std::uint32_t period = 1;
};

class Runner {
public:
    Runner(const LoopNest& nest, const Program& program, const InterpretOptions& options)
        : nest_(nest),
          program_(program),
          options_(options),
          registers_(program.registers),
          variables_(nest.variables.size(), 0),
          stack_(program.stack_size + 1) {}

    Result<Done> run(Arguments& arguments) {
        SAKU_TRY_DONE(bind(arguments));
        for (const int root : program_.roots) {
            if (!block(root)) return std::move(*failure_);
        }
        return Done{};
    }

private:
    Result<Done> bind(Arguments& arguments) {
        std::size_t count = 0;
        while (count < nest_.buffers.size() && nest_.buffers[count].scope == Scope::argument) ++count;
        if (arguments.size() != count) {
            return complaint(nest_, "arguments",
                             std::to_string(arguments.size()) + " given, " + std::to_string(count) + " expected");
        }
        memory_.resize(nest_.buffers.size());
        std::int64_t scratch = 0;
        for (std::size_t id = 0; id < memory_.size(); ++id) {
            const Buffer& buffer = nest_.buffers[id];
            Memory& memory = memory_[id];
            memory.type = buffer.type;
            const std::int64_t elements = span_elements(buffer.layout);
            const bool is_argument = buffer.scope == Scope::argument;
            const bool begins_undefined = !is_argument || (buffer.is_output && !buffer.is_accumulated);
            if (!is_argument) scratch += elements;
            if (scratch > options_.max_scratch_elements) {
                return complaint(nest_, buffer.name,
                                 "scratch of more than " + std::to_string(options_.max_scratch_elements) + " elements");
            }
            if (is_argument && arguments[id].size() != static_cast<std::size_t>(elements)) {
                return complaint(nest_, buffer.name,
                                 std::to_string(arguments[id].size()) + " elements given, " + std::to_string(elements) +
                                     " expected");
            }
            if (!is_argument) memory.own.resize(static_cast<std::size_t>(elements));
            if (begins_undefined) memory.written.resize(static_cast<std::size_t>(elements), 0);
            memory.elements = is_argument ? arguments[id].data() : memory.own.data();
        }
        return Done{};
    }

    // ---- values

    [[nodiscard]] std::int64_t value(int id) const {
        const ValueCode& code = program_.values[static_cast<std::size_t>(id)];
        std::int64_t sum = registers_[static_cast<std::size_t>(code.base)];
        for (int i = code.digits.begin; i < code.digits.end; ++i) {
            const DigitCode& digit = program_.digits[static_cast<std::size_t>(i)];
            const std::int64_t inner = value(digit.value);
            sum +=
                digit.coefficient * (digit.is_mod ? floor_mod(inner, digit.divisor) : floor_div(inner, digit.divisor));
        }
        return sum;
    }

    [[nodiscard]] bool is_inside(const AccessCode& access) const {
        for (int i = access.subscripts.begin; i < access.subscripts.end; ++i) {
            const SubscriptCode& subscript = program_.subscripts[static_cast<std::size_t>(i)];
            const std::int64_t at = value(subscript.value);
            if (at < 0 || at >= subscript.extent) return false;
        }
        return true;
    }

    /// The element an access names; negative, with a failure noted, when it lies outside and the access has no pad.
    [[nodiscard]] std::int64_t place(const AccessCode& access) {
        if (is_inside(access)) return value(access.offset);
        if (!access.has_pad) fail_outside(access);
        return -1;
    }

    [[nodiscard]] bool read(const AccessCode& access, double& result) {
        const std::int64_t at = place(access);
        if (at < 0) {
            result = access.pad;
            return access.has_pad;
        }
        return fetch(access, at, result);
    }

    [[nodiscard]] bool fetch(const AccessCode& access, std::int64_t at, double& result) {
        const Memory& memory = memory_[static_cast<std::size_t>(access.buffer)];
        const std::size_t element = static_cast<std::size_t>(at);
        if (!memory.written.empty() && memory.written[element] != memory.period) {
            fail(access, "read before anything is written there");
            return false;
        }
        result = memory.elements[element];
        return true;
    }

    [[nodiscard]] bool evaluate(Run expression, double& result) {
        double* top = stack_.data();
        for (int i = expression.begin; i < expression.end; ++i) {
            const ExprCode& code = program_.expressions[static_cast<std::size_t>(i)];
            switch (code.kind) {
                case ExprCode::Kind::constant:
                    *top++ = code.constant;
                    break;
                case ExprCode::Kind::load:
                    if (!read(program_.accesses[static_cast<std::size_t>(code.access)], *top++)) return false;
                    break;
                case ExprCode::Kind::index:
                    *top++ = static_cast<double>(value(code.access));
                    break;
                case ExprCode::Kind::unary:
                    top[-1] = computed(code.unary, top[-1]);
                    break;
                case ExprCode::Kind::binary:
                    --top;
                    top[-1] = computed(code.binary, top[-1], top[0]);
                    break;
            }
        }
        result = top[-1];
        return true;
    }

    // ---- nodes

    [[nodiscard]] bool block(int id) {
        for (const NodeCode& node : program_.blocks[static_cast<std::size_t>(id)]) {
            const std::size_t at = static_cast<std::size_t>(node.id);
            bool done = true;
            switch (node.kind) {
                case NodeCode::Kind::loop:
                    done = loop(program_.loops[at]);
                    break;
                case NodeCode::Kind::guard:
                    done = guard(program_.guards[at]);
                    break;
                case NodeCode::Kind::store:
                    done = store(program_.stores[at]);
                    break;
            }
            if (!done) return false;
        }
        return true;
    }

    [[nodiscard]] bool guard(const GuardCode& code) {
        for (int i = code.conditions.begin; i < code.conditions.end; ++i) {
            if (value(program_.zeros[static_cast<std::size_t>(i)]) < 0) return block(code.otherwise);
        }
        return block(code.then);
    }

    [[nodiscard]] bool store(const StoreCode& code) {
        double result = 0;
        if (!evaluate(code.value, result)) return false;
        const AccessCode& destination = program_.accesses[static_cast<std::size_t>(code.destination)];
        const std::int64_t at = place(destination);
        if (at < 0) return false;
        if (code.update != Update::assign) {
            double old_value = identity_of(code.update);
            if (!is_first(code) && !fetch(destination, at, old_value)) return false;
            result = updated(code.update, old_value, result);
        }
        Memory& memory = memory_[static_cast<std::size_t>(destination.buffer)];
        const std::size_t element = static_cast<std::size_t>(at);
        memory.elements[element] = options_.wide_accumulation ? result : rounded(memory.type, result);
        if (!memory.written.empty()) memory.written[element] = memory.period;
        return true;
    }

    [[nodiscard]] bool is_first(const StoreCode& code) const {
        if (!code.has_first) return false;
        for (int i = code.first.begin; i < code.first.end; ++i) {
            if (value(program_.zeros[static_cast<std::size_t>(i)]) != 0) return false;
        }
        return true;
    }

    [[nodiscard]] bool loop(const LoopCode& code) {
        const std::size_t nodes = program_.blocks[static_cast<std::size_t>(code.body)].size();
        const std::optional<std::int64_t> work =
            checked_mul(code.extent, static_cast<std::int64_t>(std::max<std::size_t>(nodes, 1)));
        if (!work || *work > options_.max_steps - steps_) {
            failure_ = complaint(nest_, "interpret", "gave up after " + std::to_string(options_.max_steps) + " steps");
            return false;
        }
        steps_ += *work;
        const bool backwards = code.is_parallel && options_.reverse_parallel;
        if (backwards) advance(code, code.extent - 1);
        for (std::int64_t n = 0; n < code.extent; ++n) {
            variables_[static_cast<std::size_t>(code.variable)] = backwards ? code.extent - 1 - n : n;
            if (code.is_parallel) forget(code.private_scratch);
            if (!block(code.body)) return false;
            advance(code, backwards ? -1 : 1);
        }
        advance(code, backwards ? 1 : -code.extent);
        variables_[static_cast<std::size_t>(code.variable)] = 0;
        forget(code.private_scratch);
        return true;
    }

    void advance(const LoopCode& code, std::int64_t iterations) {
        for (const RegisterStep& step : code.steps) {
            registers_[static_cast<std::size_t>(step.base)] += step.slope * iterations;
        }
    }

    void forget(const std::vector<int>& scratch) {
        for (const int id : scratch) ++memory_[static_cast<std::size_t>(id)].period;
    }

    // ---- failures

    void fail_outside(const AccessCode& access) {
        for (int i = access.subscripts.begin; i < access.subscripts.end; ++i) {
            const SubscriptCode& subscript = program_.subscripts[static_cast<std::size_t>(i)];
            const std::int64_t at = value(subscript.value);
            if (at >= 0 && at < subscript.extent) continue;
            fail(access, "coordinate " + std::to_string(i - access.subscripts.begin) + " is " + std::to_string(at) +
                             ", outside of 0 to " + std::to_string(subscript.extent - 1));
            return;
        }
    }

    void fail(const AccessCode& access, const std::string& what) {
        std::vector<VarId> used;
        for (const Index& index : access.source->indices) {
            const std::vector<VarId> more = index.variables();
            used.insert(used.end(), more.begin(), more.end());
        }
        std::sort(used.begin(), used.end());
        used.erase(std::unique(used.begin(), used.end()), used.end());
        std::string values;
        for (const VarId id : used) {
            values += (values.empty() ? " at " : ", ") + nest_.variables[static_cast<std::size_t>(id)] + " = " +
                      std::to_string(variables_[static_cast<std::size_t>(id)]);
        }
        failure_ = complaint(nest_, print(nest_, *access.source), what + values);
    }

    const LoopNest& nest_;
    const Program& program_;
    const InterpretOptions& options_;
    std::vector<Memory> memory_;
    std::vector<std::int64_t> registers_;
    std::vector<std::int64_t> variables_;  // for messages
    std::vector<double> stack_;
    std::int64_t steps_ = 0;
    std::optional<Error> failure_;
};

}  // namespace

Result<Done> interpret(const LoopNest& nest, Arguments& arguments, const InterpretOptions& options) {
    SAKU_TRY_DONE(check_buffers(nest));
    SAKU_TRY_DONE(check_structure(nest));
    if (options.vscale < 1 || options.vscale > vscale_bound) {
        return complaint(nest, "vscale",
                         std::to_string(options.vscale) + " is not from 1 to " + std::to_string(vscale_bound));
    }
    SAKU_TRY(program, compile_for_interpreter(nest, options));
    return Runner(nest, program, options).run(arguments);
}

}  // namespace saku::ir
